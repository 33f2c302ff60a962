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
