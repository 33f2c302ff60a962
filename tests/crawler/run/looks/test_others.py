"""A template that changed is told within one run, however few pages come: others that are built alike are asked for."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from crawler.demo.proxy import Proxy
from crawler.demo.server import Answer
from crawler.demo.world import ids
from crawler.demo.world.truth import World
from tests.crawler.run.run import ROOT, Archive
from tests.portal.stage import Stage

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)


def changed(answer: Answer) -> Answer:
    """The page in the template's next edition: the text stands elsewhere, all else where it was."""
    assert b'<article class="article" id="mp-editor">' in answer.body
    return evolve(answer, body=answer.body.replace(b'<article class="article" id="mp-editor">', b'<div id="neu">'))


@pytest.fixture
def crawls(tmp_path: Path) -> Iterator[tuple[Stage, Proxy, Archive, Any]]:
    """Ten articles at two portals, and what crawls at a moment."""
    stage = Stage(10, 3, datetime(2025, 11, 1, tzinfo=ids.BEIJING))
    with Proxy(World(0, 1), tmp_path) as proxy:
        archive = Archive(tmp_path / "home", proxy.environment() | {"JIANBAO_WITNESS": "off"})
        command = [sys.executable, "-m", "tests.simulation.crawling", str(archive.home)]
        with subprocess.Popen(command, cwd=ROOT, env=archive.env(), stdin=-1, stdout=-1, text=True) as process:

            def crawl(moment: datetime) -> dict[str, Any]:
                stage.go_to(moment)
                proxy.portal = stage.portal()
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(moment.isoformat() + "\n")
                process.stdin.flush()
                told: dict[str, Any] = json.loads(process.stdout.readline())
                return told

            yield stage, proxy, archive, crawl
            assert process.stdin is not None
            process.stdin.close()


def test_one_page_asks_for_others(crawls: tuple[Stage, Proxy, Archive, Any]) -> None:
    stage, proxy, archive, crawl = crawls
    moment = stage.begin + HOUR
    assert crawl(moment)["new"] == 10
    family = [one.url for one in stage.published if one.site == "sohu"]
    assert len(family) >= 3

    def look(*broken: str) -> list[str]:
        """A run in which one article alone is due; the pages of its family that it asked for."""
        nonlocal moment
        moment += HOUR / 2
        before = dict(proxy.requests)
        portal = stage.portal()
        proxy.fault = lambda url: changed(portal.answer(url)) if url in broken else None
        with closing(sqlite3.connect(archive.home / "archive.db")) as connection, connection:
            connection.execute("UPDATE recheck SET due_at = '2030-01-01 00:00:00.000000'")
            connection.execute("UPDATE recheck SET due_at = '2020-01-01 00:00:00.000000' WHERE url = ?", family[:1])
        crawl(moment)
        return [url for url in family if proxy.requests[url] > before.get(url, 0)]

    assert look() == family[:1]
    # One page alone: another one is asked for, reads well, and that is all.
    assert len(look(*family[:1])) == 2
    assert archive.rows("SELECT * FROM alarm") == []
    # All of them: the alarm is raised in the same run, and names the pages.
    assert look() == family[:1]
    assert len(look(*family)) == 3
    [(site, measure, template, examples)] = archive.rows("SELECT site, measure, scope, examples FROM alarm")
    assert (site, measure) == ("sohu", "unknown_template")
    assert template.startswith("sohu-mp")
    assert len({one["url"] for one in json.loads(examples)} & set(family)) == 3
    # It is known now, and nobody asks for more; one page that is still so keeps the alarm open.
    for _ in range(2):
        assert look(*family) == family[:1]
    assert archive.rows("SELECT closed_at IS NULL FROM alarm") == [(1,)]
