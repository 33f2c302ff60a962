"""Search: a query in, stories out, with what they can be narrowed by."""

from datetime import datetime
from typing import Final

from attrs import frozen
from starlette.responses import Response

from archive.query.language import parse
from archive.query.search import Asked, Facet, facets
from archive.query.search import search as find
from archive.times import BEIJING
from archive.web.parts.charts import bars
from archive.web.parts.searches import SORTS, address_of, asked_of, conditions, narrowed
from archive.web.visit import Page, Visit

SHOWN: Final = 20
AT_ONCE: Final = 5_000
"""So many hits are counted by their values with the page; of more, when somebody asks for it."""
VALUES: Final = 8
"""So many values of a facet stand open."""
MOST_VALUES: Final = 40


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
    found: dict[str, list[Facet]] = {}
    if with_facets and results.total:
        found = facets(visit.connection, asked, most=None)
    months = sorted((one.value, one.count) for one in found.pop("month", ()))
    return visit.render(
        "search.html",
        asked=asked,
        address=address_of(asked),
        results=results,
        first=first,
        sorts=SORTS,
        conditions=conditions(asked.text) if not asked.query_id else [],
        facets=_choices(asked, found),
        chart=bars(months) if len(months) > 1 else None,
        with_facets=with_facets,
        open_values=VALUES,
        today=datetime.now(BEIJING).date().isoformat(),
    )


def _choices(asked: Asked, found: dict[str, list[Facet]]) -> dict[str, list[Choice]]:
    if not found:
        return {}
    node = parse(asked.text)
    return {
        name: [Choice(one.value, one.count, narrowed(node, one.query)) for one in its[:MOST_VALUES]]
        for name, its in found.items()
        if its
    }


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
