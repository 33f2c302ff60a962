"""`jianbao crawl` against the demo portal, over real HTTP and HTTPS."""

import contextlib
import os
import pty
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.demo.pages.mirrors import MIRRORS
from crawler.demo.proxy import Proxy
from crawler.demo.server import VERIFY, Answer
from crawler.demo.world.truth import Publication, World
from crawler.sites.registry import load_sites
from tests.crawler.run.run import Archive
from tests.crawler.warc.test_writer import check

pytestmark = pytest.mark.slow

START = Callable[..., Proxy]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Archive, Proxy, list[Counter[str]]]]:
    """An archive that was crawled twice, and what each run asked for."""
    with Proxy(World(60, 1), tmp_path_factory.mktemp("portal")) as proxy:
        archive = Archive(tmp_path_factory.mktemp("archive") / "home", proxy.environment())
        asked = []
        for code in (3, 0):
            before = Counter(proxy.requests)
            done = archive.run("crawl")
            assert done.returncode == code, done.stderr
            assert "Traceback" not in done.stderr
            asked.append(proxy.requests - before)
        yield archive, proxy, asked


def wanted(world: World, *sites: str) -> set[tuple[str, str]]:
    """The articles that a crawl of these sites must store."""
    return {(one.site, one.native_id) for one in world.publications if not sites or one.site in sites}


def test_every_article_is_stored(crawled: tuple[Archive, Proxy, list[Counter[str]]]) -> None:
    archive, proxy, _ = crawled
    assert set(archive.articles()) == wanted(proxy.world)


def test_the_first_run_says_what_it_did(crawled: tuple[Archive, Proxy, list[Counter[str]]]) -> None:
    archive, proxy, _ = crawled
    [first, second] = archive.rows(
        "SELECT kind, state, exit_code, listed, fetched, new, duplicate, doubtful, failed, detail"
        " FROM crawl_run ORDER BY id"
    )
    assert first[:3] == ("crawl", "finished", 3)
    assert first[5] == len(proxy.world.publications)
    assert first[3] >= first[4] >= first[5] >= first[6]
    assert first[7:9] == (1, 0), "the verification page is doubtful"
    assert "1 doubtful" in first[9]
    assert second[1:3] == ("finished", 0)
    assert 0 < second[3] <= first[3], "the rank list changes slowly and is left out"
    assert second[4:9] == (0, 0, 0, 0, 0)


def test_the_second_run_fetches_no_article_and_fewer_lists(
    crawled: tuple[Archive, Proxy, list[Counter[str]]],
) -> None:
    _, proxy, (first, second) = crawled
    articles = {one.url for one in proxy.world.publications} | {one.listed_url for one in proxy.world.publications}
    assert not articles & set(second)
    assert sum(first[url] for url in articles) <= len(articles)
    assert sum(second.values()) < sum(first.values())
    assert all(not site.sources or any(url in second for url in site.sources[0].urls) for site in load_sites().values())


def test_every_host_is_asked_for_its_robots_txt_first(crawled: tuple[Archive, Proxy, list[Counter[str]]]) -> None:
    archive, proxy, (first, _) = crawled
    hosts = {url.split("/")[2] for url in first}
    assert {url.split("/")[2] for url in first if url.endswith("/robots.txt")} == hosts
    forbidden = [one for one in proxy.world.specials if one.kind == "forbidden"]
    assert forbidden
    for one in forbidden:
        assert one.url not in proxy.requests
        query = f"SELECT state, outcome FROM frontier WHERE native_id = '{one.native_id}'"
        assert archive.rows(query) == [("barred", "robots")]


def test_sightings_say_which_list_named_what(crawled: tuple[Archive, Proxy, list[Counter[str]]]) -> None:
    archive, _, _ = crawled
    rows = archive.rows("SELECT site, source, times_seen, first_seen_at < last_seen_at FROM sighting WHERE title != ''")
    named = {(site.name, source.name) for site in load_sites().values() for source in site.sources}
    assert {(site, source) for site, source, _, _ in rows if site in ("netease", "sohu")} <= named
    assert {times for _, _, times, _ in rows} <= {1, 2}
    assert any(times == 2 and later for _, _, times, later in rows)


def test_what_a_list_asks_for_is_posted_and_kept(crawled: tuple[Archive, Proxy, list[Counter[str]]]) -> None:
    archive, _, _ = crawled
    posted = []
    for file in archive.warcs():
        with file.open("rb") as stream:
            posted += [
                (record.rec_headers.get_header("WARC-Target-URI"), record.raw_stream.read().decode())
                for record in ArchiveIterator(stream)
                if record.rec_type == "request" and record.http_headers.protocol == "POST"
            ]
    declared = {
        (url, post)
        for site in load_sites().values()
        for source in site.sources
        for url, post in zip(source.urls, source.posts, strict=False)
    }
    first = {(one.urls[0], one.posts[0]) for site in load_sites().values() for one in site.sources if one.posts}
    assert first <= set(posted) <= declared


