"""Scrapy's settings: polite, and deaf to remote control. What differs between installations is no business of this
module: `crawler.run.process.configured` puts it over these settings when a run begins (docs/settings.md).

With a proxy, the proxy resolves host names; without one, an address that resolves to a private, loopback or link-local
network is not fetched. Addresses that are not of a site's own hosts are not fetched either way.
"""

from crawler.pages.status import TRANSIENT

BOT_NAME = "jianbao"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
COMMANDS_MODULE = "crawler.commands"

ROBOTSTXT_OBEY = True
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
DOWNLOAD_DELAY = 0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_ITEMS = 16  # so many tasks Scrapy begins for each answer; twice as many requests, a claim, go on at once
CONCURRENT_REQUESTS = 32  # those that wait for their host's turn count too; a run that is stopped lets them go
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
SPIDER_MIDDLEWARES_BASE = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": 700,
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

WARN_ON_GENERATOR_RETURN_VALUE = False  # it would parse the source of every callback; a type checker knows ours

STATS_DUMP = False
LOG_LEVEL = "INFO"
LOG_DATEFORMAT = "%Y-%m-%dT%H:%M:%S%z"  # `jianbao crawl` writes lines of its own, in Beijing time
LOG_VERSIONS: list[str] = []
