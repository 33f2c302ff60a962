"""The crawler that comes back: a night in which nothing goes as it should uses up no try of anything; one good run
fetches it all, and the exit codes told the night."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve

from crawler.demo.proxy import Proxy
from crawler.demo.server import GONE, VERIFY, Answer, text
from crawler.demo.world.truth import World
from crawler.run.trouble.seen import IN_A_ROW
from tests.crawler.run.run import Archive

pytestmark = pytest.mark.slow

START = Callable[..., Proxy]
Fault = Callable[[str], Answer | None]

RUNS = 2
"""Runs in a night. After each no address has used up a try, so that any number would do."""


def let_time_pass(archive: Archive) -> None:
    """Whatever waits has waited long enough; what a host asked for is over."""
    with closing(sqlite3.connect(archive.home / "archive.db")) as connection, connection:
        connection.execute("UPDATE frontier SET due_at = '2020-01-01 00:00:00.000000' WHERE state = 'due'")
        connection.execute("UPDATE host SET rest_until = NULL, next_at = NULL")


def articles_of(proxy: Proxy) -> Callable[[str], bool]:
    """Whether an address is an article's, under whichever of its addresses."""
    return lambda url: proxy.portal.key(url) is not None and not url.endswith("/robots.txt")


def only_articles(proxy: Proxy, answer: Answer | Callable[[str], Answer]) -> Fault:
    is_article = articles_of(proxy)

    def fault(url: str) -> Answer | None:
        if not is_article(url):
            return None
        return answer(url) if callable(answer) else answer

    return fault


def to(location: str) -> Answer:
    return Answer(302, b"", location=location)


NIGHTS: dict[str, Callable[[str], Answer | None] | Answer] = {
    "login page of the portal": to("https://passport.163.com/login?url=x"),
    "verification on another host": to("https://captcha.guard.example/verify?id=1"),
    "error in JSON": Answer(200, b'{"code":500,"msg":"error","data":null}', "application/json"),
    "a redirect to itself": lambda url: Answer(302, b"", location=url, headers=(("Set-Cookie", "t=1"),)),
    "nothing is there": Answer(404, GONE.encode()),
}
"""One of a kind; their variations stand in test_variations.py, in one process."""
BANS = {"login page of the portal", "verification on another host"}
"""A person is needed at once where the portal refuses us."""


def wanted(world: World, site: str) -> set[tuple[str, str]]:
    return {(one.site, one.native_id) for one in world.publications if one.site == site}


@pytest.mark.parametrize("night", NIGHTS)
def test_after_a_night_one_good_run_fetches_it_all(start_portal: START, tmp_path: Path, night: str) -> None:
    proxy = start_portal(24, all_lists=True)
    site = "netease" if "portal" in night else "sohu"
    archive = Archive(tmp_path / "home", proxy.environment())
    proxy.fault = only_articles(proxy, NIGHTS[night])
    for number in range(RUNS):
        done = archive.run("crawl", site)
        assert done.returncode == (10 if night in BANS else 3), done.stderr
        assert "Traceback" not in done.stderr
        assert archive.articles() == {}
        assert archive.last_run()["fetched"] + archive.last_run()["failed"] <= 20, "the site is left alone"
        if number:
            # Five in a row, and what was under way with them, one a host: these tests have no delay to speak of.
            assert proxy_asked(proxy) <= IN_A_ROW + len({url.split("/")[2] for url in proxy.requests})
        proxy.requests.clear()
        proxy.served.clear()
        let_time_pass(archive)
        tried = archive.rows("SELECT DISTINCT state, attempts FROM frontier")
        assert set(tried) <= {("due", 0), ("barred", 0)}
    proxy.fault = lambda url: None
    assert archive.run("crawl", site).returncode in (0, 3)
    assert set(archive.articles()) == wanted(proxy.world, site)


