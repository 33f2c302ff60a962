"""Gone, flows, a sentence followed: the pages and their files are what the portal's own record says."""

import csv
import io
import json
import re
from collections.abc import Iterator
from html import unescape
from xml.etree.ElementTree import fromstring

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from archive.settings import Home
from archive.store.db import opened, reading
from archive.store.models import Article
from archive.web.parts.bands import bands
from tests.archive.web.pages.test_watch import linked
from tests.archive.web.room import client
from tests.portal import record
from tests.portal.days import Demo, Key


@pytest.fixture(scope="module")
def browser(demo_archive: Demo) -> Iterator[TestClient]:
    with client(Home(path=demo_archive.home, database=demo_archive.database)) as browser:
        yield browser


@pytest.fixture(scope="module")
def ids(demo_archive: Demo) -> dict[Key, int]:
    with opened(demo_archive.database) as engine, reading(engine) as connection:
        return {(row.site, row.native_id): row.id for row in connection.execute(select(Article.__table__))}


def test_what_is_gone_and_what_lives(demo_archive: Demo, browser: TestClient, ids: dict[Key, int]) -> None:
    lost = record.lost(demo_archive)
    page = browser.get("/gone").text
    assert set(linked(page)) == {ids[key] for key in lost}
    rows = [json.loads(line) for line in browser.get("/gone?as=jsonl").text.splitlines()]
    assert [row["id"] for row in rows] == linked(page)
    told = {
        (row["site"], row["native_id"]): {(one["site"], one["native_id"]): one["coverage"] for one in row["survivors"]}
        for row in rows
    }
    assert told == lost
    shares = re.findall(r'<span class="share">(\d+)%</span>', page)
    assert sorted(map(int, shares)) == sorted(round(share * 100) for its in lost.values() for share in its.values())
    for lives, wanted in (("some", True), ("none", False)):
        assert set(linked(browser.get(f"/gone?lives={lives}").text)) == {
            ids[key] for key in lost if bool(lost[key]) is wanted
        }
    for site in ("netease", "sohu"):
        assert set(linked(browser.get(f"/gone?site={site}").text)) == {ids[key] for key in lost if key[0] == site}
    table = list(csv.DictReader(io.StringIO(browser.get("/gone?as=csv").text)))
    assert [int(row["id"]) for row in table] == linked(page)
    assert "没有这样的文章" in browser.get("/gone?since=2026").text
    compare = unescape(re.findall(r'href="(/diff\?[^"]+)"', page)[0])
    assert browser.get(compare).status_code == 200


@pytest.mark.parametrize("query", ["lives=x", "since=x", "at=-1", "at=10001", "as=parquet"])
def test_what_cannot_be_asked_of_the_gone(browser: TestClient, query: str) -> None:
    assert browser.get(f"/gone?{query}").status_code == 400


@pytest.mark.parametrize("by", ["site", "source", "month"])
def test_flows_are_the_portals(demo_archive: Demo, browser: TestClient, by: str) -> None:
    wanted = record.flows(demo_archive, by)
    rows = [json.loads(line) for line in browser.get(f"/flows?since=2000&by={by}&as=jsonl").text.splitlines()]
    names = ("copies", "stories", "median_lag_hours", "median_coverage", "months")
    found = {(row["from"], row["to"], row["month"]): {name: row[name] for name in names} for row in rows}
    assert found.keys() == wanted.keys()
    assert {key: row["copies"] for key, row in found.items()} == {key: row["copies"] for key, row in wanted.items()}
    page = browser.get(f"/flows?since=2000&by={by}").text
    body = page.partition("<tbody>")[2]
    assert [int(cell.replace(",", "")) for cell in re.findall(r'<td class="n">([\d,]+)</td>', body)][::2] == [
        row["copies"] for row in rows
    ]
    drawn = sum(int(number) for number in re.findall(r"<title>[^<]*?(\d+)[^<\d]*</title></path>", page))
    assert drawn == sum(row["copies"] for row in rows)
    table = list(csv.DictReader(io.StringIO(browser.get(f"/flows?since=2000&by={by}&as=csv").text)))
    assert [(row["from"], row["copies"]) for row in table] == [(row["from"], str(row["copies"])) for row in rows]
    graph = fromstring(browser.get(f"/flows?since=2000&by={by}&as=gexf").content)  # noqa: S314 - our own
    edges = graph.findall(".//{http://gexf.net/1.3}edge")
    assert sum(int(edge.get("weight", 0)) for edge in edges) == drawn


@pytest.mark.parametrize("column", ["from", "to", "copies", "stories", "median_lag_hours", "median_coverage"])
def test_each_column_sorts_the_table(browser: TestClient, column: str) -> None:
    page = browser.get(f"/flows?since=2000&sort={column}").text
    falls = column in ("copies", "stories", "median_coverage")
    assert f'aria-sort="{"descending" if falls else "ascending"}"' in page
    rows = [json.loads(line) for line in browser.get(f"/flows?since=2000&sort={column}&as=jsonl").text.splitlines()]
    values = [row[column] for row in rows if row[column] is not None]
    assert values == sorted(values, reverse=falls)
    assert [row[column] for row in rows][: len(values)] == values


def test_a_span_and_what_cannot_be_read(browser: TestClient) -> None:
    assert "此时段没有转载" in browser.get("/flows?since=1999&until=1999").text
    assert browser.get("/flows").status_code == 200
    for query in ("by=x", "sort=x", "since=x", "as=xlsx"):
        assert browser.get(f"/flows?{query}").status_code == 400


def test_a_sentence_is_followed(demo_archive: Demo, browser: TestClient, ids: dict[Key, int]) -> None:
    deed = next(one for one in demo_archive.deeds if one.kind == "paragraph_removed")
    key = (deed.site, deed.native_id)
    before = next(one for one in demo_archive.world.publications if record.key_of(one) == key)
    removed = next(line for line in before.body.split("\n") if line not in demo_archive.edited[key].body.split("\n"))
    path = f"/article/{ids[key]}/sentence"
    answer = browser.get(path, params={"sentence": removed})
    assert "后被改掉" in answer.text
    told = browser.get(path, params={"sentence": removed, "as": "json"}).json()
    [its] = [one for one in told["stood"] if one["article"]["id"] == ids[key]]
    assert its["ended"]["after_at"] < deed.at.isoformat() < its["ended"]["before_at"]
    compare = (
        f"/diff?a=capture%3A{its['ended']['after_capture_id']}&amp;b=capture%3A{its['ended']['before_capture_id']}"
    )
    assert compare in answer.text
    page = browser.get(unescape(compare)).text
    assert f"<del>{removed}</del>" in unescape(page)
    assert "没有这句话" in browser.get(path, params={"sentence": "从来没有人说过的话"}).text
    assert browser.get(path).status_code == 200
    assert browser.get(path, params={"sentence": "，"}).status_code == 400
    assert browser.get(path, params={"sentence": "字" * 1001}).status_code == 400
    assert browser.get("/article/999999/sentence?sentence=x").status_code == 404


def test_bands_keep_every_number() -> None:
    pairs = [(f"s{n % 17}", f"t{n % 5}", n) for n in range(1, 60)]
    made = bands(pairs, most=4, others="rest")
    total = sum(number for _, _, number in pairs)
    assert sum(band.number for band in made.bands) == total
    for ends in (made.sources, made.targets):
        assert sum(end.number for end in ends) == total
        assert [end.y for end in ends] == sorted(end.y for end in ends)
        assert ends[-1].name == "rest"
    assert bands([], others="rest").bands == ()
