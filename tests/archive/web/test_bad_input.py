"""What nobody can answer, on both databases: a clear line with the right status, in pages, in the API and in commands;
never a traceback, and never an answer that is made up."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine
from starlette.testclient import TestClient

from archive.settings import Home
from archive.store.db import opened
from crawler.cli import main
from crawler.upkeep.rebuild.beside import beside
from tests.archive.make import article, store, told
from tests.archive.web.room import client

HALF, BYTE = "%ED%A0%80", "\udc80"
"""Half of a character as an address has it, and as the shell hands in a byte that is none of a character."""
LARGE = "9" * 5_000
REFUSED = (
    "(",
    '"稀土',
    "稀土 AND",
    "date:9999999",
    "date:2022-13",
    "is:foo",
    "copies:>x",
    "relation:x",
    "稀\0土",
    "title:\0",
)
LONG = (
    "(" * 500 + "稀土" + ")" * 500,
    "-" * 3_000 + "稀土",
    " ".join(f"w{n}" for n in range(700)),
    f"copies:{LARGE[:3_000]}",
    "稀" * 4_001,
    "稀" * 6_000,
)
PATHS = (
    *("/search?query_id=a%00", "/diff?a=a%00&b=a%00", "/diff?a=1@99&b=1", "/diff?a=a%00:&b=1"),
    *("/api/bisect?article=a%00&sentence=x", "/api/search?query_id=a%00", "/api/search?cursor=x"),
    *(f"/article/{LARGE}", f"/story/{LARGE}", f"/api/articles/{LARGE}", f"/api/runs/{LARGE}"),
    *("/article/99", "/api/stories/99", f"/article/{LARGE[:30]}", "/explain?id=capture:99"),
    *("/gone?since=9999999", "/api/changes?since=x"),
)
COMMANDS = {
    ("search", BYTE + "稀土"): 2,
    ("search", "--site", BYTE, "稀土"): 2,
    ("search", "--since", "9999999", "稀土"): 2,
    ("export", "--query", BYTE, "--to", "-"): 2,
    ("saved", "add", "x", BYTE): 2,
    ("sql", f"SELECT '{BYTE}'"): 2,
    ("explain", LARGE): 2,
    ("import", LARGE): 2,
    ("show", LARGE): 9,
    ("show", f"1@{LARGE}"): 9,
}


@pytest.fixture
def home(engine: Engine, database_url: str, tmp_path: Path) -> Home:
    store(engine, told(article("a:1", "稀土的价格上涨。")))
    return Home(path=tmp_path / "home", database=database_url)


def test_pages_and_the_api(home: Home) -> None:
    with client(home) as browser:
        for text in (*REFUSED, *LONG):
            for path in ("/search", "/api/search", "/api/facets", "/search.jsonl", "/feed.atom"):
                _refused(browser, f"{path}?q={quote(text)}")
        for path in PATHS:
            _refused(browser, path)
        # A browser's own reading of bytes that are no text.
        assert browser.get(f"/search?q={HALF}").status_code in (200, 400)
        assert browser.get("/search?q=" + quote("稀土")).status_code == 200


def _refused(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code in (400, 404, 414), (path[:80], answer.status_code, answer.text[:300])
    assert "Traceback" not in answer.text


def test_commands(home: Home) -> None:
    for words, code in COMMANDS.items():
        done = CliRunner().invoke(main, ["--home", str(home.path), "--database", home.database, *words])
        assert done.exit_code == code, (words[:2], done.output[:300], done.exception)
        assert done.stderr.startswith(("jianbao: ", "Usage: ")), words[:2]
        assert done.stdout == ""


@pytest.mark.own_database
def test_the_archive_is_made_anew_under_the_pages(postgres_url: str, tmp_path: Path) -> None:
    """On PostgreSQL its tables change places while connections know the old ones; a file that does is in test_frame."""
    with opened(postgres_url) as engine:
        store(engine, told(article("a:1", "稀土的价格上涨。")))
    paths = ("/search?q=稀土", "/api/search?q=稀土", "/api/facets?q=稀土", "/article/1", "/changes", "/api/stats")
    home = Home(path=tmp_path / "home", database=postgres_url)
    with client(home) as browser:
        for _ in range(6):  # often enough for the driver to prepare its statements
            assert {browser.get(path).status_code for path in paths} == {200}
        new = beside(home)
        new.prepare()
        with opened(new.url, create=True) as engine:
            store(
                engine, told(article("b:1", "石油的价格下跌。")), told(article("b:2", "又一条稀土消息，说的是别的事。"))
            )
        new.swap(None, datetime(2026, 1, 1, tzinfo=UTC), discard=True)
        assert {browser.get(path).status_code for path in paths} == {200}
        assert [hit["native_id"] for hit in browser.get("/api/search?q=稀土").json()["hits"]] == ["b:2"]
