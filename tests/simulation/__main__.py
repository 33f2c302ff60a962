"""`python -m tests.simulation --days 20 --seed 1`: days at a scripted portal, and what the archive made of them.

Prints a table; the exit code is 1 where something was missed or wrongly found.
"""

import argparse
import resource
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from tests.simulation.judge import Verdict, judge
from tests.simulation.run import Simulation, simulation
from tests.simulation.script import BEGIN, script


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--daily", type=float, default=8, help="So many articles appear a day.")
    parser.add_argument("--busy", action="store_true", help="Leave out the runs in which nothing would be done.")
    parser.add_argument("--keep", help="Leave the archive in this folder.")
    wanted = parser.parse_args()
    its = script(wanted.days, wanted.seed, wanted.daily)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(wanted.keep or folder)
        place.mkdir(exist_ok=True)
        with simulation(its, place) as play:
            play.play(every=not wanted.busy, progress=_progress(its.days))
            verdict = judge(its, play.archive.home / "archive.db")
            _print(play, verdict)
    return 1 if verdict.problems else 0


def _progress(days: float):  # type: ignore[no-untyped-def]
    terminal = sys.stderr.isatty()

    def show(moment: datetime) -> None:
        if terminal:
            print(f"\rday {(moment - BEGIN).total_seconds() / 86400:.1f} of {days:g}", end="", file=sys.stderr)

    return show


def _print(play: Simulation, verdict: Verdict) -> None:
    print(f"{'':20}{'asked':>7}{'found':>7}{'missed':>8}{'wrong':>7}{'in a gap':>10}")
    for kind, one in verdict.counts.items():
        print(f"{kind:20}{one.asked:>7}{one.found:>7}{len(one.missed):>8}{len(one.wrong):>7}{one.dated:>10}")
    quiet = [run for run in play.runs if run.is_null]
    spent = sum(run.told["seconds"] for run in play.runs)
    print(f"dated within one gap: {verdict.dated:.1%}")
    print(
        f"{len(play.runs)} runs, {sum(run.requests for run in play.runs)} requests, {spent / len(play.runs):.3f} s each"
    )
    if quiet:
        grown, seconds = (
            sum(values) / len(quiet)
            for values in ([run.grown for run in quiet], [run.told["seconds"] for run in quiet])
        )
        codes = sorted({run.told["exit_code"] for run in quiet})
        print(f"{len(quiet)} null runs: {grown:.0f} bytes, {seconds:.3f} s each, exit codes {codes}")
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"processor time: {own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime:.0f} s")
    for problem in verdict.problems:
        print(problem)


if __name__ == "__main__":
    sys.exit(main())
