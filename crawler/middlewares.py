"""Downloader middlewares: robots.txt as RFC 9309 reads it, and the WARC record of every answer."""

import hashlib
import ipaddress
from typing import TYPE_CHECKING, Any, cast

from attrs import evolve
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler

from archive.errors import JianbaoError
from crawler.download import reason
from crawler.guard import Refused, is_public
from crawler.pages.status import GONE, is_redirect
from crawler.run.politeness.hosts import RULES_LAST
from crawler.run.politeness.robots import RobotsUnread, read_robots
from crawler.run.politeness.turns import Ending, HostRests
from crawler.run.trouble.retry import host_of
from crawler.warc.raw import RawCapture, raw_from_headers
from crawler.warc.response import digest_of
from crawler.warc.writer import NOT_MODIFIED, Exchange, Repeats

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Headers

    from crawler.run.crawl import Crawl
    from crawler.run.politeness.hosts import KnownRules
    from crawler.run.reading.asked import Known
    from crawler.run.run import Run

RAW = "jianbao_raw"
"""The request's meta key under which the callback finds the `RawCapture`."""
EXCHANGE = "jianbao_exchange"
"""The meta key under which a request says that its answer is not to be written yet, and its callback finds the
`Exchange`: a list's, and a known article's where its page may be gone; None where it is written."""
KNOWN = "jianbao_known"
"""The meta key under which a request for a known article has what its answer may repeat (`Known`)."""

_FORBID_ALL = "User-agent: *\nDisallow: /\n"


class RobotsForbidden(IgnoreRequest):
    """robots.txt says no."""


class RobotsUnknown(IgnoreRequest):
    """robots.txt could not be had, which says no for now; the message says why it could not."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, but a host whose robots.txt fails (no answer, 5xx, 429 and their like) is left alone for this run, and
    any other 4xx means that there are no rules (RFC 9309, 2.3.1).

    All crawlers of an archive share what one of them has read, for a day. What it forbids is looked up anew, once a
    run: that may be over.
    """

    def __init__(self, crawler: "Crawler") -> None:
        super().__init__(crawler)
        self._unknown: dict[str, str] = {}
        self._shared: dict[str, tuple[KnownRules, Any] | None] = {}
        self._read_at: dict[str, datetime] = {}

    @property
    def _crawl(self) -> "Crawl":
        crawl: Crawl = cast("Any", self.crawler.spider).crawl
        return crawl

    @property
    def _agent(self) -> str:
        return self._robotstxt_useragent or self._default_useragent

    async def robot_parser(self, request: "Request") -> Any:
        """The rules for a request. Scrapy 2.19 awaits one Deferred from several requests, of which only the first gets
        the rules and the others None, which lets them pass; so the answer is read from where it is kept."""
        netloc = urlparse_cached(request).netloc
        if (known := self._known(netloc, request)) is not None:
            return known
        read_at = self._read_at.get(netloc)
        if read_at is not None and self._crawl.run.now() - read_at > RULES_LAST:
            del self._parsers[netloc], self._read_at[netloc]
        await super().robot_parser(request)
        return self._parsers[netloc]

    def _known(self, netloc: str, request: "Request") -> Any:
        """The rules that some crawler has read, as far as they say enough of this request; None where they do not."""
        if netloc in self._parsers or netloc.lower() != host_of(request.url):
            return None
        if netloc not in self._shared:
            self._shared[netloc] = self._look_up(request)
        shared = self._shared[netloc]
        if shared is None or self._crawl.run.now() - shared[0].read_at > RULES_LAST:
            return None
        if shared[1].allowed(request.url, self._agent):
            return shared[1]
        if shared[0].read_at < self._crawl.begun:  # another crawler may have read it since
            shared = self._shared[netloc] = self._look_up(request)
        return shared[1] if shared is not None and shared[0].read_at >= self._crawl.begun else None

    def _look_up(self, request: "Request") -> "tuple[KnownRules, Any] | None":
        known = self._crawl.rules(host_of(request.url), self._agent)
        if known is None:
            return None
        return known, build_from_crawler(self._parserimpl, self.crawler, known.text.encode())

    async def _parse_robots(self, response: Response, netloc: str, request: "Request") -> None:
        run, host, now = self._crawl.run, host_of(request.url), self._crawl.run.now()
        rules = None
        try:
            rules = read_robots(response.meta[RAW], self._agent)
        except RobotsUnread as error:
            self._unknown[netloc] = str(error)
        before = self._crawl.rules(host, self._agent)
        if rules is None or before is None or before.text != rules.text:
            with run.ends():
                keep(run, response.meta[EXCHANGE])
        text = _FORBID_ALL if rules is None else rules.text
        read = Response(response.url, status=response.status, body=text.encode())
        await super()._parse_robots(read, netloc, request)
        if rules is not None:
            self._read_at[netloc] = now
            self._crawl.keep_rules(host, self._agent, rules.text)
            if rules.told:
                self._note(rules.text, netloc, request)

    def _note(self, rules: str, netloc: str, request: "Request") -> None:
        """Let the hosts' book know the rules, and look again at what other rules forbade."""
        parser: Any = self._parsers[netloc]
        delay = parser.crawl_delay(self._agent)
        digest = hashlib.sha256(rules.encode()).hexdigest()[:32]
        site = cast("Any", self.crawler.spider).name
        self._crawl.note_robots(site, host_of(request.url), digest, delay or None)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._unknown[netloc] = str(exc) if isinstance(exc, Ending | HostRests) else reason(exc)
        super()._robots_error(exc, netloc)

    def process_request_2(self, rp: Any, request: "Request") -> None:
        if why := self._unknown.get(urlparse_cached(request).netloc):
            raise RobotsUnknown(why)
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise RobotsForbidden(str(error)) from error


