"""An article after a person corrected a field, or undid that: written as a revision is."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import evolve
from sqlalchemy import Connection, select

from archive.dedup.linking import link
from archive.ingest.changing import change_article
from archive.ingest.corrected import keep_extracted, stand_on, standing
from archive.ingest.observations import Observation
from archive.ingest.revising import Plan
from archive.store import fulltext
from archive.store.changes import entry, log_changes
from archive.store.models import Article, Revision
from archive.store.people import Correction

if TYPE_CHECKING:
    from archive.store.records import Cause

_NOTHING: Final = Plan(values={}, revisions=None, text_changed=False, relink=False, change=None)


def stand_anew(connection: Connection, row: Mapping[str, Any], below: Mapping[str, Any], *, now: datetime) -> None:
    """Bring an article up to the corrections that stand, in the caller's write transaction. `row`: the article's as it
    is; `below`: as extraction alone has it. `now` carries a zone."""
    key = row["id"]
    query = select(Revision.capture_id, Revision.captured_at, Revision.digest, Revision.cause)
    began = [
        Observation(found is not None, at, digest, found, cast("Cause", cause))
        for found, at, digest, cause in connection.execute(
            query.where(Revision.article_id == key).order_by(Revision.number)
        )
    ]
    its = stand_on(_NOTHING, below, row, standing(connection, [key]).get(key, []), began)
    said = its.revisions[-1] if its.revisions and its.text_changed else None
    if said is not None and its.revisions is not None and said.cause == "person":
        dated = evolve(said, at=max(now, said.at))
        its = evolve(its, revisions=[*its.revisions[:-1], dated])
    made = change_article(connection, row, its, [below], None)
    if made.left is not None and made.entry is not None:
        fulltext.replace(connection, [made.left], [made.entry])
    changes = []
    if its.values:
        change = entry(key, "revised" if its.text_changed else "updated", now, "person")
        changes.append({**change, "after_at": now, "before_at": now} if its.text_changed else change)
    if made.indexed is not None:
        (linked,) = link(connection, [made.indexed], now=now)
        changes += [entry(other, "clustered", now) for other in linked.changed if other != key]
    log_changes(connection, changes)


def stand_on_all(connection: Connection, *, now: datetime) -> None:
    """Bring every article up to the corrections that stand, after all were stored anew without them."""
    corrected = select(Correction.article_id).where(Correction.ended_at.is_(None)).distinct()
    for key in sorted(connection.scalars(corrected)):
        found = connection.execute(select(Article.__table__).where(Article.id == key)).mappings().first()
        if found is not None:
            row: dict[str, Any] = dict(found)
            keep_extracted(connection, row, standing(connection, [key])[key], now)
            stand_anew(connection, row, row, now=now)
