"""`python -m tests.simulation.crawling HOME [worse|whole]`: one process that crawls again and again, each time at the
moment that a line of its standard input names, and answers with a line of JSON: exit code, counts, and what it cost.

A real crawl over real HTTP. The clock and the number of lists are the simulation's; pages are read in this process,
since to start one for each run would cost more than all else; and Twisted's reactor, which can be started once a
process, runs in a thread of its own. With `worse` our rules are worse than they are (see there) until a line says
`improve`. With `whole` every site is crawled by all of its lists.
"""

import asyncio
import json
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import asdict, evolve

import crawler.capture.rereading
import crawler.run.extraction
from archive.settings import resolve_home
from crawler.capture import item
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


class Inline:
    """What `archive.workers.Workers` does, in this process."""

    def __init__(self, function: Callable[[Any], Any], **_: Any) -> None:
        self.function = function

    def start(self) -> None:
        """Nothing to start."""

    def close(self) -> None:
        """Nothing to end."""

    def call(self, task: Any) -> Any:
        """What the function gives."""
        return self.function(task)

    def submit(self, task: Any) -> "Future[Any]":
        """The same, as of one for which nobody waits."""
        done: Future[Any] = Future()
        try:
            done.set_result(self.function(task))
        except Exception as error:
            done.set_exception(error)
        return done

    def map(self, tasks: Iterable[Any], ahead: int = 2) -> Iterator["Future[Any]"]:
        """The same of many."""
        yield from map(self.submit, tasks)


def worse() -> Callable[[], None]:
    """Our rules before somebody mended them: NetEase's phone template is not known, and the desk's related boxes pass
    for text. What makes them as they are."""
    site = load_sites()["netease"]
    templates = site.templates
    own: Any = site
    left = [one for one in templates if one.name != "netease-mobile"]
    rules = {one.name: tuple(rule for rule in one.rules if rule.id != "netease.related") for one in left}
    object.__setattr__(own, "templates", tuple(evolve(one, rules=rules[one.name]) for one in left))
    version = item.extractor_version
    item.extractor_version = lambda: "worse"

    def improve() -> None:
        object.__setattr__(own, "templates", templates)
        item.extractor_version = version

    return improve


def main() -> None:
    """Crawls at each moment that comes in."""
    from scrapy.utils.reactor import install_reactor

    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(message)s")
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    sites: Sequence[str] = SITES
    if sys.argv[2:] == ["whole"]:
        sites = tuple(load_sites())
    else:
        for name in SITES:
            site = load_sites()[name]
            object.__setattr__(site, "sources", few_lists(site.sources))  # it is known by its identity
    improve = worse() if sys.argv[2:] == ["worse"] else lambda: None
    for module in (crawler.run.extraction, crawler.capture.rereading):
        module.Workers = Inline  # type: ignore[attr-defined]
    threading.Thread(target=reactor.run, kwargs={"installSignalHandlers": False}, daemon=True).start()  # type: ignore[attr-defined]
    home = resolve_home(str(Path(sys.argv[1])), None)
    quiet_scrapy()
    for line in sys.stdin:
        if line.strip() == "improve":
            improve()
            print("{}", flush=True)
            continue
        moment = datetime.fromisoformat(line.strip())
        began, spent = datetime.now(moment.tzinfo), time.process_time()
        settings = project_settings()
        settings.set("LOG_ENABLED", False, priority="cmdline")
        counts, error = crawl(
            home, sites, process=Spiders(settings), now=lambda m=moment, b=began: m + (datetime.now(m.tzinfo) - b)
        )
        told = {"exit_code": 0 if error is None else error.exit_code, "error": str(error or ""), **asdict(counts)}
        print(json.dumps({**told, "seconds": time.process_time() - spent}), flush=True)


if __name__ == "__main__":
    main()
