"""The full-text index: FTS5 on SQLite, GIN on PostgreSQL, both fed by `archive.text.tokens`.

SQLite: a contentless FTS5 table, a row an article, so the texts are not stored twice; an old row is taken out by
handing FTS5 the old tokens again. PostgreSQL: the characters that a body's tokens were made of (`written`), and GIN
over the tokens that a function cuts them into again, without their places. To store the tokens too takes more than half
as much room again, and as much time as to cut them. Words that follow each other are looked for where all of them are,
in the characters: they are not packed, and as bytes PostgreSQL looks through them faster than as a text. A long body
has several rows, since a tsvector holds 1 MB; they overlap, so that a phrase across their border is found. Headlines
stand in a table of their own: a word in the headline is not looked for in every body that holds it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    LargeBinary,
    Select,
    cast,
    column,
    event,
    func,
    select,
    table,
    text,
    union_all,
)

from archive.store.table import Base, send
from archive.text.levelled import CHINESE
from archive.text.words import Term

TABLE = "article_text"
HEADLINES = "article_text_headline"
"""On PostgreSQL alone."""
PART = 4_000
"""So many tokens a row holds at most, on PostgreSQL: of 64 characters each, three bytes a character, they fit."""
OVERLAP = 64

# Larger steps than the databases' own: FTS5 gathers a batch in memory and merges segments less often. GIN takes in what
# is new 4 MB at a time, however the server is set: 16 MB cost writers a seventh more at 15,000 texts, one commit took
# more than a second, and every search read through them. `prefix`: single characters have an index of their own, since
# 的 begins so many tokens that to gather them is most of such a search.
_SQLITE = (
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5(headline, body, content='', tokenize='ascii', prefix='1')",
    f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES ('hashsize', 8388608)",  # noqa: S608
    f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES ('automerge', 8)",  # noqa: S608
)
TOKENS = f"{TABLE}_tokens"
"""The function that cuts what is kept of a text into tokens, on PostgreSQL."""
# A text is kept out of its row where it can be, so that who asks for a wide word reads few pages. The function: of each
# Chinese character and the next one, or the space that ends its run; and of what stands between spaces and is no
# Chinese. `unnest` in a SELECT's list hands its rows on; in FROM it would gather them first, for twice the time.
_POSTGRESQL = (
    f"""CREATE FUNCTION {TOKENS}(written BYTEA) RETURNS TSVECTOR
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_to_tsvector(
      ARRAY (SELECT one || next FROM (
        SELECT unnest(each) AS one, unnest(each[2:]) AS next
        FROM (SELECT string_to_array(convert_from(written, 'UTF8'), NULL) AS each OFFSET 0) AS characters
      ) AS pairs WHERE ascii(one) >= {CHINESE})
      || ARRAY (SELECT word FROM (
        SELECT unnest(string_to_array(convert_from(written, 'UTF8'), ' ')) AS word
      ) AS words WHERE ascii(word) BETWEEN 1 AND {CHINESE - 1})
    ) $$""",  # noqa: S608
    f"""CREATE TABLE {TABLE} (article_id BIGINT NOT NULL REFERENCES article (id), part INTEGER NOT NULL,
    written BYTEA NOT NULL, CONSTRAINT pk_{TABLE} PRIMARY KEY (article_id, part)) WITH (toast_tuple_target = 128)""",
    f"ALTER TABLE {TABLE} ALTER written SET STORAGE EXTERNAL",
    f"""CREATE INDEX ix_{TABLE}_document ON {TABLE} USING gin ({TOKENS}(written))
    WITH (gin_pending_list_limit = 4096)""",
    f"""CREATE TABLE {HEADLINES} (article_id BIGINT NOT NULL REFERENCES article (id), written BYTEA NOT NULL,
    CONSTRAINT pk_{HEADLINES} PRIMARY KEY (article_id))""",
    f"CREATE INDEX ix_{HEADLINES}_document ON {HEADLINES} USING gin ({TOKENS}(written))",
)


@event.listens_for(Base.metadata, "after_create")
def _create(target: object, connection: Connection, **_: object) -> None:
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)


@event.listens_for(Base.metadata, "before_drop")
def _drop(target: object, connection: Connection, **_: object) -> None:
    for name in (TABLE, HEADLINES):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {TOKENS}")


@frozen
class Entry:
    """What the index holds of one article: its tokens, as `archive.text.tokens` gives them."""

    article_id: int
    headline: str
    body: str


def entry(article_id: int, headline: str | None, body: str) -> Entry:
    """Cut an article's text into tokens. Pure, and the costly part: an import does it outside the transaction."""
    from archive.text.tokens import tokens  # with numpy, which who only looks for something does without

    return Entry(article_id, tokens(headline or ""), tokens(body))


def add(connection: Connection, entries: Sequence[Entry]) -> None:
    """Index articles that are not in the index."""
    if not entries:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"INSERT INTO {TABLE} (rowid, headline, body) VALUES (?, ?, ?)",  # noqa: S608
            [(e.article_id, e.headline, e.body) for e in entries],
        )
        return
    bodies = [(e.article_id, part, _bytes(its)) for e in entries for part, its in enumerate(parts(e.body))]
    send(connection, TABLE, {"article_id": "bigint", "part": "integer", "written": "bytea"}, bodies)
    headlines = [(e.article_id, _bytes(its)) for e in entries if (its := headline(e))]
    send(connection, HEADLINES, {"article_id": "bigint", "written": "bytea"}, headlines)


