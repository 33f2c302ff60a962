"""A day with every trouble of the twenty, after which the portal's own record and the archive's history are the same.

The twenty days are `make simulate DAYS=20 SEED=1`.
"""

from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.crawler.run.run import Archive
from tests.simulation.judge import judge
from tests.simulation.run import simulation
from tests.simulation.script import script

pytestmark = pytest.mark.slow


def revisits(archive: Archive) -> list[str]:
    """The profile of each revisit record."""
    found = []
    for file in archive.warcs():
        with file.open("rb") as stream:
            found += [
                record.rec_headers.get_header("WARC-Profile").rpartition("/")[2]
                for record in ArchiveIterator(stream)
                if record.rec_type == "revisit"
            ]
    return found


def test_the_archives_history_is_the_portals_own_record(tmp_path: Path) -> None:
    its = script(1, seed=4, daily=6)
    with simulation(its, tmp_path) as play:
        play.play(every=False)
        verdict = judge(its, play.archive.home / "archive.db")
    counts = verdict.counts
    assert [problem for one in counts.values() for problem in (*one.missed, *one.wrong)] == []
    assert {kind for kind, one in counts.items() if one.found} >= {"published", "number", "missing", "extractor"}
    codes = {run.at: run.told["exit_code"] for run in play.runs}
    assert {codes[at] for at in codes if its.network.has(at)} == {7}
    assert {code for at, code in codes.items() if at < its.template.begin} == {0}

    # What was unchanged was asked for with conditions, and is a revisit record that leads to the page of before.
    repeats = play.archive.rows("SELECT status FROM capture WHERE repeats_id IS NOT NULL")
    assert set(repeats) == {(304,)}
    assert revisits(play.archive) == ["server-not-modified"] * len(repeats)
    done = play.archive.run("verify")
    assert done.returncode == 0, done.stdout
