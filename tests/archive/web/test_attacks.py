"""Whatever strangers wrote into whatever field, a page has no element, attribute or address of theirs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from lxml import etree, html
from sqlalchemy import Engine
from starlette.testclient import TestClient

from archive.settings import Home
from tests.archive.web.attacks import ATTACKS, attacked
from tests.archive.web.room import TOKEN, client

pytestmark = pytest.mark.slow

ELEMENTS = set(
    "html head meta title link body a header svg rect text line circle path g polyline polygon form label "
    "input button p nav ul ol li main h1 h2 h3 h4 h5 h6 div span section article aside footer figure "
    "figcaption dl dt dd details summary time mark b table caption thead tbody tr th td code pre "
    "blockquote ins del small textarea select option fieldset legend br hr iframe tspan datalist dfn abbr strong "
    "em cite sub sup kbd samp u s i wbr".split()
)
ADDRESSES = ("href", "src", "action", "formaction")


@pytest.fixture
def room(database_url: str, engine: Engine, tmp_path: Path) -> Iterator[tuple[TestClient, list[int]]]:
    ids = attacked(engine)
    with client(Home(path=tmp_path / "home", database=database_url), token=TOKEN) as browser:
        browser.post("/token", data={"token": TOKEN})
        yield browser, ids


def problems(page: str) -> list[str]:
    """What of a page nobody of us wrote."""
    found = []
    tree: Any = html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))
    for element in tree.iter():
        if not isinstance(element.tag, str):
            found.append(f"comment or instruction: {element!r}")
            continue
        if element.tag not in ELEMENTS:
            found.append(f"<{element.tag}>")
        for name, value in element.attrib.items():
            if name.startswith("on") or name in ("style", "srcdoc", "http-equiv"):
                found.append(f"{element.tag} {name}")
            if name in ADDRESSES and urlsplit(value).scheme not in ("", "http", "https", "mailto"):
                found.append(f"{element.tag} {name}={value[:60]}")
            if name in ("src", "action", "formaction") and (urlsplit(value).netloc or value.startswith("//")):
                found.append(f"{element.tag} {name}={value[:60]}")
    loose = [char for char in page if char in "\u202e\u202c\u2066\u2069\u200f\u2028\u2029\x1b\x07\x9b\x08"]
    return found + [f"control {char!r}" for char in loose]


def test_no_page_has_anything_of_theirs(room: tuple[TestClient, list[int]], engine: Engine) -> None:
    browser, ids = room
    lists = ["/", "/search", "/search?q=%E7%A8%80%E5%9C%9F&all=1", "/saved", "/changes?since=2025-01-01", "/gone"]
    lists += ["/flows", "/runs", "/runs/1", "/alarms", "/api", "/match", "/search?q=%3Cscript%3E", "/search?q=%22"]
    # The templates are the same on both databases: the second one sees that the queries are.
    every = 1 if engine.dialect.name == "sqlite" else 13
    lists += [f"/search?q={quote(attack)}" for attack in ATTACKS[::every]]
    for key, attack in list(zip(ids, ATTACKS, strict=True))[::every]:
        name = quote(attack.replace("\x00", ""))
        lists += [f"/article/{key}", f"/article/{key}?revision=1", f"/story/{key}", f"/desk/{key}"]
        lists += [f"/source?name={name}", f"/diff?a={key}%401&b={key}", f"/search?cursor={name}", f"/{name[:100]}"]
    for path in lists:
        answer = browser.get(path)
        assert answer.status_code in (200, 400, 404), (path, answer.status_code)
        assert problems(answer.text) == [], path
        assert "set-cookie" not in answer.headers


def test_feeds_and_files_are_well_formed(room: tuple[TestClient, list[int]]) -> None:
    browser, ids = room
    feed = etree.fromstring(browser.get("/feed.atom?all=1").content, parser=etree.XMLParser(resolve_entities=False))
    entries: Any = feed.findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) == len(ids)
    links = [link.get("href") for entry in entries for link in entry.iter("{http://www.w3.org/2005/Atom}link")]
    assert all(urlsplit(link).scheme == "http" for link in links)
    for form in ("jsonl", "csv", "parquet"):
        assert browser.get(f"/search.{form}?all=1").status_code == 200
    [saved] = browser.get("/api/saved").json()
    assert saved["at"] == "2025-03-01T12:00:00+08:00"
    for key in ids:
        for path in (f"/api/articles/{key}", f"/api/articles/{key}/history", f"/api/stories/{key}"):
            assert browser.get(path).json()
