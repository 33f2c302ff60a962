"""What the pages for readers say, held against the demo portal's own record."""

import csv
import io
import json
import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from archive.settings import Home
from archive.web.pages import downloads
from tests.archive.web.room import client

if TYPE_CHECKING:
    from tests.portal.days import Demo

pytestmark = pytest.mark.slow
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def browser(demo_archive: "Demo") -> TestClient:
    return client(Home(path=demo_archive.home, database=demo_archive.database))


def links(page: str, to: str) -> list[str]:
    """Where the links of a page lead whose addresses begin so, in their order."""
    return [unescape(link) for link in re.findall(r'href="([^"]+)"', page) if unescape(link).startswith(to)]


def hits(page: str) -> list[int]:
    """The articles that a list of hits shows."""
    return [int(number) for number in re.findall(r'<h3 lang="zh"><a href="/article/(\d+)', page)]


def test_every_hit_stands_once_on_the_pages_that_follow_each_other(browser: TestClient, demo_archive: "Demo") -> None:
    stories = len(demo_archive.world.clusters())
    for query, many in (("", stories), ("all=1", len(demo_archive.world.publications))):
        seen, path = [], f"/search?{query}"
        while path:
            page = browser.get(path)
            assert page.status_code == 200
            seen += hits(page.text)
            path = next(iter(re.findall(r'href="([^"]+)" rel="next"', page.text)), "")
            path = unescape(path)
        assert len(seen) == len(set(seen)) == many


def test_what_is_downloaded_is_what_is_shown(browser: TestClient) -> None:
    asked = f"q={quote('稀土')}&sort=time"
    shown = hits(browser.get(f"/search?{asked}").text)
    assert 0 < len(shown) < 20
    lines = [json.loads(line) for line in browser.get(f"/search.jsonl?{asked}").text.splitlines()]
    assert [line["id"] for line in lines] == shown
    table = list(csv.DictReader(io.StringIO(browser.get(f"/search.csv?{asked}").text)))
    assert [int(row["id"]) for row in table] == shown
    assert [row["body"] for row in table] == [line["body"] for line in lines]
    answer = browser.get(f"/search.parquet?{asked}")
    assert answer.headers["content-disposition"] == 'attachment; filename="jianbao-search.parquet"'
    assert pq.read_table(io.BytesIO(answer.content))["id"].to_pylist() == shown
    assert browser.get("/search.xlsx").status_code == 404
    assert browser.get("/search.csv?q=AND").status_code == 400


def test_too_many_files_at_once_wait(browser: TestClient) -> None:
    for _ in range(downloads.AT_ONCE):
        downloads._TURNS.acquire()
    try:
        answer = browser.get("/search.csv")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    finally:
        downloads._TURNS.release(downloads.AT_ONCE)
    assert browser.get("/search.csv").status_code == 200


def test_facets_and_the_chart_narrow_the_search_to_as_many_hits_as_they_say(browser: TestClient) -> None:
    page = browser.get("/search?all=1").text
    found = re.findall(r'<li><a href="(/search[^"]+)">[^<]+</a> <span class="count">([\d,]+)</span>', page)
    assert len(found) > 15
    for link, count in found[:25]:
        heading = re.search(r'<h2 id="hits">([\d,]+)', browser.get(unescape(link)).text)
        assert heading, link
        assert heading[1] == count, link
    bars = re.findall(r'<a href="([^"]+)">\s*<title>([\d-]+): ([\d,]+)</title>', page)
    assert len(bars) > 2
    for link, span, count in bars:
        heading = re.search(r'<h2 id="hits">([\d,]+)', browser.get(unescape(link)).text)
        assert heading
        assert heading[1] == count, span


def test_conditions_can_be_dropped(browser: TestClient) -> None:
    page = browser.get("/search?q=" + quote("稀土 site:sohu -上海")).text
    chips = re.findall(r'<a class="tag" lang="zh" href="([^"]+)"', page)
    assert len(chips) == 3
    assert min(unescape(chip) for chip in chips).startswith("/search?q=")


