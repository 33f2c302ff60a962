"""The desk: what who has the token says of an article is written, shown and taken back; nobody else writes anything."""

import json
import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from archive.people import corrections, notes, tags
from archive.settings import Home
from archive.store.db import open_engine, opened, reading
from archive.store.models import Article
from archive.store.people import COLUMNS
from archive.web.pages import EVERY
from archive.web.pages.desk.story import parts
from tests.archive.dedup.clusters.deeds import STORY
from tests.archive.dedup.clusters.hesitant import DOUBTED, hesitate
from tests.archive.make import article, store, told
from tests.archive.web.room import TOKEN, client
from tests.portal.days import Demo

ODD = "<script>alert(1)</script> {{ 7*7 }} \u202e' OR 1=1 --"


@pytest.fixture
def browser(demo_copy: Demo) -> Iterator[TestClient]:
    with client(Home(path=demo_copy.home, database=demo_copy.database), token=TOKEN) as browser:
        yield browser


Do = Callable[..., Response]


@pytest.fixture
def do(browser: TestClient) -> Do:
    """Something done at the desk of an article by who has the token."""
    browser.post("/token", data={"token": TOKEN})

    def do(what: str, article: int = 1, **fields: str) -> Response:
        found = re.search(r'name="form_token" value="([^"]+)"', browser.get(f"/desk/{article}").text)
        assert found
        return browser.post(f"/desk/{article}", data={"do": what, "form_token": found[1], **fields})

    return do


def test_nobody_else_writes(browser: TestClient, demo_copy: Demo) -> None:
    assert browser.get("/desk/1").status_code == 401
    posts = [page for module in EVERY for page in module.PAGES if "POST" in page.methods]
    assert {page.name for page in posts if not page.writes} <= {"matched", "show_token", "leave"}
    for page in posts:
        path = re.sub(r"\{[^}]*\}", "1", page.path)
        if page.writes:
            assert browser.post(path, data={"do": "tag", "tag": "x"}).status_code == 401, path
    browser.post("/token", data={"token": TOKEN})
    for page in posts:
        if page.writes:
            for form in ({}, {"form_token": ""}, {"form_token": "0" * 64}):
                path = re.sub(r"\{[^}]*\}", "1", page.path)
                assert browser.post(path, data={"do": "tag", "tag": "x", **form}).status_code == 403, path
    with opened(demo_copy.database) as engine, reading(engine) as connection:
        assert tags.every(connection) == []
    readers = client(Home(path=demo_copy.home, database=demo_copy.database))
    assert readers.post("/desk/1", data={"do": "tag", "tag": "x"}).status_code == 401
    assert readers.get("/desk/1").status_code == 401


def test_tags_and_notes_come_and_go(browser: TestClient, do: Do, demo_copy: Demo) -> None:
    for _ in range(2):
        answer = do("tag", tag=" 待  查 ")
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/1")
    do("tag", tag=ODD[:60])
    do("note", text=f"第一行\r\n{ODD}")
    do("note", text="整则", story="1")
    with opened(demo_copy.database) as engine, reading(engine) as connection:
        assert {one["tag"] for one in tags.of(connection, 1)} >= {"待 查"}
        assert [(one["text"].split("\n")[0], one["story"]) for one in notes.of(connection, 1)] == [
            ("第一行", False),
            ("整则", True),
        ]
        numbers = [one["id"] for one in notes.of(connection, 1)]
    page = browser.get("/desk/1").text
    assert "<script" not in page
    assert "{{ 7*7 }}" in unescape(page)
    assert "\u202e" not in page
    assert do("untag", tag="待 查").status_code == 303
    assert do("unnote", number=str(numbers[0])).status_code == 303
    assert do("unnote", number=str(numbers[0])).status_code == 404
    page = browser.get("/desk/1").text
    assert "待 查" not in page
    assert "整则" in page
    assert do("unnote", article=2, number=str(numbers[1])).status_code in (303, 404)


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("nonsense", {}),
        ("", {}),
        ("tag", {"tag": " "}),
        ("tag", {"tag": "字" * 61}),
        ("tag", {}),
        ("note", {"text": ""}),
        ("unnote", {"number": "x"}),
        ("unnote", {}),
        ("correct", {"field": "id", "value": "1"}),
        ("correct", {"field": "published_at", "value": "昨天"}),
        ("correct", {"field": "body", "value": ""}),
        ("withdraw", {"reason": ""}),
    ],
)
def test_what_makes_no_sense_is_said(do: Do, what: str, fields: dict[str, str]) -> None:
    answer = do(what, **fields)
    assert answer.status_code == 400
    assert re.search(r'<p><a href="/desk/\d+">返回填表的页面</a></p>', answer.text)


