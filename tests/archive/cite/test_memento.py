"""What an address showed when (RFC 7089), and how what is read here is cited."""

import gzip
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from attrs import evolve
from starlette.testclient import TestClient

from archive.people.withdrawals import restore, withdraw
from archive.settings import Home
from archive.store.db import open_engine, writing
from crawler.warc.writer import Repeats
from tests.archive.web.room import client
from tests.crawler.upkeep.conftest import _made  # noqa: F401 - a fixture
from tests.crawler.upkeep.small import BEGIN, Small, exchange
from tests.crawler.warc.odd import Odd, record, url

AT = [f"2025110100{minute:02}00" for minute in (1, 31, 51)]
DATES = [f"Sat, 01 Nov 2025 00:{minute:02}:00 GMT" for minute in (1, 31, 51)]
BASE = "http://localhost"


def opened(folder: Path) -> Small:
    """An archive that stands there."""
    database = f"sqlite:///{folder / 'archive.db'}"
    return Small(Home(path=folder, database=database), open_engine(database))


@pytest.fixture(scope="module")
def made(_made: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:  # noqa: F811
    """An archive whose article 1 was looked at three times: as it was, the same again, and gone."""
    small = opened(Path(shutil.copytree(_made[0], tmp_path_factory.mktemp("memento") / "home")))
    same = Repeats(url=url(1), at=BEGIN.replace(minute=1), digest=_made[1][1].digest)
    small.write(exchange(1, later=30, repeats=same))
    small.write(evolve(exchange(1, ["没有这篇文章。"], later=50), status=404))
    small.take_in()
    yield small
    small.engine.dispose()


@pytest.fixture(scope="module")
def browser(made: Small) -> Iterator[TestClient]:
    """In front of that archive, for tests that only read."""
    with client(made.home) as browser:
        yield browser


@pytest.fixture
def looked(made: Small, tmp_path: Path) -> Iterator[Small]:
    """A copy of it, for a test that writes."""
    small = opened(Path(shutil.copytree(made.home.path, tmp_path / "home")))
    yield small
    small.engine.dispose()


@pytest.fixture
def own(looked: Small) -> Iterator[TestClient]:
    """In front of the copy."""
    with client(looked.home) as browser:
        yield browser


def memento(place: int, number: int = 1) -> str:
    return f"{BASE}/memento/{AT[place]}/{quote(url(number), safe='/')}"


def links(value: str) -> dict[str, str]:
    """Links by what they are."""
    return {rel: target for target, rel in re.findall(r'<([^>]+)>; rel="([^"]+)"', value)}


def test_a_time_gate_leads_to_the_closest(browser: TestClient) -> None:
    for asked, place in (
        (None, 2),
        ("Wed, 01 Jan 2020 00:00:00 GMT", 0),
        (DATES[0], 0),
        ("Sat, 01 Nov 2025 00:15:00 GMT", 0),
        ("Sat, 01 Nov 2025 00:17:00 GMT", 1),
        ("Fri, 01 Jan 2038 00:00:00 GMT", 2),
    ):
        answer = browser.get(f"/timegate/{url(1)}", headers={"accept-datetime": asked} if asked else {})
        assert (answer.status_code, answer.headers["location"]) == (302, memento(place)), asked
        assert "accept-datetime" in answer.headers["vary"]
        told = links(answer.headers["link"])
        assert told["original"] == url(1)
        assert told["timemap"] == f"{BASE}/timemap/link/{quote(url(1), safe='/')}"
    for wrong in ("2025-11-01", "yesterday", "Sat, 99 Nov 2025 00:15:00 GMT", "\xe9"):
        answer = browser.get(f"/timegate/{url(1)}", headers={"accept-datetime": wrong.encode("latin-1")})
        assert answer.status_code == 400
    assert browser.get(f"/timegate/{url(99)}").status_code == 404


@pytest.mark.parametrize(
    "written",
    [
        quote(url(1), safe=""),
        url(1).replace("https:", "http:"),
        url(1).replace("https://", ""),
        url(1).replace("https://", "https:/"),
        url(1).replace("news.example.cn", "NEWS.Example.cn"),
        f"{url(1)}#comments",
    ],
)
def test_an_address_may_be_written_so(browser: TestClient, written: str) -> None:
    assert browser.get(f"/timegate/{written}").headers["location"] == memento(2)


def test_a_time_map_has_every_capture(browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = browser.get(f"/timemap/link/{url(1)}")
    assert answer.headers["content-type"] == "application/link-format"
    found = re.findall(r'<([^>]+)>; rel="([a-z ]*memento)"; datetime="([^"]+)"', answer.text)
    assert found == [
        (memento(0), "first memento", DATES[0]),
        (memento(1), "memento", DATES[1]),
        (memento(2), "last memento", DATES[2]),
    ]
    assert f'rel="self"; type="application/link-format"; from="{DATES[0]}"; until="{DATES[2]}"' in answer.text
    assert links(answer.text)["timegate"] == f"{BASE}/timegate/{quote(url(1), safe='/')}"
    monkeypatch.setattr("archive.web.pages.memento.MOST", 2)
    first = browser.get(f"/timemap/link/{url(1)}").text
    assert (first.count("memento"), "last memento" in first) == (4, False)
    following = browser.get(links(first)["timemap"]).text
    assert re.findall(r'rel="([a-z ]*memento)"', following) == ["last memento"]
    assert browser.get(f"/timemap/link/{url(99)}").status_code == 404


def test_a_memento_is_the_page_inert_with_its_neighbours(browser: TestClient) -> None:
    first, again, gone = (browser.get(memento(place)) for place in range(3))
    assert (first.status_code, again.status_code, gone.status_code) == (200, 200, 404), "as the server answered"
    for place, answer in enumerate((first, again, gone)):
        assert answer.headers["memento-datetime"] == DATES[place]
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "水塔巡查第1号" in first.text
    assert first.text.partition("</p>")[2] == again.text.partition("</p>")[2], "one that repeats shows what it repeats"
    assert "没有这篇文章" in gone.text
    told = links(again.headers["link"])
    assert told["first prev memento"] == memento(0)
    assert told["memento"] == memento(1)
    assert told["next last memento"] == memento(2)
    assert told["timegate"] == f"{BASE}/timegate/{quote(url(1), safe='/')}"
    for near, place in (("2025", 0), ("20251101003000", 1), ("20991231235959", 2)):
        answer = browser.get(f"/memento/{near}/{url(1)}")
        assert (answer.status_code, answer.headers["location"]) == (302, memento(place))
        assert "memento-datetime" not in answer.headers
    for wrong in ("20251301000000", "today", "202", "2025110100310099"):
        assert browser.get(f"/memento/{wrong}/{url(1)}").status_code == 404
    head = browser.head(memento(0))
    assert (head.headers["memento-datetime"], head.content) == (DATES[0], b"")


def test_what_is_withdrawn_has_no_memento(looked: Small, own: TestClient) -> None:
    (number,) = {row[0] for row in looked.rows(f"SELECT id FROM article WHERE url = '{url(1)}'")}
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with writing(looked.engine) as connection:
        withdraw(connection, number, "法院判决", by="林", now=now)
    for path in (f"/timegate/{url(1)}", f"/timemap/link/{url(1)}", memento(0), memento(2)):
        assert own.get(path).status_code == 404, path
    with writing(looked.engine) as connection:
        restore(connection, number, by="林", now=now)
    assert own.get(memento(0)).status_code == 200


def test_what_is_not_to_be_had_says_so(looked: Small, own: TestClient) -> None:
    for path in looked.home.warc.iterdir():
        path.unlink()
    answer = own.get(memento(0))
    assert answer.status_code == 404
    assert "memento-datetime" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/timegate/https://a.cn/%0d%0aSet-Cookie:%20x=1",
        "/timegate/https://a.cn/%3E;%20rel=%22original%22",
        "/timegate/https://a.cn/%00%1b%ff",
        "/timemap/link/",
        "/timemap/link/%20",
        "/timegate/javascript:alert(1)",
        "/memento/20251101000100/https://" + "a" * 9000,
    ],
)
def test_hostile_addresses(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code in (400, 404)
    assert "set-cookie" not in answer.headers


def test_an_address_of_any_characters_stays_in_its_link(looked: Small, own: TestClient) -> None:
    odd = 'https://news.example.cn/2025/1.html?q="<b>\u4e2d{}|\\^`'
    path = looked.home.warc / "other.warc.gz"
    path.write_bytes(gzip.compress(record(60, Odd(address=odd, date="2025-11-01T01:00:00Z"))))
    looked.take_in(path)
    answer = own.get(f"/timegate/{quote(odd, safe='')}")
    told = links(answer.headers["link"])
    assert told["original"] == "https://news.example.cn/2025/1.html?q=%22%3Cb%3E%E4%B8%AD%7B%7D%7C%5C%5E%60"
    again = own.get(answer.headers["location"])
    assert again.headers["memento-datetime"] == "Sat, 01 Nov 2025 01:00:00 GMT"
    assert links(again.headers["link"])["original"] == told["original"]


def test_what_is_read_is_cited(made: Small, browser: TestClient) -> None:
    (number,) = {row[0] for row in made.rows(f"SELECT id FROM article WHERE url = '{url(1)}'")}
    page = browser.get(f"/article/{number}").text
    assert "望潮晚报. 水塔巡查第1号[EB/OL]. （2025-10-31）[" in page
    for form, kind, begin in (
        ("gbt7714", "text/plain; charset=utf-8", "望潮晚报. "),
        ("bibtex", "application/x-bibtex; charset=utf-8", "@misc{"),
        ("ris", "application/x-research-info-systems; charset=utf-8", "TY  - ELEC"),
        ("csl-json", "application/vnd.citationstyles.csl+json", "["),
    ):
        path = f"/article/{number}/cite/{form}"
        assert path in page
        answer = browser.get(path)
        assert (answer.headers["content-type"], answer.text.startswith(begin)) == (kind, True)
        told = browser.get(f"/api/articles/{number}/cite?style={form}").json()
        assert told["text"] == answer.text
        assert told["item"]["archive_location"] == memento(1)
    assert browser.get(memento(1)).status_code == 200, "where the citation leads"
    assert f"/article/{number}/cite/bibtex" in browser.get(f"/story/{number}").text
    assert browser.get(f"/article/{number}/cite/apa").status_code == 404
    assert browser.get("/article/99/cite/ris").status_code == 404
    assert browser.get(f"/article/{number}/cite/ris?revision=9").status_code == 404


def test_a_reading_room_that_is_not_public_keeps_them_back(looked: Small) -> None:
    with client(looked.home, token="0123456789abcdef" * 2, public=False) as browser:
        for path in (memento(0), f"/timemap/link/{url(1)}", "/article/1/cite/ris"):
            assert browser.get(path).status_code == 401


def test_behind_a_proxy_addresses_are_the_proxy_s(looked: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    with client(looked.home, root_path="/archive") as browser:
        assert browser.get(f"/archive/timegate/{url(1)}").headers["location"] == memento(2).replace(
            BASE, f"{BASE}/archive"
        )
    monkeypatch.setenv("JIANBAO_ADDRESS", "https://news.example.org/archive/")
    home = evolve(looked.home, settings=evolve(looked.home.settings, address="https://news.example.org/archive/"))
    with client(home, root_path="/archive") as browser:
        where = browser.get(f"/archive/timegate/{url(1)}").headers["location"]
    assert where == memento(2).replace(BASE, "https://news.example.org/archive")
    assert Path(where).name == "1.html"
