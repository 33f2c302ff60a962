"""What a Scrapy user may have of his own: a pipeline and an extension, which write down what reaches them."""

import json
import os
from typing import Any

from scrapy import signals
from scrapy.exceptions import DropItem

DROPPED = 2
"""The article that the pipeline drops."""


class Pipeline:
    """Writes down the number of each article, and drops one."""

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        """Scrapy's."""
        write("pipeline", item["id"])
        if item["id"] == DROPPED:
            raise DropItem("as a test")
        return {**item, "pipeline": True}


class Listener:
    """Writes down the signals."""

    @classmethod
    def from_crawler(cls, crawler: Any) -> "Listener":
        """Scrapy's."""
        ours = cls()
        crawler.signals.connect(ours.scraped, signal=signals.item_scraped)
        crawler.signals.connect(ours.closed, signal=signals.spider_closed)
        return ours

    def scraped(self, item: Any, response: Any) -> None:
        """An item came through."""
        write("scraped", [item["id"], response.url])

    def closed(self, reason: str) -> None:
        """The spider ended."""
        write("closed", reason)


def write(kind: str, what: Any) -> None:
    with open(os.environ["LISTENER"], "a", encoding="utf-8") as file:  # noqa: PTH123
        file.write(json.dumps([kind, what]) + "\n")
