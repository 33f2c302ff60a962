"""Days at a portal that edits, deletes and brings back, and that fails now and then: real crawls, only the clock is the
test's. The archive's history is the portal's own record, and nothing else."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import define
from warcio.archiveiterator import ArchiveIterator

from tests.crawler.run.run import ROOT, Archive
from tests.portal.proxy import Proxy
from tests.portal.server import VERIFY, Answer
from tests.portal.stage import Stage
from tests.portal.world import ids
from tests.portal.world.edits import EDITS
from tests.portal.world.truth import World

pytestmark = pytest.mark.slow

HALF = timedelta(minutes=30)
HOUR = timedelta(hours=1)


@define
class Days:
    """A stage, its portal, an archive, and the process that crawls when it is told to."""

    stage: Stage
    proxy: Proxy
    archive: Archive
    process: "subprocess.Popen[str]"
    deeds: list[tuple[datetime, Callable[[], None]]]
    codes: list[tuple[datetime, int]]

    def at(self, moment: datetime, deed: Callable[[], None]) -> None:
        """Has something done at a moment."""
        self.deeds.append((moment, deed))
        self.deeds.sort(key=lambda one: one[0])

    def until(self, end: datetime) -> None:
        """Lets time pass as cron does, a run each half hour; runs in which nothing would be done are left out."""
        while (moment := self._next()) <= end:
            self.run(moment)
        self._do(end)

    def run(self, moment: datetime) -> dict[str, Any]:
        """One crawl."""
        self._do(moment)
        self.stage.go_to(moment)
        self.proxy.portal = self.stage.portal()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(moment.isoformat() + "\n")
        self.process.stdin.flush()
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.codes.append((moment, told["exit_code"]))
        return told

    def _do(self, moment: datetime) -> None:
        while self.deeds and self.deeds[0][0] <= moment:
            at, deed = self.deeds.pop(0)
            self.stage.go_to(at)
            deed()

    def _next(self) -> datetime:
        """When the next run has something to do: an article appears, or a look is due."""
        new = [one.published_at for one in self.stage.published if one.published_at > self.stage.now]
        rows = self.archive.rows("SELECT min(due_at) FROM recheck") if self.archive.home.exists() else [(None,)]
        due = [datetime.fromisoformat(row[0]).replace(tzinfo=UTC) for row in rows if row[0]]
        since = min([*new, *due])
        begin = self.stage.begin
        steps = max(-(-(since - begin) // HALF), (self.stage.now - begin) // HALF + 1)
        return begin + steps * HALF


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Days]:
    """Five articles at two portals, from before the first one appears."""
    stage = Stage(5, 3, datetime(2025, 11, 1, tzinfo=ids.BEIJING))
    with Proxy(World(0, 1), tmp_path) as proxy:
        proxy.etags = True
        archive = Archive(tmp_path / "home", proxy.environment() | {"JIANBAO_WITNESS": "off"})
        command = [sys.executable, "-m", "tests.crawler.run.schedule.simulate", str(archive.home)]
        with subprocess.Popen(command, cwd=ROOT, env=archive.env(), stdin=-1, stdout=-1, text=True) as process:
            yield Days(stage, proxy, archive, process, [], [])
            assert process.stdin is not None
            process.stdin.close()


def history(archive: Archive) -> list[tuple[str, str, datetime, datetime]]:
    """What the change log says of articles after they came in: native id, kind, and between when."""
    rows = archive.rows(
        "SELECT native_id, kind, after_at, before_at FROM change JOIN article ON article.id = article_id "
        "WHERE kind NOT IN ('new', 'clustered', 'updated') ORDER BY change.id"
    )
    return [
        (row[0], row[1], *(datetime.fromisoformat(at).replace(tzinfo=UTC) for at in row[2:]))  # type: ignore[misc]
        for row in rows
    ]


def test_the_archives_history_is_the_portals_own_record(days: Days) -> None:
    stage = days.stage
    edited, again, gone, back, quiet = (one for one in stage.published)
    keys = {name: (one.site, one.native_id) for name, one in zip("abcde", stage.published, strict=True)}
    for moment, key, kind in (
        (edited.published_at + 50 * HOUR / 60, "a", "headline"),
        (edited.published_at + 7 * HOUR, "a", "number"),
        (again.published_at + 3 * HOUR, "b", "paragraph_added"),
        (again.published_at + 12 * HOUR, "b", "paragraph_removed"),
    ):
        days.at(moment, lambda key=key, kind=kind: stage.edit(keys[key], kind, EDITS[kind]))  # type: ignore[misc]
    days.at(gone.published_at + 2 * HOUR, lambda: stage.delete(keys["c"]))
    days.at(back.published_at + 5 * HOUR, lambda: stage.delete(keys["d"]))
    days.at(back.published_at + 15 * HOUR, lambda: stage.bring_back(keys["d"]))
    days.until(stage.begin + 40 * HOUR)

    log = history(days.archive)
    names = {native_id: name for name, (_, native_id) in keys.items()}
    told = [(names[native_id], kind) for native_id, kind, _, _ in log]
    gone_and_back = [("c", "missing"), ("c", "vanished"), ("d", "missing"), ("d", "returned")]
    assert sorted(told) == [*[("a", "revised")] * 2, *[("b", "revised")] * 2, *gone_and_back]
    for deed in stage.record:
        kinds = {"gone": ("missing", "vanished"), "returned": ("returned",)}.get(deed.kind, ("revised",))
        own = [row for row in log if row[0] == deed.native_id and row[1] in kinds]
        assert any(after < deed.at <= before for _, _, after, before in own), (deed, own)
    assert all(after < before < after + 50 * HOUR for _, _, after, before in log)
    states = dict(days.archive.rows("SELECT native_id, state FROM article"))
    assert {names[key]: state for key, state in states.items()} == {
        **dict.fromkeys("abe", "live"),
        "c": "vanished",
        "d": "returned",
    }
    bodies = dict(days.archive.rows("SELECT native_id, body FROM article"))
    assert bodies == {one.native_id: one.body for one in stage.published}
    assert days.archive.rows("SELECT DISTINCT cause FROM revision") == [("publisher",)]

    # What was unchanged was asked for with conditions, and is a revisit record that leads to the page of before.
    repeats = days.archive.rows("SELECT count(*), count(DISTINCT status) FROM capture WHERE repeats_id IS NOT NULL")
    assert repeats[0][0] > 2
    assert set(days.archive.rows("SELECT status FROM capture WHERE repeats_id IS NOT NULL")) == {(304,)}
    kinds = []
    for file in days.archive.warcs():
        with file.open("rb") as stream:
            kinds += [
                record.rec_headers.get_header("WARC-Profile").rpartition("/")[2]
                for record in ArchiveIterator(stream)
                if record.rec_type == "revisit"
            ]
    assert kinds == ["server-not-modified"] * repeats[0][0]
    assert days.archive.run("explain", f"{keys['e'][0]}:{quiet.native_id}").returncode == 0

    # The WARC files alone tell the same, but for what no WARC file can tell: when nobody looked.
    other = Archive(days.archive.home.parent / "other")
    done = other.run("import", *(str(file) for file in days.archive.warcs()))
    assert done.returncode in (0, 3), done.stderr
    assert sorted(history(other)) == sorted(log)
    query = "SELECT native_id, state, body, revision, last_captured_at FROM article ORDER BY native_id"
    assert other.rows(query) == days.archive.rows(query)


def test_bans_outages_captchas_and_dead_hosts_delete_nothing(days: Days) -> None:
    stage, proxy = days.stage, days.proxy
    moment = stage.begin + HOUR
    assert days.run(moment)["new"] == 5

    def look(fault: Callable[[str], Answer | None], hours: float) -> dict[str, Any]:
        """One run in which every article is due, at a portal that answers so."""
        nonlocal moment
        moment += hours * HOUR
        proxy.fault = lambda url: fault(url) if is_page(url) else None
        with closing(sqlite3.connect(days.archive.home / "archive.db")) as connection, connection:
            connection.execute("UPDATE recheck SET due_at = since")
        return days.run(moment)

    def is_page(url: str) -> bool:
        return "/article/" in url or "sohu.com/a/" in url

    assert look(lambda url: None, 1)["rechecked"] == 5
    faults = [
        Answer(403, b"<html><body>403 Forbidden</body></html>"),
        Answer(200, VERIFY.encode()),
        Answer(503, b""),
        Answer(404, b"<html><body><h1>404 Not Found</h1></body></html>"),
        Answer(302, b"", location="https://www.sohu.com/404.html"),
    ]
    for fault in faults:
        asked = sum(times for url, times in proxy.requests.items() if is_page(url))
        assert look(lambda url, fault=fault: fault, 30)["exit_code"] == 3  # type: ignore[misc]
        assert sum(times for url, times in proxy.requests.items() if is_page(url)) > asked, "somebody looked"
    proxy.down.update({"www.163.com", "www.sohu.com"})
    assert look(lambda url: None, 30)["rechecked"] == 0
    proxy.down.clear()
    told = look(lambda url: None, 30)
    assert (told["rechecked"], told["exit_code"]) == (5, 0)
    assert history(days.archive) == []
    assert days.archive.rows("SELECT DISTINCT state, revision FROM article") == [("live", 1)]
    assert days.archive.rows("SELECT count(*) FROM capture WHERE outcome = 'gone'") == [(0,)]
    assert days.archive.rows("SELECT count(*) > 1 FROM capture WHERE detail LIKE '%not believed%'") == [(1,)]

    # One that is gone while its host is well is believed, at once.
    gone = stage.published[0]
    look(lambda url: Answer(404, b"") if gone.native_id.removeprefix("a:") in url else None, 30)
    log = history(days.archive)
    assert [(native_id, kind) for native_id, kind, _, _ in log] == [(gone.native_id, "missing")]

    # The WARC files know what was not believed.
    other = Archive(days.archive.home.parent / "other")
    other.run("import", *(str(file) for file in days.archive.warcs()))
    assert history(other) == log
    query = "SELECT url, captured_at, outcome, detail FROM capture WHERE detail LIKE '%not believed%' ORDER BY 1, 2"
    assert other.rows(query) == days.archive.rows(query)
