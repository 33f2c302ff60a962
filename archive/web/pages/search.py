"""Search: words in, stories out."""

from typing import Final

from starlette.responses import Response

from archive.query.search import Asked
from archive.query.search import search as find
from archive.web.visit import Page, Visit

SHOWN: Final = 20


def search(visit: Visit) -> Response:
    """The page."""
    results = find(visit.connection, Asked(text=visit.arg("q")), limit=SHOWN)
    return visit.render("search.html", results=results)


PAGES: Final = (Page(path="/search", name="search", view=search, nav="main", costly=True),)
