"""Articles on several pages, looked at again: real crawls of the demo portal, only the clock is the test's."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from crawler.demo.proxy import Proxy
from crawler.demo.server import VERIFY, Answer
from crawler.demo.world import ids
from crawler.demo.world.truth import World
from crawler.sites.registry import load_sites
from tests.crawler.run import paged
from tests.crawler.run.run import ROOT, Archive
from tests.portal.stage import Stage

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
ONE, TWO, THREE = (paged.address(number) for number in (1, 2, 3))
EDITED = {**paged.LINES, 2: ["第二页说，午后的茶价跌了两成。", paged.LINES[2][1]]}
THIRD = {**paged.LINES, 3: ["第三页说，收市时价钱没有回到早上。", paged.LINES[3][1]]}


def text(lines: dict[int, list[str]]) -> str:
    return "\n".join(line for its in lines.values() for line in its)


@define
class Days:
    """A portal with three other articles and one on several pages, an archive, and the process that crawls."""

    stage: Stage
    proxy: Proxy
    archive: Archive
    process: "subprocess.Popen[str]"
    moment: datetime = field(init=False)
    told: dict[str, Any] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.moment = self.stage.begin + HOUR

    def show(self, lines: dict[int, list[str]], faults: dict[str, Answer] | None = None) -> None:
        """What the portal has of the article from now on."""
        for number in range(2, 6):
            self.proxy.faults[paged.address(number)] = Answer(404, b"<html><body>404 Not Found</body></html>")
        for number in lines:
            answer = paged.page(number, lines=lines)
            self.proxy.faults[paged.address(number)] = Answer(200, answer, "text/html; charset=GBK")
        self.proxy.faults.update(faults or {})

    def run(self, hours: float = 0) -> dict[str, Any]:
        """One crawl, in which every article is due."""
        self.moment += hours * HOUR
        if hours:
            with closing(sqlite3.connect(self.archive.home / "archive.db")) as connection, connection:
                connection.execute("UPDATE recheck SET due_at = since, rank = 0")
        self.stage.go_to(self.moment)
        self.proxy.portal = self.stage.portal()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(self.moment.isoformat() + "\n")
        self.process.stdin.flush()
        self.told = json.loads(self.process.stdout.readline())
        return self.told

    def look(self, lines: dict[int, list[str]], faults: dict[str, Answer] | None = None) -> tuple[str, int]:
        """One run in which the portal has the article so; the archive's text of it, and how many revisions."""
        self.show(lines, faults)
        self.run(30)
        return self.article()

    def article(self, archive: Archive | None = None) -> tuple[str, int]:
        query = f"SELECT body, revision FROM article WHERE native_id = '{paged.DOCID}'"
        [(body, revision)] = (archive or self.archive).rows(query)
        return body, revision

    def asked(self) -> list[int]:
        """How often each of its first three pages was asked for."""
        return [self.proxy.requests[url] for url in (ONE, TWO, THREE)]

    def history(self) -> list[dict[str, Any]]:
        """What `jianbao history` tells of it."""
        done = self.archive.run("history", f"netease:{paged.DOCID}", "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Days]:
    stage = Stage(3, 3, datetime(2025, 11, 1, tzinfo=ids.BEIJING))
    with Proxy(World(0, 1), tmp_path) as proxy:
        proxy.etags = True
        for source in load_sites()["netease"].sources[:1]:
            entry = f'{{"title":"茶","docurl":"{ONE}","time":"07/03/2015 15:02:45","newstype":"article"}}'
            listed = f"data_callback([{entry}])".encode("gbk")
            proxy.faults[source.urls[0]] = Answer(200, listed, "text/html; charset=GBK")
        archive = Archive(tmp_path / "home", proxy.environment() | {"JIANBAO_WITNESS": "off"})
        command = [sys.executable, "-m", "tests.simulation.crawling", str(archive.home)]
        with subprocess.Popen(command, cwd=ROOT, env=archive.env(), stdin=-1, stdout=-1, text=True) as process:
            yield Days(stage, proxy, archive, process)
            assert process.stdin is not None
            process.stdin.close()


def at(told: str) -> datetime:
    return datetime.fromisoformat(told).astimezone(UTC)


def everything(archive: Archive) -> list[Any]:
    """What an archive says of its articles, their revisions and their states."""
    return [
        archive.rows("SELECT site, native_id, headline, body, flags, revision, state FROM article ORDER BY 1, 2"),
        archive.rows(
            "SELECT a.native_id, r.number, r.captured_at, r.digest, r.cause, c.url, c.captured_at FROM revision r "
            "JOIN article a ON a.id = r.article_id JOIN capture c ON c.id = r.capture_id ORDER BY 1, 2"
        ),
        archive.rows(
            "SELECT url, captured_at, outcome, part, text_digest, article_id IS NULL, repeats_id IS NULL FROM capture "
            "WHERE site IS NOT NULL AND outcome != 'list' ORDER BY 1, 2"
        ),
    ]


def test_every_page_is_looked_at_and_they_are_one_text(days: Days, tmp_path: Path) -> None:
    days.show(paged.LINES)
    first = days.run()
    assert (first["exit_code"], first["new"], days.article()) == (0, 4, (paged.WHOLE, 1)), first
    began = days.moment

    # Unchanged: every page was asked for with conditions, each look is a record without a payload, and none a revision.
    assert days.look(paged.LINES) == (paged.WHOLE, 1)
    assert (days.told["exit_code"], days.told["rechecked"], days.asked()) == (0, 4, [2, 2, 2]), days.told
    query = f"SELECT status, repeats_id IS NULL, run_id FROM capture WHERE native_id = '{paged.DOCID}' AND run_id > 1"
    assert days.archive.rows(query) == [(304, 0, 2)] * 3
    due = f"SELECT told_at FROM recheck JOIN article ON article.id = article_id WHERE native_id = '{paged.DOCID}'"
    [(told_at,)] = days.archive.rows(due)
    assert at(told_at + "+00:00") >= days.moment, "the look told something"
    unchanged = days.moment

    # An edit on page 2 is noticed, typed and dated; page 1 and 3 are unchanged.
    assert days.look(EDITED) == (text(EDITED), 2)
    [_, edit] = days.history()
    assert [one["kind"] for one in edit["edits"]] == ["number"], edit
    assert (edit["kind"], edit["cause"]) == ("revised", "publisher")
    assert unchanged <= at(edit["after_at"]) <= unchanged + HOUR
    assert days.moment <= at(edit["before_at"]) <= days.moment + HOUR
    assert began < unchanged < days.moment

    # One page fails, while another one is edited: no look at half of it is a text.
    faults = [
        Answer(404, b"<html><body><h1>404 Not Found</h1></body></html>"),
        Answer(200, VERIFY.encode()),
        Answer(503, b""),
        Answer(206, paged.page(2, lines=EDITED)[:700], "text/html; charset=GBK"),
        Answer(200, b"<html><body><div class='neu'>" + "另一种模板".encode("gbk") * 40, "text/html; charset=GBK"),
        Answer(302, b"", location=ONE),
        Answer(302, b"", location="https://news.163.com/"),
    ]
    both = {**EDITED, 3: THIRD[3]}
    for fault in faults:
        assert days.look(both, {TWO: fault}) == (text(EDITED), 2), fault
        assert days.told["exit_code"] in (3, 10), days.told
    days.proxy.down.add("money.163.com")
    assert days.look(both, dict.fromkeys((ONE, TWO, THREE), Answer(503, b""))) == (text(EDITED), 2)
    days.proxy.down.clear()
    assert len(days.history()) == 2
    query = f"SELECT state FROM article WHERE native_id = '{paged.DOCID}'"
    assert days.archive.rows(query) == [("live",)]

    # When all of them are there again, the edit is noticed; a text of before is a revision like any other.
    assert days.look(both) == (text(both), 3)
    assert days.look(paged.LINES) == (paged.WHOLE, 4)
    assert days.look(both) == (text(both), 5)

    # Fewer pages, more pages, one page, and several once more.
    fewer = {1: paged.LINES[1], 2: paged.LINES[2]}
    assert days.look(fewer) == (text(fewer), 6)
    more = {**paged.LINES, 4: ["第四页说，第二天清晨五点，茶市照常开张了。"]}
    assert days.look(more) == (text(more), 7)
    assert days.look({1: paged.LINES[1]}) == (text({1: paged.LINES[1]}), 8)
    days.look(more)
    assert days.article() == (text(more), 9)
    kinds = [{one["kind"] for one in told["edits"]} for told in days.history()[5:]]
    assert kinds == [{"paragraph_removed"} | kinds[0], {"paragraph_added"}, {"paragraph_removed"}, {"paragraph_added"}]

    # Gone and back: the first page tells.
    gone = {ONE: Answer(404, b"<html><body>404 Not Found</body></html>")}
    assert days.look(more, gone) == (text(more), 9)
    assert days.archive.rows(query) == [("missing",)]
    days.look(more)
    assert days.article() == (text(more), 9)
    assert days.archive.rows(query) == [("returned",)]

    # The WARC files tell the same, and so does the database made anew; all of it is in order.
    rebuilt = Archive(tmp_path / "rebuilt", days.proxy.environment())
    assert rebuilt.run("import", *map(str, days.archive.warcs())).returncode in (0, 3)
    assert everything(rebuilt) == everything(days.archive)
    before = everything(days.archive)
    done = days.archive.run("rebuild")
    assert done.returncode == 0, done.stderr
    assert everything(days.archive) == before
    done = days.archive.run("reextract", "--dry-run")
    assert (done.returncode, days.article()) == (0, (text(more), 9)), done.stdout
    done = days.archive.run("verify")
    assert done.returncode == 0, done.stdout


def test_killed_between_the_pages_the_next_run_goes_on(days: Days) -> None:
    """Killed when the second page's record is on the disk, before the database hears of any."""
    archive = days.archive
    days.show(paged.LINES)
    assert archive.run("crawl", "netease").returncode == 3  # one of the portal's pages asks for a verification
    assert days.article() == (paged.WHOLE, 1)
    edited = {**EDITED, 3: THIRD[3]}
    days.show(edited)
    with closing(sqlite3.connect(archive.home / "archive.db")) as connection, connection:
        connection.execute("UPDATE recheck SET due_at = '2020-01-01 00:00:00.000000'")
    before = (
        "import os, crawler.middlewares as m\n"
        "real = m.keep\n"
        "def keep(run, exchange):\n"
        "    raw = real(run, exchange)\n"
        f"    if exchange.url == {TWO!r}: os.kill(os.getpid(), 9)\n"
        "    return raw\n"
        "m.keep = keep"
    )
    assert archive.run("crawl", "netease", before=before).returncode == -9
    assert days.asked() == [2, 2, 1]
    done = archive.run("crawl", "netease", JIANBAO_RECHECK_SHARE="0.0001")
    assert "Traceback" not in done.stderr
    assert days.asked() == [3, 3, 2], "what was written was not fetched for nothing: it is stored, and shows no text"
    assert days.article() == (text(edited), 2)
    shown = archive.rows(f"SELECT url, text_digest IS NULL FROM capture WHERE native_id = '{paged.DOCID}' ORDER BY id")
    assert [one[0] for one in shown] == [ONE, TWO, THREE, ONE, TWO, ONE, TWO, THREE]
    assert [one[1] for one in shown] == [0, 1, 0, 0, 1, 0, 1, 0]
    # Every page is of the host's share: of the half hour before, which it may use at once, three requests are gone.
    [(used,)] = archive.rows("SELECT recheck_at FROM host WHERE host = 'money.163.com'")
    [(began,)] = archive.rows("SELECT max(started_at) FROM crawl_run")
    spent = datetime.fromisoformat(used) - (datetime.fromisoformat(began) - timedelta(minutes=30))
    each = float(archive.env()["JIANBAO_DELAY"]) / 0.0001
    assert 3 * each <= spent.total_seconds() < 3 * each + 9
