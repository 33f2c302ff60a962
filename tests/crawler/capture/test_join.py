"""Articles on several pages: one article from a crawl, from a killed one, and from WARC files in any order."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.proxy import Proxy
from crawler.demo.server import Answer
from tests.crawler.run import paged
from tests.crawler.run.run import Archive

pytestmark = pytest.mark.slow

KEY = ("netease", paged.DOCID)
START = Callable[..., Proxy]


@pytest.fixture
def proxy(start_portal: START) -> Proxy:
    """A portal with a handful of articles, one of which has three pages."""
    from crawler.sites.registry import load_sites

    proxy = start_portal(4, all_lists=True)
    source = next(one for one in load_sites()["netease"].sources if one.name == "guonei")
    entry = (
        f'{{"title":"茶市一日三变","docurl":"{paged.address(1)}","time":"07/03/2015 15:02:45","newstype":"article"}}'
    )
    proxy.faults[source.urls[0]] = Answer(200, f"data_callback([{entry}])".encode("gbk"), "text/html; charset=GBK")
    for number in (1, 2, 3):
        proxy.faults[paged.address(number)] = paged.answer(number)
    return proxy


def state(archive: Archive) -> tuple[Any, ...]:
    """The article's text and flags, how many revisions it has, and what became of its pages and its address."""
    [(body, flags, revision)] = archive.rows(
        f"SELECT body, flags, revision FROM article WHERE native_id = '{paged.DOCID}'"
    )
    captures = archive.rows(f"SELECT DISTINCT url, outcome FROM capture WHERE native_id = '{paged.DOCID}' ORDER BY url")
    frontier = archive.rows(f"SELECT state, outcome FROM frontier WHERE native_id = '{paged.DOCID}'")
    return body, flags, revision, captures, frontier


PARTS = sorted([(paged.address(1), "article"), (paged.address(2), "not_article"), (paged.address(3), "not_article")])


