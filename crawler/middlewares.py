"""Downloader middlewares: robots.txt as RFC 9309 reads it, and the WARC record of every answer."""

import hashlib
import ipaddress
from typing import TYPE_CHECKING, Any, cast

from attrs import evolve
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from archive.errors import JianbaoError
from crawler.download import reason
from crawler.guard import Refused, is_public
from crawler.run.politeness.robots import RobotsUnread, Rules, read_robots
from crawler.run.politeness.turns import Ending, HostRests
from crawler.run.retry import host_of
from crawler.warc.raw import RawCapture, raw_from_headers
from crawler.warc.response import digest_of
from crawler.warc.writer import NOT_MODIFIED, Exchange, Repeats

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Headers

    from crawler.run.crawl import Crawl
    from crawler.run.run import Run
    from crawler.run.schedule.rechecks import Known

RAW = "jianbao_raw"
"""The request's meta key under which the callback finds the `RawCapture`."""
EXCHANGE = "jianbao_exchange"
"""The meta key under which a list's request says that its answer is not to be written yet, and its callback finds the
`Exchange`."""
KNOWN = "jianbao_known"
"""The meta key under which a request for a known article has what its answer may repeat (`Known`)."""

_FORBID_ALL = "User-agent: *\nDisallow: /\n"


class RobotsForbidden(IgnoreRequest):
    """robots.txt says no."""


class RobotsUnknown(IgnoreRequest):
    """robots.txt could not be had, which says no for now; the message says why it could not."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, but a host whose robots.txt fails (no answer, 5xx, 429 and their like) is left alone for this run, and
    any other 4xx means that there are no rules (RFC 9309, 2.3.1)."""

    def __init__(self, crawler: "Crawler") -> None:
        super().__init__(crawler)
        self._unknown: dict[str, str] = {}

    async def robot_parser(self, request: "Request") -> Any:
        """The rules for a request. Scrapy 2.19 awaits one Deferred from several requests, of which only the first gets
        the rules and the others None, which lets them pass; so the answer is read from where it is kept."""
        await super().robot_parser(request)
        return self._parsers[urlparse_cached(request).netloc]

    async def _parse_robots(self, response: Response, netloc: str, request: "Request") -> None:
        try:
            rules = read_robots(response.meta[RAW], self._robotstxt_useragent or self._default_useragent)
        except RobotsUnread as error:
            self._unknown[netloc] = str(error)
            rules = Rules(_FORBID_ALL, told=False)
        read = Response(response.url, status=response.status, body=rules.text.encode())
        await super()._parse_robots(read, netloc, request)
        if rules.told:
            self._note(rules.text, netloc, request)

    def _note(self, rules: str, netloc: str, request: "Request") -> None:
        """Let the hosts' book know the rules, and look again at what other rules forbade."""
        spider = cast("Any", self.crawler.spider)
        crawl: Crawl = spider.crawl
        parser: Any = self._parsers[netloc]
        delay = parser.crawl_delay(self._robotstxt_useragent or self._default_useragent)
        digest = hashlib.sha256(rules.encode()).hexdigest()[:32]
        crawl.note_robots(spider.name, host_of(request.url), digest, delay or None)

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

    A list's answer waits until its callback knows whether it names something new (`keep`). A page that is as it was, is
    written as a revisit record, which names the record of before.
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
        run.answered = True
        run.answer(host_of(response.url), cast("Any", self.crawler.spider).name)
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
            raw = _raw(exchange) if EXCHANGE in request.meta else keep(run, exchange)
        except JianbaoError as error:
            run.fail(error)
            raise IgnoreRequest(str(error)) from error
        request.meta[RAW] = raw
        if EXCHANGE in request.meta:
            request.meta[EXCHANGE] = exchange
        return response


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
