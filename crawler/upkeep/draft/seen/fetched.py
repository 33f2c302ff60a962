"""Pages fetched to draft from: by the crawl's own downloader, so robots.txt, delays and the guard hold as in a crawl.

What is fetched goes through an archive of its own, which is gone afterwards: a draft takes nothing into the archive.
Whose turn it is to ask a host is agreed with the crawls of the archive that there is.
"""

import logging
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from attrs import evolve
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from sqlalchemy.engine import make_url

from archive.errors import JianbaoError, NetworkUnavailable
from archive.settings import Home
from archive.store.db import open_engine
from crawler.download import reason
from crawler.middlewares import RAW
from crawler.run.crawl import Crawl
from crawler.run.politeness.turns import Turns
from crawler.run.process.configured import configure
from crawler.run.run import Run, open_run
from crawler.run.runner import SLACK, project_settings, quiet_scrapy
from crawler.upkeep.draft.addresses import registered
from crawler.upkeep.trial.samples import Sample
from crawler.warc.encodings import BodyError, decoded_body
from crawler.warc.writer import WarcFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.http import Response
    from sqlalchemy import Engine

    from crawler.warc.raw import RawCapture

_SIZE: Final = 10**9


class _PageSpider(Spider):
    """Asks for a few addresses. `samples`: the pages that came; `missing`: by address, why there is none."""

    name: ClassVar[str] = "draft"  # type: ignore[misc]
    crawl: Crawl
    hosts: Sequence[str]
    urls: Sequence[str]
    samples: list[Sample]
    missing: dict[str, str]

    async def start(self) -> AsyncIterator[Request]:
        for url in self.urls:
            yield Request(url, callback=self.take, errback=self.miss, cb_kwargs={"asked": url}, dont_filter=True)

    def take(self, response: "Response", asked: str) -> None:
        raw: RawCapture = response.meta[RAW]
        if raw.status != 200:
            self.missing[asked] = f"status {raw.status}"
            return
        try:
            body = decoded_body(raw).content
        except BodyError as error:
            self.missing[asked] = str(error)
            return
        self.samples.append(
            Sample(name=asked, url=raw.url, data=body, content_type=raw.content_type, captured_at=raw.captured_at)
        )

    def miss(self, failure: Any) -> None:
        self.missing[failure.request.cb_kwargs["asked"]] = reason(failure.value)


def fetch_pages(home: Home, urls: Sequence[str]) -> tuple[list[Sample], dict[str, str]]:
    """The pages at these addresses, and why there is none at the others. `home`: whose settings hold, and whose
    crawls are agreed with.

    Raises `NetworkUnavailable` where none is to be had, and whatever ends a run.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    samples: list[Sample] = []
    missing: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="jianbao-draft-") as folder:
        scratch = Path(folder) / "home"
        own = evolve(home, path=scratch, database=f"sqlite:///{scratch / 'archive.db'}")
        run = open_run(own, [], kind="import")
        try:
            with _agreed(home, run) as agreed:
                _fetch(run, agreed, urls, samples, missing)
        except JianbaoError as error:
            run.fail(error)
        finally:
            run.answered = True
            run.finish()
        if run.fatal is not None:
            raise run.fatal
    if not samples:
        why = "; ".join(f"{url}: {words}" for url, words in missing.items())
        raise NetworkUnavailable(f"none of the pages is to be had: {why or 'no answer'}")
    order = {url: place for place, url in enumerate(urls)}
    return sorted(samples, key=lambda one: order[one.name]), missing


@contextmanager
def _agreed(home: Home, run: Run) -> "Iterator[Run]":
    """The run as the hosts' book of the archive knows it, where there is an archive."""
    url = make_url(home.database)
    there = not url.drivername.startswith("sqlite") or (url.database and Path(url.database).exists())
    engine: Engine | None = open_engine(home.database) if there else None
    try:
        yield run if engine is None else evolve(run, engine=engine, run_id=-os.getpid())
    finally:
        if engine is not None:
            engine.dispose()


def _fetch(run: Run, agreed: Run, urls: Sequence[str], samples: list[Sample], missing: dict[str, str]) -> None:
    settings = project_settings()
    configure(settings, run.home.settings)
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    if ca_file := run.home.settings.ca_file:
        os.environ["SSL_CERT_FILE"] = str(Path(ca_file).absolute())
    quiet_scrapy()
    logging.disable(logging.INFO)  # Scrapy's greeting
    process = AsyncCrawlerProcess(settings)
    logging.disable(logging.NOTSET)
    quiet_scrapy()
    run.warc = WarcFolder(path=run.home.warc, max_bytes=_SIZE, info={"software": "jianbao"})
    turns = Turns(agreed, settings.getfloat("DOWNLOAD_TIMEOUT") + SLACK)
    crawl = Crawl(run, cast("Any", None), turns)
    given = {"crawl": crawl, "hosts": sorted({registered(url) for url in urls}), "urls": urls}
    process.crawl(_PageSpider, **given, samples=samples, missing=missing)
    process.start()
