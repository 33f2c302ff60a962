"""The API's searches: hits, and what they can be counted by."""

from typing import Any, Final

from archive.query.language import parse
from archive.query.search import FACETS, Asked, Sort, facets, thaw, timeline
from archive.query.search import search as find
from archive.query.search.saved import listed
from archive.query.statistics import statistics
from archive.web.api.declared import Endpoint, Param
from archive.web.visit import Visit

OBJECT: Final = {"type": "object"}
LIST: Final = {"type": "array", "items": {"type": "object"}}
MOST_HITS: Final = 100
_ASKED: Final = (
    Param("q", "text", "The query, in the language of docs/search.md; every article without one.", default=""),
    Param("all", "flag", "Each copy is a hit, not each story.", default=False),
    Param("query_id", "text", "The hits that were frozen under this id, in place of a query."),
)


def _asked(visit: Visit, q: str, all: bool, query_id: str | None, sort: str = "relevance") -> Asked:  # noqa: A002
    if query_id:
        return thaw(visit.connection, query_id)
    parse(q)
    return Asked(text=q, every_copy=all, sort=Sort(sort))


def search(visit: Visit, *, limit: int, cursor: str | None, **asked: Any) -> dict[str, Any]:
    """A page of hits."""
    results = find(visit.connection, _asked(visit, **asked), limit=limit, cursor=cursor)
    return {
        "total": results.total,
        "next_cursor": results.next_cursor,
        "hits": [hit.as_json() for hit in results.hits],
    }


def counted(visit: Visit, *, by: tuple[str, ...], **asked: Any) -> dict[str, Any]:
    """Facets."""
    found = facets(visit.connection, _asked(visit, **asked), by or FACETS)
    return {
        name: [{"value": one.value, "count": one.count, "query": one.query} for one in its]
        for name, its in found.items()
    }


def months(visit: Visit, **asked: Any) -> list[dict[str, Any]]:
    """Hits by month."""
    return [{"month": one.month, "count": one.count} for one in timeline(visit.connection, _asked(visit, **asked))]


ENDPOINTS: Final = (
    Endpoint(
        path="/api/search",
        name="search",
        says="A page of hits, as `jianbao search --json` prints them.",
        answer=search,
        schema={
            "type": "object",
            "required": ["total", "next_cursor", "hits"],
            "properties": {"total": {"type": "integer"}, "next_cursor": {"type": ["string", "null"]}, "hits": LIST},
        },
        params=(
            *_ASKED,
            Param("sort", "one of", "The order of the hits.", default="relevance", values=tuple(map(str, Sort))),
            Param("limit", "number", "The most hits.", default=20, least=1, most=MOST_HITS),
            Param("cursor", "text", "The `next_cursor` of the page before."),
        ),
        costly=True,
        tag="search",
    ),
    Endpoint(
        path="/api/facets",
        name="facets",
        says="How many hits there are of each site, source, month, …, and the query for each.",
        answer=counted,
        schema={"type": "object", "additionalProperties": LIST},
        params=(*_ASKED, Param("by", "many of", "What to count by; all without it.", values=FACETS)),
        costly=True,
        tag="search",
    ),
    Endpoint(
        path="/api/timeline",
        name="timeline",
        says="How many hits were published in each month, in Beijing time.",
        answer=months,
        schema=LIST,
        params=_ASKED,
        costly=True,
        tag="search",
    ),
    Endpoint(
        path="/api/saved",
        name="saved",
        says="The saved searches, as `jianbao saved list --json` prints them.",
        answer=lambda visit: listed(visit.connection),
        schema=LIST,
        tag="search",
    ),
    Endpoint(
        path="/api/stats",
        name="stats",
        says="The archive in numbers, as `jianbao stats --json` prints it.",
        answer=lambda visit: statistics(visit.connection),
        schema=OBJECT,
        costly=True,
    ),
)
