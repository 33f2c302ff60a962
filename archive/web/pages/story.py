"""One story: who was first, every copy on a time line, and what each of them changed."""

from collections.abc import Callable
from typing import Any, Final

from starlette.responses import Response

from archive.cite.styles import STYLES
from archive.dedup.clusters.describe import describe_cluster
from archive.errors import UsageError
from archive.query.stories.copies import copies, story_of
from archive.query.stories.edited import EditedCopy, edits
from archive.query.stories.firsts import firsts
from archive.web.parts.lags import lags
from archive.web.visit import Page, Visit

DRAWN: Final = 40
"""So many copies stand on the time line."""

Key = Callable[[EditedCopy], Any]
COLUMNS: Final[dict[str, Key]] = {
    "time": lambda one: one.copy.by_time,
    "copy": lambda one: (one.copy.site, one.copy.account_name or one.copy.source_name or ""),
    "coverage": lambda one: one.coverage,
    "own": lambda one: -one.own,
    **{
        kind: lambda one, kind=kind: -one.counts.get(kind, 0)  # type: ignore[misc]
        for kind in ("headline", "number", "name", "date", "paragraph_removed", "paragraph_added", "wording")
    },
    "weight": lambda one: -one.weight,
}
"""What the table can be sorted by: the copies that changed most come first."""


def story(visit: Visit) -> Response:
    """The page of the story that an article is in."""
    by = visit.arg("by") or "time"
    if by not in COLUMNS:
        raise UsageError(f"copies are not sorted by {by[:40]!r}; write one of {', '.join(COLUMNS)}")
    cluster = story_of(visit.connection, visit.id())
    told = describe_cluster(visit.connection, visit.id(), with_differences=False)
    every = copies(visit.connection, cluster)
    against = visit.number("against", 0, most=2**53) or None
    changed = edits(visit.connection, cluster, against=against, every=every)
    first = firsts(visit.connection, cluster, every=every)
    return visit.render(
        "story.html",
        story=told,
        headline=next((one["headline"] for one in told["members"] if one["representative"]), None),
        firsts=first,
        by_id={one.id: one for one in every},
        copies=every[:DRAWN],
        more=max(0, len(every) - DRAWN),
        chart=lags([one.published_at for one in every[:DRAWN]]),
        seen_first=first.seen.copy.id if first.seen is not None else None,
        against=changed.against,
        changed=sorted(changed.copies, key=COLUMNS[by]),
        links={member["id"]: member["link"] for member in told["members"]},
        by=by,
        columns=tuple(COLUMNS),
        styles=tuple(STYLES),
    )


PAGES: Final = (Page(path="/story/{id:int}", name="story", view=story, costly=True),)
