"""What the archive knows of one article, and of itself: the queries behind `show`, `stats` and `runs`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select, text

from archive.dedup.tables import Cluster
from archive.errors import NotFound
from archive.export.record import as_json
from archive.store.models import Article, Capture, CrawlRun, Revision, Sighting
from archive.times import show_time

MAX_ROWS = 200
"""The most captures, sightings or revisions that one article is shown with."""


def article_row(connection: Connection, article_id: int) -> dict[str, Any]:
    """One article's columns, and `representative` and `copies` of its cluster. Raises `NotFound`."""
    statement = (
        select(Article.__table__, Cluster.representative_id, Cluster.size)
        .outerjoin(Cluster, Cluster.id == Article.cluster_id)
        .where(Article.id == article_id)
    )
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise NotFound(f"no article {article_id}")
    representative_id = row["representative_id"]
    return {**row, "representative": representative_id in (None, article_id), "copies": row["size"] or 1}


def describe(connection: Connection, article_id: int) -> dict[str, Any]:
    """Everything about one article, as `jianbao show --json` prints it: the exported fields, then `copies`, `blocks`,
    `revisions` (oldest first, the present one last), `sightings` and `captures`."""
    row = article_row(connection, article_id)
    return {
        **as_json(row),
        "copies": row["copies"],
        "blocks": row["blocks"],
        "revisions": revisions(connection, article_id),
        "sightings": _sightings(connection, row["site"], row["native_id"]),
        "captures": _captures(connection, article_id),
    }


def revisions(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """An article's revisions with their texts, oldest first; the present one's headline and body are None."""
    columns = (Revision.number, Revision.captured_at, Revision.capture_id, Revision.headline, Revision.body)
    statement = select(*columns).where(Revision.article_id == article_id).order_by(Revision.number)
    return [_plain(row) for row in connection.execute(statement.limit(MAX_ROWS)).mappings()]


def revision_text(connection: Connection, article_id: int, number: int) -> tuple[str | None, str]:
    """The headline and body of one revision. Raises `NotFound`."""
    present = article_row(connection, article_id)
    if number == present["revision"]:
        return present["headline"], present["body"]
    statement = select(Revision.headline, Revision.body).where(
        Revision.article_id == article_id, Revision.number == number
    )
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound(f"article {article_id} has {present['revision']} revisions, none with the number {number}")
    return row.headline, row.body or ""


def _sightings(connection: Connection, site: str, native_id: str) -> list[dict[str, Any]]:
    columns = (
        Sighting.source,
        Sighting.url,
        Sighting.title,
        Sighting.first_seen_at,
        Sighting.last_seen_at,
        Sighting.times_seen,
    )
    statement = (
        select(*columns)
        .where(Sighting.site == site, Sighting.native_id == native_id)
        .order_by(Sighting.first_seen_at, Sighting.source)
    )
    return [_plain(row) for row in connection.execute(statement.limit(MAX_ROWS)).mappings()]


def _captures(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    columns = (
        Capture.id,
        Capture.captured_at,
        Capture.url,
        Capture.status,
        Capture.outcome,
        Capture.warc_file,
        Capture.warc_offset,
        Capture.warc_length,
        Capture.digest,
    )
    statement = select(*columns).where(Capture.article_id == article_id).order_by(Capture.captured_at, Capture.id)
    return [_plain(row) for row in connection.execute(statement.limit(MAX_ROWS)).mappings()]


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


def runs(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """The last runs, newest first, as `jianbao runs --json` prints them."""
    rows = connection.execute(select(CrawlRun.__table__).order_by(CrawlRun.id.desc()).limit(limit)).mappings()
    return [_plain(row) for row in rows]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row as JSON may hold it."""
    return {name: show_time(value) if name.endswith("_at") else value for name, value in row.items()}
