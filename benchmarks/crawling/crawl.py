"""The crawl at size: `make bench-crawl`, or `python -m benchmarks.crawling.crawl --articles 2000`.

Crawls the demo portal twice in processes of their own and prints what was stored, how the clusters compare with the
truth, the time, the peak memory of the crawler and what the second run fetched; and the processor time of the first
run beside that of two that ask for the same addresses right after it: bare Scrapy, which does nothing with them
(`benchmarks.crawling.bare`), and what one would write by hand for this job (`benchmarks.crawling.by_hand`). Exit code 1
where a promise is broken.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import fmean

import click
from attrs import frozen
from rich.console import Console
from rich.table import Table

from archive.store.db import open_engine
from crawler.demo.compare import Findings, compare, compare_clusters
from crawler.demo.proxy import Proxy
from crawler.demo.world.truth import World

MEMORY_LIMIT = 400 * 2**20
ROOT = Path(__file__).parents[2]


@frozen
class Ran:
    """One crawl. `seconds`: by the clock; `cpu`: of processor time, of all its processes; `memory`: the most bytes that
    one of them held; `asked`: how often the portal was asked for an article; `said`: its output."""

    seconds: float
    cpu: float
    memory: int
    asked: int
    said: str


@click.command()
@click.option("--articles", default=2000, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=1, show_default=True)
@click.option("--database", help="An SQLAlchemy URL of an empty database instead of SQLite.")
def main(articles: int, seed: int, database: str | None) -> None:
    """Crawl that many articles twice and compare with the truth."""
    console = Console(highlight=False)
    world = World(articles, seed)
    with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as folder, Proxy(world, Path(folder)) as portal:
        home = Path(folder) / "home"
        url = database or f"sqlite:///{home / 'archive.db'}"
        environment = {**os.environ, **portal.environment(), "JIANBAO_HOME": str(home), "JIANBAO_DATABASE": url}
        command = [str(Path(sys.executable).with_name("jianbao")), "crawl", "-v"]
        first = _run(command, environment, portal, Path(folder))
        addresses = Path(folder) / "addresses"
        addresses.write_text("\n".join(portal.requests), "utf-8")
        proxied = environment | dict.fromkeys(("http_proxy", "https_proxy"), portal.url)
        peers: dict[str, list[Ran]] = {"bare": [], "by_hand": []}
        for number in range(2):
            for name, ran in peers.items():
                rows = [str(Path(folder) / f"{number}.db")] if name == "by_hand" else []
                words = [sys.executable, "-m", f"benchmarks.crawling.{name}", str(addresses), *rows]
                ran.append(_run(words, proxied, portal, Path(folder)))
        second = _run(command, environment, portal, Path(folder))
        engine = open_engine(url)
        found, clusters = compare(engine, world), Findings()
        compare_clusters(engine, world, clusters)
        engine.dispose()
        raw = sum(file.stat().st_size for file in (home / "warc").iterdir())
        base = sum(file.stat().st_size for file in home.glob("archive.db*"))
    bare, by_hand = (fmean(one.cpu for one in ran) for ran in peers.values())
    table = Table("measure", "value", "promised", title=f"{articles} articles, seed {seed}")
    table.add_row("stored", str(found.stored), str(articles))
    table.add_row("bodies and fields that differ", str(len(found.problems)), "0")
    table.add_row("cluster faults (verbatim copies, mixed stories)", str(len(clusters.problems)), "0")
    table.add_row("spun and transcoded copies linked", f"{clusters.linked} of {clusters.copies}", "")
    table.add_row("first run", f"{first.seconds:.1f} s, {articles / first.seconds:.0f} articles/s", "")
    table.add_row(
        "peak memory, first and second run", f"{first.memory / 2**20:.0f}, {second.memory / 2**20:.0f} MB", "< 400 MB"
    )
    table.add_row("articles fetched by the second run", str(second.asked), "0")
    table.add_row(
        "processor time beside bare Scrapy", f"{first.cpu:.1f} s, {bare:.1f} s: {first.cpu / bare:.2f} times", ""
    )
    table.add_row(
        "beside Scrapy, trafilatura and an INSERT a page",
        f"{first.cpu:.1f} s, {by_hand:.1f} s: {first.cpu / by_hand:.2f} times",
        "",
    )
    asked = [first, *(ran[0] for ran in peers.values())]
    table.add_row("articles that each asked for", ", ".join(str(one.asked) for one in asked), "")
    table.add_row("on disk", f"{raw / 2**20:.1f} MB raw, {base / 2**20:.1f} MB database", "")
    console.print(table)
    console.print(first.said.partition("\n")[0])
    for problem in (found.problems + clusters.problems)[:20]:
        console.print(problem)
    kept = not found.problems and not clusters.problems and not second.asked
    sys.exit(0 if kept and max(first.memory, second.memory) < MEMORY_LIMIT else 1)


def _run(command: list[str], environment: dict[str, str], portal: Proxy, folder: Path) -> Ran:
    portal.served.clear()
    log, out = folder / "stderr", folder / "stdout"
    started = time.monotonic()
    with log.open("wb") as errors, out.open("wb") as answers:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=answers, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    if process.returncode not in (0, 3):
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{log.read_text()[-3000:]}")
    return Ran(
        seconds=seconds,
        cpu=usage.ru_utime + usage.ru_stime,
        memory=usage.ru_maxrss * 1024,
        asked=sum(portal.served.values()),
        said=out.read_text(),
    )


if __name__ == "__main__":
    main()
