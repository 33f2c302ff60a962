"""Two days with every trouble of the twenty, in which the portal's own record and the archive's history are the same.

The twenty days are `make simulate DAYS=20 SEED=1`.
"""

from pathlib import Path

import pytest

from tests.simulation.judge import judge
from tests.simulation.run import simulation
from tests.simulation.script import script

pytestmark = pytest.mark.slow


def test_the_archives_history_is_the_portals_own_record(tmp_path: Path) -> None:
    its = script(1, seed=4, daily=10)
    with simulation(its, tmp_path) as play:
        play.play(every=False)
        verdict = judge(its, play.archive.home / "archive.db")
    assert verdict.problems == []
    asked = {kind for kind, one in verdict.counts.items() if one.found}
    assert asked >= {"published", "missing", "extractor"}
    codes = {run.at: run.told["exit_code"] for run in play.runs}
    assert {codes[at] for at in codes if its.network.has(at)} == {7}
    assert {code for at, code in codes.items() if at < its.template.begin} == {0}
    assert {code for at, code in codes.items() if its.list_.has(at)} <= {3, 7, 10}
