"""Changes, runs, alarms, health: the pages hold what the demo portal did, and each list is a file, just so."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from archive.settings import Home
from archive.store.db import open_engine, writing
from archive.watch.alarms import Example, raise_alarm
from archive.web.parts.charts import Column, column_chart
from archive.web.sentences import in_chinese
from tests.archive.web.room import TOKEN, client
from tests.portal.days import Demo

SINCE = "2025-11-01"


@pytest.fixture(scope="module")
def browser(demo_archive: Demo) -> Iterator[TestClient]:
    with client(Home(path=demo_archive.home, database=demo_archive.database)) as browser:
        yield browser


@pytest.fixture
def jsonl(browser: TestClient) -> Callable[[str], list[dict[str, Any]]]:
    def read(path: str) -> list[dict[str, Any]]:
        answer = browser.get(path)
        assert answer.status_code == 200, answer.text[:300]
        assert answer.headers["content-type"] == "application/x-ndjson"
        return [json.loads(line) for line in answer.text.splitlines()]

    return read


Read = Callable[[str], list[dict[str, Any]]]


def linked(page: str) -> list[int]:
    """The articles that a list of clippings leads to, in its order."""
    return [int(number) for number in re.findall(r'<h2 lang="zh"><a href="/article/(\d+)', page)]


def test_changes_are_what_the_portal_did(demo_archive: Demo, jsonl: Read) -> None:
    found = jsonl(f"/changes?since={SINCE}&as=jsonl")
    for key in demo_archive.edited:
        [deed] = [one for one in demo_archive.deeds if (one.site, one.native_id) == key and one.kind != "gone"]
        [row] = [one for one in found if (one["site"], one["native_id"]) == key and one["kind"] == "revised"]
        assert {edit["kind"] for edit in row["edits"]} == {deed.kind}
        assert row["after_at"] < deed.at.isoformat() < row["before_at"]
    gone = {(one.site, one.native_id) for one in demo_archive.deeds if one.kind == "gone"}
    assert {(row["site"], row["native_id"]) for row in found if row["kind"] == "missing"} == gone
    assert len([row for row in found if row["kind"] == "revised"]) == len(demo_archive.edited)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "&by=weight",
        "&kind=number&kind=headline",
        "&site=sohu",
        "&added=记者",
        "&kind=removed&by=weight",
        "&copies=1",
    ],
)
def test_a_file_has_what_the_page_shows(browser: TestClient, jsonl: Read, query: str) -> None:
    shown: list[int] = []
    path: str | None = f"/changes?since={SINCE}{query}"
    while path is not None:
        page = browser.get(path).text
        shown += linked(page)
        found = re.search(r'<a rel="next" href="([^"]+)"', page)
        path = unescape(found[1]) if found else None
    rows = jsonl(f"/changes?since={SINCE}{query}&as=jsonl")
    assert [row["article_id"] for row in rows] == shown != []
    text = browser.get(f"/changes?since={SINCE}{query}&as=csv").text
    cells = list(csv.DictReader(io.StringIO(text)))
    assert [int(row["article_id"]) for row in cells] == shown
    assert [json.loads(row["edits"]) for row in cells] == [row["edits"] for row in rows]


def test_changes_are_told_with_their_words(browser: TestClient) -> None:
    page = browser.get(f"/changes?since={SINCE}&kind=headline", headers={"accept-language": "en"}).text
    assert "<ins>最新：</ins>" in page
    [compare] = re.findall(r'href="(/diff\?[^"]+)"', page)
    assert "<ins>最新：</ins>" in browser.get(unescape(compare)).text
    heavy = browser.get(f"/changes?since={SINCE}&by=weight").text
    weights = [int(number) for number in re.findall(r"权重 (\d+)", heavy)]
    assert weights == sorted(weights, reverse=True)
    assert browser.get("/changes").text.count("已移除") >= 3, "without a span it is the last one"
    assert "没有这样的变动" in browser.get("/changes?since=2030-01-01").text


@pytest.mark.parametrize(
    "query",
    [
        "since=tomorrow",
        "kind=nonsense",
        "added=" + "字" * 101,
        "before=x",
        "at=99999999",
        "cause=x",
        "as=xml",
        "before=0",
    ],
)
def test_what_cannot_be_read_is_said(browser: TestClient, query: str) -> None:
    answer = browser.get(f"/changes?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.text or "xml" in answer.text


def test_runs_and_what_went_wrong(demo_archive: Demo, browser: TestClient, jsonl: Read) -> None:
    page = browser.get("/runs").text
    rows = jsonl("/runs?as=jsonl")
    assert [int(one) for one in re.findall(r'<a href="/runs/(\d+)"', page)] == [row["id"] for row in rows]
    assert rows[-1]["new"] == len(demo_archive.world.publications)
    assert "token" not in rows[0]
    first = re.search(r"<title>2025-11-20[^<]*</title>", page)
    assert first
    assert f"{rows[-1]['new']}" in first[0]
    assert page.count("<svg") == 3, "the seal and two plots"
    assert browser.get(f"/runs?before={rows[-1]['id']}").text.count("/runs/") == 0
    one = browser.get(f"/runs/{rows[-1]['id']}").text
    blocked = next(one for one in demo_archive.world.specials if one.kind == "blocked")
    assert f'href="{blocked.url}"' in one
    problems = jsonl(f"/runs/{rows[-1]['id']}?as=jsonl")
    assert [problem["url"] for problem in problems] == [blocked.url]
    [capture] = re.findall(r'href="(/explain/\d+)"', one)
    assert browser.get(capture).status_code == 200
    assert browser.get("/runs/999").status_code == 404


def test_health_is_what_the_command_says(demo_archive: Demo, browser: TestClient) -> None:
    told = browser.get("/health?as=json").json()
    page = browser.get("/health").text
    assert {one["site"] for one in told["sites"]} >= {"netease", "sohu"}
    assert told["needs"], "nothing was crawled since"
    chinese = [in_chinese(need) or f"not told: {need}" for need in told["needs"]]
    assert all(need.partition("：")[0] in unescape(page) for need in chinese)
    english = unescape(browser.get("/health?lang=en").text)
    assert all(need.partition(":")[0] in english for need in told["needs"])
    assert f"<dd>{told['warc_files']}</dd>" in page


def test_an_alarm_is_closed_by_who_has_the_token(demo_copy: Demo) -> None:
    engine = open_engine(demo_copy.database)
    with writing(engine) as connection:
        alarm = raise_alarm(
            connection,
            ("sohu", "field:headline", "<b>mp</b>"),
            1,
            datetime(2025, 12, 1, tzinfo=UTC),
            usual="0.99",
            found="<script>alert(1)</script>",
            examples=[
                Example(capture_id=1, url="javascript:alert(1)"),
                Example(capture_id=None, url="https://a.example/"),
            ],
            next_command="jianbao explain capture:1",
        )
    engine.dispose()
    browser = client(Home(path=demo_copy.home, database=demo_copy.database), token=TOKEN)
    page = browser.get("/alarms").text
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert 'href="javascript' not in page
    assert '<form method="post"' not in page.partition("<main")[2], "no form for who cannot write"
    assert browser.get("/alarms?as=jsonl").json()["id"] == alarm.id
    path = f"/alarms/{alarm.id}/close"
    assert browser.post(path, data={"note": "好了"}).status_code == 401
    browser.post("/token", data={"token": TOKEN})
    assert browser.post(path, data={"note": "好了"}).status_code == 403, "the form's own token is missing"
    form_token = re.search(r'name="form_token" value="([^"]+)"', browser.get("/alarms").text.partition("<main")[2])
    assert form_token
    assert browser.post(path, data={"note": " ", "form_token": form_token[1]}).status_code == 400
    closed = browser.post(path, data={"note": "好了", "form_token": form_token[1]})
    assert (closed.status_code, closed.headers["location"]) == (303, "/alarms")
    assert "没有未关闭的告警" in browser.get("/alarms").text
    assert "好了" in browser.get("/alarms?all=1").text
    assert browser.post(path, data={"note": "再关", "form_token": form_token[1]}).status_code == 400


def test_charts_hold_their_numbers() -> None:
    chart = column_chart([Column(label=str(n), title="", parts=[("bar", n), ("warn", 2)]) for n in (0, 3, 17)])
    assert [tick for _, tick in chart.ticks] == ["0", "5", "10", "15", "20"]
    heights = [sum(bar.height for bar in column.bars) for column in chart.columns]
    assert heights[2] / heights[1] == pytest.approx(19 / 5, rel=0.01)
    assert column_chart([]).columns == ()
    assert column_chart([Column(label="", title="", parts=[("bar", 0)])]).columns[0].bars == ()
