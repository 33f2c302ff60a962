"""What the spider of a site does with one page that nobody claimed: what `scrapy parse` and `shell` ask for."""

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, ClassVar

from scrapy import Request, Spider

from archive.export.datasets import Row
from crawler.capture.role import Role, role_of
from crawler.middlewares import RAW
from crawler.pages.template.site import Site
from crawler.run.crawl import Crawl
from crawler.run.discovery import entries_of
from crawler.run.process.named import read_other
from crawler.sites.registry import find_site

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.warc.raw import RawCapture

Output = Iterator[Request | Row]
"""What a callback yields: what to ask for, and the articles that were stored."""
Outputs = AsyncIterator[Request | Row]
"""The same of a callback that waits for its turn to store."""


class SiteSpider(Spider):
    """A spider of one site. `hosts`: which it may ask. `crawl`: what it belongs to."""

    site: ClassVar[Site]
    hosts: ClassVar[tuple[str, ...]]
    crawl: Crawl

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        """Whether an address is of this spider's site, whatever it names there."""
        site = find_site(request.url)
        return site is not None and site.name == cls.name

    def parse(self, response: "Response") -> Output:
        """Take in any page: an article's gives its item, and requests for the pages of it that are missing; a list's
        gives a request for each article that it names."""
        raw: RawCapture = response.meta[RAW]
        if role_of(raw) is Role.LIST:
            for entry in entries_of(self.site, self.crawl.extraction.list(raw).listings):
                yield Request(entry.url, self.parse)
        elif (answer := read_other(self.crawl, raw)) is not None:
            kept = self.crawl.store_answer(answer)
            if kept.stored is not None and kept.stored.article_id is not None:
                yield from self.crawl.stored_items([kept.stored.article_id])
            yield from (Request(address, self.parse) for address in kept.missing)
