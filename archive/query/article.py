"""What the archive knows of one article: the queries behind `show`."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from archive.dedup.clusters.related import links_of, related
from archive.dedup.tables import Cluster, DedupText
from archive.errors import NotFound
from archive.export.datasets import ARTICLES
from archive.flags import shown
from archive.people import corrections, notes, tags
from archive.query.visible import refuse_withdrawn
from archive.store.models import Article, Capture, Revision, Sighting
from archive.times import show_time, show_times
from archive.watch.presence import looks
from archive.watch.states import State, events

MAX_ROWS = 200
"""The most captures, sightings, revisions or related articles that one article is shown with."""

# Statements are put together once: that costs more than to send one.
_ARTICLE: Final = (
    select(Article.__table__, Cluster.representative_id, Cluster.size, DedupText.length)
    .outerjoin(Cluster, Cluster.id == Article.cluster_id)
    .outerjoin(DedupText, DedupText.article_id == Article.id)
    .where(Article.id == bindparam("asked"))
)
_REVISIONS: Final = (
    select(
        *(Revision.number, Revision.captured_at, Revision.capture_id),
        *(Revision.cause, Revision.headline, Revision.body),
    )
    .where(Revision.article_id == bindparam("asked"))
    .order_by(Revision.number)
    .limit(MAX_ROWS)
)
_REVISION: Final = select(Revision.headline, Revision.body).where(
    Revision.article_id == bindparam("asked"), Revision.number == bindparam("number")
)
_SIGHTINGS: Final = (
    select(
        *(Sighting.source, Sighting.url, Sighting.title),
        *(Sighting.first_seen_at, Sighting.last_seen_at, Sighting.times_seen),
    )
    .where(Sighting.site == bindparam("site"), Sighting.native_id == bindparam("native_id"))
    .order_by(Sighting.first_seen_at, Sighting.source)
    .limit(MAX_ROWS)
)
_CAPTURES: Final = (
    select(
        *(Capture.id, Capture.captured_at, Capture.url, Capture.status, Capture.outcome, Capture.agreement),
        *(Capture.warc_file, Capture.warc_offset, Capture.warc_length, Capture.digest),
    )
    .where(Capture.article_id == bindparam("asked"))
    .order_by(Capture.captured_at, Capture.id)
    .limit(MAX_ROWS)
)


def article_row(connection: Connection, article_id: int) -> dict[str, Any]:
    """One article's columns, and `representative` and `copies` of its cluster. Raises `NotFound`, of a withdrawn one
    too."""
    row = connection.execute(_ARTICLE, {"asked": article_id}).mappings().first()
    if row is None:
        raise NotFound(f"no article {article_id}")
    if row["withdrawn_at"] is not None:
        refuse_withdrawn(connection, article_id)
    representative_id = row["representative_id"]
    return {
        **row,
        "flags": shown(row["flags"], row["length"]),
        "representative": representative_id in (None, article_id),
        "copies": row["size"] or 1,
    }


def describe(connection: Connection, article_id: int) -> dict[str, Any]:
    """Everything about one article, as `jianbao show --json` prints it: the exported fields, then `copies`, `blocks`,
    `revisions` (oldest first, the present one last), `sightings`, `captures`, `tags`, `notes`, `corrections`
    (`archive.people`) and `related` (the articles of other stories that it is linked to, as `jianbao cluster --json`
    prints them)."""
    return described(connection, article_row(connection, article_id))


def described(connection: Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    """The same of an article whose row (`article_row`) is there already."""
    article_id = row["id"]
    links = links_of(connection, [article_id])
    return {
        **_exported({**row, **_interval(connection, row)}),
        "copies": row["copies"],
        "blocks": row["blocks"],
        "revisions": revisions(connection, article_id),
        "sightings": _sightings(connection, row["site"], row["native_id"]),
        "captures": _captures(connection, article_id),
        "tags": tags.of(connection, article_id),
        "notes": notes.on(connection, row),
        "corrections": corrections.on(connection, article_id),
        "related": related(connection, {article_id: links.get(article_id, [])}, row["cluster_id"])[:MAX_ROWS],
    }


def _exported(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the export but for the signature; its times for a person, in Beijing time."""
    at = row["published_at"]
    told = show_times({name: row[name] for name in ARTICLES.fields if name in row})
    told["published_at"] = show_time(at, row["published_precision"])
    told |= {name: show_time(row[name]) for name in ("state_after", "state_before")}
    return told


def _interval(connection: Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    """Between which two looks an article came into its state; None for one that was always there."""
    newest = None
    if row["state"] != State.LIVE:
        its = looks(connection, {row["id"]: (row["site"], row["native_id"])})[row["id"]]
        newest = next((event for event in reversed(events(its)) if event.state == row["state"]), None)
    after = newest.after if newest is not None else None
    return {
        "state_after": after.at if after is not None else None,
        "state_before": newest.before.at if newest is not None else None,
    }


def revisions(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """An article's revisions with their texts, oldest first; the present one's headline and body are None."""
    return [show_times(row) for row in connection.execute(_REVISIONS, {"asked": article_id}).mappings()]


def revision_text(connection: Connection, article_id: int, number: int) -> tuple[str | None, str]:
    """The headline and body of one revision. Raises `NotFound`."""
    present = article_row(connection, article_id)
    if number == present["revision"]:
        return present["headline"], present["body"]
    row = connection.execute(_REVISION, {"asked": article_id, "number": number}).first()
    if row is None:
        raise NotFound(f"article {article_id} has {present['revision']} revisions, none with the number {number}")
    return row.headline, row.body or ""


def _sightings(connection: Connection, site: str, native_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(_SIGHTINGS, {"site": site, "native_id": native_id}).mappings()
    return [show_times(row) for row in rows]


def _captures(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    return [show_times(row) for row in connection.execute(_CAPTURES, {"asked": article_id}).mappings()]
