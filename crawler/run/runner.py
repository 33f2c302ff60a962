"""The run from begin to end, the same for `jianbao crawl` and `scrapy crawl`."""

import logging
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from archive.errors import AlreadyRunning, JianbaoError, UsageError
from archive.settings import Home
from crawler.run import frontier, given_up
from crawler.run.counts import Counts
from crawler.run.crawl import Crawl
from crawler.run.extraction import Extraction
from crawler.run.politeness.turns import Turns
from crawler.run.process.configured import check_sites, configure
from crawler.run.recovery import recover
from crawler.run.run import Crash, Run, open_run
from crawler.run.watch.findings import Findings
from crawler.run.watch.tell import ping, run_command, say_what_is_well
from crawler.sites.registry import load_sites
from crawler.warc.writer import WarcFolder

if TYPE_CHECKING:
    from scrapy.settings import Settings

logger = logging.getLogger("jianbao.crawl")

SLACK: Final = 15.0
"""Seconds that a request may take beyond its time-out, for the name's look-up and for us."""


def project_settings() -> "Settings":
    """Scrapy's settings with ours, wherever the command was called from."""
    # Loaded now and not by a spider's module: it looks at each call that is open by then, and for those of nested
    # imports through all modules, which would take a quarter of a second.
    import scrapy.core.downloader.contextfactory  # noqa: F401
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    return settings


