"""A day with every trouble of the twenty, after which the portal's own record and the archive's history are the same.

The twenty days are `make simulate DAYS=20 SEED=1`.
"""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.crawler.run.run import Archive
from tests.simulation.judge import judge
from tests.simulation.run import simulation
from tests.simulation.script import BEGIN, script

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


YEAR = 17_520
"""Runs, one each half hour."""


def rows(archive: Archive) -> dict[str, int]:
    """How many rows each table has."""
    tables = [name for (name,) in archive.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: archive.rows(f"SELECT count(*) FROM {name}")[0][0] for name in tables}


def test_a_run_in_which_nothing_happened_writes_next_to_nothing(tmp_path: Path) -> None:
    with simulation(script(1, seed=4, daily=1), tmp_path) as play:
        play.crawl(BEGIN)
        play.crawl(BEGIN + timedelta(seconds=10))  # what is measured of each list begins with its second walk
        before, files = rows(play.archive), [(one.name, one.stat().st_size) for one in play.archive.warcs()]
        runs = [play.crawl(BEGIN + number * timedelta(seconds=20)) for number in range(1, 16)]
    assert all(run.is_null for run in runs)
    assert {run.told["exit_code"] for run in runs} == {0}
    assert sum(run.grown for run in runs) / len(runs) < 2000, "bytes of the database, and of the WARC files"
    assert [(one.name, one.stat().st_size) for one in play.archive.warcs()] == files
    grown = {name: count - before[name] for name, count in rows(play.archive).items() if count != before[name]}
    assert grown == {"crawl_run": len(runs)}

    # A year of them: the rows that they write are written as often.
    path = play.archive.home / "archive.db"
    columns = [name for _, name, *_ in play.archive.rows("PRAGMA table_info(crawl_run)") if name != "id"]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = path.stat().st_size
        with connection:
            connection.execute(
                f"WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {YEAR}) "
                f"INSERT INTO crawl_run ({','.join(columns)}) SELECT {','.join(columns)} FROM n, "
                "(SELECT * FROM crawl_run ORDER BY id DESC LIMIT 1)"
            )
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert path.stat().st_size - size < 40_000_000
