"""Scrapy's settings: polite, and deaf to remote control. The environment sets what differs between installations.

- `JIANBAO_USER_AGENT`: how the crawler names itself; put the address of a page about your crawl in it.
- `JIANBAO_PROXY`: `http://host:port` of a proxy for every request (HTTPS goes through CONNECT). Without it
  `http_proxy`, `https_proxy` and `no_proxy` count as usual.
- `JIANBAO_CA_FILE`: a PEM file of the certificate authorities to trust instead of the system's.
- `JIANBAO_DELAY`: the fewest seconds from an answer of a host to the next request to it, over all processes that share
  the archive, robots.txt and lists included (1.0). A longer `Crawl-delay` of its robots.txt counts instead.
- `JIANBAO_TIMEOUT`: the seconds that one request may take (30).
- `JIANBAO_MAX_BYTES`: the largest answer that is read, as transferred (10485760).
- `JIANBAO_RECHECK_SHARE`: of the requests that a host's delay leaves room for, so many may look at articles that are
  stored already, 0 to 1 (0.3).
- `JIANBAO_WITNESS`: whose body the witness reads too: `all`, `sample` (one page in twenty) or `off`; a crawl reads all,
  an import a sample, unless it is said.
- `JIANBAO_WARC_BYTES`: the size at which a WARC file is closed and the next one begun (1000000000).

With a proxy, the proxy resolves host names; without one, an address that resolves to a private, loopback or link-local
network is not fetched. Addresses that are not of a site's own hosts are not fetched either way.
"""

import os
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, cast
from urllib.request import getproxies

from archive.errors import UsageError
from crawler.pages.status import TRANSIENT


def _version() -> str:
    try:
        return version("jianbao")
    except PackageNotFoundError:
        return "0"


def _number(name: str, default: float) -> float:
    value = os.environ.get(name)
    try:
        number = float(value) if value else default
    except ValueError:
        number = -1
    if not 0 <= number < 1e15:
        raise UsageError(f"{name} is {value!r}, which is not a number that makes sense here")
    return number


def _share(name: str, default: float) -> float:
    share = _number(name, default)
    if share > 1:
        raise UsageError(f"{name} is {share:g}; it is a share, 0 to 1")
    return share


def _hearing(name: str) -> Literal["all", "sample", "off"] | None:
    value = os.environ.get(name) or None
    if value in (None, "all", "sample", "off"):
        return cast("Literal['all', 'sample', 'off'] | None", value)
    raise UsageError(f"{name} is {value!r}; it is all, sample or off")


def _proxy() -> str | None:
    """The proxy that is set. Raises `UsageError` for one that we do not speak to, by whatever name it is set."""
    ours = os.environ.get("JIANBAO_PROXY") or None
    found = {"JIANBAO_PROXY": ours} if ours else {f"{kind}_proxy": getproxies().get(kind) for kind in ("http", "https")}
    for name, proxy in found.items():
        scheme, there, _ = (proxy or "").partition("://")
        if there and scheme.lower() != "http":
            raise UsageError(f"{name} begins with {scheme}://, and only proxies at http:// are spoken to")
    return ours


BOT_NAME = "jianbao"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
COMMANDS_MODULE = "crawler.commands"

USER_AGENT = os.environ.get("JIANBAO_USER_AGENT") or f"Jianbao/{_version()} (+https://jianbao.example/crawler)"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = USER_AGENT.partition("/")[0] or None
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
    # What every reader of WARC files can unpack: no brotli, no zstd.
    "Accept-Encoding": "gzip, deflate",
}
COMPRESSION_ENABLED = False  # crawler.capture.item unpacks, for a crawl as for an import
COOKIES_ENABLED = False  # also keeps tldextract from downloading its list
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
REFERER_ENABLED = True
REFERRER_POLICY = "no-referrer"
METAREFRESH_ENABLED = False  # a page is kept as it came

# Hosts are asked in turns that all processes share (crawler.run.politeness); Scrapy's own delays would only add.
JIANBAO_DELAY = _number("JIANBAO_DELAY", 1.0)
JIANBAO_RECHECK_SHARE = _share("JIANBAO_RECHECK_SHARE", 0.3)
DOWNLOAD_DELAY = 0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_REQUESTS = 32  # those that wait for their host's turn count too; a run that is stopped lets them go
DOWNLOAD_TIMEOUT = _number("JIANBAO_TIMEOUT", 30)
DOWNLOAD_MAXSIZE = int(_number("JIANBAO_MAX_BYTES", 10 * 2**20))
DOWNLOAD_WARNSIZE = 0
DNS_TIMEOUT = 15
REDIRECT_MAX_TIMES = 5
RETRY_TIMES = 2
RETRY_HTTP_CODES = sorted(TRANSIENT)
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # the run says it itself, in one line
HTTPERROR_ALLOW_ALL = True  # a 404 is an outcome

DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_HANDLERS = {
    "http": "crawler.download.PoliteHandler",
    "https": "crawler.download.PoliteHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
TWISTED_DNS_RESOLVER = "crawler.guard.PublicResolver"
# Scrapy imports whatever its own lists name, None or not: aiohttp, requests and a telnet server, a third of a second of
# each crawl. So what is of use stands here, with the places that Scrapy gives it, and nothing else is there.
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": 300,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": 600,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": 750,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
}
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
}
DOWNLOADER_MIDDLEWARES = {
    # Offsite lets everything marked dont_filter pass; the guard does not.
    "crawler.guard.GuardMiddleware": 50,
    "crawler.middlewares.RobotsMiddleware": 100,
    # Outside Redirect (600): it sees every answer as it was transferred, before anything is done with it.
    "crawler.middlewares.WarcMiddleware": 800,
}
JIANBAO_PROXY = _proxy()
JIANBAO_CA_FILE = os.environ.get("JIANBAO_CA_FILE") or None
JIANBAO_WITNESS = _hearing("JIANBAO_WITNESS")
JIANBAO_WARC_BYTES = int(_number("JIANBAO_WARC_BYTES", 1_000_000_000))

STATS_DUMP = False
LOG_LEVEL = "INFO"
LOG_VERSIONS: list[str] = []
