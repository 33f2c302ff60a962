"""What is gone from where it stood: which copies of it live, and what each of them still says."""

from itertools import islice
from typing import Final

from starlette.responses import Response

from archive.errors import UsageError
from archive.query.stories.survivors import Lost, survivors
from archive.web.parts import rows
from archive.web.parts.asked import moment
from archive.web.parts.sites import every_site
from archive.web.visit import Page, Visit

SHOWN: Final = 20
FARTHEST: Final = 10_000
LACKING: Final = 8
"""So many paragraphs that a copy has not are listed; a file has all."""
LIVES: Final = {"": lambda lost: True, "some": lambda lost: lost.living > 0, "none": lambda lost: lost.living == 0}
"""By whether copies of it live."""
_COLUMNS: Final = (
    *("id", "site", "native_id", "url", "headline", "published_at", "source_name", "account_name", "state"),
    *("first_captured_at", "cluster_id", "gone", "living", "saved", "nowhere", "survivors"),
)


def gone(visit: Visit) -> Response:
    """The page."""
    at = visit.number("at", 0, most=FARTHEST)
    lives = visit.arg("lives")
    if lives not in LIVES:
        raise UsageError(f"lives is {lives[:40]!r}; it takes some, none, or nothing")
    every = survivors(
        visit.connection,
        sites=visit.args("site")[:20],
        since=moment(visit, "since"),
        until=moment(visit, "until", end=True),
    )
    found = filter(LIVES[lives], every)
    if form := visit.arg("as"):
        return rows.file((one.as_json() for one in islice(found, rows.MOST)), _COLUMNS, form, "gone")
    shown = list(islice(found, at, at + SHOWN + 1))
    return visit.render(
        "watch/gone.html",
        lost=[_told(one) for one in shown[:SHOWN]],
        following={"at": at + SHOWN} if len(shown) > SHOWN and at + SHOWN <= FARTHEST else None,
        sites=every_site(visit.connection),
        chosen=visit.args("site"),
        lives=lives,
        every=tuple(LIVES),
        lacking=LACKING,
    )


def _told(lost: Lost) -> dict[str, object]:
    told = lost.as_json()
    # Where one copy carries all of it, what the others lack is theirs to tell, on the page that compares.
    return {**told, "whole": told["saved"] == 1.0}


PAGES: Final = (Page(path="/gone", name="gone", view=gone, nav="main", costly=True),)