def test_a_crawl_fetches_the_other_pages(proxy: Proxy, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home", proxy.environment())
    archive.run("crawl", "netease")
    assert state(archive) == (paged.WHOLE, '["paged","flash"]', 1, PARTS, [("done", "article")])
    assert [proxy.requests[paged.address(number)] for number in (0, 1, 2, 3)] == [0, 1, 1, 1]
    archive.run("crawl", "netease")
    assert proxy.requests[paged.address(2)] == 1
    rebuilt = Archive(tmp_path / "rebuilt", proxy.environment())
    rebuilt.run("import", *map(str, archive.warcs()))
    assert rebuilt.articles() == archive.articles()
    assert state(rebuilt) == state(archive)


def test_the_whole_on_one_page_is_enough(proxy: Proxy, tmp_path: Path) -> None:
    proxy.faults[paged.address(1)] = paged.answer(1, whole=True)
    proxy.faults[paged.ALL] = paged.answer(0)
    archive = Archive(tmp_path / "home", proxy.environment())
    archive.run("crawl", "netease")
    body, flags, revision, captures, frontier = state(archive)
    assert (body, flags, revision, frontier) == (paged.WHOLE, '["flash"]', 1, [("done", "article")])
    assert captures == sorted([(paged.address(1), "article"), (paged.ALL, "article")])
    assert not proxy.requests[paged.address(2)]


def test_without_the_whole_the_single_pages_are_fetched(proxy: Proxy, tmp_path: Path) -> None:
    proxy.faults[paged.address(1)] = paged.answer(1, whole=True)
    proxy.faults[paged.ALL] = Answer(404, b"")
    archive = Archive(tmp_path / "home", proxy.environment())
    archive.run("crawl", "netease")
    body, flags, revision, captures, frontier = state(archive)
    assert (body, flags, revision, frontier) == (paged.WHOLE, '["paged","flash"]', 1, [("done", "article")])
    assert (paged.ALL, "gone") in captures


def test_a_page_that_is_gone_leaves_an_article_that_says_so(proxy: Proxy, tmp_path: Path) -> None:
    proxy.faults[paged.address(3)] = Answer(404, b"")
    archive = Archive(tmp_path / "home", proxy.environment())
    done = archive.run("crawl", "netease")
    assert done.returncode == 3
    assert f"{paged.address(1)}: pages of the article are missing: gone" in archive.last_run()["detail"]
    body, flags, _, captures, frontier = state(archive)
    assert body == "\n".join(paged.LINES[1])
    assert '"incomplete"' in flags
    assert captures == sorted([*PARTS[:2], (paged.address(3), "gone")])
    assert frontier == [("done", "article")]


def test_a_page_that_fails_is_tried_again(proxy: Proxy, tmp_path: Path) -> None:
    proxy.faults[paged.address(2)] = Answer(503, b"")
    archive = Archive(tmp_path / "home", proxy.environment())
    assert archive.run("crawl", "netease").returncode == 3
    assert "pages of the article are missing: http_503" in archive.last_run()["detail"]
    proxy.faults[paged.address(2)] = paged.answer(2)
    assert state(archive)[4] == [("due", "http_503")]
    with closing(sqlite3.connect(archive.home / "archive.db")) as connection, connection:
        connection.execute("UPDATE frontier SET due_at = '2020-01-01 00:00:00.000000' WHERE outcome = 'http_503'")
    archive.run("crawl", "netease")
    assert state(archive) == (paged.WHOLE, '["paged","flash"]', 1, PARTS, [("done", "article")])


@pytest.mark.parametrize("killed_at", [1, 2, 3])
def test_killed_half_way(proxy: Proxy, tmp_path: Path, killed_at: int) -> None:
    """Killed after the WARC record of one of its pages, before the database hears of it."""
    before = (
        "import os, crawler.run.store as s\n"
        "real = s.ingest\n"
        "def ingest(connection, items, **more):\n"
        f"    if any(one.capture['url'] == {paged.address(killed_at)!r} for one in items): os.kill(os.getpid(), 9)\n"
        "    return real(connection, items, **more)\n"
        "s.ingest = ingest"
    )
    archive = Archive(tmp_path / "home", proxy.environment())
    assert archive.run("crawl", "netease", before=before).returncode == -9
    done = archive.run("crawl", "netease")
    assert "Traceback" not in done.stderr
    assert state(archive) == (paged.WHOLE, '["paged","flash"]', 1, PARTS, [("done", "article")])
    asked = [proxy.requests[paged.address(number)] for number in (1, 2, 3)]
    assert asked == ([1, 1, 1] if killed_at == 3 else [2, 1, 1]), "only page 1 is asked for again, to go on from there"


@pytest.mark.parametrize("numbers", [[1, 2, 3], [3, 2, 1], [2, 1, 3], [2, 3, 1]])
def test_imported_in_any_order(tmp_path: Path, numbers: list[int]) -> None:
    archive = Archive(tmp_path / "home")
    done = archive.run("import", str(paged.warc(tmp_path / "one", numbers)))
    assert done.returncode == 0, done.stderr
    assert state(archive) == (paged.WHOLE, '["paged","flash"]', 1, PARTS, [("done", "article")])
    before = [
        archive.rows(f"SELECT * FROM {table} ORDER BY id") for table in ("article", "capture", "revision", "change")
    ]
    assert archive.run("import", *map(str, (tmp_path / "one").glob("*.warc.gz"))).returncode == 0
    after = [
        archive.rows(f"SELECT * FROM {table} ORDER BY id") for table in ("article", "capture", "revision", "change")
    ]
    assert after == before


def test_imported_from_several_files_one_after_the_other(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    for number in (3, 1):
        done = archive.run("import", str(paged.warc(tmp_path / str(number), [number])))
        assert done.returncode == 3
        assert f"netease:{paged.DOCID}: pages of the article are missing" in done.stderr
    assert '"incomplete"' in state(archive)[1]
    assert state(archive)[4] == [], "a crawl that finds it in a list fetches the others"
    done = archive.run("import", str(paged.warc(tmp_path / "2", [2])))
    assert done.returncode == 0, done.stderr
    assert state(archive) == (paged.WHOLE, '["paged","flash"]', 1, PARTS, [("done", "article")])


@pytest.mark.parametrize("numbers", [[1, 0], [0, 1], [2, 0, 1, 3]])
def test_page_1_never_replaces_the_whole(tmp_path: Path, numbers: list[int]) -> None:
    archive = Archive(tmp_path / "home")
    archive.run("import", str(paged.warc(tmp_path / "one", numbers, whole=True)))
    body, _, revision, _, _ = state(archive)
    assert (body, revision) == (paged.WHOLE, 1)
    assert archive.rows("SELECT count(*) FROM revision") == [(1,)]
