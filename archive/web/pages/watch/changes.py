"""What publishers changed, took away and brought back: the newest first, or what matters most."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from attrs import evolve
from sqlalchemy import select
from starlette.responses import Response

from archive.query.changes import CAUSES, KINDS, STATES, Wanted, changes, reach
from archive.store.models import Change
from archive.times import show_time
from archive.web.parts import rows
from archive.web.parts.asked import known, moment, word
from archive.web.parts.sites import every_site
from archive.web.visit import LARGEST_NUMBER, Page, Visit

SHOWN: Final = 30
EDITS: Final = 8
"""So many differences of each revision are shown; a file has all."""
LOOKED: Final = 1_000
"""So many changes are looked through for one page, or put in order by weight: the newest of the span."""
SPAN: Final = timedelta(days=30)
"""Where no span is asked for, the days up to the newest change."""
_COLUMNS: Final = (
    *("id", "article_id", "site", "native_id", "url", "headline", "kind", "cause", "revision", "after_at", "before_at"),
    *("after_capture_id", "before_capture_id", "noticed_at", "against", "weight", "edits"),
)


def page(visit: Visit) -> Response:
    """The page."""
    wanted = _wanted(visit)
    by_weight = visit.arg("by") == "weight"
    at = visit.number("at", 0, most=LOOKED)
    # A word that hardly any change has would be looked for through all the years of the log.
    last = reach(visit.connection, wanted, LOOKED)
    every = changes(visit.connection, evolve(wanted, least=last))
    if by_weight:
        every = iter(sorted(every, key=lambda change: -change["weight"]))
    if form := visit.arg("as"):
        return rows.file(every, _COLUMNS, form, "changes")
    shown = list(islice(every, at, at + SHOWN + 1))
    following = {"before": last, "at": None} if last is not None and not by_weight else None
    if len(shown) > SHOWN:
        shown = shown[:SHOWN]
        following = {"at": at + SHOWN} if by_weight else {"before": shown[-1]["id"]}
    return visit.render(
        "watch/changes.html",
        changes=shown,
        following=following,
        by_weight=by_weight,
        kinds=KINDS,
        states=STATES,
        causes=CAUSES,
        wanted=wanted,
        sites=every_site(visit.connection),
        since=(show_time(wanted.since) or "")[:10],
        until=visit.arg("until"),
        most_edits=EDITS,
        looked=LOOKED if last is not None else 0,
    )


def _wanted(visit: Visit) -> Wanted:
    until = moment(visit, "until", end=True)
    causes = known(visit, "cause", CAUSES)
    return Wanted(
        since=moment(visit, "since") or _beginning(visit, until),
        until=until,
        kinds=known(visit, "kind", KINDS),
        sites=visit.args("site")[:20],
        added=word(visit, "added"),
        removed=word(visit, "removed"),
        causes=causes or CAUSES[:-1],
        copies=visit.arg("copies") == "1",
        before=visit.number("before", LARGEST_NUMBER, most=LARGEST_NUMBER, least=1),
    )


def _beginning(visit: Visit, until: datetime | None) -> datetime:
    """Some weeks before the newest change, so that an archive at rest shows its last ones."""
    newest = visit.connection.scalar(select(Change.at).order_by(Change.id.desc()).limit(1))
    return min(until or datetime.now(UTC), newest or datetime.now(UTC)) - SPAN


PAGES: Final = (Page(path="/changes", name="changes", view=page, nav="main", costly=True),)
