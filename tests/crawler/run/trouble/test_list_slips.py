"""Slips of lists, in this process: whatever one walk did not see, the next one asks for."""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from crawler.demo.server import Answer, text
from tests.crawler.run.trouble.night import Nights


@pytest.fixture
def nights(tmp_path: Path, sqlite_template: Path) -> Nights:
    shutil.copyfile(sqlite_template, tmp_path / "archive.db")
    return Nights(tmp_path)


def feed(*numbers: int) -> Answer:
    """A page of a Sohu feed that names these articles."""
    entries = [{"id": 749_000_000 + number, "authorId": 100_001, "title": f"第{number}条"} for number in numbers]
    return Answer(200, json.dumps(entries, ensure_ascii=False).encode(), "application/json")


def ids(*numbers: int) -> set[str]:
    return {f"a:{749_000_000 + number}" for number in numbers}


PAGES = (feed(1, 2), feed(3, 4), feed(5, 6))
SLIPS = {
    "nothing": Answer(200, b"[]", "application/json"),
    "an object": Answer(200, b'{"code":500,"data":null}', "application/json"),
    "empty": Answer(200, b""),
    "null": Answer(200, b"null", "application/json"),
    "a page": text("<html><title>校园网认证</title><h1>请登录</h1></html>"),
    "maintenance": text("<html><p>系统维护中</p></html>"),
    "forbidden": Answer(403, b""),
    "for legal reasons": Answer(451, b""),
    "busy": Answer(503, b""),
    "no route": Answer(522, b""),
    "a part": Answer(206, b"[]"),
    "a redirect to nowhere": Answer(302, b""),
    "packed and not said": Answer(200, gzip.compress(b"[]")),
    "torn": Answer(200, gzip.compress(PAGES[1].body)[:-12], headers=(("Content-Encoding", "gzip"),)),
    "short": Answer(200, PAGES[1].body[:-1], "application/json", headers=(("Content-Length", "4000"),)),
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("page", [1, 2])
def test_what_one_walk_missed_the_next_one_sees(nights: Nights, slip: str, page: int) -> None:
    if page == 2 and slip == "nothing":
        return  # so lists end
    answers = [*PAGES[: page - 1], SLIPS[slip], *PAGES[page:]]
    asked, _ = nights.walk("news", answers)
    assert asked >= page
    assert nights.code == 3, "it is said"
    again, named = nights.walk("news", PAGES)
    assert (again, nights.code) == (3, 0), "all of it is walked again, though page 1 has nothing new"
    assert named == ids(1, 2, 3, 4, 5, 6)
    assert nights.walk("news", PAGES)[0] == 1, "and then no more than is new"
