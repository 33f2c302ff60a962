"""An article as a reference, in the forms of `archive.cite`."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from archive.cite.styles import STYLES, TYPES
from archive.query.article import article_row
from archive.web.parts.citing import source_of
from archive.web.visit import Page, Visit


def cite(visit: Visit) -> Response:
    """A citation as a file for a reference manager; by GB/T 7714 as text."""
    style = visit.request.path_params["form"]
    if style not in STYLES:
        raise HTTPException(404)
    number = visit.number("revision", 0, most=10**9) or None
    its = source_of(visit, article_row(visit.connection, visit.id()), number)
    kind, end = TYPES[style]
    headers = {"cache-control": "no-cache", "vary": "cookie"}
    if style != "gbt7714":
        headers["content-disposition"] = f'attachment; filename="{its.key}.{end}"'
    return Response(STYLES[style](its).encode("utf-8", "replace"), headers={**headers, "content-type": kind})


PAGES: Final = (Page(path="/article/{id:int}/cite/{form}", name="cite", view=cite),)