def test_a_field_is_corrected_and_put_back(browser: TestClient, do: Do, demo_copy: Demo) -> None:
    with opened(demo_copy.database) as engine, reading(engine) as connection:
        headline, body = connection.execute(select(Article.headline, Article.body).where(Article.id == 1)).one()
    page = browser.get("/desk/1").text
    for field in COLUMNS:
        assert f'id="value-{field}"' in page
    assert do("correct", field="headline", value="订正后的标题").status_code == 303
    assert "订正后的标题" in browser.get("/article/1").text
    assert do("correct", field="body", value=body.replace("\n", "\r\n") + "\r\n多一段。").status_code == 303
    assert "多一段。" in browser.get("/article/1").text
    with opened(demo_copy.database) as engine, reading(engine) as connection:
        told = corrections.of(connection, 1)
    assert [one["field"] for one in told] == ["headline", "body"]
    for one in told:
        assert do("uncorrect", number=str(one["id"])).status_code == 303
    assert do("uncorrect", number=str(told[0]["id"])).status_code == 400
    with opened(demo_copy.database) as engine, reading(engine) as connection:
        assert connection.execute(select(Article.headline, Article.body).where(Article.id == 1)).one() == (
            headline,
            body,
        )


def test_an_article_is_withdrawn_and_brought_back(browser: TestClient, do: Do) -> None:
    assert do("withdraw", reason="当事人要求").status_code == 303
    for path in ("/article/1", "/article/1/explain", "/diff?a=1&b=2", "/article/1/sentence"):
        assert browser.get(path).status_code == 404, path
    assert "当事人要求" in browser.get("/desk/1").text
    assert do("restore").status_code == 303
    assert browser.get("/article/1").status_code == 200
    assert browser.get("/desk/999999").status_code == 404


def stories(demo: Demo) -> dict[int, set[int]]:
    """The articles of each story."""
    with opened(demo.database) as engine, reading(engine) as connection:
        found: dict[int, set[int]] = {}
        for key, cluster in connection.execute(select(Article.id, Article.cluster_id)):
            found.setdefault(cluster or 0, set()).add(key)
    return found


def test_stories_are_decided_and_undone(browser: TestClient, do: Do, demo_copy: Demo) -> None:
    before = stories(demo_copy)
    cluster, members = max(before.items(), key=lambda one: len(one[1]))
    first, *_, last = sorted(members)
    alone = next(next(iter(its)) for its in before.values() if len(its) == 1)

    def undo() -> None:
        numbers = re.findall(r'name="number" value="(\d+)"><button class="plain" name="do" value="undecide"', page())
        assert do("undecide", first, number=numbers[-1]).status_code == 303

    def page() -> str:
        return browser.get(f"/desk/{first}").text

    assert do("split", first, **{f"member-{last}": "1"}, note=f"另一件事 {ODD}").status_code == 303
    assert stories(demo_copy)[cluster] == members - {last}
    assert "另一件事" in page()
    assert "<script" not in page()
    undo()
    assert stories(demo_copy) == before
    assert do("merge", first, articles=f"{alone}").status_code == 303
    assert stories(demo_copy)[min(cluster, alone)] == members | {alone}
    undo()
    assert stories(demo_copy) == before
    assert do("pin", last).status_code == 303
    assert f'<a href="/article/{last}"' in browser.get(f"/story/{first}").text
    assert do("unpin", first).status_code == 303
    assert do("apart", first, articles=f"{alone}").status_code == 303
    assert browser.get(f"/desk/{first}").text.count('<span class="tag">分立') == 1
    assert stories(demo_copy) == before
    for what, fields, status in (
        ("split", {}, 400),
        ("split", {f"member-{key}": "1" for key in members}, 400),
        ("split", {"member-999999": "1"}, 404),
        ("merge", {"articles": ""}, 400),
        ("merge", {"articles": "999999"}, 404),
        ("merge", {"articles": f"{first}"}, 400),
        ("merge", {"articles": " ".join(map(str, range(1, 40)))}, 400),
        ("apart", {"articles": f"{last}"}, 400),
        ("unpin", {}, 400),
        ("undecide", {"number": "x"}, 400),
        ("undecide", {"number": "999999"}, 404),
        ("pin", {"note": "字" * 1001}, 400),
    ):
        assert do(what, first, **fields).status_code == status, (what, fields)
    assert stories(demo_copy) == before


def test_doubts_are_decided_where_they_stand(
    browser: TestClient, do: Do, demo_copy: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.dedup.stored.compare", hesitate)
    engine = open_engine(demo_copy.database)
    store(engine, told(article("p:1", STORY)), told(article("p:2", DOUBTED)))
    engine.dispose()
    page = browser.get("/doubts").text
    assert "<ins>" in page
    [first] = re.findall(r'action="/desk/(\d+)"', page)
    [other] = re.findall(r'name="articles" value="(\d+)"', page)
    assert json.loads(browser.get("/doubts?as=jsonl").text)["same"] == f"jianbao cluster merge {first} {other}"
    answer = do("apart", int(first), articles=other, back="doubts")
    assert (answer.status_code, answer.headers["location"]) == (303, "/doubts")
    assert "没有待裁定的" in browser.get("/doubts").text
    assert browser.get("/doubts?as=jsonl").text == ""


def test_the_parts_of_a_place() -> None:
    assert parts("…甲[-乙-]{+丙+}丁…") == [("", "…甲"), ("del", "乙"), ("ins", "丙"), ("", "丁…")]
    assert parts("{+增+}") == [("ins", "增")]
    assert parts("没有") == [("", "没有")]
    assert parts("[-[-x-]") == [("del", "[-x")]
