"""Forty attacks in every field, in Chromium: none runs, none asks anybody, none leads away."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from archive.people import tags
from archive.settings import Home
from archive.store.db import writing
from tests.archive.make import DAY, article, store, told
from tests.archive.web.attacks import ATTACKS, attacked
from tests.archive.web.browser.conftest import Elsewhere, seated
from tests.archive.web.hostile import captured_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow


def test_no_attack_runs(
    chromium: "Browser",
    elsewhere: Elsewhere,
    serve: Callable[[Home], str],
    sqlite_url: str,
    sqlite_engine: Engine,
    tmp_path: Path,
) -> None:
    ids = attacked(sqlite_engine)
    base = serve(Home(path=tmp_path / "home", database=sqlite_url))
    paths = ["/", "/search?all=1", "/changes?since=2025-01-01", "/runs/1", "/alarms", "/saved", f"/desk/{ids[0]}"]
    paths += [f"/article/{key}" for key in ids]
    paths += [f"/story/{key}" for key in ids[:40:5]]
    with seated(chromium, base, signed_in=True) as seat:
        for path in paths:
            assert seat.go(path) == 200, path
            assert seat.page.evaluate("window.ran") is None, path
            assert seat.page.url == base + path, "it leads away"
            assert seat.page.evaluate("document.querySelectorAll('script,iframe,img,base,object,embed').length") == 0
    assert seat.said == []
    assert elsewhere.by_pages == []


def test_a_word_without_an_end_makes_no_page_wider(
    chromium: "Browser", serve: Callable[[Home], str], sqlite_url: str, sqlite_engine: Engine, tmp_path: Path
) -> None:
    names = {"source_name": "Q" * 200, "account_name": "A" * 200, "location": "L" * 100, "editor": "E" * 200}
    words = {"headline": "H" * 300, "authors": ("W" * 200,), "keywords": ("K" * 200,), **names}
    [made] = store(sqlite_engine, told(article("n" * 120, "B" * 900, **words)))
    with writing(sqlite_engine) as connection:
        tags.add(connection, made.article_id, "T" * 60, by="P" * 100, now=DAY)
    number = made.article_id
    pages = ["/", "/search?all=1", f"/search?q={'w' * 60}+source:={'Q' * 200}", "/account?name=" + "A" * 200]
    pages += [f"/{name}/{number}" for name in ("article", "story", "desk")]
    pages += [f"/article/{number}/sentence?sentence=BBBB", "/source?name=" + "Q" * 200, f"/diff?a={number}&b={number}"]
    base = serve(Home(path=tmp_path / "home", database=sqlite_url))
    wide = []
    for width in (360, 1200):
        with seated(chromium, base, signed_in=True, viewport={"width": width, "height": 740}) as seat:
            wide += [(width, path[:30]) for path in pages if seat.go(path) != 200 or seat.is_wider]
    assert wide == []


def test_a_captured_page_does_nothing_in_its_frame(
    chromium: "Browser",
    elsewhere: Elsewhere,
    serve: Callable[[Home], str],
    sqlite_url: str,
    sqlite_engine: Engine,
    tmp_path: Path,
) -> None:
    """The attacks as a page of their own: beside what was read of it, and alone under its own address."""
    home = Home(path=tmp_path / "home", database=sqlite_url)
    page = "".join(f"<p>第{number}段：{attack}</p>" for number, attack in enumerate(ATTACKS))
    number = captured_page(sqlite_engine, home, f"<html><body><h1>标题</h1>{page}</body></html>".encode())
    base = serve(home)
    with seated(chromium, base) as seat:
        assert seat.go(f"/explain/{number}") == 200
        [frame] = seat.page.frames[1:]
        seat.page.wait_for_load_state("networkidle")
        assert frame.url == f"{base}/captured/{number}"
        assert "第0段" in frame.locator("body").inner_text()
        assert frame.evaluate("window.origin") == "null"
        for path in (f"/explain/{number}", f"/captured/{number}"):
            assert seat.go(path) == 200
            assert seat.page.url == base + path, "it leads away"
            assert seat.page.evaluate("window.ran") is None
            assert (
                seat.page.evaluate(
                    "document.querySelectorAll('script,img,base,object,embed,form[action^=http]').length"
                )
                == 0
            )
    assert seat.said == []
    assert elsewhere.by_pages == []
