"""Stored captures read anew beside the same pages read from files: `make bench-reextract`.

The demo portal's pages are written to a WARC file and imported, and laid out as files for `jianbao extract --batch`.
Both commands then read all of them, in turns; the medians are compared. Time by the clock is what a user waits for, and
is worth nothing on a machine that does something else: then look at the processor's.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from attrs import frozen
from rich.console import Console
from rich.table import Table

from crawler.demo.proxy import Proxy
from crawler.demo.server import Portal
from crawler.demo.world.truth import World
from crawler.warc.writer import Exchange, WarcFolder

PROMISED = 1.4
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


@frozen
class Cost:
    """Seconds by the clock, and of the processor."""

    clock: float
    processor: float


def write(folder: Path, captures: int, seed: int) -> int:
    """The portal's pages as a WARC file and as files with a manifest; their bytes."""
    world = World(captures, seed)
    portal = Portal(world)
    writer = WarcFolder(path=folder / "warc", max_bytes=10**12, info={"software": "jianbao bench"})
    size = 0
    with (folder / "pages.jsonl").open("w", encoding="utf-8") as manifest:
        for number, one in enumerate(world.publications[:captures]):
            answer = portal.answer(one.url)
            headers = [("Content-Type", answer.content_type)]
            at = BEGIN + timedelta(seconds=number)
            writer.write(
                Exchange(
                    url=one.url,
                    fetched_at=at,
                    status=answer.status,
                    headers=headers,
                    payload=answer.body,
                    request_headers=[],
                )
            )
            (folder / f"{number}.html").write_bytes(answer.body)
            row = {"file": f"{number}.html", "url": one.url, "content_type": answer.content_type}
            manifest.write(json.dumps(row) + "\n")
            size += len(answer.body)
    writer.close()
    return size


def run(environment: dict[str, str], *words: str) -> Cost:
    """What a command costs, with its processes."""
    command = [str(Path(sys.executable).with_name("jianbao")), *words]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    after, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - began
    assert done.returncode in (0, 3), done.stderr.decode()
    return Cost(clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


@click.command()
@click.option("--captures", default=10_000, show_default=True, type=click.IntRange(1))
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1))
@click.option("--jobs", default=2, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=1, show_default=True)
def main(captures: int, rounds: int, jobs: int, seed: int) -> None:
    """Read that many captures anew, and as many files, in turns."""
    with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as name:
        folder = Path(name)
        size = write(folder, captures, seed)
        sites = Path(Proxy.__init__.__code__.co_filename).parent / "sites"
        settings = {"JIANBAO_HOME": str(folder / "home"), "JIANBAO_SITES": str(sites), "JIANBAO_WITNESS": "off"}
        environment = {**os.environ, **settings}
        run(environment, "import", *map(str, sorted((folder / "warc").glob("*.warc.gz"))))
        files, stored = [], []
        for _ in range(rounds):
            files.append(run(environment, "extract", "--batch", str(folder / "pages.jsonl")))
            stored.append(run(environment, "reextract", "--all", "--jobs", str(jobs)))
    console = Console(highlight=False)
    table = Table("command", "by the clock", "of the processor", title=f"{captures} captures, {size / 2**20:.0f} MB")
    for title, costs in (("extract --batch, one process", files), (f"reextract, {jobs} processes", stored)):
        clock, processor = (statistics.median(values) for values in zip(*((c.clock, c.processor) for c in costs)))  # noqa: B905
        table.add_row(title, f"{clock:.1f} s", f"{processor:.1f} s")
    console.print(table)
    ratio = statistics.median(one.clock for one in files) / statistics.median(one.clock for one in stored)
    work = statistics.median(one.processor for one in files) / statistics.median(one.processor for one in stored)
    console.print(
        f"reextract is {ratio:.2f} times as quick (promised: {PROMISED}); it takes {1 / work:.2f} times the work"
    )
    sys.exit(ratio < PROMISED)


if __name__ == "__main__":
    main()
