"""Search: a query in, stories out, with what they can be narrowed by."""

from datetime import datetime
from typing import Final

from attrs import frozen
from starlette.responses import Response

from archive.query.search import FACETS, Asked, Facet, facets, timeline
from archive.query.search import search as find
from archive.times import BEIJING
from archive.web.parts.searches import SORTS, address_of, asked_of, conditions, narrowed
from archive.web.parts.timeline import Bars, bars
from archive.web.visit import Page, Visit

SHOWN: Final = 20
AT_ONCE: Final = 5_000
"""So many hits are counted by their values with the page; of more, when somebody asks for it."""
VALUES: Final = 8
"""So many values of a facet stand open."""
COUNTED: Final = tuple(name for name in FACETS if name != "month")


@frozen
class Choice:
    """A value that hits have; `query`: the search narrowed by it, None where the language cannot say it."""

    value: str
    count: int
    query: str | None


def search(visit: Visit) -> Response:
    """The page of hits."""
    asked = asked_of(visit)
    first = visit.number("first", 1, most=10**9, least=1)
    results = find(visit.connection, asked, limit=SHOWN, cursor=visit.arg("cursor") or None)
    # What is frozen is not narrowed down.
    with_facets = not asked.query_id and (
        visit.arg("facets") == "1" or (results.total <= AT_ONCE and not visit.arg("cursor"))
    )
    return visit.render(
        "search.html",
        asked=asked,
        address=address_of(asked),
        results=results,
        first=first,
        sorts=SORTS,
        conditions=conditions(asked.text) if not asked.query_id else [],
        facets=_facets(visit, asked) if with_facets and results.total else {},
        chart=_chart(visit, asked) if with_facets and results.total else None,
        with_facets=with_facets,
        open_values=VALUES,
        today=datetime.now(BEIJING).date().isoformat(),
    )


def _facets(visit: Visit, asked: Asked) -> dict[str, list[Choice]]:
    found: dict[str, list[Facet]] = facets(visit.connection, asked, COUNTED, most=40)
    return {
        name: [Choice(one.value, one.count, narrowed(asked.text, one.query)) for one in its]
        for name, its in found.items()
        if its
    }


def _chart(visit: Visit, asked: Asked) -> Bars | None:
    months = [(one.month, one.count) for one in timeline(visit.connection, asked)]
    return bars(months) if len(months) > 1 else None


def helped(visit: Visit) -> Response:
    """How a query is written."""
    return visit.render("search_help.html", examples=EXAMPLES)


EXAMPLES: Final[tuple[tuple[str, str], ...]] = (
    ("稀土 出口", "both"),
    ('"rare earth"', "phrase"),
    ("疫情 -上海", "without"),
    ("(稀土 OR 钨) 出口", "either"),
    ("title:稀土 body:出口", "where"),
    ("source:新华社", "whom"),
    ("source:=新华社", "whole"),
    ("site:netease flag:truncated", "site"),
    ("is:vanished", "state"),
    ("is:edited", "edited"),
    ("date:2022-03..2022-06", "span"),
    ("copies:>5", "copies"),
    ("covid*", "prefix"),
)
"""What the help shows; each can be followed."""


PAGES: Final = (
    Page(path="/search", name="search", view=search, nav="main", costly=True),
    Page(path="/search/help", name="search_help", view=helped, reads=False),
)
