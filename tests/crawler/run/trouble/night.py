"""Crawls of the demo portal without a network, in this process: the spider, the run and the archive are the real ones,
and what a fetch gives is the test's to say. A run takes some milliseconds a page."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from inspect import isasyncgen
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urljoin

import attrs
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from sqlalchemy import select

from archive.config.declared import Settings
from archive.settings import Home
from archive.store.db import opened, reading
from archive.store.models import Article
from crawler.capture.item import ListAnswer, capture_item, list_answer
from crawler.demo.server import Answer, Portal
from crawler.demo.world.truth import World
from crawler.guard import Refused, why_refused
from crawler.middlewares import EXCHANGE, RAW
from crawler.run import frontier
from crawler.run.crawl import Crawl
from crawler.run.politeness import hosts
from crawler.run.politeness.turns import HostRests, Turns
from crawler.run.reading.answer import read_claimed, read_recheck
from crawler.run.reading.asked import Claim, Recheck
from crawler.run.run import open_run
from crawler.run.trouble.retry import host_of
from crawler.spiders import portals
from crawler.warc.raw import RawCapture, raw_from_headers
from crawler.warc.writer import Exchange, WarcFolder

MAX_REDIRECTS = 5
Fetch = Callable[[str], Answer | Exception]
"""What the network gives for an address: an answer, or the error that a download ends with."""


class Here:
    """Reads answers in this process."""

    async def page(self, raw: RawCapture, hearing: Any, claim: Claim, *, further: bool = False, **_: Any) -> Any:
        return read_claimed(capture_item(raw), claim, further=further)

    def look(self, raw: RawCapture, hearing: Any, found: Recheck, whole: Any = None) -> Any:
        return read_recheck(capture_item(raw), found)

    def is_ours(self, home: Home, answer: Any, found: Recheck) -> bool:
        return False

    def list(self, raw: RawCapture) -> ListAnswer:
        return list_answer(raw)


@attrs.define
class Nights:
    """An archive, and the portal that it is to hold. `asked`: what the last run asked for, `items`: what its spider
    yielded."""

    path: Path
    site: str = "sohu"
    portal: Portal = attrs.field(factory=lambda: Portal(World(24, 1)))
    asked: list[str] = attrs.field(factory=list)
    items: list[dict[str, Any]] = attrs.field(factory=list)
    notes: list[str] = attrs.field(factory=list)
    code: int = 0

    @property
    def home(self) -> Home:
        database = f"sqlite:///{self.path / 'archive.db'}"
        return Home(path=self.path, database=database, settings=Settings(delay=0.001))

    @property
    def wanted(self) -> set[str]:
        """The ids of every article of the site."""
        return {one.native_id for one in self.portal.world.publications if one.site == self.site}

    @property
    def stored(self) -> set[str]:
        """The ids of the site's articles that the archive has."""
        with opened(self.home.database) as engine, reading(engine) as connection:
            return set(connection.execute(select(Article.native_id).where(Article.site == self.site)).scalars())

    def good(self, url: str) -> Answer:
        """What the portal itself answers."""
        return self.portal.answer(url)

    def walk(self, name: str, answers: Sequence[Answer]) -> tuple[int, set[str]]:
        """One walk over the pages of a list, which answer so; how many were asked for, and the articles that it named
        so far. The exit code stands in `code`."""
        run = open_run(self.home, [self.site])
        run.warc = WarcFolder(path=run.home.warc, max_bytes=10**6, info={})
        crawl = Crawl(run, cast("Any", Here()), Turns(run, 30), limit=0)
        spider = self._spider(crawl)
        source = next(one for one in spider.site.sources if one.name == name)
        walk = crawl.walk(spider.site, source)
        asked = 0
        waiting = [] if walk is None else [spider._list_request(walk)]
        while waiting:
            request, given = waiting.pop(), answers[asked]
            asked += 1
            exchange = Exchange(
                url=request.url,
                fetched_at=datetime.now(UTC),
                status=given.status,
                headers=[("Content-Type", given.content_type), *given.headers],
                payload=given.body,
                request_headers=[],
            )
            raw = RawCapture(url=request.url, captured_at=exchange.fetched_at, payload=given.body, status=given.status)
            meta = {RAW: raw_from_headers(raw, exchange.headers), EXCHANGE: exchange}
            waiting += spider.parse_list(SimpleNamespace(meta=meta), **request.cb_kwargs)
        ended = run.finish()
        self.notes, self.code = list(run.notes), ended.exit_code if ended is not None else 0
        return asked, {row[0] for row in self.rows("SELECT native_id FROM sighting")}

    def _spider(self, crawl: Crawl) -> Any:
        spider = next(
            cls for cls in vars(portals).values() if getattr(cls, "name", "") == self.site and hasattr(cls, "site")
        )()
        spider.crawl, spider._claims, spider._looks = crawl, set(), set()
        return spider

    def run(self, fetch: Fetch, only: Sequence[str] = (), robots: str | None = None) -> int:
        """One crawl, in which the lists name everything (`only`: these ids); the exit code that the command has.

        `robots`: what every host's robots.txt is at first sight; `fetch` says what it forbids."""
        run = open_run(self.home, [self.site])
        self.asked.clear()
        self.items.clear()
        crawl = Crawl(run, cast("Any", Here()), Turns(run, 30), items=True)
        spider = self._spider(crawl)
        named = [
            (one.native_id, one.url)
            for one in self.portal.world.publications
            if one.site == self.site and (not only or one.native_id in only)
        ]
        with run.step() as (connection, _):
            frontier.offer(connection, self.site, named, datetime.now(UTC))
        names = {host_of(url) for _, url in named} if robots is not None else ()
        for host in sorted(names):
            crawl.note_robots(self.site, host, robots or "", None)
        waiting = deque(map(spider._page_request, crawl.barred(self.site)))
        waiting.extend(list(spider._due()) or spider._look_requests())
        while waiting:
            for one in yielded(self._fetch(spider, run, fetch, waiting.popleft())):
                (waiting if isinstance(one, Request) else self.items).append(one)
            if not waiting:
                waiting.extend(list(spider._due()) or spider._look_requests())
        crawl.looks.end()
        ended = run.finish()
        self.notes = list(run.notes)
        return ended.exit_code if ended is not None else 0

    def _fetch(self, spider: Any, run: Any, fetch: Fetch, request: Request) -> Any:
        url, before = request.url, list[str]()
        while True:
            if left := run.trouble.seen[host_of(url)].left:
                return request.errback(failure(request, HostRests(left), before))
            if why := why_refused(url, spider.hosts):
                return request.errback(failure(request, Refused(why), before))
            run.asked = True
            self.asked.append(url)
            with reading(run.engine) as connection:  # as whoever takes the host's turn does
                run.trouble.seen[host_of(url)].shared_vain = hosts.look(connection, host_of(url)).vain
            given = fetch(url)
            if isinstance(given, Exception):
                return request.errback(failure(request, given, before))
            run.answered = True
            run.trouble.answer(host_of(url), self.site)
            if not 300 <= given.status < 400 or not given.location:
                break
            before.append(url)
            if len(before) > MAX_REDIRECTS:
                return request.errback(failure(request, IgnoreRequest("max redirections reached"), before))
            url = urljoin(url, given.location)
        raw = RawCapture(
            url=url,
            captured_at=datetime.now(UTC),
            payload=given.body,
            status=given.status,
            requested=before[0] if before else None,
        )
        raw = raw_from_headers(raw, [("Content-Type", given.content_type), *given.headers])
        return request.callback(SimpleNamespace(meta={RAW: raw}), **request.cb_kwargs)

    def rows(self, statement: str) -> list[Any]:
        """What a query gives."""
        with closing(sqlite3.connect(self.path / "archive.db")) as connection, connection:
            return connection.execute(statement).fetchall()

    def let_time_pass(self) -> None:
        """Whatever waits has waited long enough, in its order."""
        self.rows("UPDATE frontier SET due_at = strftime('%Y-%m-%d %H:%M:%f', due_at, '-2 days') || '000'")
        self.rows("UPDATE host SET rest_until = NULL, next_at = NULL")


def yielded(output: Any) -> list[Any]:
    """What a callback yields, once it is through."""
    if not isasyncgen(output):
        return list(output or ())

    async def every() -> list[Any]:
        return [one async for one in output]

    return asyncio.run(every())


def failure(request: Request, error: Exception, before: Sequence[str]) -> Any:
    """As Scrapy hands it to an errback."""
    request.meta["redirect_urls"] = list(before)
    if not before:
        del request.meta["redirect_urls"]
    return SimpleNamespace(value=error, request=request)
