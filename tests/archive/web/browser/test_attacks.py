"""Forty attacks in every field, in Chromium: none runs, none asks anybody, none leads away."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from archive.settings import Home
from tests.archive.web.attacks import attacked
from tests.archive.web.browser.conftest import Elsewhere, seated

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
