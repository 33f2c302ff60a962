"""The index of names: an article's source, account, authors and flags, by the words in them and as a whole.

It has the tokens of `archive.text.words`, as the full-text index has, so a name is found by the same rules as a text;
`EDGE` stands before and behind each name, so that nothing is read across two of them, and a whole one is found as such.
SQLite: a contentless FTS5 table, a row an article. PostgreSQL: a row an article too, its columns told apart by weights.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, event, select, text

from archive.store.models import Article
from archive.store.table import Base, send
from archive.text.words import Term, Word, term

TABLE: Final = "article_text_names"
COLUMNS: Final = {"source": "source_name", "account": "account_name", "author": "authors", "flag": "flags"}
"""The index's columns, and those of an article that they hold."""
EDGE: Final = "—"
"""No token of a text, since folding drops it."""
_WEIGHTS: Final = dict(zip(COLUMNS, "ABCD", strict=True))
_MOST_NAMES: Final = 50
_MOST_TOKENS: Final = 250
_BATCH: Final = 1_000

_SQLITE: Final = (f"CREATE VIRTUAL TABLE {TABLE} USING fts5({', '.join(COLUMNS)}, content='', tokenize='ascii')",)
_POSTGRESQL: Final = (
    f"""CREATE TABLE {TABLE} (article_id BIGINT NOT NULL REFERENCES article (id), document TSVECTOR NOT NULL,
    CONSTRAINT pk_{TABLE} PRIMARY KEY (article_id))""",
    f"CREATE INDEX ix_{TABLE}_document ON {TABLE} USING gin (document)",
)


@event.listens_for(Base.metadata, "after_create")
def _create(target: object, connection: Connection, **_: object) -> None:
    create(connection)


@event.listens_for(Base.metadata, "before_drop")
def _drop(target: object, connection: Connection, **_: object) -> None:
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {TABLE}")


def create(connection: Connection) -> None:
    """Make the empty index."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)


def add(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Index the names of articles that are not in the index; `rows`: theirs, with `id`."""
    entries = [(row["id"], *entry(row)) for row in rows]
    if not entries:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"INSERT INTO {TABLE} (rowid, source, account, author, flag) VALUES (?, ?, ?, ?, ?)",  # noqa: S608
            entries,
        )
        return
    documents = [(key, document(columns)) for key, *columns in entries]
    send(connection, TABLE, {"article_id": "bigint", "document": "tsvector"}, documents)


def change(connection: Connection, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Index an article anew where a name of it changed. `before`: its row as it was, with `id`; FTS5 forgets by it."""
    if all(before[name] == after[name] for name in COLUMNS.values()):
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"INSERT INTO {TABLE} ({TABLE}, rowid, source, account, author, flag) "  # noqa: S608
            "VALUES ('delete', ?, ?, ?, ?, ?)",
            (before["id"], *entry(before)),
        )
    else:
        connection.execute(text(f"DELETE FROM {TABLE} WHERE article_id = :id"), {"id": before["id"]})  # noqa: S608
    add(connection, [after])


def fill(connection: Connection) -> None:
    """Index all articles anew."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('delete-all')")  # noqa: S608
    else:
        connection.exec_driver_sql(f"DELETE FROM {TABLE}")  # noqa: S608
    columns = [getattr(Article, name) for name in ("id", *COLUMNS.values())]
    statement = select(*columns).order_by(Article.id).limit(_BATCH)
    last = 0
    while rows := connection.execute(statement.where(Article.id > last)).mappings().all():
        add(connection, rows)  # type: ignore[arg-type]
        last = rows[-1]["id"]


def entry(row: Mapping[Any, Any]) -> Iterator[str]:
    """The tokens of an article's names, for each of the index's columns."""
    for name in COLUMNS.values():
        value = row[name]
        yield _cut(value if isinstance(value, (list, tuple)) else [value] if value else [])


def document(columns: Sequence[str]) -> str:
    """The tsvector of an article, as text; `columns`: its entry."""
    places: dict[str, list[str]] = {}
    at = 0
    for words, weight in zip(columns, _WEIGHTS.values(), strict=True):
        for word in words.split():
            at += 1
            places.setdefault(word, []).append(f"{at}{weight}")
        at += 1
    return " ".join(f"'{word}':{','.join(at)}" for word, at in places.items())


def fts5_phrase(name: str, column: str, *, prefix: bool, whole: bool) -> str:
    """A name, or words of one, in FTS5's query language."""
    wanted = _term(name, prefix=prefix, whole=whole)
    phrase = " + ".join(f'"{token}"' for token in wanted.tokens) + (" *" if wanted.prefix else "")
    return f"{column} : {phrase}"


def tsquery(name: str, column: str, *, prefix: bool, whole: bool) -> str:
    """The same in PostgreSQL's."""
    wanted = _term(name, prefix=prefix, whole=whole)
    signs = [_WEIGHTS[column]] * len(wanted.tokens)
    signs[-1] = ("*" if wanted.prefix else "") + signs[-1]
    return " <-> ".join(f"'{token}':{sign}" for token, sign in zip(wanted.tokens, signs, strict=True))


def _term(name: str, *, prefix: bool, whole: bool) -> Term:
    if whole:
        return Term((EDGE, *_tokens(name), EDGE))
    found = term(name)
    if found is None:
        raise ValueError(f"nothing to search for in {name!r}")
    return Term(found.tokens, found.prefix or prefix)


def _cut(names: Sequence[str]) -> str:
    """The tokens of names, with an edge around each."""
    found = [EDGE]
    for name in names[:_MOST_NAMES]:
        found += [*_tokens(name), EDGE]
    return " ".join(found[:_MOST_TOKENS]) if len(found) > 1 else ""


@lru_cache(10_000)
def _tokens(name: str) -> tuple[str, ...]:
    return tuple(Word.of(name).tokens())
