"""Scrapy's download handler, which asks a host only in its turn. Here and nowhere else is a request sent, robots.txt,
lists, redirects and retries included; Scrapy's own delays are off."""

import re
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, TunnelError
from scrapy.exceptions import DownloadConnectionRefusedError, ResponseDataLossError
from scrapy.utils.defer import maybe_deferred_to_future

from archive.errors import JianbaoError
from crawler.guard import shown_proxy
from crawler.pages.status import PROXY_REFUSES
from crawler.run.politeness.turns import Ending, HostRests
from crawler.run.trouble.retry import host_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

    from crawler.run.crawl import Crawl


_TWISTED = re.compile(r"<twisted\.python\.failure\.Failure [\w.]+: (.*?)\.?>")
"""How Twisted writes one of several errors of a connection."""


class ProxyFailed(Exception):
    """The proxy let nothing through; the message says why."""


class PoliteHandler(HTTP11DownloadHandler):
    """See the module. One request of each host is under way at a time, over all processes. `patience`: seconds that
    connections get to close at the end."""

    patience: ClassVar[float] = 1.0

    async def download_request(self, request: "Request") -> "Response":
        crawl: Crawl = cast("Any", self._crawler.spider).crawl
        asked: list[Exception] = []
        try:
            return await self._in_turn(crawl, request, asked)
        except (HostRests, Ending, ProxyFailed):
            raise
        except JianbaoError as error:
            crawl.run.fail(error)
            raise Ending("the run is ending") from error
        except Exception as error:
            if error not in asked:  # what the network gives is no bug of ours, whatever it is
                crawl.run.note_bug(error, request.url)
            raise

    async def _in_turn(self, crawl: "Crawl", request: "Request", asked: list[Exception]) -> "Response":
        """`asked`: takes the error that the request itself ends with."""
        turns = crawl.turns
        host = host_of(request.url)
        proxy = shown_proxy(request.meta.get("proxy"))
        async with turns.turn(host, opening=urlsplit(request.url).path == "/robots.txt"):
            if left := crawl.why_left(request.cb_kwargs.get("claim")):
                raise HostRests(left)  # while it waited for its turn
            try:
                response = await super().download_request(request)
            except TunnelError as error:
                raise ProxyFailed(_refusal(proxy, _tunnel_status(error))) from error
            except Exception as error:
                asked.append(error)
                if not proxy or not isinstance(error, DownloadConnectionRefusedError):
                    raise
                raise ProxyFailed(f"nothing listens at the proxy {proxy}") from error
        if proxy and response.status == PROXY_REFUSES:
            raise ProxyFailed(_refusal(proxy, response.status))
        after = response.headers.get("Retry-After")
        if turns.note_answer(host, response.status, after.decode("latin-1") if after else None):
            request.meta["dont_retry"] = True
        return response

    async def close(self) -> None:
        """Close the connections. Scrapy's own lets its time-out fire what the pool fires, too: on a busy machine both
        come, and the second one is a traceback."""
        from twisted.internet import reactor
        from twisted.internet.defer import Deferred

        closed: Deferred[None] = Deferred()
        timer = cast("Any", reactor).callLater(self.patience, closed.callback, None)

        def all_closed(result: object) -> None:
            if not closed.called:
                timer.cancel()
                closed.callback(None)

        cast("Any", self._pool).closeCachedConnections().addBoth(all_closed)
        await maybe_deferred_to_future(closed)


def _tunnel_status(error: TunnelError) -> int | None:
    found = re.search(r"'status': (\d{3})", str(error))
    return int(found[1]) if found else None


def _refusal(proxy: str, status: int | None) -> str:
    if status == PROXY_REFUSES:
        return f"the proxy {proxy} asks for a name and a password (407): http://NAME:PASSWORD@… in JIANBAO_PROXY"
    return f"the proxy {proxy} makes no connection ({f'status {status}' if status else 'no answer that makes sense'})"


def reason(error: BaseException) -> str:
    """Why there was no answer, in a few words for the log and the frontier's row."""
    words = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, ResponseDataLossError) or "ResponseDataLossError" in words:
        return "the answer breaks off"
    words = "; ".join(dict.fromkeys(_TWISTED.findall(words))) or words
    if found := re.search(r"certificate verify failed|certificate_unknown|VerificationError|CertificateError", words):
        return f"its certificate is not one that is trusted ({found[0]}); JIANBAO_CA_FILE may name another authority"
    return words[:200]
