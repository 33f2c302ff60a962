"""One article: its text, what is known of it, and what happened to it."""

from typing import Any, Final

from markupsafe import Markup
from sqlalchemy import select
from starlette.responses import Response

from archive.cite.gbt7714 import gbt7714
from archive.cite.styles import STYLES
from archive.query.article import describe, revision_text
from archive.query.changes import history
from archive.query.lookup import find_article
from archive.query.render import blocks_of, render
from archive.query.visible import visible
from archive.store.models import Article
from archive.text.harmless import harmless_in_pages
from archive.times import show_times
from archive.web.parts.citing import source_of
from archive.web.visit import Page, Visit

COPIES: Final = 12
"""So many copies are named beside an article; its story has all."""
LONGEST_NAME: Final = 2_000


def article(visit: Visit) -> Response:
    """The page; with `?revision=` one of its earlier texts."""
    told = describe(visit.connection, visit.id())
    number = visit.number("revision", told["revision"], most=10**9, least=1)
    text = {"headline": told["headline"], "body": told["body"], "blocks": told["blocks"]}
    if number != told["revision"]:
        headline, body = revision_text(visit.connection, told["id"], number)
        text = {"headline": headline, "body": body, "blocks": []}
    # The renderer escapes, and makes links of http and https alone.
    prose = Markup(harmless_in_pages(render(blocks_of(text), "html", base=told["url"], load_images=False)))  # noqa: S704
    return visit.render(
        "article.html",
        article=told,
        headline=text["headline"],
        number=number,
        prose=prose,
        events=history(visit.connection, told["id"]),
        copies=_copies(visit, told),
        tags=told["tags"],
        notes=told["notes"],
        citation=gbt7714(source_of(visit, told["id"], number)).splitlines(),
        styles=tuple(STYLES),
    )


def _copies(visit: Visit, told: dict[str, Any]) -> list[dict[str, Any]]:
    if told["copies"] < 2:
        return []
    names = ("id", "site", "headline", "published_at", "source_name", "account_name", "state")
    query = (
        select(*(getattr(Article, name) for name in names))
        .where(Article.cluster_id == told["cluster_id"], Article.id != told["id"], visible())
        .order_by(Article.published_at.asc().nulls_last(), Article.id)
        .limit(COPIES)
    )
    return [show_times(row) for row in visit.connection.execute(query).mappings()]


def named(visit: Visit) -> Response:
    """The article that somebody names: `?article=sohu:a:434365209`, or an address."""
    name = visit.arg("article").strip()
    if not name:
        return visit.go("search")
    return visit.go("article", id=find_article(visit.connection, name[:LONGEST_NAME], visit.room.portals.resolve))


PAGES: Final = (
    Page(path="/article/{id:int}", name="article", view=article),
    Page(path="/article", name="named", view=named),
)