def test_every_capture_has_its_record_and_other_tools_read_it(
    crawled: tuple[Archive, Proxy, list[Counter[str]]],
) -> None:
    archive, _, asked = crawled
    files = archive.warcs()
    assert not list(archive.home.glob("warc/*.open"))
    assert all(check(file) == 0 for file in files)
    responses = {}
    for file in files:
        with file.open("rb") as stream:
            iterator = ArchiveIterator(stream)
            for record in iterator:
                if record.rec_type == "response":
                    size = len(record.raw_stream.read())
                    responses[file.name, iterator.get_record_offset()] = (
                        record.rec_headers.get_header("WARC-Target-URI"),
                        record.rec_headers.get_header("WARC-Payload-Digest"),
                        size,
                        iterator.get_record_length(),
                    )
    # As often as it is asked, with another text posted each time.
    lists = Counter(url for site in load_sites().values() for source in site.sources for url in source.urls)
    lists += Counter(f"https://{mirror.host}/" for mirror in MIRRORS)
    kept = Counter(url for url, *_ in responses.values())
    pages = sum(asked, Counter())
    robots = {url for url in pages if url.endswith("/robots.txt")}
    assert {url: times for url, times in kept.items() if url not in lists and url not in robots} == {
        url: times for url, times in pages.items() if url not in lists and url not in robots
    }, "every answer is in a WARC file, once"
    assert all(kept[url] <= lists[url] for url in lists), "a list only where it named something new"
    assert {url: kept[url] for url in robots} == dict.fromkeys(robots, 1), "a robots.txt where it is new"
    assert archive.rows("SELECT count(*) FROM capture WHERE run_id = 2") == [(0,)]
    rows = archive.rows("SELECT warc_file, warc_offset, url, digest, size, warc_length FROM capture")
    assert {row[:2]: row[2:] for row in rows}.items() <= responses.items()


def test_a_redirect_is_followed_and_belongs_to_the_article(
    crawled: tuple[Archive, Proxy, list[Counter[str]]],
) -> None:
    archive, proxy, _ = crawled
    [moved] = [one for one in proxy.world.publications if one.moves]
    [(url, outcome)] = archive.rows(
        "SELECT c.url, c.outcome FROM capture c JOIN article a ON a.id = c.article_id"
        f" WHERE a.native_id = '{moved.native_id}'"
    )
    assert url.startswith("https://sports.sohu.com/")
    assert outcome == "article"
    gone = [one for one in proxy.world.specials if one.kind == "gone"]
    for one in gone:
        query = f"SELECT state FROM frontier WHERE site = '{one.site}' AND native_id = '{one.native_id}'"
        assert archive.rows(query) in ([], [("gone",)])
        captures = archive.rows(f"SELECT outcome FROM capture WHERE native_id = '{one.native_id}'")
        assert {outcome for (outcome,) in captures} <= {"gone"}


def test_limit_and_since(start_portal: START, tmp_path: Path) -> None:
    proxy = start_portal(120)
    archive = Archive(tmp_path / "home", proxy.environment())
    assert archive.run("crawl", "netease", "sohu", "--limit", "7").returncode in (0, 3)
    assert archive.last_run()["fetched"] <= 7
    states = dict(archive.rows("SELECT state, count(*) FROM frontier GROUP BY state"))
    assert sum(states.get(state, 0) for state in ("done", "gone", "failed")) <= 8
    assert states["due"] > 7, "the rest is left for the next run"
    second = Archive(tmp_path / "second", proxy.environment())
    newest = sorted(one.published_at for one in proxy.world.publications if one.site == "sohu")[-5]
    assert second.run("crawl", "sohu", "--since", newest.strftime("%Y-%m-%d")).returncode == 0
    dated = second.rows("SELECT count(*) FROM article WHERE published_at < '2000-01-01'")
    assert dated == [(0,)]
    assert 0 < len(second.articles()) < len(wanted(proxy.world, "sohu"))


def published(proxy: Proxy, site: str, count: int) -> list[Publication]:
    """A few of a site's articles that lists name by the very address that is fetched."""
    found = [
        one for one in proxy.world.publications if one.site == site and not one.moves and one.url == one.listed_url
    ]
    return found[:count]