def proxy_asked(proxy: Proxy) -> int:
    """How many articles were asked for, under whichever address."""
    is_article = articles_of(proxy)
    return len({proxy.portal.key(url.partition("?")[0]) for url in proxy.requests if is_article(url)})


def test_a_night_without_a_network(start_portal: START, tmp_path: Path) -> None:
    """Nothing answers, again and again; then all of it is fetched."""
    proxy = start_portal(24)
    archive = Archive(tmp_path / "home", proxy.environment())
    assert archive.run("crawl", "sohu", "--limit", "2").returncode == 0
    before = archive.rows("SELECT native_id, state, attempts FROM frontier ORDER BY id")
    for _ in range(RUNS):
        done = archive.run("crawl", "sohu", JIANBAO_PROXY="http://127.0.0.1:9")
        assert done.returncode == 7, done.stderr
        assert archive.rows("SELECT native_id, state, attempts FROM frontier ORDER BY id") == before
        let_time_pass(archive)
    assert archive.run("crawl", "sohu").returncode == 0
    assert set(archive.articles()) == wanted(proxy.world, "sohu")


def test_a_network_that_goes_away_in_the_middle(start_portal: START, tmp_path: Path) -> None:
    """Lists answer, and then nothing does: the tries that were in vain are no tries."""
    proxy = start_portal(24)
    archive = Archive(tmp_path / "home", proxy.environment())
    proxy.fault = only_articles(proxy, Answer(503, b""))
    for _ in range(2):
        assert archive.run("crawl", "sohu").returncode == 3
        assert archive.rows("SELECT count(*) FROM frontier WHERE attempts > 0 AND state = 'due'") == [(0,)]
    proxy.fault = lambda url: None
    assert archive.run("crawl", "sohu").returncode == 0, "no time need pass"
    assert set(archive.articles()) == wanted(proxy.world, "sohu")


def forget_robots(home: Path) -> None:
    """A day has passed since each robots.txt was read."""
    with closing(sqlite3.connect(home / "archive.db")) as connection, connection:
        connection.execute("UPDATE host SET rules_at = NULL")


@pytest.mark.parametrize("also_lists", [False, True])
def test_robots_txt_that_forbids_by_mistake(start_portal: START, tmp_path: Path, also_lists: bool) -> None:
    proxy = start_portal(24)
    archive = Archive(tmp_path / "home", proxy.environment())
    forbids = Answer(200, b"User-agent: *\nDisallow: /\n", "text/plain")

    def fault(url: str) -> Answer | None:
        ours = url.endswith("/robots.txt") and (also_lists or url.startswith("https://www.sohu.com/"))
        return forbids if ours else None

    if also_lists:
        assert archive.run("crawl", "sohu", "--limit", "1").returncode == 0
        forget_robots(archive.home)
    proxy.fault = fault
    proxy.requests.clear()
    done = archive.run("crawl", "sohu", "-v")
    assert done.returncode == 3, done.stderr
    assert "robots.txt forbids" in done.stderr
    first = archive.rows("SELECT count(*) FROM frontier WHERE state = 'barred'")[0][0]
    assert first > 3
    assert archive.run("crawl", "sohu").returncode in (0, 3)
    assert not [url for url in proxy.requests if url.startswith("https://www.sohu.com/a/")]
    proxy.fault = lambda url: None
    good = archive.run("crawl", "sohu", "-v")
    assert good.returncode == 0, good.stderr
    assert "robots.txt of www.sohu.com has changed" in good.stderr
    assert set(archive.articles()) == wanted(proxy.world, "sohu")
    assert archive.rows("SELECT count(*) FROM frontier WHERE state = 'barred'")[0][0] <= 1, "what it always forbids"


