"""Saved searches, and any search as a feed (Atom, RFC 4287)."""

import hashlib
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from attrs import evolve
from feedgenerator import Atom1Feed
from sqlalchemy import select
from starlette.responses import Response

from archive.query.search import Asked, Hit, Sort, freeze
from archive.query.search import search as find
from archive.query.search.saved import add, listed
from archive.query.search.saved import find as find_saved
from archive.store.models import Article
from archive.text.harmless import harmless_in_pages
from archive.web.parts.searches import asked_of, sort_of
from archive.web.render import web_address
from archive.web.visit import Page, Visit

ENTRIES: Final = 50
TYPE: Final = "application/atom+xml; charset=utf-8"


def saved(visit: Visit) -> Response:
    """The searches that were saved."""
    return visit.render("saved.html", saved=listed(visit.connection))


def keep(visit: Visit) -> Response:
    """Freezes the hits of a search under a query id, and saves it where a name is given; for who has the token."""
    sent = visit.form
    asked = Asked(text=sent.get("q", ""), every_copy=bool(sent.get("all")), sort=sort_of(sent.get("sort", "")))
    by, now = visit.room.home.settings.who, datetime.now(UTC)
    if name := sent.get("name", "").strip():
        query_id = add(visit.connection, name, asked, by=by, now=now)
    else:
        query_id = freeze(visit.connection, asked, by=by, now=now)
    return visit.go("search", query_id=query_id)


def feed(visit: Visit) -> Response:
    """The newest hits of a search, or of a saved one."""
    name = visit.arg("name")
    asked = find_saved(visit.connection, name) if name else asked_of(visit)
    hits = find(visit.connection, evolve(asked, sort=Sort.TIME), limit=ENTRIES).hits
    data = _atom(visit, asked, name, hits)
    etag = f'"{hashlib.sha256(data).hexdigest()[:24]}"'
    headers = {"etag": etag, "cache-control": "no-cache"}
    if etag in visit.request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=TYPE, headers=headers)


def _atom(visit: Visit, asked: Asked, name: str, hits: tuple[Hit, ...]) -> bytes:
    base = str(visit.request.base_url).rstrip("/").removesuffix(visit.room.root_path)
    title = name or asked.text or visit.t("search.everything")
    when = _dated(visit, hits)
    made: Any = Atom1Feed(
        title=f"{harmless_in_pages(title)} · {visit.t('frame.archive')}",
        link=base + visit.url("search", q=asked.text, all=asked.every_copy),
        description="",
        language="zh",
        feed_url=base + visit.url("feed", name=name) if name else base + visit.url("feed", q=asked.text),
    )
    made.feed["id"] = (
        f"urn:jianbao:search:{hashlib.sha256(f'{name} {asked.text} {asked.every_copy}'.encode()).hexdigest()[:32]}"
    )
    for hit in hits:
        made.add_item(
            title=harmless_in_pages(hit.headline.text) or visit.t("frame.no_headline"),
            link=base + visit.url("article", id=hit.id),
            description=harmless_in_pages(hit.snippet.text),
            author_name=harmless_in_pages(hit.source_name or hit.account_name or hit.site),
            unique_id=harmless_in_pages(web_address(hit.url))
            or f"urn:jianbao:{quote(hit.site)}:{quote(hit.native_id)}",
            pubdate=when[hit.id],
            updateddate=when[hit.id],
        )
    # The time of the newest entry, so that the same hits are the same bytes.
    made.latest_post_date = lambda: max(when.values(), default=datetime(1970, 1, 1, tzinfo=UTC))
    text: str = made.writeString("utf-8")
    return text.encode()


def _dated(visit: Visit, hits: tuple[Hit, ...]) -> dict[int, datetime]:
    """When each was published, as it states; when we first saw it, where it states nothing."""
    columns = (Article.id, Article.published_at, Article.first_captured_at)
    rows = visit.connection.execute(select(*columns).where(Article.id.in_([hit.id for hit in hits])))
    return {row.id: row.published_at or row.first_captured_at for row in rows}


PAGES: Final = (
    Page(path="/saved", name="saved", view=saved, nav="more"),
    Page(path="/saved", name="keep", view=keep, methods=("POST",), writes=True, costly=True),
    Page(path="/feed.atom", name="feed", view=feed, costly=True),
)