def test_pages_that_fail_are_told_and_tried_again(start_portal: START, tmp_path: Path) -> None:
    proxy = start_portal(70)
    archive = Archive(tmp_path / "home", proxy.environment())
    down, large, torn, away = published(proxy, "sohu", 4)
    proxy.faults[down.url] = Answer(503, b"busy")
    proxy.faults[large.url] = Answer(200, random.Random(1).randbytes(400_000))
    proxy.faults[torn.url] = Answer(302, b"", location="http://127.0.0.1:1/latest/meta-data")
    proxy.faults[away.url] = Answer(302, b"", location="https://www.sohu.com/")
    done = archive.run("crawl", "sohu", JIANBAO_MAX_BYTES="300000")
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert proxy.requests[down.url] == 3, "one try and two more"
    assert not any("127.0.0.1" in url for url in proxy.requests)
    run = archive.last_run()
    assert (run["failed"], run["doubtful"]) == (2, 1)
    rows = {
        row[0]: row[1:]
        for row in archive.rows("SELECT native_id, state, outcome, due_at > CURRENT_TIMESTAMP FROM frontier")
    }
    assert rows[down.native_id] == ("due", "http_503", 1)
    assert rows[large.native_id][:2] == ("done", "too_large")
    assert rows[torn.native_id] == ("due", "blocked: redirects, and 127.0.0.1 is not one of the site's hosts", 1)
    assert rows[away.native_id][:2] == ("gone", "gone"), "a redirect to the front page says that it is no more"
    missing = {("sohu", one.native_id) for one in (down, large, torn, away)}
    assert set(archive.articles()) == wanted(proxy.world, "sohu") - missing


def test_a_list_that_fails_hides_nothing(start_portal: START, tmp_path: Path) -> None:
    proxy = start_portal(60, all_lists=True)
    archive = Archive(tmp_path / "home", proxy.environment())
    first = {source.name: source.urls[0] for source in load_sites()["sohu"].sources}
    proxy.faults[first["news"]] = Answer(503, b"")
    proxy.faults[first["tech"]] = Answer(200, b"<html>not a list</html>")
    proxy.faults[first["society"]] = Answer(200, b"[]")
    unescaped = proxy.portal.answer(first["culture"]).body.replace(b'"title": "', '"title": "说"好"'.encode(), 1)
    proxy.faults[first["culture"]] = Answer(200, unescaped)
    done = archive.run("crawl", "sohu", "-v")
    assert done.returncode == 3
    assert "list sohu/news" in done.stderr
    assert "list sohu/tech" in done.stderr
    assert "list sohu/society named 0 articles, 1 expected" in done.stderr
    assert "list sohu/culture, page 1: one of its entries cannot be read" in done.stderr
    assert ("one of its entries cannot be read",) in archive.rows("SELECT detail FROM capture WHERE outcome = 'list'")
    assert proxy.requests[first["culture"].replace("page=1", "page=2")] == 1, "the walk goes on"
    assert archive.last_run()["failed"] == 1
    assert archive.last_run()["doubtful"] == 3
    proxy.faults.clear()
    assert archive.run("crawl", "sohu").returncode == 0
    assert set(archive.articles()) == wanted(proxy.world, "sohu")


def test_a_host_whose_robots_txt_fails_is_left_alone(start_portal: START, tmp_path: Path) -> None:
    proxy = start_portal(20)
    archive = Archive(tmp_path / "home", proxy.environment())
    proxy.faults["https://www.sohu.com/robots.txt"] = Answer(500, b"")
    assert archive.run("crawl", "sohu").returncode == 3
    assert not [url for url in proxy.requests if url.startswith("https://www.sohu.com/a/")]
    assert set(
        dict(archive.rows("SELECT state, count(*) FROM frontier WHERE url LIKE '%www.sohu.com/a/%' GROUP BY 1"))
    ) == {"due"}


def test_robots_txt_binds_every_request_that_waited_for_it(start_portal: START, tmp_path: Path) -> None:
    """Scrapy 2.19 hands the rules to the first of several waiting requests and lets the others pass."""
    proxy = start_portal(60)
    archive = Archive(tmp_path / "home", proxy.environment())
    assert archive.run("crawl", "sohu", "--limit", "1").returncode == 0
    with contextlib.closing(sqlite3.connect(archive.home / "archive.db")) as connection, connection:
        connection.execute("UPDATE host SET rules_at = NULL")  # a day has passed
    proxy.requests.clear()
    proxy.faults["https://www.sohu.com/robots.txt"] = Answer(200, b"User-agent: *\nDisallow: /a/\n", "text/plain")
    # Every list, and the articles that the first run left, at once.
    before = "import crawler.settings; crawler.settings.CONCURRENT_REQUESTS = 64"
    done = archive.run("crawl", "sohu", "-v", before=before)
    assert done.returncode == 3, "it is new, and nothing was to be had for it"
    assert "www.sohu.com: robots.txt forbids all that was to be fetched" in done.stderr
    assert not [url for url in proxy.requests if url.startswith("https://www.sohu.com/a/")]
    [(left,)] = archive.rows("SELECT count(*) FROM frontier WHERE state = 'barred' AND outcome = 'robots'")
    assert left > 8