def quiet_scrapy() -> None:
    """Scrapy and Twisted say what is wrong, not what they do; our own lines say that."""
    for name in ("scrapy", "asyncio", "py.warnings"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # A robots.txt, a certificate or an answer that is not in order is told, in one line, by what it holds up.
    for name in ("scrapy.downloadermiddlewares.robotstxt", "scrapy.core.downloader.handlers", "twisted"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def crawl(
    home: Home,
    sites: Sequence[str] = (),
    *,
    limit: int | None = None,
    since: datetime | None = None,
    retry: Literal["failed", "blocked"] | None = None,
    process: Any = None,
    verbose: bool = False,
    max_time: float | None = None,
    max_pages: int | None = None,
    items: bool = False,
    on_begin: Callable[[Run], None] = lambda run: None,
    on_change: Callable[[Run], None] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> tuple[Counts, JianbaoError | None]:
    """Crawl these sites (all of them where none is named) once; what was done, and how the command should end.

    `limit`: the most articles to fetch. `since`: articles that a list dates before it are not fetched. `retry`: what
    older runs gave up is asked for again (`crawler.run.given_up.revive`). `process`: a Scrapy process with its
    settings, made here otherwise (`verbose`: its own lines are shown too). `max_time`: seconds after which nothing more
    is asked for, `max_pages`: requests; what is due stays due. `items`: whether the spiders yield what is stored.
    `on_begin` hears of the run. `now`: the clock, in UTC
    (`Run`). The error is None for a run without anything doubtful.

    Raises `UsageError`, `AlreadyRunning`, `DatabaseUnavailable`, `SchemaMismatch`, `StorageError` before it fetches.
    """
    names = list(sites) or list(load_sites())
    unknown = [name for name in names if name not in load_sites()]
    if unknown:
        raise UsageError(f"no site is named {', '.join(unknown)}; there are {', '.join(load_sites())}")
    if not verbose:
        logging.getLogger("alembic").setLevel(logging.WARNING)
    check_sites(home)
    settings = process.settings if process is not None else project_settings()
    configure(settings, home.settings)
    try:
        run = open_run(home, names, now=now)
    except AlreadyRunning:
        raise  # the other run tells of itself
    except JianbaoError as error:
        ping(home.settings, f"/{error.exit_code}")
        raise
    run.hearing = home.settings.witness or "enough"
    whole = limit is None and since is None and retry is None
    share = 0.0 if run.hearing == "off" else home.settings.witness_share
    backfill = since is not None or retry is not None
    run.findings = Findings(sites=names, started=now(), share=share, whole=whole, backfill=backfill)
    ping(home.settings, "/start")
    if on_change is not None:
        run.on_change = on_change
    on_begin(run)
    end_at = time.monotonic() + max_time if max_time is not None else None

    def work() -> None:
        turns = Turns(run, settings.getfloat("DOWNLOAD_TIMEOUT") + SLACK, max_pages)
        with Extraction() as extraction:
            recover(run, extraction)
            _look_over(run, names, retry)
            crawl = Crawl(run, extraction, turns, limit, items, since=since)
            _fetch(crawl, {name: {} for name in names}, process or _own_process(settings, verbose=verbose), end_at)
            crawl.looks.end()

    try:
        ended = _carry_out(run, work)
    except BaseException:
        ping(home.settings, "/1")
        raise
    say_what_is_well(run.told)
    if home.settings.alarm_command:
        run_command(home.settings.alarm_command, home, run.told)
    ping(home.settings, f"/{ended.exit_code if ended is not None else 0}")
    return run.counts, ended


def fetch(
    home: Home,
    spiders: Mapping[Any, Mapping[str, Any]],
    *,
    verbose: bool = False,
    on_begin: Callable[[Run], None] = lambda run: None,
    on_change: Callable[[Run], None] = lambda run: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> JianbaoError | None:
    """Let spiders ask for what they were given, beside a crawl that may go on; how the command should end. `spiders`:
    classes of spiders, with the words that each gets. The rest, and what is raised, as for `crawl`."""
    if not verbose:
        logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = project_settings()
    configure(settings, home.settings)
    run = open_run(home, [], kind="fetch", now=now)
    run.hearing = home.settings.witness or "all"
    run.on_change = on_change
    on_begin(run)

    def work() -> None:
        with Extraction() as extraction:
            crawl = Crawl(run, extraction, Turns(run, settings.getfloat("DOWNLOAD_TIMEOUT") + SLACK))
            _fetch(crawl, spiders, _own_process(settings, verbose=verbose), None)
            crawl.looks.end()

    return _carry_out(run, work)


def _carry_out(run: Run, work: Callable[[], None]) -> JianbaoError | None:
    try:
        work()
    except JianbaoError as error:
        run.fail(error)
    except BaseException as error:
        run.fatal = run.fatal or Crash(f"{type(error).__name__}: {error}")
        run.finish()
        raise
    return run.finish()


def _look_over(run: Run, names: Sequence[str], retry: Literal["failed", "blocked"] | None) -> None:
    """Mend what a clock that was ahead has done, and make due what is to be asked for again."""
    with run.step() as (connection, _):
        now = run.now()
        ahead = sum(frontier.mend_clock(connection, name, now) for name in names)
        revived = given_up.revive(connection, names, retry, now) if retry else 0
    if ahead:
        logger.warning("the clock was ahead once: %d addresses were due far in the future, and are due now", ahead)
    if retry:
        logger.info("%d addresses that were %s are asked for again", revived, retry)


def _own_process(settings: "Settings", *, verbose: bool) -> Any:
    from scrapy.crawler import AsyncCrawlerProcess

    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")  # the command has set up logging already
    logging.disable(logging.NOTSET if verbose else logging.INFO)  # Scrapy's greeting
    process = AsyncCrawlerProcess(settings)
    logging.disable(logging.NOTSET)
    if not verbose:
        quiet_scrapy()
    return process


def equip(run: Run, settings: "Settings") -> None:
    """Give a run what it needs to ask and to write: the certificates that are trusted, and WARC files."""
    if ca_file := run.home.settings.ca_file:
        # OpenSSL reads it when the first connection is made; Scrapy has no setting for it.
        os.environ["SSL_CERT_FILE"] = str(Path(ca_file).absolute())
    run.warc = WarcFolder(
        path=run.home.warc,
        max_bytes=run.home.settings.warc_bytes,
        now=run.now,
        info={
            "software": f"jianbao {settings['USER_AGENT'].partition('/')[2].partition(' ')[0]} (scrapy, warcio)",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "robots": "obey",
            "http-header-user-agent": settings["USER_AGENT"],
            "hostname": platform.node(),
            "isPartOf": f"run {run.run_id}",
        },
    )


def _fetch(crawl: Crawl, spiders: Mapping[Any, Mapping[str, Any]], process: Any, end_at: float | None) -> None:
    run = crawl.run
    equip(run, process.settings)
    for spider, words in spiders.items():
        process.crawl(spider, crawl=crawl, **words)
    run.on_fatal.append(lambda: _stop(process))
    stop = process.stop

    async def stop_well() -> None:
        # Also called when all is done; then no crawler is left.
        if process.crawlers:
            run.stopped = True
            crawl.turns.end()
        await stop()

    process.stop = stop_well
    if end_at is not None:
        _end_in(max(0.0, end_at - time.monotonic()), crawl.turns)
    process.start()
    run.cut = bool(process.crawlers)  # a second signal ends it at once
    if process.bootstrap_failed and run.fatal is None:
        run.fail(Crash("a spider did not start; the log says why"))


def _end_in(seconds: float, turns: Turns) -> None:
    from twisted.internet import reactor

    later: Any = reactor
    later.callFromThread(later.callLater, seconds, turns.enough, "the time is over")


def _stop(process: Any) -> None:
    import asyncio

    asyncio.ensure_future(process.stop())  # noqa: RUF006 - the process itself waits for it
