"""SIGKILL at random moments: the archive ends as if nothing had happened."""

import os
import random
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.world.truth import World
from crawler.warc.reader import Record, read_records
from tests.crawler.run.run import Archive
from tests.crawler.warc.test_writer import check
from tests.portal.few import Proxy

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("JIANBAO_TEST_KILLS") or 5)


def clusters(archive: Archive) -> set[frozenset[tuple[str, str]]]:
    """Which articles belong together, without the numbers that they have."""
    grouped: dict[Any, set[tuple[str, str]]] = {}
    for site, native_id, cluster in archive.rows("SELECT site, native_id, cluster_id FROM article"):
        grouped.setdefault(cluster, set()).add((site, native_id))
    return {frozenset(keys) for keys in grouped.values()}


def captures(archive: Archive) -> set[tuple[str, str]]:
    """Every page that is stored, once."""
    return set(archive.rows("SELECT url, outcome FROM capture WHERE outcome != 'list'"))


def test_killed_and_started_again(tmp_path: Path) -> None:
    (tmp_path / "portal").mkdir()
    with Proxy(World(50, 3), tmp_path / "portal") as proxy:
        undisturbed = Archive(tmp_path / "undisturbed", proxy.environment())
        undisturbed.run("crawl")
        asked = sum(proxy.requests.values())
        proxy.requests.clear()

        archive = Archive(tmp_path / "killed", proxy.environment())
        chance = random.Random(KILLS)
        killed = 0
        while killed < KILLS:
            # By the number of answers rather than by the clock, so that a slow machine kills as late as a quick one.
            goal = sum(proxy.requests.values()) + chance.randrange(1, 1 + asked // KILLS)
            with archive.start("crawl") as process:
                while process.poll() is None and sum(proxy.requests.values()) < goal:
                    try:
                        process.wait(0.002)
                    except subprocess.TimeoutExpired:
                        continue
                if process.poll() is None:
                    process.send_signal(signal.SIGKILL)
                    killed += 1
                _, err = process.communicate(timeout=60)
                assert "Traceback" not in err, err
        done = archive.run("crawl")
        assert done.returncode in (0, 3), done.stderr
        last = archive.run("crawl")
        assert last.returncode in (0, 3), last.stderr
        assert archive.last_run()["new"] == 0

        articles = [one.url for one in proxy.world.publications]
        twice = {url: proxy.requests[url] for url in articles if proxy.requests[url] > 1}
    assert archive.articles() == undisturbed.articles()
    assert captures(archive) == captures(undisturbed)
    assert clusters(archive) == clusters(undisturbed)
    frontier = "SELECT site, native_id, state, outcome FROM frontier ORDER BY 1, 2"
    assert archive.rows(frontier) == undisturbed.rows(frontier)
    assert sum(twice.values()) - len(twice) <= KILLS * 12, "only what was on the wire is fetched again"
    seen = "SELECT site, source, native_id FROM sighting ORDER BY 1, 2, 3"
    assert archive.rows(seen) == undisturbed.rows(seen)
    states = [state for (state,) in archive.rows("SELECT state FROM crawl_run")]
    assert states == ["killed"] * KILLS + ["finished"] * (len(states) - KILLS)
    assert all(check(file) == 0 for file in archive.warcs())
    assert not list(archive.home.glob("warc/*.open"))
    assert archive.run("verify").returncode == 0
    positions = archive.rows("SELECT warc_file, warc_offset FROM capture")
    assert len(positions) == len(set(positions))


def asked_again(archive: Archive, proxy: Proxy, urls: set[str], asked: dict[str, int]) -> int:
    """How often the last run fetched what had been fetched before. Where a page of a host is no more, it may have
    looked at one of these to see whether the host is well: its own count tells of such looks, which do not count here.
    """
    again = sum(proxy.requests[url] - asked[url] for url in urls)
    return max(0, again - int(archive.last_run()["rechecked"]))


def test_a_record_that_the_database_missed_is_stored_without_fetching(tmp_path: Path) -> None:
    """Killed between the WARC record and the commit: the record counts."""
    (tmp_path / "portal").mkdir()
    with Proxy(World(30, 4), tmp_path / "portal") as proxy:
        archive = Archive(tmp_path / "home", proxy.environment())
        before = (
            "import os, crawler.run.store as s\n"
            "real, seen = s.ingest, []\n"
            "def ingest(connection, items, **more):\n"
            "    articles = [item for item in items if item.capture['outcome'] == 'article']\n"
            "    if articles: print(len(seen), flush=True)\n"
            "    seen.extend(articles)\n"
            "    if len(seen) >= 4: os.kill(os.getpid(), 9)\n"
            "    return real(connection, items, **more)\n"
            "s.ingest = ingest"
        )
        done = archive.run("crawl", before=before)
        assert done.returncode == -9
        assert len(archive.articles()) == int(done.stdout.split()[-1]) < 4
        asked = dict(proxy.requests)
        [marker] = archive.home.glob("warc/*.open")
        file = marker.with_suffix("")
        records = [record for record in read_records(file, file.name) if isinstance(record, Record)]
        pages = {record.raw.url for record in records if record.raw and record.raw.status == 200}
        written = pages & {one.url for one in proxy.world.publications}
        assert len(written) >= 4
        with file.open("ab") as stream:
            stream.write(b"\x1f\x8b\x08\0torn")
        again = archive.run("crawl", "-v")
        assert again.returncode in (0, 3)
        assert "was killed; going on" in again.stderr
        assert "records that the database had missed" in again.stderr
        assert "its last record was torn" in again.stderr
        assert check(file) == 0
        assert asked_again(archive, proxy, written, asked) == 0
        assert {(one.site, one.native_id) for one in proxy.world.publications} == set(archive.articles())


def test_what_waits_to_be_stored_when_a_second_signal_ends_the_run_is_stored_by_the_next(tmp_path: Path) -> None:
    (tmp_path / "portal").mkdir()
    with Proxy(World(30, 4), tmp_path / "portal") as proxy:
        archive = Archive(tmp_path / "home", proxy.environment())
        before = (
            "import os, signal, crawler.run.intake.arrivals as a\n"
            "real, seen = a.Arrivals._see, []\n"
            "def see(self):\n"
            "    seen.append(self)\n"
            "    if len(seen) <= 3: return real(self)\n"
            "    for _ in range(2): os.kill(os.getpid(), signal.SIGTERM)\n"
            "a.Arrivals._see = see"
        )
        archive.run("crawl", before=before)
        assert archive.last_run()["state"] == "stopped"
        asked = dict(proxy.requests)
        [marker] = archive.home.glob("warc/*.open")
        file = marker.with_suffix("")
        records = [record for record in read_records(file, file.name) if isinstance(record, Record)]
        pages = {record.raw.url for record in records if record.raw and record.raw.status == 200}
        waited = pages & {one.url for one in proxy.world.publications} - {
            url for url, *_ in archive.articles().values()
        }
        assert waited
        again = archive.run("crawl", "-v")
        assert "records that the database had missed" in again.stderr
        assert asked_again(archive, proxy, waited, asked) == 0
        assert {(one.site, one.native_id) for one in proxy.world.publications} == set(archive.articles())


def test_a_refusal_that_the_database_missed_is_not_asked_for_again_at_once(tmp_path: Path) -> None:
    (tmp_path / "portal").mkdir()
    with Proxy(World(30, 4), tmp_path / "portal") as proxy:
        archive = Archive(tmp_path / "home", proxy.environment())
        before = (
            "import os, crawler.run.store as s\n"
            "real = s.ingest\n"
            "def ingest(connection, items, **more):\n"
            "    if items[0].capture['outcome'] == 'blocked': os.kill(os.getpid(), 9)\n"
            "    return real(connection, items, **more)\n"
            "s.ingest = ingest"
        )
        assert archive.run("crawl", "netease", before=before).returncode == -9
        [refused] = [one for one in proxy.world.specials if one.kind == "blocked"]
        assert archive.run("crawl", "netease").returncode == 3
        assert archive.last_run()["doubtful"] == 1
        row = "SELECT state, outcome, attempts, due_at > CURRENT_TIMESTAMP FROM frontier WHERE native_id = "
        assert archive.rows(f"{row}'{refused.native_id}'") == [("due", "blocked", 1, 1)]
        [(url,)] = archive.rows(f"SELECT url FROM capture WHERE native_id = '{refused.native_id}'")
        assert proxy.requests[url] == 1