class WarcMiddleware:
    """Writes every answer, as it was transferred, before anything else sees it: pages, redirects, robots.txt.

    A list's answer waits until its callback knows whether it names something new (`keep`), that of a robots.txt until
    it is known whether it says something new, a known article's until it is decided whether the article is no more. A
    page that is as it was, is written as a revisit record, which names the record of before.
    """

    def __init__(self, crawler: "Crawler") -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> "Self":
        return cls(crawler)

    def process_response(self, request: "Request", response: Response) -> Response:
        run: Run = cast("Any", self.crawler.spider).crawl.run
        if run.fatal is not None or run.warc is None:
            raise IgnoreRequest("the run is ending")
        try:
            return self._written(run, request, response)
        except IgnoreRequest:
            raise
        except Exception as error:
            run.note_bug(error, request.url)
            raise

    def _written(self, run: "Run", request: "Request", response: Response) -> Response:
        run.answered = True
        run.trouble.answer(host_of(response.url), cast("Any", self.crawler.spider).name)
        ip = None if request.meta.get("proxy") else response.ip_address
        if isinstance(ip, ipaddress.IPv4Address | ipaddress.IPv6Address) and not is_public(str(ip)):
            raise Refused(f"{ip} is in a private network")
        first = request.meta.get("redirect_urls") or [None]
        exchange = Exchange(
            url=response.url,
            fetched_at=run.now(),
            status=response.status,
            headers=_pairs(response.headers),
            payload=response.body,
            request_headers=_request_headers(request),
            ip=str(ip) if ip else None,
            requested=first[0],
            method=request.method,
            request_body=request.body,
        )
        exchange = evolve(exchange, repeats=_repeats(exchange, request.meta.get(KNOWN)))
        try:
            waits = _waits(exchange, request)
            raw = _raw(exchange) if waits else keep(run, exchange)
        except JianbaoError as error:
            run.fail(error)
            raise IgnoreRequest(str(error)) from error
        request.meta[RAW] = raw
        if waits or EXCHANGE in request.meta:
            request.meta[EXCHANGE] = exchange if waits else None
        return response


def _waits(exchange: Exchange, request: "Request") -> bool:
    """Whether an answer is written later, if at all."""
    if EXCHANGE not in request.meta:
        return "dont_obey_robotstxt" in request.meta and not is_redirect(exchange.status)  # a robots.txt's
    return KNOWN not in request.meta or (exchange.repeats is None and exchange.status in (200, *GONE))


def keep(run: "Run", exchange: Exchange) -> RawCapture:
    """Write an answer, and say where. Raises `StorageError`."""
    if run.warc is None:
        msg = "the run has no WARC files"
        raise RuntimeError(msg)
    position = run.warc.write(exchange)
    return evolve(
        _raw(exchange),
        digest=position.digest,
        warc_file=position.file,
        warc_offset=position.offset,
        warc_length=position.length,
    )


def _raw(exchange: Exchange) -> RawCapture:
    """An answer that is not written yet."""
    repeats = exchange.repeats
    raw = RawCapture(
        url=exchange.url,
        captured_at=exchange.fetched_at,
        payload=exchange.payload if repeats is None else b"",
        status=exchange.status,
        requested=exchange.requested,
        ip=exchange.ip,
        repeats=(repeats.url, repeats.at) if repeats is not None else None,
        disbelieved=exchange.disbelieved,
    )
    told = raw_from_headers(raw, exchange.headers)
    return told if repeats is None else evolve(told, cut="")


def _repeats(exchange: Exchange, known: "Known | None") -> Repeats | None:
    """What an answer shows again: the server says so, or it is the same, byte for byte."""
    if known is None or known.url != exchange.url:
        return None
    same = exchange.status == NOT_MODIFIED or (exchange.status == 200 and digest_of(exchange.payload) == known.digest)
    return Repeats(url=known.url, at=known.at, digest=known.digest) if same else None


def _pairs(headers: "Headers") -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name in headers for value in headers.getlist(name)]


def _request_headers(request: "Request") -> list[tuple[str, str]]:
    """What was sent, without what only concerns a proxy."""
    sent = [pair for pair in _pairs(request.headers) if not pair[0].lower().startswith("proxy-")]
    names = {name.lower() for name, _ in sent}
    host = [] if "host" in names else [("Host", request.url.split("/", 3)[2])]
    return host + sent
