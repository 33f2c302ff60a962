"""All that is computed from the stored texts made anew: full text, duplicate index, links, clusters, signatures.

An archive is of one version of the text rules (`archive.text.version`). After an update that raised it, `jianbao db
upgrade` comes here. All of it happens in the transaction of the upgrade, so it ends as it was, or whole; memory stays
flat. The full text is that of an import of the same articles by the new rules, and what people decided stays.

So are digests and signatures, and index, links and clusters as long as nothing is furniture
(`archive.dedup.propose.furniture`). That is known from the start here. An import learns it as it goes: it has linked
articles that hold some by then, looks at those again, and so tries other pairs than one that knew. The same archive
made anew twice is the same.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, Engine, RowMapping, func, select

from archive.dedup import reindex as duplicates
from archive.dedup.linking import relink
from archive.dedup.types import Indexed
from archive.flags import is_complete
from archive.ingest.prepare import indexes
from archive.store import fulltext, schema, scheme
from archive.store.changes import log_clustered
from archive.store.finding import names
from archive.store.models import Article

BATCH: Final = 200
"""Articles that are read at a time."""

Progress = Callable[[str, int, int], None]
"""Takes what is being done, and to how many articles of how many it is done."""


@frozen
class Upgraded:
    """`before`, `after`: the schema's revisions, `before` None where there was none. `articles`: how many were indexed
    anew, None where that was not needed."""

    before: str | None
    after: str | None
    articles: int | None


def upgrade(engine: Engine, *, now: datetime, progress: Progress = lambda step, done, total: None) -> Upgraded:
    """Bring a database up to this program's schema and text rules, in one transaction; set it up where there is none.

    `now` carries a zone. Raises `SchemaMismatch` where the database is newer, or of something else.
    """
    before = schema.current(engine)
    articles = None
    with schema.upgrading(engine) as connection:
        if scheme.is_stale(connection):
            articles = reindex(connection, now=now, progress=progress)
    return Upgraded(before, schema.current(engine), articles)


def reindex(connection: Connection, *, now: datetime, progress: Progress) -> int:
    """Make it all anew, in the caller's write transaction; how many articles there are."""
    duplicates.begin(connection)
    fulltext.clear(connection)
    names.fill(connection)
    total = connection.scalar(select(func.count()).select_from(Article)) or 0
    for step, columns, work in _STEPS:
        done = 0
        for rows in _batches(connection, columns):
            work(connection, rows, now)
            done += len(rows)
            progress(step, done, total)
    return total


def _batches(connection: Connection, columns: Sequence[str]) -> Iterator[list[RowMapping]]:
    statement = select(*(getattr(Article, name) for name in ("id", *columns))).order_by(Article.id).limit(BATCH)
    last = 0
    while rows := connection.execute(statement.where(Article.id > last)).mappings().all():
        yield list(rows)
        last = rows[-1]["id"]


def _note(connection: Connection, rows: list[RowMapping], now: datetime) -> None:
    duplicates.note(connection, [(row["id"], row["headline"], row["body"]) for row in rows])


def _index(connection: Connection, rows: list[RowMapping], now: datetime) -> None:
    entries = []
    articles = []
    for row in rows:
        values: dict[str, Any] = dict(row)
        key, complete = values.pop("id"), is_complete(values.pop("flags"))
        headline, body, fingerprint = indexes(row["headline"], row["body"])
        entries.append(fulltext.Entry(key, headline, body))
        articles.append(Indexed(article_id=key, **values, complete=complete, fingerprint=fingerprint))
    fulltext.add(connection, entries)
    relink(connection, articles, now=now)


def _settle(connection: Connection, rows: list[RowMapping], now: datetime) -> None:
    changed = duplicates.settle(connection, [row["id"] for row in rows], now=now)
    log_clustered(connection, sorted(changed), now)


_STEPS: Final = (
    ("reading passages", ("headline", "body"), _note),
    (
        "indexing",
        (
            *("site", "native_id", "url", "headline", "body"),
            *("published_at", "published_precision", "first_captured_at", "flags"),
        ),
        _index,
    ),
    ("clustering", (), _settle),
)
