"""What it costs to start the `jianbao` command: `make bench-start`.

Processor time of whole processes, theirs and the system's, the median of several: of Python alone, with SQLAlchemy, and
of commands on a small archive of the demo portal. What is promised stands beside each. `--code FOLDER` measures
those of another checkout in turns with ours, since on a machine at work only such pairs can be compared.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

ROOT: Final = Path(__file__).parents[2]
PROGRAM: Final = "import sys; sys.path.insert(0, {folder!r}); from crawler.cli import main; main()"
PARTS: Final = {"python": "", "click": "import click", "SQLAlchemy": "import sqlalchemy.dialects.sqlite"}
COMMANDS: Final = {
    "--help": 0.15,
    "search 经济": 0.35,
    "show 1": 0.35,
    "history 1": 0.35,
    "changes --since 2020": 0.35,
    "runs": 0.35,
    "stats": 0.35,
    "health": 0.35,
}
"""Each with what it may cost, seconds on a machine that does nothing else."""


def cost(command: Sequence[str]) -> float:
    """Seconds of processor time of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(commands: Sequence[Sequence[str]], times: int) -> list[float]:
    """The median of each; they take turns."""
    found = [[cost(command) for command in commands] for _ in range(times)]
    return [statistics.median(each) for each in zip(*found, strict=True)]


def started(code: Path, home: Path, words: str) -> list[str]:
    """The command of a checkout."""
    where = [] if words == "--help" else ["--home", str(home)]
    return [sys.executable, "-c", PROGRAM.format(folder=str(code)), *where, *words.split()]


@click.command()
@click.option("--times", type=click.IntRange(1), default=11, show_default=True)
@click.option("--code", type=click.Path(path_type=Path, exists=True), help="Another checkout, to compare with.")
def main(times: int, code: Path | None) -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        demo = [sys.executable, "-m", "crawler.cli", "demo", "--articles", "60", "--keep", str(home)]
        subprocess.run(demo, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)
        for name, program in PARTS.items():
            (seconds,) = measured([[sys.executable, "-c", program]], times)
            click.echo(f"{name:<20} {seconds:6.3f}")
        for words, most in COMMANDS.items():
            codes = [ROOT, *([code.absolute()] if code is not None else [])]
            ours, *theirs = measured([started(one, home, words) for one in codes], times)
            beside = "".join(f"  {one:6.3f}  {ours / one:.2f}" for one in theirs)
            click.echo(f"{words:<20} {ours:6.3f}  <= {most}{beside}")


if __name__ == "__main__":
    main()
