"""One spider a site, made from the site files: a new file in `crawler/sites/` is a new spider here.

A spider walks its site's lists and fetches what the frontier has due. It only asks and hands on: what is stored, and
how, is `crawler.run.run`'s business. What is stored it yields as items where somebody wants them (`scrapy crawl`).
"""

import logging
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from attrs import evolve
from scrapy import Request, signals
from scrapy.exceptions import DontCloseSpider, DownloadCancelledError

from archive.store.records import Item
from crawler.capture.item import ListAnswer, capture_record, unreadable
from crawler.capture.role import Role, role_of
from crawler.download import reason as why_none
from crawler.middlewares import EXCHANGE, KNOWN, RAW, RobotsForbidden, keep
from crawler.pages.page import Identity, Outcome, Page
from crawler.pages.status import GONE
from crawler.pages.template.site import Site
from crawler.run.discovery import Walk, entries_of
from crawler.run.looks.looks import Write
from crawler.run.looks.pages import PagedLook
from crawler.run.reading.asked import Claim, Recheck
from crawler.run.trouble.retry import Cause, host_of
from crawler.sites.registry import load_sites
from crawler.spiders.answers import cause_of, conditions, failure_of
from crawler.spiders.parts import Parts
from crawler.spiders.single import Output, Outputs, SiteSpider
from crawler.warc.raw import RawCapture
from crawler.warc.writer import Exchange

if TYPE_CHECKING:
    from typing import Self

    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger("jianbao.crawl")


