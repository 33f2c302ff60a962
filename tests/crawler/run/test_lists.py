"""Lists over several runs: when one is asked again, and that no entry of it is lost, whatever ended a walk."""

import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crawler.demo.proxy import Proxy
from crawler.demo.server import Answer, text
from tests.crawler.run.run import Archive

pytestmark = pytest.mark.slow

START = Callable[..., Proxy]
HOST = "http://lists.example"
SITE = f'''
import re
from datetime import datetime, timedelta
from crawler.pages.template.site import ListError, Listing, Site, Source, Target

def target(url):
    found = re.search(r"/a/(\\d+)$", url)
    return Target(kind="article", native_id=found[1], url=f"{HOST}/a/{{found[1]}}") if found else None

def parse(text, url, fetched_at):
    if not text.startswith("list:"):
        raise ListError("not a list")
    entries = [line.split() for line in text.splitlines()[1:]]
    return [
        Listing(url=f"{HOST}/a/{{number}}", published_at=datetime.fromisoformat(f"{{day}}T00:00:00+08:00"))
        for number, day in entries
    ]

SITE = Site(
    name="lists", title="单", hosts=("lists.example",), target=target,
    sources=(
        Source(
            name="slow", urls=tuple(f"{HOST}/list/{{page}}" for page in (1, 2, 3)), parse=parse, expect=0,
            every=timedelta(hours=2),
        ),
    ),
)
'''
DAYS = {1: "2026-03-09", 2: "2026-03-06", 3: "2026-03-03"}
ARTICLE = text(
    "<title>水务局的工程开工</title><h1>水务局的工程开工</h1>" + "<p>水务局的工程已经在上周开工，明年完成。</p>" * 5
)
EVERY = {"11", "12", "21", "22", "31", "32"}


def listed(page: int, *days: str) -> Answer:
    """A page of the list with two articles."""
    entries = zip((f"{page}1", f"{page}2"), days or (DAYS[page],) * 2, strict=True)
    return Answer(200, "\n".join(("list:", *(f"{number} {day}" for number, day in entries))).encode(), "text/plain")


@pytest.fixture
def proxy(start_portal: START) -> Proxy:
    """A portal whose only list changes slowly and has three pages."""
    proxy = start_portal(1)
    proxy.faults |= {f"{HOST}/list/{page}": listed(page) for page in (1, 2, 3)}
    proxy.fault = lambda url: ARTICLE if "/a/" in url else None
    return proxy


@pytest.fixture
def archive(proxy: Proxy, tmp_path: Path) -> Archive:
    sites = tmp_path / "sites"
    sites.mkdir()
    (sites / "lists.py").write_text(SITE, encoding="utf-8")
    return Archive(tmp_path / "home", {**proxy.environment(), "JIANBAO_SITES": str(sites)})


def crawl(archive: Archive, *words: str, code: int = 0, before: str = "") -> None:
    done = archive.run("crawl", "lists", *words, before=before)
    assert done.returncode == code, done.stderr


def asked(proxy: Proxy) -> list[int]:
    """How often each page of the list was asked for."""
    return [proxy.requests[f"{HOST}/list/{page}"] for page in (1, 2, 3)]


def fetched(proxy: Proxy) -> set[str]:
    """The articles that were asked for; each of them once."""
    found = [url.rpartition("/")[2] for url, times in proxy.requests.items() if "/a/" in url for _ in range(times)]
    assert len(found) == len(set(found))
    return set(found)


def seen(archive: Archive) -> set[str]:
    return {native_id for (native_id,) in archive.rows("SELECT native_id FROM sighting")}


def let_time_pass(archive: Archive) -> None:
    """The last walk was three hours ago."""
    with closing(sqlite3.connect(archive.home / "archive.db")) as connection, connection:
        connection.execute("UPDATE poll SET ended_at = datetime(ended_at, '-3 hours') || '.000000'")


def test_a_slow_list_is_left_out_until_its_time_has_come(proxy: Proxy, archive: Archive) -> None:
    crawl(archive)
    crawl(archive)
    assert asked(proxy) == [1, 1, 1]
    let_time_pass(archive)
    crawl(archive)
    assert asked(proxy) == [2, 1, 1], "nothing on its first page is new"
    assert seen(archive) == fetched(proxy) == EVERY


@pytest.mark.parametrize("page", [1, 3])
def test_a_slow_list_that_redirects_is_left_out_too(proxy: Proxy, archive: Archive, page: int) -> None:
    proxy.faults[f"{HOST}/list/{page}"] = Answer(302, b"", location="/moved")
    proxy.faults[f"{HOST}/moved"] = Answer(302, b"", location="/moved/again")
    proxy.faults[f"{HOST}/moved/again"] = listed(page)
    crawl(archive)
    crawl(archive)
    assert asked(proxy) == [1, 1, 1]
    assert proxy.requests[f"{HOST}/moved/again"] == 1
    assert seen(archive) == EVERY


