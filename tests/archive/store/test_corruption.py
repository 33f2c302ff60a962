"""Kinds of damage to a SQLite file: each is one clear line from whatever meets it, and `db check` meets every one that
can be met."""

import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.store.db import opened
from crawler.cli import main
from tests.archive.make import article, store, told

PAGE = 4096
COMMANDS = (["search", "稀土"], ["stats"], ["show", "3"], ["stats", "--json"], ["runs"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of some hundred pages."""
    path = tmp_path_factory.mktemp("whole") / "archive.db"
    with opened(f"sqlite:///{path}", create=True) as engine:
        store(engine, *(told(article(f"a:{n}", f"第{n}条新闻，说的是第{n}件事，稀土。")) for n in range(120)))
    return path


def over(data: bytes, start: int, new: bytes) -> bytes:
    return data[:start] + new + data[start + len(new) :]


def root(name: str) -> Callable[[bytes, Path], bytes]:
    """The first page of a table or an index is written over."""

    def damage(data: bytes, path: Path) -> bytes:
        with closing(sqlite3.connect(path)) as connection:
            [page] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        return over(data, (page - 1) * PAGE, b"\xa5" * PAGE)

    return damage


KINDS: dict[str, Callable[[bytes, Path], bytes]] = {
    "header of zeros": lambda data, _: over(data, 0, bytes(100)),
    "header of something else": lambda data, _: over(data, 0, b"garbage!" * 13),
    "cut in half": lambda data, _: data[: len(data) // 2],
    "cut within the last page": lambda data, _: data[:-1000],
    "without its last page": lambda data, _: data[:-PAGE],
    "pages of zeros within": lambda data, _: over(data, len(data) // PAGE // 3 * PAGE, bytes(8 * PAGE)),
    "the schema": lambda data, _: over(data, 100, b"\xa5" * 3900),
    "the articles": root("article"),
    "an index": root("ix_article_site_native_id"),
    "an index that no reader needs": root("ix_frontier_site_native_id"),
    "the full text": root("article_text_data"),
    "the schema's version": root("alembic_version"),
    "a text": lambda *_: "这不是数据库。".encode() * 1000,
    "packed": lambda data, _: gzip.compress(data),
}


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_one_line(whole: Path, tmp_path: Path, kind: str) -> None:
    (tmp_path / "archive.db").write_bytes(KINDS[kind](whole.read_bytes(), whole))
    check, *others = [
        CliRunner().invoke(main, ["--home", str(tmp_path), *words]) for words in (["db", "check"], *COMMANDS)
    ]
    assert check.exit_code == 4
    assert any(sign in check.output for sign in ("is damaged", "not a readable SQLite database"))
    assert check.output.count("\n") == 1
    for done in others:
        assert done.exit_code in (0, 4), done.output
        assert isinstance(done.exception, SystemExit | None)
        if done.exit_code:
            assert "archive.db is not a readable SQLite database" in done.output
            assert done.output.count("\n") == 1


def test_bytes_behind_the_end_are_no_damage(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(whole.read_bytes() + b"\xff" * 3 * PAGE)
    for words in (["db", "check"], *COMMANDS):
        assert CliRunner().invoke(main, ["--home", str(tmp_path), *words]).exit_code == 0


@pytest.mark.parametrize("torn", [b"", b"\xff" * 100, b"\x37\x7f\x06\x82" + bytes(5000)])
def test_a_log_of_nothing_is_passed_over(whole: Path, tmp_path: Path, torn: bytes) -> None:
    """What stands in no whole frame of the log was never committed."""
    (tmp_path / "archive.db").write_bytes(whole.read_bytes())
    (tmp_path / "archive.db-wal").write_bytes(torn)
    for words in (["db", "check"], ["show", "3"]):
        assert CliRunner().invoke(main, ["--home", str(tmp_path), *words]).exit_code == 0