def replace(connection: Connection, old: Sequence[Entry], new: Sequence[Entry]) -> None:
    """Take texts out of the index and put others there, at the end of what belongs together: on SQLite each later
    statement with triggers would have the index write what it has gathered in memory."""
    remove(connection, old)
    add(connection, new)


def remove(connection: Connection, entries: Sequence[Entry]) -> None:
    """Take articles out of the index. `entries` are what was added: FTS5 finds the old tokens by them."""
    if not entries:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"INSERT INTO {TABLE} ({TABLE}, rowid, headline, body) VALUES ('delete', ?, ?, ?)",  # noqa: S608
            [(e.article_id, e.headline, e.body) for e in entries],
        )
        return
    for name in (TABLE, HEADLINES):
        statement = text(f"DELETE FROM {name} WHERE article_id = ANY(:ids)")  # noqa: S608
        connection.execute(statement, {"ids": [e.article_id for e in entries]})


def clear(connection: Connection) -> None:
    """Take everything out of the index."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('delete-all')")  # noqa: S608
    else:
        for name in (TABLE, HEADLINES):
            connection.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608


def merge(connection: Connection) -> None:
    """Take in what waits in PostgreSQL's indexes, those of names too, as autovacuum does in its own time: every look-up
    reads through it, up to 4 MB. Who is not their owner may not."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(_MERGE))


_MERGE = f"""SELECT gin_clean_pending_list(oid) FROM pg_class WHERE relkind = 'i'
    AND relam = (SELECT oid FROM pg_am WHERE amname = 'gin') AND starts_with(relname, 'ix_{TABLE}')
    AND relnamespace = current_schema()::regnamespace AND pg_has_role(relowner, 'USAGE')"""  # noqa: S608


def fts5_phrase(term: Term, column: str = "") -> str:
    """One term in FTS5's query language, in the `headline`, the `body` or either. Tokens are letters and digits, and
    quoted all the same."""
    phrase = " + ".join(f'"{token}"' for token in term.tokens) + (" *" if term.prefix else "")
    return f"{column} : {phrase}" if column else phrase


def tsquery(term: Term) -> str:
    """The tokens of one term in PostgreSQL's query language, without their order."""
    words = [f"'{_lexeme(token)}'" for token in term.tokens]
    if term.prefix:
        words[-1] = f"'{term.tokens[-1]}':*"
    return " & ".join(words)


def phrase(term: Term) -> bytes:
    """What a text that holds a term of several tokens has as `written`."""
    first, last = term.tokens[0], term.tokens[-1]
    its = "".join(token[0] if _is_pair(token) else f"{token} " for token in term.tokens[:-1]) + f"{last} "
    if first[0] < chr(CHINESE):  # no run begins before it
        its = f" {its}"
    if term.prefix or _is_pair(last):  # its run may go on behind it
        its = its.removesuffix(" ")
    return its.encode()


def holding(query: ColumnElement[str], phrase: ColumnElement[bytes] | None, name: str) -> Select[tuple[int]]:
    """On PostgreSQL: the articles of one of the two tables that hold a term, told by its `tsquery` and, where it has
    several tokens, its `phrase`; one of several rows may come several times."""
    found = _having(name, as_tsquery(query))
    if phrase is not None:
        found = found.where(func.position(phrase.op("IN")(column("written", LargeBinary))) > 0)
    return found


def holding_anywhere(query: ColumnElement[str], phrase: ColumnElement[bytes] | None) -> CompoundSelect[tuple[int]]:
    """`holding` in headline or body."""
    return union_all(holding(query, phrase, TABLE), holding(query, phrase, HEADLINES))


def token_anywhere(token: ColumnElement[str]) -> CompoundSelect[tuple[int]]:
    """The articles that hold a token, which may be a parameter of the statement."""
    return union_all(*(_having(name, as_tsquery(token)) for name in (TABLE, HEADLINES)))


def _having(name: str, query: ColumnElement[Any]) -> Select[tuple[int]]:
    index = table(name, column("article_id"), column("written", LargeBinary))
    document = getattr(func, TOKENS)(index.c.written)  # as the index has it
    return select(index.c.article_id).where(document.op("@@")(query))


def _lexeme(token: str) -> str:
    """A token as the index has it: a Chinese character that ends a run, with the space behind it."""
    return f"{token} " if len(token) == 1 and token >= chr(CHINESE) else token


def _is_pair(token: str) -> bool:
    return len(token) > 1 and token[0] >= chr(CHINESE)


def _bytes(words: str) -> str:
    """What is stored of tokens, as `send` takes it."""
    from archive.text.tokens import written

    return f"\\x{written(words).encode().hex()}"


def as_tsquery(query: ColumnElement[str]) -> ColumnElement[Any]:
    """A query in PostgreSQL's language, in a statement."""
    from sqlalchemy.dialects.postgresql import TSQUERY  # with all that SQLAlchemy knows of PostgreSQL

    return cast(query, TSQUERY)


def parts(words: str) -> Iterator[str]:
    """A body's tokens for each row of PostgreSQL's table: a space between two."""
    if words.count(" ") <= PART:
        yield words.rstrip()
        return
    each = words.split()
    start = 0
    while True:
        end = min(len(each), start + PART)
        yield " ".join(each[start:end])
        if end == len(each):
            return
        start = end - OVERLAP


def headline(entry: Entry) -> str:
    """A headline's tokens, so; "" where it has none, and no row."""
    return next(parts(entry.headline))
