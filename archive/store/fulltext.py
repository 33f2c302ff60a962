"""The full-text index: FTS5 on SQLite, tsvector on PostgreSQL, both fed by `archive.text.tokens`.

SQLite: a contentless FTS5 table, a row an article, so the texts are not stored twice; an old row is taken out by
handing FTS5 the old tokens again. PostgreSQL: rows of at most `PART` tokens, since a tsvector knows no position
past 16,383 and at most 255 of one token; parts overlap, so that a phrase across their border is found. Headlines stand
in a table of their own as well: GIN knows no weights, so that a word in the headline would be looked for in every text
that holds it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, cast, event, literal, text

from archive.store.table import Base, send
from archive.text.tokens import Term, tokens

TABLE = "article_text"
HEADLINES = "article_text_headline"
"""On PostgreSQL alone."""
PART = 4_000
OVERLAP = 64
OFTEN = 255

# Larger steps than the databases' own: FTS5 gathers a batch in memory and merges segments less often. GIN takes in what
# is new 4 MB at a time, however the server is set: 16 MB cost writers a seventh more at 15,000 texts, one commit took
# more than a second, and every search read through them. `prefix`: single characters have an index of their own, since
# 的 begins so many tokens that to gather them is most of such a search.
_SQLITE = (
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5(headline, body, content='', tokenize='ascii', prefix='1')",
    f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES ('hashsize', 8388608)",  # noqa: S608
    f"INSERT INTO {TABLE} ({TABLE}, rank) VALUES ('automerge', 8)",  # noqa: S608
)
_POSTGRESQL = (
    f"""CREATE TABLE {TABLE} (article_id BIGINT NOT NULL REFERENCES article (id), part INTEGER NOT NULL,
    document TSVECTOR NOT NULL, CONSTRAINT pk_{TABLE} PRIMARY KEY (article_id, part))""",
    f"CREATE INDEX ix_{TABLE}_document ON {TABLE} USING gin (document) WITH (gin_pending_list_limit = 4096)",
    f"""CREATE TABLE {HEADLINES} (article_id BIGINT NOT NULL REFERENCES article (id), document TSVECTOR NOT NULL,
    CONSTRAINT pk_{HEADLINES} PRIMARY KEY (article_id))""",
    f"CREATE INDEX ix_{HEADLINES}_document ON {HEADLINES} USING gin (document)",
)


@event.listens_for(Base.metadata, "after_create")
def _create(target: object, connection: Connection, **_: object) -> None:
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)


@event.listens_for(Base.metadata, "before_drop")
def _drop(target: object, connection: Connection, **_: object) -> None:
    for name in (TABLE, HEADLINES):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")


@frozen
class Entry:
    """What the index holds of one article: its tokens, as `archive.text.tokens` gives them."""

    article_id: int
    headline: str
    body: str


def entry(article_id: int, headline: str | None, body: str) -> Entry:
    """Cut an article's text into tokens. Pure, and the costly part: an import does it outside the transaction."""
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
    parts = [(e.article_id, part, document) for e in entries for part, document in enumerate(documents(e))]
    send(connection, TABLE, {"article_id": "bigint", "part": "integer", "document": "tsvector"}, parts)
    headed = [(e.article_id, document) for e in entries if (document := headline_document(e))]
    send(connection, HEADLINES, {"article_id": "bigint", "document": "tsvector"}, headed)


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


def tsquery(term: Term, *, body: bool = False) -> str:
    """The same in PostgreSQL's, in headline or body, or in the body; of its words none has another weight than D."""
    signs = ["D" if body else ""] * len(term.tokens)
    signs[-1] = ("*" if term.prefix else "") + signs[-1]
    return " <-> ".join(f"'{token}'{sign and ':'}{sign}" for token, sign in zip(term.tokens, signs, strict=True))


def as_tsquery(written: str) -> ColumnElement[Any]:
    """What `tsquery` gave, in a statement."""
    from sqlalchemy.dialects.postgresql import TSQUERY  # with all that SQLAlchemy knows of PostgreSQL

    return cast(literal(written), TSQUERY)


def documents(entry: Entry) -> Iterator[str]:
    """The tsvectors of an article, as text. The headline stands in the first, weighs A, and no phrase leaves it.

    A token is named once for each of its places: PostgreSQL brings them together, quicker than anything here could.
    """
    headline, body = entry.headline.split()[:PART], entry.body.split()
    start = 0
    while True:
        end = min(len(body), start + PART)
        counts = Counter(headline)
        counts.update(body[start:end])
        if counts and max(counts.values()) > OFTEN:
            end = _end(headline, body, start, end)
        yield _placed(headline, 1, "A") + _placed(body[start:end], len(headline) + 2)
        if end == len(body):
            return
        start = max(end - OVERLAP, start + 1)
        headline = []


def headline_document(entry: Entry) -> str:
    """The tsvector of a headline, as text; "" where it has no tokens."""
    return _placed(entry.headline.split()[:PART], 1)


def _end(headline: Sequence[str], body: Sequence[str], start: int, end: int) -> int:
    """Up to where a tsvector that begins with a headline can hold a body's tokens: to the first that would have too
    many places in it."""
    counts = Counter(headline)
    for place in range(start, end):
        if counts[body[place]] == OFTEN:
            return place
        counts[body[place]] += 1
    return end


def _placed(words: Sequence[str], first: int, weight: str = "") -> str:
    """Tokens as a tsvector names them, each at a place of its own, counted from `first`."""
    pieces = [""] * (3 * len(words))
    pieces[::3] = ["'"] * len(words)
    pieces[1::3] = words
    pieces[2::3] = _places(weight)[first : first + len(words)]
    return "".join(pieces)


@cache
def _places(weight: str) -> list[str]:
    """What stands behind a token at each place that there is."""
    return [f"':{place}{weight} " for place in range(2 * PART + 2)]