def test_one_run_at_a_time_and_sigterm_ends_it_well(start_portal: START, tmp_path: Path) -> None:
    proxy = start_portal(30)
    archive = Archive(tmp_path / "home", proxy.environment())
    with archive.start("crawl", "sohu") as first:
        with proxy.held(lambda url: "/a/" in url) as waiting:
            assert waiting.wait(60), "it has asked for an article"
            second = archive.run("crawl", "netease")
            first.send_signal(signal.SIGTERM)
        _, err = first.communicate(timeout=60)
    assert second.returncode == 8
    assert second.stderr == (
        f"jianbao: another crawl works on {archive.home} (process {first.pid}); wait for it to end, or stop it\n"
    )
    assert first.returncode in (0, 3), err
    assert "Traceback" not in err
    assert archive.rows("SELECT state FROM crawl_run") == [("stopped",)]
    assert "leased" not in dict(archive.rows("SELECT state, count(*) FROM frontier GROUP BY state"))
    assert not list(archive.home.glob("warc/*.open"))
    assert archive.run("crawl", "sohu").returncode == 0
    assert set(archive.articles()) == wanted(proxy.world, "sohu")


def test_a_site_that_only_shows_verification_pages_is_left_alone(start_portal: START, tmp_path: Path) -> None:
    proxy = start_portal(40)
    archive = Archive(tmp_path / "home", proxy.environment())
    for one in (*proxy.world.publications, *proxy.world.specials):
        if one.site == "netease":
            for url in (one.url, f"https://www.163.com/dy/article/{one.native_id}.html"):
                proxy.faults[url] = Answer(200, VERIFY.encode())
    done = archive.run("crawl", "netease", "-v")
    assert done.returncode == 10, "a ban needs a person"
    assert archive.rows("SELECT DISTINCT site, measure FROM alarm") == [("netease", "ban")]
    assert "netease: 5 pages in a row were in vain, the last one: blocked; left alone for this run" in done.stderr
    assert 5 <= archive.last_run()["fetched"] <= 5 + 8, "what was on the wire or queued may still come"
    assert archive.articles() == {}
    states = dict(archive.rows("SELECT coalesce(outcome, ''), count(*) FROM frontier WHERE state = 'due' GROUP BY 1"))
    assert states["blocked"] == archive.last_run()["fetched"]
    assert states[""] > 0, "the others are asked for in a later run"


def test_a_bug_of_ours_makes_the_run_a_failed_one(start_portal: START, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home", start_portal(20).environment())
    before = (
        "import crawler.run.crawl as s\n"
        "def store_page(self, *words, **more): raise ZeroDivisionError('seven')\n"
        "s.Crawl.store_page = store_page"
    )
    done = archive.run("crawl", "sohu", "--limit", "3", before=before)
    assert done.returncode == 3
    assert "sohu: a bug, ZeroDivisionError: seven" in archive.last_run()["detail"]
    assert archive.last_run()["failed"] == 3
    assert archive.run("crawl", "sohu").returncode == 0


def test_a_line_that_keeps_counting_on_a_terminal(start_portal: START, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home", start_portal(20, all_lists=True).environment())
    command = [Path(sys.executable).with_name("jianbao"), "--home", archive.home, "crawl", "sohu"]
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(command, env=archive.env(TERM="xterm", COLUMNS="120"), stdout=-1, stderr=theirs)
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # Linux ends a terminal with EIO
            while part := os.read(ours, 65536):
                shown += part
        out, _ = process.communicate(timeout=60)
    finally:
        os.close(ours)
    assert process.returncode == 0
    assert "listed" in shown.decode()
    assert "\x1b[" in shown.decode()
    assert out.decode().splitlines()[-1].startswith("listed ")


def test_an_environment_that_makes_no_sense(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    for value in ("soon", "-1", "nan"):
        done = archive.run("crawl", JIANBAO_DELAY=value)
        assert done.returncode == 2
        assert done.stderr == (
            f"jianbao: JIANBAO_DELAY is {value!r}, which is not a number that makes sense here; "
            "it takes seconds, at most 60\n"
        )
    assert not archive.home.exists()


def test_sites_are_named(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "home")
    listed = archive.run("sites", "--lists").stdout
    assert "netease\t网易\t163.com\t" in listed
    assert all(source.urls[0] in listed for source in load_sites()["sohu"].sources)
    assert not archive.home.exists()
