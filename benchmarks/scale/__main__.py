"""What each step costs as an archive grows: `make bench-scale ARTICLES=200000`.

An archive of invented articles (`benchmarks.scale.invented.corpus`) grows in SQLite to each size, by the product's own
commands; beside it stand PostgreSQL at one size, and what others take for a part of the work. Every cost is the
processor's time, but for what a second core spares. The tables are printed, and written into docs/architecture.md. A
million articles take hours.
"""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from benchmarks import dedup
from benchmarks.scale import asking, child, cores, report, space
from benchmarks.scale.databases import beside
from benchmarks.scale.figures import Figures
from benchmarks.scale.growing import EACH, MEMORY, Growing, Steps, tell, whole
from benchmarks.scale.peers import pages, texts, words

SIZES = (10_000, 100_000, 200_000, 1_000_000)
Part = tuple[str, str]
"""A heading and its table."""
INDEX = {1: 1.3, dedup.BATCH: 1.6}
"""How many times the first size's a look-up with its insert may cost at a million, by the articles of a commit."""
PAGES = 400
"""Stories of the WARC file that pages are read from."""


def told(heading: str, table: str) -> Part:
    """A part, said as soon as it is measured: what comes after it may take hours, or fail."""
    click.echo(f"\n{heading}\n\n{table}\n")
    return heading, table


def measured(heading: str, measure: Callable[[], str]) -> Part:
    """A part that not every machine can measure."""
    try:
        return told(heading, measure())
    except RuntimeError as error:
        return told(heading, f"Not measured: {error}")


def grown(archive: Growing, sizes: Sequence[int], steps: Steps, at_first: Callable[[Figures], None]) -> list[Part]:
    """Measure at each size; the tables. `at_first`: what is to be done at the first size, and hears the figures."""
    figures, bytes_ = Figures("articles in SQLite"), Figures("articles in SQLite")
    archive.begin()
    asked = asking.words(archive.seed, sizes[0], steps.queries)
    for size in sizes:
        archive.reach(size, figures, steps)
        asking.measure(archive.url, figures, size, asked, time.process_time)
        whole(archive, figures)
        space.measure(archive.url, size, bytes_)
        if size == sizes[0]:
            at_first(figures)
        tell(f"all measured with {size:,} articles")
    return [told("As an archive grows", figures.table()), told("Bytes an article", bytes_.table())]


def others(archive: Growing, figures: Figures, queries: int) -> list[Part]:
    """What others take for copies and for searches, over the articles that the archive holds."""
    size, seed = archive.size, archive.seed
    cost = figures.rows[EACH][size]
    copies = texts.measure(archive.url, seed, size, cost, figures.rows[MEMORY][size], archive.way)
    asked = asking.words(seed, size, queries)
    found = words.measure(archive.url, archive.folder, seed, size, asked)
    return [told("Copies, beside others", copies), told("Search, beside others", found)]


def index(sizes: Sequence[int]) -> str:
    """The duplicate index alone, `benchmarks.dedup`'s measure."""
    figures = Figures("articles in the duplicate index")
    for size, costs in dedup.growth(sizes).items():
        for batch, seconds in costs.items():
            what = f"look-up and insert, {batch} a commit, µs an article ({INDEX[batch]} times asked at a million)"
            figures.add(what, size, 1e6 * seconds)
    return figures.table()


@click.command()
@click.option("--articles", type=click.IntRange(1_000), default=SIZES[2], show_default=True, help="The largest size.")
@click.option("--postgresql", type=click.IntRange(0), default=20_000, show_default=True, help="0: without it.")
@click.option("--seed", default=1, show_default=True)
@click.option("--dry-run", is_flag=True, help="Print the tables, and leave the docs as they are.")
def main(articles: int, postgresql: int, seed: int, dry_run: bool) -> None:
    """Measure, print, and write into the docs."""
    load = os.getloadavg()[0]
    sizes = [*(size for size in SIZES if size < articles), articles]
    with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as name:
        archive, steps, beside_others = Growing(Path(name), seed=seed), Steps.within(sizes[0]), list[Part]()
        parts = grown(
            archive, sizes, steps, lambda figures: beside_others.extend(others(archive, figures, steps.queries))
        )
    parts += [told("The duplicate index", index(sizes)), *beside_others]
    with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as name:
        parts.append(told("Pages, beside others", pages.measure(Path(name), seed, PAGES, child.in_own_process)))
    with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as name:
        folder = Path(name)
        parts.append(
            measured(
                "Pages, on one core and on two",
                lambda: cores.measure(folder, seed, cores.STORIES, child.in_own_process),
            )
        )
    if postgresql:
        with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as name:
            folder, within = Path(name), Steps.within(postgresql)
            parts.append(
                measured(
                    "PostgreSQL beside SQLite",
                    lambda: beside(folder, articles=postgresql, seed=seed, steps=within).table(),
                )
            )
    command = f"make bench-scale ARTICLES={articles}" + (f" POSTGRESQL={postgresql}" if postgresql != 20_000 else "")
    how = report.measured_how(command, load)
    click.echo(how)
    if not dry_run:
        report.write(report.page_of(how, parts))


if __name__ == "__main__":
    main()
