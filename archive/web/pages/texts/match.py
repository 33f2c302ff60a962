"""Is a text that somebody brings in the archive, and as what? Nothing of it is stored."""

from itertools import islice
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from archive.dedup.matching import Query
from archive.dedup.matching import match as find
from archive.dedup.verify.differences import Difference, differences
from archive.errors import UsageError
from archive.query.article import article_row
from archive.times import parse_time, show_time
from archive.web.visit import Page, Visit

LONGEST: Final = 100_000
"""Characters of a text; the longest of a million articles has fewer."""
SHOWN: Final = 20
ALIGNED: Final = 5
"""Of so many articles, the closest, the differing words are shown,"""
DIFFERENCES: Final = 12
"""and so many of each."""


def ask(visit: Visit) -> Response:
    """The form."""
    return visit.render("texts/match.html", answer=None, text="", headline="", published="", longest=LONGEST)


def answer(visit: Visit) -> Response:
    """What is there like the text that was sent."""
    text = visit.form.get("text", "").strip()
    published = visit.form.get("published_at", "").strip()
    if not text:
        raise UsageError("there is no text to look for; paste one")
    if len(text) > LONGEST:
        raise UsageError(f"the text has {len(text)} characters; {LONGEST} are compared at most")
    try:
        moment = parse_time(published)[0] if published else None
    except ValueError as error:
        raise UsageError(str(error)) from error
    headline = visit.form.get("headline", "").strip() or None
    query = Query(id="pasted", body=text.replace("\r\n", "\n"), published_at=moment, headline=headline)
    [found] = find(visit.connection, [query], explain=True)
    told = found.as_json()
    if visit.form.get("as") == "json":
        return JSONResponse(told, headers={"cache-control": "no-store"})
    return visit.render(
        "texts/match.html",
        headers={"cache-control": "no-store"},
        answer=told,
        matches=[_told(visit, one, text if n < ALIGNED else "") for n, one in enumerate(told["matches"][:SHOWN])],
        apart=[_told(visit, one, text if n < ALIGNED else "") for n, one in enumerate(told["apart"][:SHOWN])],
        text=text,
        headline=headline or "",
        published=published,
        longest=LONGEST,
    )


def _told(visit: Visit, match: dict[str, Any], text: str) -> dict[str, Any]:
    """A match with what a reader wants to know of its article, and with the words in which `text` differs from it."""
    row = article_row(visit.connection, match["article"])
    names = ("source_name", "account_name", "state", "copies", "cluster_id")
    found: list[Difference] = list(islice(differences(row["body"], text), DIFFERENCES + 1)) if text else []
    return {
        **match,
        **{name: row[name] for name in names},
        "published_at": show_time(row["published_at"], row["published_precision"]),
        "differences": found[:DIFFERENCES],
        "more": len(found) > DIFFERENCES,
    }


PAGES: Final = (
    Page(path="/match", name="match", view=ask, nav="more", reads=False),
    Page(path="/match", name="matched", view=answer, methods=("POST",), costly=True),
)