KILL = {
    "before the first row": ("crawler.warc.writer", "WarcFolder", "write", "len(seen) == 2"),
    "behind the first row": ("crawler.warc.writer", "WarcFolder", "write", "len(seen) == 3"),
    "behind the last row": ("crawler.run.discovery", "Walk", "record", "True"),
}


@pytest.mark.parametrize("moment", KILL)
def test_a_walk_that_was_killed_is_walked_by_the_next_run(proxy: Proxy, archive: Archive, moment: str) -> None:
    module, owner, name, condition = KILL[moment]
    kill = (
        f"import os, {module} as m\n"
        f"real, seen = m.{owner}.{name}, []\n"
        "def killed(*args, **more):\n"
        "    seen.append(args)\n"
        f"    if {condition}: os.kill(os.getpid(), 9)\n"
        "    return real(*args, **more)\n"
        f"m.{owner}.{name} = killed"
    )
    crawl(archive, before=kill, code=-9)
    assert seen(archive) == set()
    crawl(archive)
    assert seen(archive) == fetched(proxy) == EVERY


def test_a_walk_that_was_stopped_is_walked_by_the_next_run(proxy: Proxy, archive: Archive) -> None:
    with archive.start("crawl", "lists") as process:
        with proxy.held(lambda url: url.endswith("/list/2")) as waiting:
            assert waiting.wait(60)
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    crawl(archive)
    assert seen(archive) == fetched(proxy) == EVERY


VERIFY = Answer(200, "<p>请完成验证</p>".encode())


@pytest.mark.parametrize(
    ("page", "answer", "code"),
    [(1, Answer(503, b""), 0), (2, Answer(503, b""), 3), (2, VERIFY, 0), (3, Answer(403, b""), 0)],
    ids=["1-down", "2-down", "2-verification", "3-refused"],
)
def test_a_page_that_is_not_to_be_had_hides_nothing(
    proxy: Proxy, archive: Archive, page: int, answer: Answer, code: int
) -> None:
    proxy.faults[f"{HOST}/list/{page}"] = answer
    crawl(archive, code=code)
    assert seen(archive) == fetched(proxy) == {number for number in EVERY if int(number[0]) < page}
    proxy.faults[f"{HOST}/list/{page}"] = listed(page)
    crawl(archive)
    assert seen(archive) == fetched(proxy) == EVERY
    before = asked(proxy)
    crawl(archive)
    assert asked(proxy) == before


def test_a_page_that_is_gone_is_the_end_of_the_list(proxy: Proxy, archive: Archive) -> None:
    proxy.faults[f"{HOST}/list/3"] = Answer(410, b"")
    crawl(archive)
    crawl(archive)
    assert asked(proxy) == [1, 1, 1]
    assert seen(archive) == {"11", "12", "21", "22"}


@pytest.mark.parametrize(
    ("since", "at_first", "then", "later"),
    [
        ("2026-03-10", set(), [1, 0, 0], ""),
        ("2026-03-08", {"11", "12"}, [1, 1, 0], ""),
        ("2026-03-05", {"11", "12", "21", "22"}, [1, 1, 1], "2026-01-01"),
        ("2026-03-01", EVERY, [1, 1, 1], ""),
    ],
)
def test_what_since_left_out_is_offered_to_a_run_that_goes_further_back(
    proxy: Proxy, archive: Archive, since: str, at_first: set[str], then: list[int], later: str
) -> None:
    crawl(archive, "--since", since)
    assert (fetched(proxy), asked(proxy)) == (at_first, then)
    crawl(archive, *(("--since", later) if later else ()))
    assert fetched(proxy) == seen(archive) == EVERY
    before = asked(proxy)
    crawl(archive, *(("--since", later) if later else ()))
    assert asked(proxy) == before, "now it was polled lately, and went back as far"


def test_since_leaves_out_what_stands_between_new_entries(proxy: Proxy, archive: Archive) -> None:
    """On the first page are old entries, on the second new ones: a list need not be in order."""
    proxy.faults[f"{HOST}/list/1"] = listed(1, "2026-03-09", "2026-01-01")
    crawl(archive, "--since", "2026-03-05")
    assert fetched(proxy) == {"11", "21", "22"}
    crawl(archive)
    assert fetched(proxy) == EVERY


def test_a_later_since_does_not_forget_what_an_earlier_walk_reached(proxy: Proxy, archive: Archive) -> None:
    crawl(archive)
    let_time_pass(archive)
    crawl(archive, "--since", "2026-03-08")
    assert asked(proxy) == [2, 1, 1]
    let_time_pass(archive)
    crawl(archive)
    assert asked(proxy) == [3, 1, 1], "everything older was there before, so nothing was left out"
    proxy.faults[f"{HOST}/list/1"] = listed(4, "2026-03-02", "2026-03-10")
    let_time_pass(archive)
    crawl(archive, "--since", "2026-03-08")
    assert fetched(proxy) == EVERY | {"42"}
    crawl(archive)
    assert fetched(proxy) == EVERY | {"41", "42"}