def test_one_page_that_never_comes_is_given_up_with_its_reason(start_portal: START, tmp_path: Path) -> None:
    """Its host is well otherwise. `--retry failed` asks for it again."""
    proxy = start_portal(40)
    archive = Archive(tmp_path / "home", proxy.environment())
    pages = [one for one in proxy.world.publications if one.site == "sohu" and one.url == one.listed_url][:3]
    loops, empty, blocked = (one.url for one in pages)
    proxy.faults = {loops: to(loops), empty: Answer(200, b""), blocked: text(VERIFY)}
    # Something else of the host is well in every run.
    rest = [one for one in proxy.world.publications if one.site == "sohu"]
    for _ in range(8):
        assert archive.run("crawl", "sohu").returncode == 3
        let_time_pass(archive)
        with closing(sqlite3.connect(archive.home / "archive.db")) as connection, connection:
            connection.execute("UPDATE frontier SET state = 'due' WHERE state = 'done'")
    rows = {url: row for url, *row in archive.rows("SELECT url, state, outcome, attempts FROM frontier")}
    assert rows[loops][0] == rows[empty][0] == rows[blocked][0] == "failed"
    assert rows[loops][1].startswith("redirects without end")
    assert [rows[url][1] for url in (empty, blocked)] == ["empty", "blocked"]
    assert {rows[url][2] for url in (loops, empty, blocked)} == {8}
    proxy.faults = {}
    proxy.requests.clear()
    assert archive.run("crawl", "sohu", "--retry", "blocked").returncode == 0
    assert proxy.requests[blocked] == 1
    assert proxy.requests[empty] == 0
    assert archive.run("crawl", "sohu", "--retry", "failed").returncode == 0
    assert len(archive.articles()) == len(rest)


def test_a_clock_that_was_ahead_is_mended_and_told(start_portal: START, tmp_path: Path) -> None:
    proxy = start_portal(24)
    archive = Archive(tmp_path / "home", proxy.environment())
    assert archive.run("crawl", "sohu", "--limit", "1").returncode == 0
    with closing(sqlite3.connect(archive.home / "archive.db")) as connection, connection:
        ahead = "2032-05-06 07:08:09.000000"
        connection.execute("UPDATE frontier SET due_at = ? WHERE state = 'due'", (ahead,))
        connection.execute("UPDATE poll SET ended_at = ?", (ahead,))
        connection.execute(
            "UPDATE host SET next_at = ?, rest_until = ?, turn_of = 'run-99', turn_until = ?", [ahead] * 3
        )
    done = archive.run("crawl", "sohu", "-v")
    assert done.returncode == 0, done.stderr
    assert "the clock was ahead once" in done.stderr
    assert "last read in 2032-05-06: the clock was ahead then" in done.stderr
    assert set(archive.articles()) == wanted(proxy.world, "sohu")


def test_a_host_that_asks_for_an_hour_gets_it(start_portal: START, tmp_path: Path) -> None:
    """One request, not ninety; the next run and other sites' workers know; what waits stays as it was."""
    proxy = start_portal(30)
    archive = Archive(tmp_path / "home", proxy.environment())
    busy = Answer(429, b"slow down", headers=(("Retry-After", "3600"),))
    proxy.fault = only_articles(proxy, busy)
    done = archive.run("crawl", "sohu", "-v")
    assert done.returncode == 3
    assert "Retry-After: 3600" in done.stderr
    hosts = {url.split("/")[2] for url in proxy.requests if articles_of(proxy)(url)}
    assert sum(count for url, count in proxy.requests.items() if articles_of(proxy)(url)) == len(hosts)
    assert archive.rows("SELECT DISTINCT state, attempts, outcome FROM frontier WHERE state != 'barred'") == [
        ("due", 0, None)
    ]
    proxy.requests.clear()
    again = archive.run("crawl", "sohu")
    assert again.returncode == 3
    assert not [url for url in proxy.requests if url.split("/")[2] in hosts]
    proxy.fault = lambda url: None
    let_time_pass(archive)
    assert archive.run("crawl", "sohu").returncode == 0
    assert set(archive.articles()) == wanted(proxy.world, "sohu")


def test_answers_keep_their_headers() -> None:
    assert evolve(text("x"), headers=(("A", "b"),)).headers == (("A", "b"),)
