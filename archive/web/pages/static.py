"""The style sheet and the icons (`static/`), kept by browsers for good under an address of its version."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from archive.web.render import static_files
from archive.web.visit import Page, Visit

_YEAR: Final = 365 * 24 * 3600


def file(visit: Visit) -> Response:
    """One of them."""
    found = static_files().get(visit.request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    data, kind = found
    return Response(data, media_type=kind, headers={"cache-control": f"public, max-age={_YEAR}, immutable"})


PAGES: Final = (Page(path="/static/{name}", name="static", view=file, reads=False),)
