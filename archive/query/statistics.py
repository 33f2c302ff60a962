"""What the archive knows of itself: its numbers and its runs, the queries behind `stats` and `runs`."""

from typing import Any

from sqlalchemy import Connection, func, select, text

from archive.dedup.tables import Cluster, Link
from archive.store.models import Article, Capture, CrawlRun, Revision
from archive.times import show_time, show_times


def statistics(connection: Connection) -> dict[str, Any]:
    """The archive in numbers, as `jianbao stats --json` prints it."""

    def count(statement: Any) -> int:
        return connection.scalar(statement) or 0

    articles = count(select(func.count()).select_from(Article))
    grouped = connection.execute(
        select(func.count(), func.coalesce(func.sum(Cluster.size), 0)).select_from(Cluster)
    ).one()
    first, last = connection.execute(select(func.min(Article.published_at), func.max(Article.published_at))).one()
    return {
        "articles": articles,
        "stories": articles - int(grouped[1]) + grouped[0],
        "copies": int(grouped[1]) - grouped[0],
        "revisions": count(select(func.count()).select_from(Revision)),
        "captures": count(select(func.count()).select_from(Capture)),
        "first_published_at": show_time(first),
        "last_published_at": show_time(last),
        "sites": _counted(connection, Article.site),
        "outcomes": _counted(connection, Capture.outcome),
        "relations": _counted(connection, Link.relation),
        "templates": _counted(connection, Article.template),
        "database_bytes": _size(connection),
    }


def _counted(connection: Connection, column: Any) -> dict[str, int]:
    rows = connection.execute(select(column, func.count()).group_by(column).order_by(func.count().desc(), column))
    return {name or "": number for name, number in rows}


def _size(connection: Connection) -> int:
    if connection.dialect.name == "sqlite":
        pages = connection.scalar(text("SELECT page_count FROM pragma_page_count()")) or 0
        return int(pages * (connection.scalar(text("SELECT page_size FROM pragma_page_size()")) or 0))
    return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def runs(connection: Connection, limit: int, *, before: int | None = None) -> list[dict[str, Any]]:
    """The last runs, newest first, as `jianbao runs --json` prints them. `before`: of those with a lower number."""
    query = select(CrawlRun.__table__).order_by(CrawlRun.id.desc()).limit(limit)
    if before is not None:
        query = query.where(CrawlRun.id < before)
    rows = connection.execute(query).mappings()
    return [show_times(row) for row in rows]
