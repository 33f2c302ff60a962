"""One article: its text, what is known of it, and what happened to it."""

from typing import Any, Final

from markupsafe import Markup
from sqlalchemy import bindparam, select
from starlette.responses import Response

from archive.cite.gbt7714 import gbt7714
from archive.cite.styles import STYLES
from archive.query.article import article_row, described, revision_text
from archive.query.changes import happened
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
    row = article_row(visit.connection, visit.id())
    told = described(visit.connection, row)
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
        events=happened(visit.connection, row),
        copies=_copies(visit, told),
        tags=told["tags"],
        notes=told["notes"],
        citation=gbt7714(source_of(visit, row, number)).splitlines(),
        styles=tuple(STYLES),
    )


def _copies(visit: Visit, told: dict[str, Any]) -> list[dict[str, Any]]:
    if told["copies"] < 2:
        return []
    asked = {"cluster": told["cluster_id"], "article": told["id"]}
    return [show_times(row) for row in visit.connection.execute(_COPIES, asked).mappings()]


_COPIES: Final = (
    select(
        *(Article.id, Article.site, Article.headline, Article.published_at),
        *(Article.source_name, Article.account_name, Article.state),
    )
    .where(Article.cluster_id == bindparam("cluster"), Article.id != bindparam("article"), visible())
    .order_by(Article.published_at.asc().nulls_last(), Article.id)
    .limit(COPIES)
)


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
