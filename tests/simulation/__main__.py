"""`python -m tests.simulation --days 20 --seed 1`: days at a scripted portal, and what the archive made of them.

Prints a table; the exit code is 1 where something was missed or wrongly found.
"""

import argparse
import json
import resource
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.simulation.judge import Verdict, judge
from tests.simulation.run import Simulation, simulation
from tests.simulation.script import BEGIN, HALF, script


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
            late = _late_alarms(play) if its.days >= 20 else []
    for line in late:
        print(line)
    return 1 if verdict.problems or late else 0


YEAR = 17_520
"""Runs, one each half hour."""


def _progress(days: float) -> Callable[[datetime], None]:
    terminal = sys.stderr.isatty()

    def show(moment: datetime) -> None:
        if terminal:
            print(f"\rday {(moment - BEGIN).total_seconds() / 86400:.1f} of {days:g}", end="", file=sys.stderr)

    return show


def _alarms(play: Simulation) -> list[tuple[str, ...]]:
    """When each alarm was raised, of what, and an example."""
    query = "SELECT raised_at, site, measure, scope, examples FROM alarm ORDER BY id"
    return [
        ("alarm", raised_at[:16], f"{site}/{measure}", scope, str(json.loads(examples)[:1]))
        for raised_at, site, measure, scope, examples in play.archive.rows(query)
    ]


def _late_alarms(play: Simulation) -> list[str]:
    """Whether the pages that fit no template were told of within one run."""
    doubtful = [run.at for run in play.runs if run.at >= play.script.template.begin and run.told["doubtful"]]
    if not doubtful:
        return []
    raised = [
        datetime.fromisoformat(at).replace(tzinfo=UTC)
        for (at,) in play.archive.rows("SELECT raised_at FROM alarm WHERE site = 'netease' AND examples != '[]'")
    ]
    if any(doubtful[0] <= at <= doubtful[0] + 2 * HALF for at in raised):
        return []
    return [f"no alarm within one run of {doubtful[0]:%d %H:%M}, when pages of NetEase began to fit no template"]


def _print(play: Simulation, verdict: Verdict) -> None:
    print(f"{'':20}{'asked':>7}{'found':>7}{'missed':>8}{'wrong':>7}{'in a gap':>10}{'held up':>9}")
    for kind, one in verdict.counts.items():
        print(
            f"{kind:20}{one.asked:>7}{one.found:>7}{len(one.missed):>8}{len(one.wrong):>7}{one.dated:>10}{one.held_up:>9}"
        )
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
        year = grown * YEAR / 1e6
        codes = sorted({run.told["exit_code"] for run in quiet})
        print(
            f"{len(quiet)} null runs: {grown:.0f} bytes, {seconds:.3f} s each, exit codes {codes}; {year:.1f} MB a year"
        )
    for raised in _alarms(play):
        print(*raised)
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"processor time: {own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime:.0f} s")
    for problem in verdict.problems:
        print(problem)


if __name__ == "__main__":
    sys.exit(main())
