"""Bare Scrapy over given addresses: what a crawl costs of which nothing is kept (`benchmarks.crawling.crawl`).

    python -m benchmarks.crawling.bare ADDRESSES

Asks for each address of the file, one a line, through the proxy of the environment, and yields its bytes. Nothing is
parsed or written, robots.txt is not read, certificates are not verified; all else is as Scrapy has it.
"""

import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

SETTINGS = {
    "HTTPERROR_ALLOW_ALL": True,
    "LOG_LEVEL": "ERROR",
    "RETRY_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
}


class Bare(Spider):
    """See the module."""

    name = "bare"
    addresses: Sequence[str] = ()

    async def start(self) -> AsyncIterator[Any]:
        for url in self.addresses:
            yield Request(url)

    def parse(self, response: Response, **_: Any) -> Any:
        yield {"url": response.url, "body": response.body}


if __name__ == "__main__":
    process = CrawlerProcess(SETTINGS)
    process.crawl(Bare, addresses=Path(sys.argv[1]).read_text(encoding="utf-8").split())
    process.start()
