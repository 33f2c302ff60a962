"""Scrapy's CLOSESPIDER_… settings end a run as `--max-time` does: what is on its way is stored, the rest stays due."""

from typing import Any, cast

from scrapy.extensions.closespider import CloseSpider


class CloseRun(CloseSpider):
    """Scrapy's extension; but whatever waits for its host's turn is let go at once, and not asked for one by one."""

    def _close_spider(self, reason: str) -> None:
        cast("Any", self.crawler.spider).crawl.turns.enough(reason.replace("_", ": "))
        super()._close_spider(reason)
