"""The full-text index against the articles' texts, and the index of names against their names: every token at its
place, nothing more and nothing less.

SQLite's indexes keep no texts, and to ask one for an article's tokens costs a tenth of a second. So each is read once
from end to end, token by token, and a sum over each article's tokens is compared with that over its text.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select, text

from archive.store import fulltext
from archive.store.finding import names
from archive.store.models import Article
from archive.text.tokens import written
from crawler.upkeep.verify.finding import Finding, Repair

_BATCH: Final = 500
_MASK: Final = (1 << 64) - 1
_STEP: Final = 100_000
_VOCABULARY: Final = "article_text_tokens"

# unnest and not a join of values: what a batch should hold is one parameter.
_SAME: Final = """SELECT t.article_id, {part}, {same} AS same FROM {table} t
    LEFT JOIN unnest(CAST(:ids AS bigint[]), CAST(:parts AS integer[]), CAST(:held AS text[]))
    AS w (article_id, part, held) ON w.article_id = t.article_id AND w.part = {part}
    WHERE t.article_id BETWEEN :first AND :last"""

_WRITTEN: Final = "t.written = convert_to(w.held, 'UTF8')"  # which may be no text any more
_WAYS: Final = {
    fulltext.TABLE: {"part": "t.part", "same": _WRITTEN},
    fulltext.HEADLINES: {"part": "0", "same": _WRITTEN},
    names.TABLE: {"part": "0", "same": "t.document = w.held::tsvector"},
}

Held = Mapping[tuple[int, int], str]
"""What PostgreSQL should hold, by article and part."""


def check(connection: Connection, on_articles: Callable[[int], None] = lambda done: None) -> Iterator[Finding]:
    """Every article that is not in an index as its text or its names say, and what an index holds of no article. In one
    state of the database."""
    wrong = _on_sqlite if connection.dialect.name == "sqlite" else _on_postgresql
    for table, key in wrong(connection, on_articles):
        kind, fault, repair = _TOLD[table]
        yield Finding(kind=kind, place=f"article {key}", fault=fault, repair=repair, key=key)
    for table, (_, _, repair) in _TOLD.items():
        for key in connection.scalars(text(_DANGLING[connection.dialect.name].format(table=table))):
            fault = f"it holds a text of article {key}, which is not there"
            yield Finding(kind="dangling", place=table, fault=fault, repair=repair, key=key)


_TOLD: Final = {
    fulltext.TABLE: ("fulltext", "the full-text index does not hold its text", Repair.FULLTEXT),
    names.TABLE: ("names", "the index of names does not hold its sources, authors and flags", Repair.NAMES),
}
# FTS5's own table of how long each text is: a row an article.
_DANGLING: Final = {
    "sqlite": "SELECT id FROM {table}_docsize WHERE id NOT IN (SELECT id FROM article) ORDER BY id",
    "postgresql": "SELECT DISTINCT article_id FROM {table} t "
    "WHERE NOT EXISTS (SELECT FROM article WHERE id = t.article_id) ORDER BY 1",
}
_COLUMNS: Final = ("id", "headline", "body", *names.COLUMNS.values())


def _articles(connection: Connection) -> Iterator[list[RowMapping]]:
    query = select(*(getattr(Article, name) for name in _COLUMNS)).order_by(Article.id).limit(_BATCH)
    last = 0
    while rows := connection.execute(query.where(Article.id > last)).mappings().all():
        yield list(rows)
        last = rows[-1]["id"]


def _on_sqlite(connection: Connection, on_articles: Callable[[int], None]) -> Iterator[tuple[str, int]]:
    sums = {table: _sums(connection, table) for table in _TOLD}
    there = {table: set(connection.scalars(text(f"SELECT id FROM {table}_docsize"))) for table in _TOLD}  # noqa: S608
    done = 0
    for rows in _articles(connection):
        for row in rows:
            key = row["id"]
            its = fulltext.entry(key, row["headline"], row["body"])
            named = zip(names.COLUMNS, names.entry(row), strict=True)
            wanted = {
                fulltext.TABLE: _sum([("headline", its.headline), ("body", its.body)]),
                names.TABLE: _sum(named),
            }
            for table, total in wanted.items():
                if key not in there[table] or sums[table].get(key, 0) != total:
                    yield table, key
        done += len(rows)
        on_articles(done)


def _sums(connection: Connection, table: str) -> dict[int, int]:
    """The sum over the tokens that an index holds of each article."""
    raw: Any = connection.connection.driver_connection
    cursor = raw.cursor()
    cursor.execute(f"CREATE VIRTUAL TABLE temp.{_VOCABULARY} USING fts5vocab('main', '{table}', 'instance')")
    try:
        sums: dict[int, int] = {}
        cursor.execute(f"SELECT doc, term, col, offset FROM temp.{_VOCABULARY}")  # noqa: S608
        while found := cursor.fetchmany(_STEP):
            for key, term, column, place in found:
                sums[key] = (sums.get(key, 0) + hash((term, column, place))) & _MASK
        return sums
    finally:
        cursor.execute(f"DROP TABLE temp.{_VOCABULARY}")
        cursor.close()


def _sum(columns: Iterable[tuple[str, str]]) -> int:
    total = 0
    for column, words in columns:
        for place, term in enumerate(words.split()):
            total += hash((term, column, place))
    return total & _MASK


def _on_postgresql(connection: Connection, on_articles: Callable[[int], None]) -> Iterator[tuple[str, int]]:
    done = first = 0
    for rows in _articles(connection):
        wanted: dict[str, dict[tuple[int, int], str]] = {fulltext.TABLE: {}, fulltext.HEADLINES: {}, names.TABLE: {}}
        for row in rows:
            key = row["id"]
            entry = fulltext.entry(key, row["headline"], row["body"])
            parts = enumerate(fulltext.parts(entry.body))
            wanted[fulltext.TABLE].update(((key, part), written(made)) for part, made in parts)
            if headline := fulltext.headline(entry):
                wanted[fulltext.HEADLINES][key, 0] = written(headline)
            wanted[names.TABLE][key, 0] = names.document(list(names.entry(row)))
        last = rows[-1]["id"]
        known = {row["id"] for row in rows}
        wrong = {table: _differing(connection, table, its, first + 1, last) & known for table, its in wanted.items()}
        wrong[fulltext.TABLE] |= wrong.pop(fulltext.HEADLINES)
        for table, keys in wrong.items():
            yield from ((table, key) for key in sorted(keys))
        first = last
        done += len(rows)
        on_articles(done)


def _differing(connection: Connection, table: str, wanted: Held, first: int, last: int) -> set[int]:
    """The articles of which a table holds something else, of those numbered from `first` to `last`."""
    values = {
        "ids": [key for key, _ in wanted],
        "parts": [part for _, part in wanted],
        "held": list(wanted.values()),
        "first": first,
        "last": last,
    }
    statement = text(_SAME.format(table=table, **_WAYS[table]))
    there = {(key, part): same for key, part, same in connection.execute(statement, values)}
    lacking = {key for key, part in wanted if not there.get((key, part))}
    return lacking | {key for key, part in there if (key, part) not in wanted}
