"""What people and machines do to stories, by the articles' names."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select

from archive.dedup.clusters import decisions
from archive.dedup.clusters.doubts import open_doubts
from archive.dedup.recluster.duck import DuckEngine
from archive.dedup.recluster.run import apply, recluster
from archive.dedup.tables import Cluster
from archive.ingest.reindex import reindex
from archive.store.db import reading, writing
from archive.store.models import Article
from archive.store.records import ArticleRecord
from archive.store.table import Base
from tests.archive.dedup.copies import DAY, groups, record, spin, store, text

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STORY, OTHER = text(1, 300), text(2, 300)
SPUN = spin(STORY)


def ids_of(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        return dict(connection.execute(select(Article.native_id, Article.id)).all())


def found(engine: Engine) -> set[frozenset[str]]:
    with reading(engine) as connection:
        return groups(connection)


def count(engine: Engine, *tables: type[Base]) -> int:
    with reading(engine) as connection:
        return sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def standing(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(Article.native_id).join(Cluster, Cluster.representative_id == Article.id)))


def split(engine: Engine, *names: str) -> None:
    ids = ids_of(engine)
    with writing(engine) as connection:
        decisions.split(connection, [ids[name] for name in names], by="林", now=NOW)


def merge(engine: Engine, *names: str) -> None:
    ids = ids_of(engine)
    with writing(engine) as connection:
        decisions.merge(connection, [ids[name] for name in names], by="林", now=NOW)


def apart(engine: Engine, *names: str) -> bool:
    ids = ids_of(engine)
    with writing(engine) as connection:
        return decisions.apart(connection, [ids[name] for name in names], by="林", now=NOW)


def doubts(engine: Engine, **asked: Any) -> list[set[str]]:
    """The names of the two articles of each doubt."""
    with reading(engine) as connection:
        found = open_doubts(connection, **asked)
    return [{one["native_id"] for one in doubt["articles"]} for doubt in found.shown]


def pin(engine: Engine, name: str, days: float = 0) -> None:
    ids = ids_of(engine)
    with writing(engine) as connection:
        decisions.pin(connection, ids[name], by="林", now=NOW + timedelta(days=days))


def article(name: str, body: str, revised: float = 0) -> ArticleRecord:
    """An article on a site of its own, so that nothing is furniture."""
    return record(body, name, site=f"site-{name}", headline=f"消息{name}{revised or ''}")


def copies(names: Iterable[str], body: str = STORY) -> list[ArticleRecord]:
    return [article(name, body) for name in names]


def revise(engine: Engine, name: str, body: str, days: float = 2) -> None:
    store(engine, article(name, body, days), now=DAY + timedelta(days=days))


def recluster_all(engine: Engine) -> None:
    apply(engine, recluster(engine, DuckEngine(engine, jobs=1)), now=NOW)


def reindex_all(engine: Engine) -> None:
    with writing(engine) as connection:
        reindex(connection, now=NOW, progress=lambda step, done, total: None)
