"""The chain of batches: what an increment takes in a large archive, what writers pay for a chain: `make bench-export`.

An increment: SQLite is filled with that many articles, the first batch is sealed; then a hundred articles come in, are
edited, looked at or withdrawn, and the next batch is sealed in a process of its own.

Writers: the same texts are stored into two archives, of which one has begun a chain, in turns, a hundred a commit; then
every one of them comes again with an edit. On both databases; of PostgreSQL the server's time counts too.
"""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from math import inf
from pathlib import Path
from typing import Final

import click
from sqlalchemy import Engine

from archive.export.chain.seal import Sealing
from archive.export.package import Style
from archive.people.withdrawals import withdraw
from archive.store.db import open_engine, writing
from archive.store.records import Item
from benchmarks.reading.export import measured
from crawler.demo.world.articles import story
from tests.archive.make import article, captured, fill, store
from tests.postgres import Server, administer

NOW: Final = datetime(2026, 3, 4, tzinfo=UTC)
INCREMENT: Final = 1.0
"""Seconds of the processor that an increment after a hundred changes may take."""
DEARER: Final = 0.1
"""By so much of its time an import may take longer with a chain."""
ROUND: Final = 100
TIMES: Final = 3


def seal(url: str, folder: Path) -> int:
    """One run of `jianbao export`; how many rows it sealed."""
    engine = open_engine(url)
    sealed = Sealing(engine, folder / "export", Style(), lambda: NOW).run()
    engine.dispose()
    return 0 if sealed.batch is None else sealed.batch.rows


def _texts(numbers: Iterable[int], hours: float, more: str = "") -> list[Item]:
    """Captures of these articles."""
    texts = (article(f"a:{number}", story(7, 12 * number + 1).text + more) for number in numbers)
    return [captured(one, hours, int(hours * 10**6) + place) for place, one in enumerate(texts)]


def change(engine: Engine) -> None:
    """A hundred changes: of what came first, of what came last, and new ones."""
    edited, again = (*range(25), *range(40, 65)), (*range(25, 35), *range(65, 75))
    store(engine, *_texts(edited, 2, "\n后来又下了一场雨。"), *_texts(again, 2.5), *_texts(range(100, 125), 3), now=NOW)
    with writing(engine) as connection:
        for number in range(36, 41):
            withdraw(connection, number, "一个理由", by="bench", now=NOW)


def increment(articles: int, folder: Path) -> bool:
    """Measure and print it; whether it took no longer than is promised."""
    url = f"sqlite:///{folder / 'archive.db'}"
    engine = open_engine(url, create=True)
    store(engine, *_texts(range(40), 0), now=NOW)
    fill(engine, articles - 80, "旧文" * 400)
    store(engine, *_texts(range(40, 80), 1), now=NOW)
    whole, spent, memory = measured(seal, url, folder)
    click.echo(f"first batch of {articles:,} articles: {whole:,} rows, {spent:.1f} s, {memory:.0f} MB")
    change(engine)
    engine.dispose()
    rows, spent, memory = measured(seal, url, folder)
    click.echo(f"the next one after 100 changes: {rows:,} rows, {spent:.2f} s, {memory:.0f} MB")
    return 100 < rows < 1_000 and spent < INCREMENT


Pair = tuple[Engine, Engine]
"""An archive without a chain, and one that is to begin one."""


def writers(name: str, pairs: list[Pair], folder: Path, articles: int, clock: Callable[[], float]) -> bool:
    """Store the same into all, and count the least that a round took: what else goes on only ever makes it longer.
    Whether it costs little more with a chain."""
    for place, pair in enumerate(pairs):
        Sealing(pair[1], folder / f"{name}-{place}", Style(), lambda: NOW).run()
    kept = True
    for what, hours, more in (("new", 0, ""), ("edited", 1, "\n后来又下了一场雨。")):
        spent = [0.0, 0.0]
        for start in range(0, articles, ROUND):
            items = _texts(range(start, start + ROUND), hours + start / 10**4, more)
            least = [inf, inf]
            for turn, pair in enumerate(pairs):
                for place in (0, 1) if (turn + start // ROUND) % 2 else (1, 0):
                    least[place] = min(least[place], _spent(pair[place], items, clock))
            spent = [one + took for one, took in zip(spent, least, strict=True)]
        dearer = spent[1] / spent[0] - 1
        each = " ".join(f"{1e3 * one / articles:8.2f}" for one in spent)
        click.echo(f"{name:<12} {what:<8} {each} {dearer:+9.1%}")
        kept &= dearer <= DEARER
    return kept


def _spent(engine: Engine, items: list[Item], clock: Callable[[], float]) -> float:
    begun = clock()
    store(engine, *items, now=NOW)
    return clock() - begun


@contextmanager
def _archives(made: Callable[[str], str]) -> Iterator[list[Pair]]:
    """Empty ones. `made`: the address of a database of this name."""
    pairs = [
        (open_engine(made(f"plain{turn}"), create=True), open_engine(made(f"chained{turn}"), create=True))
        for turn in range(TIMES)
    ]
    try:
        yield pairs
    finally:
        for engine in chain.from_iterable(pairs):
            engine.dispose()


@contextmanager
def _postgresql() -> Iterator[tuple[list[Pair], Callable[[], float]]]:
    server = Server()

    def made(name: str) -> str:
        administer(server, f"CREATE DATABASE {name}")
        return server.url(name)

    try:
        postmaster = (server.data / "postmaster.pid").read_text().split()[0]
        with _archives(made) as pairs:
            yield pairs, lambda: time.process_time() + _of_children(postmaster)
    finally:
        server.stop()


def _of_children(pid: str) -> float:
    """The processor's seconds of a server's processes."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(int(Path(f"/proc/{one}/schedstat").read_text().split()[0]) for one in children) / 1e9


@click.command()
@click.option("--articles", type=click.IntRange(1_000), default=200_000, show_default=True, help="Of the increment.")
@click.option("--written", type=click.IntRange(ROUND), default=1_000, show_default=True, help="Stored by the writers.")
def main(articles: int, written: int) -> None:
    """Measure, print, and fail where what is promised is not kept."""
    with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as name:
        folder = Path(name)
        kept = increment(articles, folder)
        click.echo(f"\n{'ms an article':<21} {'without':>8} {'chain':>8}")
        with _archives(lambda name: f"sqlite:///{folder / name}.db") as pairs:
            kept &= writers("SQLite", pairs, folder, written, time.process_time)
        with _postgresql() as (pairs, clock):
            kept &= writers("PostgreSQL", pairs, folder, written, clock)
    if not kept:
        raise SystemExit(f"promised: an increment in {INCREMENT:g} s, a chain for {DEARER:.0%} more at most")


if __name__ == "__main__":
    main()
