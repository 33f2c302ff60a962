"""What Scrapy's commands for single pages need here: a crawl beside the archive, and pages as a person reads them."""

import argparse
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.utils.spider import DefaultSpider

from archive.errors import JianbaoError
from archive.settings import resolve_home
from crawler.guard import why_not_public
from crawler.run.process.aside import aside
from crawler.spiders.single import SiteSpider

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

UNPACK = "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware"


class Aside:
    """Goes before a command of Scrapy's (`class Command(Aside, ScrapyFetch)`). robots.txt and delays are kept to, and
    no archive is touched. A page of a host that is of no known site is asked for too, where it is on the public
    internet."""

    crawler_process: Any
    exitcode: int

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the command inside the crawl."""
        settings: BaseSettings = self.crawler_process.settings
        # Inside WarcMiddleware, which sees every answer as it was transferred.
        settings["DOWNLOADER_MIDDLEWARES"].set(UNPACK, 590, priority="project")
        settings.set("COMPRESSION_ENABLED", True, priority="project")
        named = [url for url in args if not why_not_public(url)]
        other: Any = DefaultSpider
        other.hosts = tuple((urlsplit(url).hostname or "").lower() for url in named)
        try:
            with aside(resolve_home(), self.crawler_process.settings) as crawl:
                SiteSpider.crawl = other.crawl = crawl
                super().run(args, opts)  # type: ignore[misc]
        except JianbaoError as error:
            print(f"jianbao: {error}", file=sys.stderr)  # noqa: T201 - a command's answer
            self.exitcode = error.exit_code
