"""The full-text index against the articles' texts: every token at its place, nothing more and nothing less.

SQLite's index keeps no texts, and to ask it for one article's tokens costs a tenth of a second. So it is read once from
end to end, token by token, and a sum over each article's tokens is compared with that over its text.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from sqlalchemy import Connection, select, text

from archive.store import fulltext
from archive.store.models import Article
from crawler.upkeep.verify.finding import Finding, Repair

_BATCH: Final = 500
_MASK: Final = (1 << 64) - 1
_STEP: Final = 100_000
_VOCABULARY: Final = "article_text_tokens"

# unnest and not a join of values: a batch's documents are one parameter.
_SAME: Final = text(
    f"""SELECT t.article_id, t.part, t.document = w.document::tsvector AS same FROM {fulltext.TABLE} t
    LEFT JOIN unnest(CAST(:ids AS bigint[]), CAST(:parts AS integer[]), CAST(:documents AS text[]))
    AS w (article_id, part, document) ON w.article_id = t.article_id AND w.part = t.part
    WHERE t.article_id BETWEEN :first AND :last"""  # noqa: S608
)


def check(connection: Connection, on_articles: Callable[[int], None] = lambda done: None) -> Iterator[Finding]:
    """Every article that is not in the index as its text says, and what the index holds of no article. In one state of
    the database."""
    wrong = _on_sqlite if connection.dialect.name == "sqlite" else _on_postgresql
    for key in wrong(connection, on_articles):
        yield Finding(
            kind="fulltext",
            place=f"article {key}",
            fault="the full-text index does not hold its text",
            repair=Repair.FULLTEXT,
            key=key,
        )
    for key in connection.scalars(text(_DANGLING[connection.dialect.name])):
        yield Finding(
            kind="dangling",
            place=fulltext.TABLE,
            fault=f"it holds a text of article {key}, which is not there",
            repair=Repair.FULLTEXT,
            key=key,
        )


# FTS5's own table of how long each text is: a row an article.
_DANGLING: Final = {
    "sqlite": f"SELECT id FROM {fulltext.TABLE}_docsize WHERE id NOT IN (SELECT id FROM article) ORDER BY id",  # noqa: S608
    "postgresql": f"SELECT DISTINCT article_id FROM {fulltext.TABLE} t "  # noqa: S608
    "WHERE NOT EXISTS (SELECT FROM article WHERE id = t.article_id) ORDER BY 1",
}


def _articles(connection: Connection) -> Iterator[list[Any]]:
    query = select(Article.id, Article.headline, Article.body).order_by(Article.id).limit(_BATCH)
    last = 0
    while rows := connection.execute(query.where(Article.id > last)).all():
        yield list(rows)
        last = rows[-1].id


def _on_sqlite(connection: Connection, on_articles: Callable[[int], None]) -> Iterator[int]:
    sums = _sums(connection)
    there = set(connection.scalars(text(f"SELECT id FROM {fulltext.TABLE}_docsize")))  # noqa: S608
    done = 0
    for rows in _articles(connection):
        for row in rows:
            entry = fulltext.entry(row.id, row.headline, row.body)
            if row.id not in there or sums.get(row.id, 0) != _sum(entry):
                yield row.id
        done += len(rows)
        on_articles(done)


def _sums(connection: Connection) -> dict[int, int]:
    """The sum over the tokens that the index holds of each article."""
    raw: Any = connection.connection.driver_connection
    cursor = raw.cursor()
    cursor.execute(f"CREATE VIRTUAL TABLE temp.{_VOCABULARY} USING fts5vocab('main', '{fulltext.TABLE}', 'instance')")
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


def _sum(entry: fulltext.Entry) -> int:
    total = 0
    for column, words in (("headline", entry.headline), ("body", entry.body)):
        for place, term in enumerate(words.split()):
            total += hash((term, column, place))
    return total & _MASK


def _on_postgresql(connection: Connection, on_articles: Callable[[int], None]) -> Iterator[int]:
    done = first = 0
    for rows in _articles(connection):
        wanted = {
            (row.id, part): document
            for row in rows
            for part, document in enumerate(fulltext.documents(fulltext.entry(row.id, row.headline, row.body)))
        }
        last = rows[-1].id
        values = {
            "ids": [key for key, _ in wanted],
            "parts": [part for _, part in wanted],
            "documents": list(wanted.values()),
            "first": first + 1,
            "last": last,
        }
        there = {(key, part): same for key, part, same in connection.execute(_SAME, values)}
        known = {row.id for row in rows}
        wrong = {key for key, part in wanted if not there.get((key, part))}
        yield from sorted((wrong | {key for key, part in there if (key, part) not in wanted}) & known)
        first = last
        done += len(rows)
        on_articles(done)
