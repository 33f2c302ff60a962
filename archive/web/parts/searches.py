"""The search that a visitor asks for, read from the address and written into one."""

from functools import lru_cache
from typing import Any, Final

from archive.errors import UsageError
from archive.query.language import QueryError, parse
from archive.query.language.nodes import And, Everything, Node, all_of
from archive.query.search import Asked, Sort, thaw
from archive.web.visit import Visit

SORTS: Final = tuple(Sort)


def asked_of(visit: Visit) -> Asked:
    """What is asked for: `q` in the query language, `sort`, `all=1` for every copy, or a `query_id`. Raises
    `QueryError`, `UsageError`, `NotFound`."""
    sort = sort_of(visit.arg("sort"))
    if query_id := visit.arg("query_id"):
        return thaw(visit.connection, query_id)
    asked = Asked(text=visit.arg("q"), every_copy=visit.arg("all") in ("1", "true"), sort=sort)
    parse(asked.text)
    return asked


def sort_of(value: str) -> Sort:
    """The order that is named, by relevance where none is. Raises `UsageError`."""
    if value and value not in SORTS:
        raise UsageError(f"hits are not sorted by {value[:40]!r}; write one of {', '.join(SORTS)}")
    return Sort(value or Sort.RELEVANCE)


def address_of(asked: Asked) -> dict[str, Any]:
    """The same search, for an address."""
    if asked.query_id:
        return {"query_id": asked.query_id, "q": "", "all": False, "sort": ""}
    sort = "" if asked.sort == Sort.RELEVANCE else str(asked.sort)
    return {"q": asked.text, "all": asked.every_copy, "sort": sort}


def narrowed(node: Node, by: str) -> str | None:
    """A query with one more condition; None for one that the language cannot say."""
    condition = _read(by)
    return None if condition is None else str(all_of(node, condition))


@lru_cache(4096)
def _read(text: str) -> Node | None:
    """The values of an archive are the same on page after page."""
    try:
        return parse(text)
    except QueryError:
        return None


def conditions(text: str) -> list[tuple[str, str]]:
    """The conditions of a query that must all hold, each with the query without it; of a query of one none."""
    node = parse(text)
    if isinstance(node, Everything):
        return []
    if not isinstance(node, And):
        return [(str(node), "")]
    return [
        (str(all_of(one)), str(all_of(*(other for at, other in enumerate(node.nodes) if at != place))))
        for place, one in enumerate(node.nodes)
    ]
