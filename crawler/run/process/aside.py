"""A crawl in an archive of its own, which goes away with it: for single pages that somebody wants to look at."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from archive.settings import Home
from crawler.run.crawl import Crawl
from crawler.run.extraction import Extraction
from crawler.run.politeness.turns import Turns
from crawler.run.process.configured import configure
from crawler.run.run import open_run
from crawler.run.runner import SLACK, equip

if TYPE_CHECKING:
    from scrapy.settings import Settings


@contextmanager
def aside(home: Home, settings: "Settings") -> Iterator[Crawl]:
    """The crawl, with what is set for a home (its proxy, name and delays), of which nothing else is read or written.

    `settings`: Scrapy's, which get what is set. Raises `UsageError`, `StorageError`, and what ended the crawl.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    configure(settings, home.settings)
    # The shell's reactor is a thread, which may still write as the shell ends: no reason to fail.
    with tempfile.TemporaryDirectory(prefix="jianbao-aside-", ignore_cleanup_errors=True) as folder:
        path = Path(folder)
        run = open_run(evolve(home, path=path, database=f"sqlite:///{path / 'archive.db'}"), [], kind="fetch")
        try:
            equip(run, settings)
            with Extraction() as extraction:
                yield Crawl(run, extraction, Turns(run, settings.getfloat("DOWNLOAD_TIMEOUT") + SLACK), items=True)
        finally:
            run.finish()
        if run.fatal is not None:
            raise run.fatal
