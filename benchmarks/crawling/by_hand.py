"""What one would write by hand for this job: Scrapy, trafilatura, a row a page (`benchmarks.crawling.crawl`).

    python -m benchmarks.crawling.by_hand ADDRESSES DATABASE

Asks for what `benchmarks.crawling.bare` asks for, in the same way; reads the text of each page and what the page says
of itself, and stores both as it comes. Raw pages, copies, revisions and the search are left out.
"""

import sqlite3
import sys
from pathlib import Path
from typing import Any

from scrapy.crawler import CrawlerProcess
from scrapy.http import Response
from trafilatura import bare_extraction

from benchmarks.crawling.bare import SETTINGS, Bare

_COLUMNS = ("url", "title", "author", "date", "sitename", "text")


class ByHand(Bare):
    """See the module."""

    name = "by_hand"

    def parse(self, response: Response, **_: Any) -> Any:
        found = bare_extraction(response.body, url=response.url, with_metadata=True)
        yield {"url": response.url} | ({} if found is None else {name: getattr(found, name) for name in _COLUMNS[1:]})


class Rows:
    """SQLite, a transaction a page. `DATABASE` in the settings: the file."""

    def __init__(self, path: str) -> None:
        self.database = sqlite3.connect(path)
        self.database.execute(f"CREATE TABLE page ({', '.join(_COLUMNS)})")

    @classmethod
    def from_crawler(cls, crawler: Any) -> "Rows":
        return cls(crawler.settings["DATABASE"])

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        with self.database:
            places = ", ".join("?" * len(_COLUMNS))
            self.database.execute(f"INSERT INTO page VALUES ({places})", [item.get(name) for name in _COLUMNS])
        return item

    def close_spider(self) -> None:
        self.database.close()


if __name__ == "__main__":
    process = CrawlerProcess({**SETTINGS, "DATABASE": sys.argv[2], "ITEM_PIPELINES": {Rows: 1}})
    process.crawl(ByHand, addresses=Path(sys.argv[1]).read_text(encoding="utf-8").split())
    process.start()
