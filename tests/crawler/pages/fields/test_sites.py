"""Fields of pages in the shapes of many sites: invented, none a real page, with the markup that such sites use.

In `sites/NAME.html`, `{{BODY}}`, `{{NAV}}`, `{{SIDE}}` and `{{FOOT}}` stand for what all of them have around the
fields; `NAME.json` says what the page shows, and at which precision.
`_not_right.txt` names the pages that do not come out right yet, one a line; one that begins to must leave it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from archive.times import show_time
from crawler.pages.page import Page
from tests.crawler.pages.read import extract

SITES = Path(__file__).parent / "sites"
PARTS = {name: (SITES / f"_{name.lower()}.txt").read_text(encoding="utf-8") for name in ("NAV", "BODY", "SIDE", "FOOT")}
FIELDS = ("headline", "published_at", "source_name", "authors", "editor", "location")
NAMES = sorted(path.stem for path in SITES.glob("*.html"))


def read(name: str) -> Page:
    text = (SITES / f"{name}.html").read_text(encoding="utf-8")
    for part, html in PARTS.items():
        text = text.replace("{{" + part + "}}", html)
    return extract(text.encode(), url="https://news.example/2023/0510/1.html", content_type="text/html; charset=utf-8")


def found(page: Page) -> dict[str, Any]:
    values = {name: getattr(page, name) for name in FIELDS}
    values["published_at"] = show_time(page.published_at, page.published_precision)
    values["authors"] = list(page.authors)
    return values


NOT_RIGHT = frozenset((SITES / "_not_right.txt").read_text(encoding="utf-8").split())


def _parameter(name: str) -> object:
    return pytest.param(name, marks=[pytest.mark.xfail(reason="not right yet")] if name in NOT_RIGHT else [])


@pytest.mark.parametrize("name", [_parameter(name) for name in NAMES])
def test_fields(name: str) -> None:
    wanted: dict[str, Any] = dict.fromkeys(FIELDS) | json.loads((SITES / f"{name}.json").read_text(encoding="utf-8"))
    assert found(read(name)) == wanted


def test_the_list_names_sites() -> None:
    assert set(NAMES) >= NOT_RIGHT
