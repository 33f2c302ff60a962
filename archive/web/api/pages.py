"""The API's addresses, its document, and a page that explains them."""

from itertools import groupby
from typing import Final

from starlette.responses import Response

from archive.web.api import finding, telling
from archive.web.api.declared import sent
from archive.web.api.document import openapi
from archive.web.visit import Page, Visit

ENDPOINTS: Final = (*finding.ENDPOINTS, *telling.ENDPOINTS)


def document(visit: Visit) -> Response:
    """The OpenAPI document."""
    return sent(visit, openapi(ENDPOINTS, visit.room.root_path))


def explained(visit: Visit) -> Response:
    """The endpoints, for people."""
    ranked = sorted(ENDPOINTS, key=lambda one: one.tag)
    return visit.render("api.html", groups=[(tag, list(its)) for tag, its in groupby(ranked, lambda one: one.tag)])


PAGES: Final = (
    Page(path="/api", name="api", view=explained, nav="more", reads=False),
    Page(path="/api/openapi.json", name="openapi", view=document, reads=False),
    *(one.page() for one in ENDPOINTS),
)
