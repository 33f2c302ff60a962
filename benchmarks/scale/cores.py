"""Pages of a WARC file on one core and on two: `python -m benchmarks.scale.cores`, on a machine that does nothing else.

What a command takes to begin, and what is read in its first page alone, is no cost of a page: a small file is taken in
too, and a page is what the large one takes beyond it. By the clock only here: a second core shows nowhere else.
"""

import os
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

import click

from benchmarks.scale import child
from benchmarks.scale.figures import markdown, written
from benchmarks.scale.peers import pages

STORIES = 2_500
"""Of the large file."""
SMALL = 5
"""How many times as many stories as the small file the large one has."""
PAGES_A_SECOND = 110
TIMES = 1.7
ROUNDS = 3


def measure(folder: Path, seed: int, stories: int, way: child.Way, rounds: int = ROUNDS) -> str:
    """A table. `stories`: of the large file. Raises `RuntimeError` where there is one core alone."""
    if len(os.sched_getaffinity(0)) < 2:
        raise RuntimeError("there is one core here")
    sizes = (stories // SMALL, stories)
    count = [len(pages.write(folder / str(size), seed, size)) for size in sizes]
    spent: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for cores in (1, 2):
            for size in sizes:
                found = way("benchmarks.scale.cores", "imported", str(folder / str(size)), cores)
                spent.setdefault((cores, size), []).append((found.seconds, found.told))
    more = count[1] - count[0]

    def rate(cores: int, of: int) -> float:
        small, large = (median(row[of] for row in spent[cores, size]) for size in sizes)
        return more / (large - small)

    lines = [[f"pages of a WARC file, {more:,} beyond {count[0]:,}", "one core", "two cores"]]
    for of, what in enumerate(
        (
            f"pages a second of the processor's time ({PAGES_A_SECOND} asked)",
            f"pages a second by the clock ({TIMES} times asked)",
        )
    ):
        one, two = rate(1, of), rate(2, of)
        lines.append([what, written(one), f"{written(two)} ({two / one:.2f})"])
    return markdown(lines)


def imported(folder: str, cores: int) -> float:
    """Take a folder's WARC file into a new archive, in as many processes as cores; seconds by the clock."""
    allowed, home = os.sched_getaffinity(0), Path(folder, "home")
    [warc] = Path(folder).glob("*.warc.gz")
    os.sched_setaffinity(0, sorted(allowed)[:cores])
    try:
        before = time.monotonic()
        child.jianbao("--home", str(home), "import", "--jobs", str(cores), str(warc))
        return time.monotonic() - before
    finally:
        os.sched_setaffinity(0, allowed)
        shutil.rmtree(home, ignore_errors=True)


@click.command()
@click.option("--stories", type=click.IntRange(SMALL), default=STORIES, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(stories: int, seed: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as name:
        click.echo(measure(Path(name), seed, stories, child.in_own_process))


if __name__ == "__main__":
    main()
