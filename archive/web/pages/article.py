"""One article: its text, what is known of it, and what happened to it."""

from typing import Final

from starlette.responses import Response

from archive.query.article import describe
from archive.web.visit import Page, Visit


def article(visit: Visit) -> Response:
    """The page."""
    return visit.render("article.html", article=describe(visit.connection, visit.id()))


PAGES: Final = (Page(path="/article/{id:int}", name="article", view=article),)