@pytest.mark.parametrize(
    "query", ["AND", "(稀土", "date:yesterday", "nothing:here", "copies:many", "\u0000", "é" * 5000, "稀 " * 1500]
)
def test_a_query_that_cannot_be_read_is_told(browser: TestClient, query: str) -> None:
    answer = browser.get("/search", params={"q": query})
    assert answer.status_code == (414 if len(query) > 4000 else 400)
    assert (answer.status_code == 414) != ('<div class="said">' in answer.text)
    assert "Traceback" not in answer.text
    assert (answer.status_code == 400) == ('<p><a href="/search/help">' in answer.text)


def test_a_cursor_of_another_search_is_told(browser: TestClient) -> None:
    [link] = re.findall(r'href="([^"]+)" rel="next"', browser.get("/search?all=1").text)
    other = unescape(link).replace("all=1", f"q={quote('稀土')}")
    assert browser.get(other).status_code == 400
    assert browser.get("/search?cursor=nonsense").status_code == 400


def test_any_search_is_a_feed(browser: TestClient) -> None:
    answer = browser.get(f"/feed.atom?q={quote('稀土')}")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)  # noqa: S314 - our own
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == len(hits(browser.get(f"/search?q={quote('稀土')}").text))
    assert all(entry.findtext(f"{ATOM}id") and entry.findtext(f"{ATOM}title") for entry in entries)
    again = browser.get(f"/feed.atom?q={quote('稀土')}", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert browser.get("/feed.atom?name=nobody").status_code == 404


def test_a_source_and_an_account_have_all_their_articles(browser: TestClient, demo_archive: "Demo") -> None:
    for kind in ("source", "account"):
        names = {getattr(one, f"{kind}_name") for one in demo_archive.world.publications} - {None}
        counted = 0
        for name in sorted(names)[:6]:
            page = browser.get(f"/{kind}", params={"name": name}).text
            heading = re.search(r"<li><b>([\d,]+)</b>", page)
            assert heading
            own = [one for one in demo_archive.world.publications if getattr(one, f"{kind}_name") == name]
            mirrored = [one for one in own if one.site not in ("netease", "sohu")]
            assert len(own) - len(mirrored) <= int(heading[1]) <= len(own) + 3, name
            counted += int(heading[1])
        assert counted
    assert browser.get("/source").status_code == 400
    assert browser.get("/source?name=" + "a" * 300).status_code == 400
    assert browser.get("/account?name=" + quote('no"body:(')).status_code == 200


def test_a_story_tells_who_was_first_and_every_copy(browser: TestClient, demo_archive: "Demo") -> None:
    for publications in demo_archive.world.clusters().values():
        first = min(publications, key=lambda one: one.published_at)
        number = _number(browser, first.site, first.native_id)
        page = browser.get(f"/story/{number}")
        assert page.status_code == 200
        for one in publications:
            assert f'href="/article/{_number(browser, one.site, one.native_id)}"' in page.text
        portals = [one for one in publications if one.site in ("netease", "sohu")]
        if len(publications) > 1 and portals == publications:
            [stated, *_] = re.findall(r'<p class="big" lang="zh"><a href="/article/(\d+)"', page.text)
            assert int(stated) == number, first.url


def test_a_story_says_of_which_article_each_is_a_copy(browser: TestClient) -> None:
    number = _number(browser, "netease", "KEQVLR4L05DUKEPQ")
    members = browser.get(f"/api/stories/{number}").json()["members"]
    against = browser.get(f"/api/stories/{number}/edits").json()["against"]["id"]
    names = {}
    for one in members:
        told = browser.get(f"/api/articles/{one['id']}").json()
        names[one["id"]] = told["account_name"] or told["source_name"] or told["site"]
    links = {one["id"]: one["link"]["to"] for one in members if one["link"] and one["id"] != against}
    assert {to == against for to in links.values()} == {True, False}
    page = browser.get(f"/story/{number}").text
    rows = dict(re.findall(r'<tr>.*?<a href="#copy-(\d+)">(.*?)</tr>', page, re.DOTALL))
    texts = dict(re.findall(r'<article class="copy" id="copy-(\d+)">(.*?)</article>', page, re.DOTALL))
    for copy, to in links.items():
        assert f"与“{names[to]}”相比，认作“" in texts[str(copy)]
        assert (f">对 {names[to]}</span>" in rows[str(copy)]) == (to != against)


def test_the_table_of_a_story_can_be_sorted(browser: TestClient, demo_archive: "Demo") -> None:
    showpiece = demo_archive.world.clusters()[0][0]
    number = _number(browser, showpiece.site, showpiece.native_id)
    page = browser.get(f"/story/{number}?by=weight").text
    weights = [int(one) for one in re.findall(r'<td class="n">(\d+)</td>\s*<td><span class="(?:tag|soft)"', page)]
    assert len(weights) == len(demo_archive.world.clusters()[0]) - 1
    assert weights == sorted(weights, reverse=True)
    assert '<th scope="col" class="n" aria-sort="descending">' in page
    assert browser.get(f"/story/{number}?by=nonsense").status_code == 400
    assert browser.get(f"/story/{number}?against=99999").status_code == 404
    assert browser.get("/story/99999").status_code == 404


def _number(browser: TestClient, site: str, native_id: str) -> int:
    """An article's number, by its name."""
    answer = browser.get("/article", params={"article": f"{site}:{native_id}"})
    assert answer.status_code == 303
    return int(answer.headers["location"].rpartition("/")[2])


def test_an_article_is_shown_as_it_was_published(browser: TestClient, demo_archive: "Demo") -> None:
    for one in demo_archive.world.publications[:24]:
        key = (one.site, one.native_id)
        now = demo_archive.edited.get(key, one)
        page = browser.get(f"/article/{_number(browser, *key)}").text
        prose = re.search(r'<div class="prose" lang="zh">(.*?)</article>\s*</div>', page, re.DOTALL)
        assert prose
        text = unescape(re.sub(r'<figure class="image"><a[^>]*>.*?</a>|<[^>]+>', "", prose[1]))
        assert "".join(text.split()) == "".join(now.body.split())
        assert "<img" not in page
        if key in demo_archive.edited:
            assert "改动" in page
            before = browser.get(f"/article/{_number(browser, *key)}?revision=1").text
            assert "第 1 版" in before


def test_what_is_gone_is_told_with_its_interval(browser: TestClient, demo_archive: "Demo") -> None:
    away = demo_archive.gone(demo_archive.deeds[-1].at)
    assert away
    for key in away:
        page = browser.get(f"/article/{_number(browser, *key)}").text
        assert "此文已不在原处" in page
        assert "2025-11-20 19:00" in page
        assert "2025-11-21 00:00" in page


def test_the_front_page_tells_what_changed_and_vanished(browser: TestClient, demo_archive: "Demo") -> None:
    page = browser.get("/").text
    world = demo_archive.world
    assert f"<b>{len(world.publications)}</b>" in page
    assert f"<b>{len(world.clusters())}</b>" in page
    gone = re.search(r'<section class="card" aria-labelledby="gone">(.*?)</section>', page, re.DOTALL)
    changed = re.search(r'<section class="card" aria-labelledby="changed">(.*?)</section>', page, re.DOTALL)
    assert gone
    assert changed
    told = {int(number) for number in re.findall(r"/article/(\d+)", gone[1])}
    assert told == {_number(browser, *key) for key in demo_archive.gone(demo_archive.deeds[-2].at)}
    assert {int(number) for number in re.findall(r"/article/(\d+)", changed[1])} <= {
        _number(browser, *key) for key in demo_archive.edited
    }
