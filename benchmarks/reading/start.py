"""What it costs to start the `jianbao` command: `make bench-start`.

Processor time of whole processes, theirs and the system's, the median of several: of Python alone, with SQLAlchemy, and
of commands on a small archive of the demo portal. What is promised stands beside each. `--code FOLDER` measures
those of another checkout in turns with ours, since on a machine at work only such pairs can be compared.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import click

ROOT: Final = Path(__file__).parents[2]
PROGRAM: Final = "from crawler.cli import main; main()"
PARTS: Final = {"python": "", "click": "import click", "SQLAlchemy": "import sqlalchemy.dialects.sqlite"}
COMMANDS: Final = {
    "--help": 0.15,
    "search 稀土": 0.35,
    "show 1": 0.35,
    "history 1": 0.35,
    "changes --since 2020": 0.35,
    "runs": 0.35,
    "stats": 0.35,
    "health": 0.35,
}
"""Each with what it may cost, seconds on a machine that does nothing else."""


def cost(code: Path, *words: str) -> float:
    """Seconds of processor time of one Python process, with the modules of a checkout."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"PYTHONPATH": str(code)}
    subprocess.run([sys.executable, *words], capture_output=True, check=True, cwd=code, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@click.command()
@click.option("--times", type=click.IntRange(1), default=11, show_default=True)
@click.option("--code", type=click.Path(path_type=Path, exists=True), help="Another checkout, to compare with.")
def main(times: int, code: Path | None) -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        # Each has an archive of its own, whose schema it knows.
        codes = [ROOT, *([code.absolute()] if code is not None else [])]
        homes = [str(Path(folder) / str(place)) for place, _ in enumerate(codes)]
        checkouts = list(zip(codes, homes, strict=True))
        for one, home in checkouts:
            cost(one, "-c", PROGRAM, "demo", "--articles", "60", "--keep", home)
        for name, program in PARTS.items():
            click.echo(f"{name:<20} {statistics.median(cost(ROOT, '-c', program) for _ in range(times)):6.3f}")
        for words, most in COMMANDS.items():
            found = [
                [
                    cost(one, "-c", PROGRAM, "--home", home, *words.split())
                    for one, home in zip(codes, homes, strict=True)
                ]
                for _ in range(times)
            ]
            ours, *theirs = (statistics.median(each) for each in zip(*found, strict=True))
            beside = "".join(f"  {one:6.3f}  {ours / one:.2f}" for one in theirs)
            click.echo(f"{words:<20} {ours:6.3f}  <= {most}{beside}")


if __name__ == "__main__":
    main()
