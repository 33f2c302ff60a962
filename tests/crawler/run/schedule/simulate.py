"""`python -m tests.crawler.run.schedule.simulate HOME`: one process that crawls again and again, each time at the
moment that a line of its standard input names, and answers with a line of JSON: exit code and counts.

A real crawl over real HTTP; only the clock and the number of lists are the simulation's. Twisted's reactor can be
started once a process, so it runs in a thread of its own, and each crawl gets a process object that hands its spiders
to it.
"""

import asyncio
import json
import logging
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import asdict

from archive.settings import resolve_home
from crawler.run.runner import crawl, project_settings, quiet_scrapy
from crawler.sites.registry import load_sites
from tests.portal.stage import SITES, few_lists


class Spiders:
    """What `crawl` takes for Scrapy's process; its reactor runs already."""

    bootstrap_failed = False

    def __init__(self, settings: Any) -> None:
        from scrapy.crawler import AsyncCrawlerRunner

        self.settings = settings
        self.runner = AsyncCrawlerRunner(settings)
        self.asked: list[tuple[str, Any]] = []

    @property
    def crawlers(self) -> Any:
        """The crawlers at work."""
        return self.runner.crawlers

    def crawl(self, name: str, crawl: Any) -> None:
        """Remembers a spider to run."""
        self.asked.append((name, crawl))

    async def stop(self) -> None:
        """Stops them."""
        await self.runner.stop()

    def start(self) -> None:
        """Runs them in the reactor's thread, and waits for their end."""
        from twisted.internet import reactor

        ended = threading.Event()

        async def run() -> None:
            try:
                await asyncio.gather(*(self.runner.crawl(name, crawl=crawl) for name, crawl in self.asked))
            except BaseException:
                import traceback

                traceback.print_exc()
            finally:
                ended.set()

        reactor.callFromThread(lambda: asyncio.ensure_future(run()))  # type: ignore[attr-defined]
        ended.wait()


def main() -> None:
    """Crawls at each moment that comes in."""
    from scrapy.utils.reactor import install_reactor

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    for name in SITES:
        site = load_sites()[name]
        object.__setattr__(site, "sources", few_lists(site.sources))  # it is known by its identity
    threading.Thread(target=reactor.run, kwargs={"installSignalHandlers": False}, daemon=True).start()  # type: ignore[attr-defined]
    home = resolve_home(str(Path(sys.argv[1])), None)
    quiet_scrapy()
    for line in sys.stdin:
        moment = datetime.fromisoformat(line.strip())
        began = datetime.now(moment.tzinfo)
        settings = project_settings()
        settings.set("LOG_ENABLED", False, priority="cmdline")
        counts, error = crawl(
            home, SITES, process=Spiders(settings), now=lambda m=moment, b=began: m + (datetime.now(m.tzinfo) - b)
        )
        told = {"exit_code": 0 if error is None else error.exit_code, "error": str(error or ""), **asdict(counts)}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
