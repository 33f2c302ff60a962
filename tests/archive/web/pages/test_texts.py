"""Explain, diff, match: texts held against each other, on the demo portal's own texts."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from archive.settings import Home
from archive.store.db import open_engine, reading
from archive.store.models import Article, Capture
from archive.web.guard import POLICY
from archive.web.pages.texts.match import LONGEST
from archive.web.parts.frame import FRAME_POLICY
from tests.archive.web.pages.test_watch import linked
from tests.archive.web.room import client
from tests.portal.days import Demo


@pytest.fixture(scope="module")
def browser(demo_archive: Demo) -> Iterator[TestClient]:
    with client(Home(path=demo_archive.home, database=demo_archive.database)) as browser:
        yield browser


@pytest.fixture
def ids(demo_archive: Demo) -> dict[tuple[str, str], int]:
    """The numbers of the articles."""
    engine = open_engine(demo_archive.database)
    with reading(engine) as connection:
        found = {(row.site, row.native_id): row.id for row in connection.execute(select(Article.__table__))}
    engine.dispose()
    return found


def text_of(markup: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", markup))


def test_a_page_line_by_line(demo_archive: Demo, browser: TestClient, ids: dict[tuple[str, str], int]) -> None:
    one = next(one for one in demo_archive.world.publications if one.form == "mp2024" and len(one.lines) > 5)
    led = browser.get(f"/article/{ids[one.site, one.native_id]}/explain")
    assert led.status_code == 303
    answer = browser.get(led.headers["location"], headers={"accept-language": "en"})
    kept = re.findall(r'<li class="kept">.*?<span class="text">(.*?)</span>', answer.text, re.DOTALL)
    body = demo_archive.edited.get((one.site, one.native_id), one).body
    assert [unescape(line) for line in kept] == body.split("\n")
    assert answer.headers["content-security-policy"] == f"{POLICY}; frame-src 'self'"
    told = browser.get(led.headers["location"] + "?as=json").json()
    assert sum(line["kept"] and bool(line["text"]) for line in told["lines"]) == len(kept)
    assert all(line["rule"] in answer.text for line in told["lines"] if not line["kept"])


def test_the_captured_page_does_nothing(
    demo_archive: Demo, browser: TestClient, ids: dict[tuple[str, str], int]
) -> None:
    one = next(one for one in demo_archive.world.publications if one.form == "mp2024")
    page = browser.get(browser.get(f"/article/{ids[one.site, one.native_id]}/explain").headers["location"]).text
    [frame] = re.findall(r'<iframe sandbox referrerpolicy="no-referrer" src="([^"]+)"', page)
    answer = browser.get(frame)
    policy = answer.headers["content-security-policy"]
    assert policy == FRAME_POLICY
    assert policy.startswith("sandbox; default-src 'none'; ")
    assert "unsafe" not in policy
    assert not re.search(
        r"<(?:script|img|link|iframe|form|input|base|meta(?! charset))|\s(?:src|href|on\w+|style)=", answer.text
    )
    assert one.lines[0].text in text_of(answer.text)
    record = browser.get(f"{frame}/record")
    assert record.content[:2] == b"\x1f\x8b"
    assert record.headers["content-disposition"].startswith("attachment")
    assert record.headers["content-security-policy"] == POLICY


def test_pages_that_are_no_articles_are_explained_too(demo_archive: Demo, browser: TestClient) -> None:
    engine = open_engine(demo_archive.database)
    with reading(engine) as connection:
        numbers = connection.scalars(select(Capture.id).where(Capture.outcome.in_(("blocked", "gone", "list")))).all()
        lost = connection.scalars(select(Capture.id).where(Capture.warc_file.is_(None))).all()
    engine.dispose()
    for number in numbers[:4]:
        assert browser.get(f"/explain/{number}").status_code == 200
        assert browser.get(f"/captured/{number}").status_code == 200
    assert numbers
    for number in (*lost[:1], 10**6, 10**30):
        for path in (f"/explain/{number}", f"/captured/{number}", f"/captured/{number}/record"):
            assert browser.get(path).status_code == 404
    assert browser.get("/article/999999/explain").status_code == 404


def test_two_revisions(demo_archive: Demo, browser: TestClient, ids: dict[tuple[str, str], int]) -> None:
    for key, after in demo_archive.edited.items():
        before = next(one for one in demo_archive.world.publications if (one.site, one.native_id) == key)
        number = ids[key]
        for view in ("", "&view=sides"):
            page = browser.get(f"/diff?a={number}@1&b={number}{view}&whole=1").text
            page = page.partition('<div class="diff')[2].partition("<footer")[0]
            pieces = re.findall(r"<p>(.*?)</p>", page, re.DOTALL)
            old = [text_of(re.sub(r"<ins>.*?</ins>", "", one, flags=re.DOTALL)) for one in pieces]
            new = [text_of(re.sub(r"<del>.*?</del>", "", one, flags=re.DOTALL)) for one in pieces]
            if view:
                old, new = old[::2], new[1::2]
            assert [line for line in old if line] == [before.headline, *before.body.split("\n")]
            assert [line for line in new if line] == [after.headline, *after.body.split("\n")]
    folded = browser.get(f"/diff?a={number}@1&b={number}", headers={"accept-language": "en"}).text
    assert "paragraphs stayed</summary>" in folded
    told = browser.get(f"/diff?a={number}@1&b={number}&as=json").json()
    assert (told["before"]["name"], told["after"]["name"]) == (f"{number}@1", f"{number}@2")


def test_other_names_of_texts(browser: TestClient, ids: dict[tuple[str, str], int]) -> None:
    (site, native_id), number = next(iter(ids.items()))
    assert "完全相同" in browser.get(f"/diff?a={number}&b={site}:{native_id}").text
    capture = browser.get(f"/article/{number}/explain").headers["location"].rpartition("/")[2]
    assert "完全相同" in browser.get(f"/diff?a={number}&b=capture:{capture}").text
    assert browser.get("/diff").status_code == browser.get(f"/diff?a={number}").status_code == 200
    for query, status in (
        (f"a={number}@99&b={number}", 404),
        ("a=1&b=999999", 404),
        ("a=capture:999999&b=1", 404),
        ("a=1&b=" + "x" * 3_000, 400),
        (f"a={number}&b={number}&view=odd", 400),
        ("a=%00%FF&b=../../etc/passwd", 404),
    ):
        assert browser.get(f"/diff?{query}").status_code == status, query


def test_a_text_that_is_here(demo_archive: Demo, browser: TestClient, ids: dict[tuple[str, str], int]) -> None:
    one = next(one for one in demo_archive.world.publications if len(one.body) > 300)
    story = {ids[other.site, other.native_id] for other in demo_archive.world.clusters()[one.story]}
    page = browser.post("/match", data={"text": one.body.replace("\n", "\r\n")}).text
    assert 'class="tag filled">全同' in page
    assert linked(page)[0] in story
    told = browser.post("/match", data={"text": one.body, "as": "json"}).json()
    assert told["matches"][0]["article"] in story
    changed = one.body.replace("，", "，竟然", 1)
    page = browser.post("/match", data={"text": changed, "published_at": "2025-11-20"}).text
    assert "<ins>竟然</ins>" in page
    assert unescape(re.search(r"<textarea[^>]*>([^<]*)", page)[1]) == changed  # type: ignore[index]


def test_a_text_that_is_not(browser: TestClient) -> None:
    assert (
        "没有与它相关的文章"
        in browser.post("/match", data={"text": "从来没有人写过这样的一句话，今后也不会有。" * 3}).text
    )
    odd = browser.post("/match", data={"text": "<script>alert(1)</script>{{ 7*7 }}\u202e"}).text
    assert "<script" not in odd
    assert "{{ 7*7 }}" in odd
    assert "\u202e" not in odd
    for data in ({"text": " "}, {}, {"text": "字" * (LONGEST + 1)}, {"text": "一段文字", "published_at": "昨天"}):
        assert browser.post("/match", data=data).status_code == 400
    assert browser.post("/match", data={"text": "字" * 500_000}).status_code == 413
    assert browser.get("/match").status_code == 200
    assert json.loads(browser.post("/match", data={"text": "……", "as": "json"}).text)["reason"] == "no text"


def test_a_record_that_is_not_to_be_had(demo_copy: Demo) -> None:
    with client(Home(path=demo_copy.home, database=demo_copy.database)) as browser:
        number = browser.get("/article/1/explain").headers["location"].rpartition("/")[2]
        for file in (demo_copy.home / "warc").glob("*.warc.gz"):
            file.write_bytes(b"\x1f\x8b no longer a record")
        for path, status in (
            (f"/explain/{number}", 404),
            (f"/captured/{number}", 200),
            (f"/captured/{number}/record", 404),
        ):
            answer = browser.get(path)
            assert answer.status_code == status, path
            assert "Traceback" not in answer.text
        assert browser.get(f"/diff?a=1&b=capture:{number}").status_code in (400, 404)
