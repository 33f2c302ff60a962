"""What the archive knows of itself: its numbers and its runs, the queries behind `stats` and `runs`."""

from typing import Any

from sqlalchemy import Connection, func, select, text

from archive.dedup.tables import Cluster, Link
from archive.query.visible import visible
from archive.store.models import Article, Capture, CrawlRun, Revision
from archive.times import show_time, show_times


def holdings(connection: Connection) -> dict[str, Any]:
    """How many `articles`, `stories` and `copies` (articles beyond one of each story) are shown, those that are
    `withdrawn`, and the articles of each of the `sites`."""
    # What is withdrawn is taken off: few rows with an index of their own, where a count of the others would read all.
    hidden = _counted(connection, Article.site, hidden=True)
    sites = _less(_counted(connection, Article.site), hidden)
    clusters, members = connection.execute(
        select(func.count(), func.coalesce(func.sum(Cluster.size), 0)).where(Cluster.size > 0)
    ).one()
    articles = sum(sites.values())
    return {
        "articles": articles,
        "stories": articles - int(members) + clusters,
        "copies": int(members) - clusters,
        "withdrawn": sum(hidden.values()),
        "sites": sites,
    }


def statistics(connection: Connection) -> dict[str, Any]:
    """The archive in numbers, as `jianbao stats --json` prints it."""

    def count(statement: Any) -> int:
        return connection.scalar(statement) or 0

    held = holdings(connection)
    first, last = connection.execute(select(func.min(Article.published_at), func.max(Article.published_at))).one()
    return {
        "articles": held["articles"],
        "stories": held["stories"],
        "copies": held["copies"],
        "revisions": count(select(func.count()).select_from(Revision)),
        "captures": count(select(func.count()).select_from(Capture)),
        "first_published_at": show_time(first),
        "last_published_at": show_time(last),
        "withdrawn": held["withdrawn"],
        "sites": held["sites"],
        "outcomes": _counted(connection, Capture.outcome),
        "relations": _counted(connection, Link.relation),
        "templates": _less(_counted(connection, Article.template), _counted(connection, Article.template, hidden=True)),
        "database_bytes": _size(connection),
    }


def _counted(connection: Connection, column: Any, *, hidden: bool = False) -> dict[str, int]:
    counts = select(column, func.count()).group_by(column)
    if hidden:
        # SQLite would take the column's index, which is in the right order, and look at every row for the condition.
        counts = counts.where(~visible()).with_hint(Article, "INDEXED BY ix_article_withdrawn", "sqlite")
    return {name or "": number for name, number in connection.execute(counts.order_by(func.count().desc(), column))}


def _less(counts: dict[str, int], hidden: dict[str, int]) -> dict[str, int]:
    return {name: left for name, number in counts.items() if (left := number - hidden.get(name, 0))}


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
