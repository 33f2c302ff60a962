"""Datasette, of both ages, and sqlite-utils, on the demo archive with our plugin."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from archive.query.search import Asked, search
from archive.store.db import open_engine, reading, writing
from tests.interop import run, there

pytestmark = pytest.mark.slow
ASK = Path(__file__).with_name("ask_datasette.py")


@pytest.fixture
def archive(demo_archive: Any, tmp_path: Path) -> Path:
    """A copy, one of whose articles is withdrawn."""
    path = tmp_path / "archive.db"
    shutil.copyfile(demo_archive.home / "archive.db", path)
    engine = open_engine(f"sqlite:///{path}")
    with writing(engine) as connection:
        connection.execute(text("UPDATE article SET withdrawn_at = '2025-12-01 00:00:00.000000' WHERE id = 40"))
    engine.dispose()
    return path


def queries(engine: Engine) -> list[str]:
    """200 searches, of all that the language has, for what is there and what is not."""
    pick = random.Random(13)
    with reading(engine) as connection:
        lines = [line for row in connection.execute(text("SELECT headline, body FROM article")) for line in row if line]

    def word() -> str:
        line = pick.choice(lines)
        start = pick.randrange(max(1, len(line) - 3))
        found = "".join(letter for letter in line[start : start + pick.choice((2, 2, 3, 4))] if letter.isalnum())
        return found or "稀土"

    forms = (
        word,
        lambda: f"{word()} {word()}",
        lambda: f"{word()} OR {word()}",
        lambda: f"{word()} -{word()}",
        lambda: f'"{word()}"',
        lambda: f"title:{word()}",
        lambda: f"site:{pick.choice(('netease', 'sohu', 'bendi'))} {word()}",
        lambda: f"({word()} OR {word()}) is:{pick.choice(('vanished', 'edited', 'copied', 'copy'))}",
        lambda: f"date:2025-{pick.choice(('10', '11', '12'))} {word()}",
        lambda: f"copies:>{pick.choice((0, 1, 3))}",
    )
    return ["", *(pick.choice(forms)() for _ in range(199))]


@pytest.mark.parametrize("environment", ["interop", "datasette"])
def test_it_finds_what_search_finds_and_hides_what_is_internal(archive: Path, environment: str) -> None:
    there(environment)
    engine = open_engine(f"sqlite:///{archive}")
    asked = queries(engine)
    with reading(engine) as connection:
        expected = [[hit.id for hit in search(connection, Asked(one), limit=1000).hits] for one in asked]
        copies = {hit.id for hit in search(connection, Asked("稀土", every_copy=True), limit=1000).hits}
    printed = run(environment, "python", ASK, archive, cwd=archive.parent, given=json.dumps(asked))
    told = json.loads(printed)
    assert told["hits"] == expected
    assert sum(map(bool, expected)) > 100
    assert [row[0] for row in told["search"]] == expected_of(engine, "稀土")
    assert {row[0] for row in told["found"]} == copies
    assert told["view"] == [[71]]
    for name in ("article", "capture", "revision", "link", "change", "cluster"):
        assert f'/archive/{name}"' in told["front"], name
    for name in ("dedup_text", "dedup_block", "frontier", "article_text", "recheck", "host", "alembic_version"):
        assert f'/archive/{name}"' not in told["front"], name
    assert told["internal"] == 403
    assert "Articles: one publication at one site a row" in told["article"]
    assert "the text in its original form, one block a line" in told["article"]
    assert 'href="/archive/article/40"' not in told["article"]
    assert 'href="/archive/article/' in told["change"]
    assert 'href="/archive/article/' in told["link"]
    assert "byte" in told["capture"]
    assert told["wrong"] == 400


def expected_of(engine: Engine, query: str) -> list[int]:
    with reading(engine) as connection:
        return [hit.id for hit in search(connection, Asked(query), limit=1000).hits]


def test_sqlite_utils_has_the_views_and_the_search(archive: Path) -> None:
    there("interop")
    statement = "SELECT a.id FROM json_each(jianbao_search('稀土')) hit JOIN articles a ON a.id = value ORDER BY key"
    printed = run("interop", "sqlite-utils", "query", archive, statement, cwd=archive.parent)
    assert [row["id"] for row in json.loads(printed)] == expected_of(open_engine(f"sqlite:///{archive}"), "稀土")
    other = archive.parent / "other.db"
    run("interop", "sqlite-utils", "query", other, "CREATE TABLE a (b)", cwd=archive.parent)
    assert run("interop", "sqlite-utils", "tables", other, cwd=archive.parent).strip() == '[{"table": "a"}]'
