"""How fast hosts are asked, measured at the portal: `make bench-politeness`.

Several crawlers, each a process with a home of its own, share one PostgreSQL database and crawl the demo portal. One
host names a `Crawl-delay`, one answers its first page with 429 and a `Retry-After`. The table shows for each host the
least time between two requests, as the portal saw them come in, beside what it may be. Exit code 1 where it is less.

A second table shows what politeness costs: one process takes the turns of many hosts, with answers that come at once.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, text

from archive.config.declared import Settings
from archive.settings import Home
from archive.store.db import connect, upgrade
from crawler.demo.proxy import Proxy
from crawler.demo.server import Answer
from crawler.demo.world.truth import World
from crawler.run.politeness.turns import Turns
from crawler.run.run import open_run
from tests.postgres import Server

SLOW = "v2.sohu.com"
TIRED = "www.163.com"


@click.command()
@click.option("--articles", default=40, show_default=True, type=click.IntRange(1))
@click.option("--crawlers", default=3, show_default=True, type=click.IntRange(1))
@click.option("--delay", default=0.3, show_default=True, help="JIANBAO_DELAY, seconds.")
@click.option("--crawl-delay", default=0.6, show_default=True, help=f"What robots.txt of {SLOW} says, seconds.")
@click.option("--retry-after", default=3, show_default=True, help=f"What {TIRED} asks for once, seconds.")
@click.option("--hosts", default=20, show_default=True, type=click.IntRange(1), help="Hosts in the second table.")
def main(articles: int, crawlers: int, delay: float, crawl_delay: float, retry_after: int, hosts: int) -> None:
    """Crawl once with several processes and measure at the portal."""
    server = Server()
    try:
        found = _measure(server, articles, crawlers, delay, crawl_delay, retry_after)
    finally:
        server.stop()
    table = Table("host", "requests", "least gap allowed", "measured", "", title=f"{crawlers} crawlers, {delay} s")
    for host, (requests, allowed, measured) in sorted(found.items()):
        shown = "" if measured is None else f"{measured:.3f} s"
        table.add_row(host, str(requests), f"{allowed} s", shown, "too fast" if (measured or allowed) < allowed else "")
    console = Console(highlight=False)
    console.print(table)
    console.print(_turns(hosts))
    sys.exit(any((measured or allowed) < allowed for _, allowed, measured in found.values()))


def _measure(
    server: Server, articles: int, crawlers: int, delay: float, crawl_delay: float, retry_after: int
) -> dict[str, tuple[int, float, float | None]]:
    """Requests, the least gap allowed and the least one measured (None with one request) of each host."""
    admin = create_engine(server.url(), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE crawl"))
    admin.dispose()
    engine = connect(server.url("crawl"))
    upgrade(engine)
    engine.dispose()
    with (
        tempfile.TemporaryDirectory(prefix="jianbao-bench-") as folder,
        Proxy(World(articles, 1), Path(folder)) as portal,
    ):
        asked: list[str] = []

        def fault(url: str) -> Answer | None:
            host, _, path = url.partition("://")[2].partition("/")
            if host == SLOW and path == "robots.txt":
                return Answer(200, f"User-agent: *\nCrawl-delay: {crawl_delay}\n".encode(), "text/plain")
            if host == TIRED and path != "robots.txt" and not asked:
                asked.append(url)
                return Answer(429, b"", headers=(("Retry-After", str(retry_after)),))
            return None

        portal.fault = fault
        environment = {**os.environ, **portal.environment(), "JIANBAO_DELAY": str(delay)}
        processes = []
        for number in range(crawlers):
            words = ["--home", f"{folder}/{number}", "--database", server.url("crawl"), "crawl", "netease", "sohu"]
            command = [str(Path(sys.executable).with_name("jianbao")), *words]
            processes.append(subprocess.Popen(command, env=environment, stdout=-3, stderr=-3))
        for process in processes:
            process.wait()
        found: dict[str, tuple[int, float, float | None]] = {}
        for host, gaps in portal.gaps().items():
            allowed = max(delay, crawl_delay) if host == SLOW else delay
            found[host] = (len(gaps) + 1, allowed, min(gaps, default=None))
        if asked:
            rests = [moment for moment, url in portal.arrivals if url.split("/")[2] == TIRED]
            first = next(moment for moment, url in portal.arrivals if url == asked[0])
            found[f"{TIRED} after 429"] = (1, retry_after, min(one - first for one in rests if one > first))
        return found


def _turns(hosts: int) -> Table:
    """Requests a second and processor time a request, by our delay, on SQLite."""
    table = Table(
        "delay", "requests", "a second", "at most", "processor time each", title=f"{hosts} hosts, one process"
    )
    for delay, each in ((0.0, 30), (0.3, 15), (1.0, 6)):
        with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as folder:
            settings = Settings(delay=delay)
            home = Home(path=Path(folder), database=f"sqlite:///{folder}/archive.db", settings=settings)
            run = open_run(home, ["netease"])
            began, spent = time.perf_counter(), time.process_time()
            asyncio.run(_ask(Turns(run, 30), hosts, each))
            took, spent = time.perf_counter() - began, time.process_time() - spent
            run.finish()
        most = f"{hosts * each / (delay * (each - 1)):.0f}" if delay else ""
        requests = hosts * each
        table.add_row(f"{delay} s", str(requests), f"{requests / took:.0f}", most, f"{spent / requests * 1000:.2f} ms")
    return table


async def _ask(turns: Turns, hosts: int, each: int) -> None:
    async def ask(host: str) -> None:
        for _ in range(each):
            async with turns.turn(host):
                pass

    await asyncio.gather(*(ask(f"www{number}.example") for number in range(hosts)))


if __name__ == "__main__":
    main()