class PortalSpider(SiteSpider):
    """The spider of one site."""

    @classmethod
    def from_crawler(cls, crawler: "Crawler", *args: Any, **kwargs: Any) -> "Self":
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._idle, signal=signals.spider_idle)
        crawler.signals.connect(spider._broke, signal=signals.spider_error)
        crawler.signals.connect(spider._closed, signal=signals.spider_closed)
        spider._claims, spider._looks = set(), set()
        return spider

    _claims: set[int]
    _looks: set[int]

    async def start(self) -> AsyncIterator[Request]:
        # As for `_idle`.
        with self.crawl.run.no_bug():
            for request in self._first():
                yield request

    def _first(self) -> Iterator[Request]:
        for source in self.site.sources:
            walk = self.crawl.walk(self.site, source)
            if walk is not None:
                yield self._list_request(walk)
            else:
                logger.info("list %s/%s: polled less than %s ago", self.name, source.name, source.every)
        for claim in self.crawl.barred(self.name):
            yield self._page_request(claim)
        yield from self._due()

    # Lists

    def _list_request(self, walk: Walk) -> Request:
        return Request(
            walk.url,
            method="GET" if walk.post is None else "POST",
            headers=None if walk.post is None else {"Content-Type": "application/json"},
            body=walk.post,
            callback=self.parse_list,
            errback=self.list_failed,
            cb_kwargs={"walk": walk},
            meta={EXCHANGE: None},
            dont_filter=True,
            priority=10,
        )

    def parse_list(self, response: "Response", walk: Walk) -> Iterator[Request]:
        """Take in one page of a list, and ask for the next one while there is something new."""
        raw: RawCapture = response.meta[RAW]
        if role_of(raw) in (Role.TRANSIENT, Role.REDIRECT):
            self._list_missing(walk, f"HTTP {raw.status}", failed=True)
            yield from self._due()
            return
        answer = self.crawl.extraction.list(raw)
        entries = entries_of(self.site, answer.listings)
        # What names nothing new is no news; what cannot be read is kept for whoever mends its parser.
        if self.crawl.names_new(walk, entries) or answer.lost or answer.torn or (answer.problem and raw.status < 400):
            self._keep_list(response.meta[EXCHANGE], answer)
        if answer.problem:
            # Behind the first page, such an answer is the list's end.
            self._list_missing(walk, answer.problem, ends=walk.page > 0 and raw.status in GONE)
            yield from self._due()
            return
        if lost := answer.torn or unreadable(answer.lost):
            self._doubt_list(walk, f", page {walk.page + 1}: {lost}")
        if walk.page == 0 and len(entries) < walk.source.expect:
            self._doubt_list(walk, f" named {len(entries)} articles, {walk.source.expect} expected")
        self.crawl.note_list(walk, len(entries))
        walk.slipped = walk.slipped or bool(answer.torn) or (walk.page == 0 and not entries)
        more = self.crawl.goes_on(walk, entries)
        if more and not self.crawl.is_ending:
            yield self._list_request(walk)
        else:
            self.crawl.end_walk(walk, whole=not (more or walk.slipped))
        yield from self._due()

    def _keep_list(self, exchange: Exchange, answer: ListAnswer) -> None:
        with self.crawl.run.ends():
            raw = keep(self.crawl.run, exchange)
            self.crawl.store_list(
                evolve(
                    answer.capture,
                    digest=raw.digest,
                    warc_file=raw.warc_file,
                    warc_offset=raw.warc_offset,
                    warc_length=raw.warc_length,
                )
            )

    def list_failed(self, failure: Any) -> None:
        """A list gave no answer at all."""
        walk: Walk = failure.request.cb_kwargs["walk"]
        error = failure.value
        if isinstance(error, RobotsForbidden):
            self._list_missing(walk, "robots.txt forbids it")
            return
        if self.crawl.is_ending or self.crawl.run.trouble.seen[host_of(walk.url)].spent:
            self.crawl.end_walk(walk, whole=False)
            return
        self.crawl.run.unanswered[why_none(error)] += 1
        self._list_missing(walk, why_none(error), failed=True)

    def _list_missing(self, walk: Walk, reason: str, *, failed: bool = False, ends: bool = False) -> None:
        """A page of a list is not to be had. `failed`: no answer says anything of it. `ends`: the list ends there."""
        self.crawl.note_list(walk, None, reason)
        if failed and (walk.page > 0 or walk.source.expect > 0):
            self._doubt_list(walk, f", page {walk.page + 1}: {reason}", failed=True)
        elif walk.source.expect > 0 and not ends:
            page = f", page {walk.page + 1}" if walk.page else ""
            self._doubt_list(walk, f"{page}: {reason}")
        else:
            level = logging.DEBUG if ends else logging.INFO
            logger.log(level, "list %s/%s, page %d: %s", self.name, walk.source.name, walk.page + 1, reason)
        self.crawl.end_walk(walk, whole=ends)

    def _doubt_list(self, walk: Walk, note: str, *, failed: bool = False) -> None:
        note = f"list {self.name}/{walk.source.name}{note}"
        self.crawl.run.doubt(note, "list", failed=failed, site=self.name, url=walk.url)

    # Pages

    def _due(self) -> Iterator[Request]:
        """Requests for what the frontier has due, some at a time: enough for many hosts at once."""
        for claim in self.crawl.claim(self.name, len(self._claims)):
            yield self._page_request(claim)

    def _page_request(self, claim: Claim) -> Request:
        self._claims.add(claim.id)
        return Request(
            claim.url,
            callback=self.parse_page,
            errback=self.page_failed,
            cb_kwargs={"claim": claim},
            dont_filter=True,
        )

    async def parse_page(self, response: "Response", claim: Claim) -> Outputs:
        """Store one article page."""
        raw: RawCapture = response.meta[RAW]
        if role_of(raw) in (Role.TRANSIENT, Role.REDIRECT):
            await self.crawl.arrivals.alone(lambda: self.crawl.miss_page(claim, cause_of(raw), f"http_{raw.status}"))
            self._claims.discard(claim.id)
            following: Output = self._due()
        else:
            kept = await self.crawl.store_page(raw, claim)
            self._claims.discard(claim.id)
            following = self._go_on(Parts(claim=claim, kept=kept))
        for one in following:
            yield one

    async def page_failed(self, failure: Any) -> Outputs:
        """An article page gave no answer."""
        claim: Claim = failure.request.cb_kwargs["claim"]
        await self.crawl.arrivals.alone(lambda: self._miss(failure, claim))
        self._claims.discard(claim.id)
        for one in self._due():
            yield one

    def _miss(self, failure: Any, claim: Claim) -> None:
        """What follows from that for a claimed address."""
        error = failure.value
        if self.crawl.run.fatal is not None:
            return
        if isinstance(error, RobotsForbidden):
            self.crawl.bar_page(claim)
        elif isinstance(error, DownloadCancelledError):
            identity = Identity(site=claim.site, native_id=claim.native_id)
            page = Page(url=claim.url, outcome=Outcome.TOO_LARGE, identity=identity)
            raw = RawCapture(url=claim.url, captured_at=self.crawl.run.now(), payload=b"")
            self.crawl.store_item(Item(capture=capture_record(raw, page)), claim)
        else:
            cause, words = failure_of(failure)
            if cause in (Cause.HOST, Cause.NO_ANSWER):
                self.crawl.run.unanswered[words] += 1
            if cause == Cause.HOST:
                self.crawl.keep_page(claim, words)
            else:
                self.crawl.miss_page(claim, cause, words)

    # Known articles, looked at again

    def _look_requests(self) -> Iterator[Request]:
        """Requests for what is due to be looked at again; asked for when nothing is left that is new."""
        if not self._claims and not self._looks:
            for found in self.crawl.looks.due(self.name) or self.crawl.looks.controls(self.name):
                yield self._look_request(found)

    def _look_request(self, found: Recheck) -> Request:
        self._looks.add(found.article_id)
        return Request(
            found.url,
            headers=conditions(found.known),
            callback=self.parse_look,
            errback=self.look_failed,
            cb_kwargs={"found": found},
            meta={KNOWN: found.known, EXCHANGE: None},
            dont_filter=True,
        )

    def parse_look(self, response: "Response", found: Recheck) -> Output:
        """Store what a known article's page shows now."""
        raw: RawCapture = response.meta[RAW]
        if raw.repeats is None and role_of(raw) in (Role.TRANSIENT, Role.REDIRECT):
            self.crawl.looks.in_vain(found, cause_of(raw), f"http_{raw.status}")
        elif (look := self.crawl.looks.store(raw, found, self._writer(response.meta.get(EXCHANGE)))) is not None:
            yield from self._look_on(look)
            return
        self._looks.discard(found.article_id)
        yield from self.crawl.take_items()
        yield from self._look_requests()

    def _writer(self, exchange: Exchange | None) -> Write | None:
        """What writes the record of an answer that is not written yet."""
        if exchange is None:
            return None
        return lambda disbelieved: keep(self.crawl.run, evolve(exchange, disbelieved=disbelieved))

    def look_failed(self, failure: Any) -> Iterator[Request]:
        """A known article's page gave no answer."""
        found: Recheck = failure.request.cb_kwargs["found"]
        self._looks.discard(found.article_id)
        if self.crawl.run.fatal is not None:
            return
        cause, words = failure_of(failure)
        if cause in (Cause.HOST, Cause.NO_ANSWER):
            self.crawl.run.unanswered[words] += 1
        if cause == Cause.HOST:
            self.crawl.looks.keep(found, words)
        else:
            self.crawl.looks.in_vain(found, cause, words)
        yield from self._look_requests()

    def _look_on(self, look: PagedLook) -> Output:
        """Ask for the next page of an article that is looked at again; where there is none to ask for, all is there."""
        page = self.crawl.looks.next_page(look)
        if page is None:
            self.crawl.looks.end_pages(look)
            self._looks.discard(look.found.article_id)
            yield from self.crawl.take_items()
            yield from self._look_requests()
            return
        address, known = page
        yield Request(
            address,
            headers=conditions(known),
            callback=self.parse_look_page,
            errback=self.look_page_failed,
            cb_kwargs={"look": look},
            meta={KNOWN: known},
            dont_filter=True,
            priority=5,
        )

    def parse_look_page(self, response: "Response", look: PagedLook) -> Output:
        """One further page of a known article."""
        raw: RawCapture = response.meta[RAW]
        if raw.repeats is None and role_of(raw) in (Role.TRANSIENT, Role.REDIRECT):
            self.crawl.looks.miss_page(look, cause_of(raw), f"http_{raw.status}")
        else:
            self.crawl.looks.add_page(look, raw)
        yield from self._look_on(look)

    def look_page_failed(self, failure: Any) -> Output:
        """A further page of a known article gave no answer."""
        look: PagedLook = failure.request.cb_kwargs["look"]
        if self.crawl.run.fatal is not None:
            return
        cause, words = failure_of(failure)
        if cause in (Cause.HOST, Cause.NO_ANSWER):
            self.crawl.run.unanswered[words] += 1
        self.crawl.looks.miss_page(look, cause, words)
        yield from self._look_on(look)

    # The further pages of an article on several pages, one after the other

    def _go_on(self, parts: Parts) -> Output:
        """Ask for the next page of the article; where there is none to ask for, the article is done."""
        address = parts.next()
        if address is not None and not self.crawl.is_ending:
            parts.tried.append(address)
            self._claims.add(parts.claim.id)
            yield Request(
                address,
                callback=self.parse_part,
                errback=self.part_failed,
                cb_kwargs={"parts": parts},
                dont_filter=True,
                priority=5,
            )
            return
        if address is None and not parts.kept.whole and not self.crawl.is_ending:
            self.crawl.end_parts(parts.claim, parts.kept, parts.cause, parts.reason)
        yield from self.crawl.take_items()
        yield from self._due()

    async def parse_part(self, response: "Response", parts: Parts) -> Outputs:
        """Store one further page of an article."""
        raw: RawCapture = response.meta[RAW]
        if role_of(raw) in (Role.TRANSIENT, Role.REDIRECT):
            parts.fail(cause_of(raw), f"http_{raw.status}")
        else:
            kept = await self.crawl.store_page(raw, parts.claim, further=True)
            if kept.outcome in (Outcome.ARTICLE, Outcome.NOT_ARTICLE):
                parts.kept = kept
            else:
                parts.fail(kept.outcome, kept.outcome)
        self._claims.discard(parts.claim.id)
        for one in self._go_on(parts):
            yield one

    def part_failed(self, failure: Any) -> Output:
        """A further page gave no answer."""
        parts: Parts = failure.request.cb_kwargs["parts"]
        self._claims.discard(parts.claim.id)
        if self.crawl.run.fatal is not None:
            return
        parts.fail(*failure_of(failure))
        yield from self._go_on(parts)

    # Signals

    def _idle(self) -> None:
        """The last word before the spider closes: is anything due after all, or to be looked at again?"""
        requests: list[Request] = []
        # Scrapy logs what is raised here, and closes the spider as if nothing were left.
        with self.crawl.run.no_bug():
            requests = list(self._due()) or list(self._look_requests())
            for request in requests:
                self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    def _closed(self, reason: str) -> None:
        """The spider is closed: where that is not since all is done, somebody wanted the run to end."""
        if reason != "finished":
            self.crawl.run.stopped = True

    def _broke(self, failure: Any) -> None:
        """A bug in our own code: the run goes on, but does not pass as a good one."""
        note = f"{self.name}: a bug, {failure.type.__name__}: {failure.getErrorMessage()}"
        self.crawl.run.doubt(note, "bug", failed=True, site=self.name)


def _spider(site: Site) -> type[PortalSpider]:
    members = {"name": site.name, "site": site, "hosts": site.hosts, "__module__": __name__, "__doc__": site.title}
    return type(f"{site.name.title().replace('_', '')}Spider", (PortalSpider,), members)


# Scrapy finds spiders as names of this module.
globals().update({cls.__name__: cls for cls in map(_spider, load_sites().values())})
