"""Looks at a portal that fails in every way: real crawls, only the clock is the test's. Nothing of it is a deletion."""

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

from crawler.demo.proxy import Proxy
from crawler.demo.server import VERIFY, Answer
from crawler.demo.world import ids
from crawler.demo.world.truth import World
from tests.crawler.run.run import ROOT, Archive
from tests.portal.stage import Stage

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

    def run(self, moment: datetime) -> dict[str, Any]:
        """One crawl."""
        self.stage.go_to(moment)
        self.proxy.portal = self.stage.portal()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(moment.isoformat() + "\n")
        self.process.stdin.flush()
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        return told


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Days]:
    """Five articles at two portals, from before the first one appears."""
    stage = Stage(5, 3, datetime(2025, 11, 1, tzinfo=ids.BEIJING))
    with Proxy(World(0, 1), tmp_path) as proxy:
        proxy.etags = True
        archive = Archive(tmp_path / "home", proxy.environment() | {"JIANBAO_WITNESS": "off"})
        command = [sys.executable, "-m", "tests.simulation.crawling", str(archive.home)]
        with subprocess.Popen(command, cwd=ROOT, env=archive.env(), stdin=-1, stdout=-1, text=True) as process:
            yield Days(stage, proxy, archive, process)
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
        assert look(lambda url, fault=fault: fault, 30)["exit_code"] in (3, 10)  # type: ignore[misc]
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
