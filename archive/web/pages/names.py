"""A source and an account: all their articles, who copies them, what they change and lose."""

from typing import Any, Final

from sqlalchemy import func, select
from starlette.responses import Response

from archive.errors import UsageError
from archive.query.language.nodes import Field, Word
from archive.query.search import Asked, Sort, facets, timeline
from archive.query.search import search as find
from archive.query.search.resolved import resolve
from archive.query.visible import visible
from archive.store.models import Article
from archive.web.pages.search import SHOWN
from archive.web.parts.charts import bars
from archive.web.visit import Page, Visit

LONGEST: Final = 200
MOST: Final = 12
"""The most names of who copies them."""
COUNTS: Final = {
    "edited": "is:edited",
    "gone": "(is:missing OR is:vanished OR is:removed)",
    "copied": "is:copied",
    "copies": "is:copy",
}


def source(visit: Visit) -> Response:
    """A source's page."""
    return _page(visit, Field.SOURCE)


def account(visit: Visit) -> Response:
    """An account's page."""
    return _page(visit, Field.ACCOUNT)


def _page(visit: Visit, field: Field) -> Response:
    name = visit.arg("name").strip()
    if not name or len(name) > LONGEST:
        raise UsageError(f"name the {field}, in up to {LONGEST} characters: ?name=新华社")
    its = str(Word(name, field, whole=True))
    asked = Asked(text=its, every_copy=True, sort=Sort.TIME)
    first = visit.number("first", 1, most=10**9, least=1)
    results = find(visit.connection, asked, limit=SHOWN, cursor=visit.arg("cursor") or None)
    months = [(one.month, one.count) for one in timeline(visit.connection, asked)]
    return visit.render(
        "name.html",
        kind=str(field),
        name=name,
        query=its,
        results=results,
        first=first,
        chart=bars(months) if len(months) > 1 else None,
        counts={key: (_count(visit, f"{its} {more}"), f"{its} {more}") for key, more in COUNTS.items()},
        others=_others(visit, field, its),
        sites=facets(visit.connection, asked, ["site"])["site"],
    )


def _count(visit: Visit, text: str) -> int:
    return find(visit.connection, Asked(text=text, every_copy=True, sort=Sort.TIME), limit=0).total


def _others(visit: Visit, field: Field, its: str) -> list[dict[str, Any]]:
    """Who else carries the stories that it is in: the site and the account or source of the other copies."""
    other = Article.aliased()
    name = func.coalesce(other.account_name, other.source_name)
    own = {Field.SOURCE: other.source_name, Field.ACCOUNT: other.account_name}[field]
    mine = {Field.SOURCE: Article.source_name, Field.ACCOUNT: Article.account_name}[field]
    stories = func.count(other.cluster_id.distinct())
    asked = resolve(visit.connection, Asked(text=its))
    query = (
        select(other.site, name.label("name"), other.account_name.is_not(None).label("is_account"), stories.label("n"))
        .select_from(Article)
        .join(other, (other.cluster_id == Article.cluster_id) & (other.id != Article.id))
        .where(asked.condition(), visible(other))
        .where(func.coalesce(own, "") != func.coalesce(mine, ""))
        .group_by(other.site, name, other.account_name.is_not(None))
        .order_by(stories.desc(), other.site, name)
        .limit(MOST)
    )
    return [dict(row) for row in visit.connection.execute(query, asked.values).mappings()]


PAGES: Final = (
    Page(path="/source", name="source", view=source, costly=True),
    Page(path="/account", name="account", view=account, costly=True),
)
