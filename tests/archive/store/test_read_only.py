"""An archive on which somebody may only look: reading commands work, writing ones say why not."""

import contextlib
import os
import pwd
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from archive.dedup.tables import Link
from archive.settings import resolve_home
from archive.store.db import opened, writing
from tests.archive.make import article, captured, store
from tests.crawler.warm import Warm
from tests.permissions import bound_by_permissions

pytestmark = pytest.mark.slow

BOUND = Warm(dict(os.environ), bound_by_permissions)
READS = (
    ("search", "稀土"),
    ("show", "1"),
    ("stats",),
    ("runs",),
    ("cluster", "show", "1"),
    ("show", "1", "--json"),
    ("db", "check"),
    ("export", "--full", "--to", "OUT"),
)


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return BOUND.run(["--home", str(home), *arguments], "", os.environ, home.parent, timeout=120)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An archive of two articles."""
    home = tmp_path / "home"
    with opened(resolve_home(str(home)).database, create=True) as engine:
        store(
            engine,
            captured(article("a:1", "稀土价格上涨，多家企业表示原料不足。")),
            captured(article("a:2", "天气。"), 1),
        )
    return home


@contextlib.contextmanager
def only_readable(home: Path) -> Iterator[None]:
    places = [home, *home.rglob("*")]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    try:
        yield
    finally:
        for place in places:
            place.chmod(0o755 if place.is_dir() else 0o644)


def answers(home: Path, out: Path) -> list[tuple[int, str, str]]:
    done = [run(home, *(str(out) if one == "OUT" else one for one in command)) for command in READS]
    return [(one.returncode, one.stdout, one.stderr) for one in done]


def test_who_may_only_read_reads_the_same(home: Path, tmp_path: Path) -> None:
    (home / "warc").mkdir()
    before = answers(home, tmp_path / "out")
    assert {code for code, _, _ in before} == {0}, before
    shutil.rmtree(tmp_path / "out")
    assert not list(home.glob("archive.db-*"))
    with only_readable(home):
        assert answers(home, tmp_path / "out") == before
        assert not list(home.glob("archive.db-*"))


def test_what_another_writes_meanwhile_is_read(home: Path) -> None:
    with opened(resolve_home(str(home)).database) as engine:
        store(engine, captured(article("a:3", "稀土又涨了。"), 2))
        assert (home / "archive.db-wal").stat().st_size > 0
        with only_readable(home):
            done = run(home, "search", "又涨")
    assert (done.returncode, done.stderr) == (0, "1 stories\n")
    assert "稀土【又涨】了" in done.stdout


def test_what_a_killed_writer_left_is_for_its_owner(home: Path, tmp_path: Path) -> None:
    with opened(resolve_home(str(home)).database) as engine:
        store(engine, captured(article("a:3", "稀土又涨了。"), 2))
        left = tmp_path / "left"
        left.mkdir()
        for name in ("archive.db", "archive.db-wal"):
            shutil.copy(home / name, left / name)
    with only_readable(left):
        done = run(left, "search", "又涨")
        assert done.returncode == 4, done.stderr
        assert "let its owner run `jianbao stats` once" in done.stderr
    assert run(left, "stats").returncode == 0
    with only_readable(left):
        assert "稀土【又涨】了" in run(left, "search", "又涨").stdout


@pytest.mark.parametrize("name", ["archive.db", "archive.db-wal", "archive.db-shm"])
def test_the_file_that_may_not_be_written_is_named_with_its_owner(home: Path, tmp_path: Path, name: str) -> None:
    """As after root's process was killed: what it left beside the database is root's."""
    (tmp_path / "new.jsonl").write_text('{"url": "https://clip.example/9", "body": "新的一条。"}\n', encoding="utf-8")
    left = tmp_path / "left"
    left.mkdir()
    with opened(resolve_home(str(home)).database) as engine:
        store(engine, captured(article("a:3", "稀土又涨了。"), 2))
        for one in home.glob("archive.db*"):
            shutil.copy(one, left / one.name)
    (left / "import.lock").touch()
    (left / "archive.db.import.lock").touch()
    (left / name).chmod(0o444)
    done = run(left, "import", str(tmp_path / "new.jsonl"))
    (left / name).chmod(0o755)
    assert done.returncode == 6, done.stderr
    owner = pwd.getpwuid(os.getuid()).pw_name
    assert done.stderr.startswith(f"jianbao: {left / name}, which belongs to {owner}, cannot be opened for writing")
    assert done.stderr.count("\n") == 1


def test_what_writes_says_why_not(home: Path, tmp_path: Path) -> None:
    (tmp_path / "new.jsonl").write_text('{"url": "https://clip.example/9", "headline": "新", "body": "新的一条。"}\n')
    writes = (("cluster", "merge", "1", "2"), ("import", str(tmp_path / "new.jsonl")), ("crawl",), ("recluster",))
    with opened(resolve_home(str(home)).database) as engine, writing(engine) as connection:
        # What a recluster takes away: where it finds all as it is, it writes nothing.
        connection.execute(
            insert(Link).values(
                article_id=2,
                other_id=1,
                relation="doubtful",
                marks=[],
                similarity=0.1,
                coverage=0.1,
                other_coverage=0.1,
                confidence=0.1,
                evidence={},
                at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        )
    with only_readable(home):
        for command in writes:
            done = run(home, *command)
            assert (done.returncode, done.stdout) == (6, ""), (command, done)
            assert done.stderr.endswith("check the folder's owner and permissions\n") or "--home" in done.stderr
            assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["x?y", "x%20y", "x#y", "x y", "x?mode=ro", "剪报", "a&b", "c:d"])
def test_a_home_may_have_any_name(tmp_path: Path, name: str) -> None:
    home = resolve_home(str(tmp_path / name))
    with opened(home.database, create=True) as engine:
        store(engine, captured(article("a:1", "稀土。")))
    assert [one.name for one in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "archive.db").is_file()
    with contextlib.closing(sqlite3.connect(tmp_path / name / "archive.db")) as connection:
        assert connection.execute("SELECT count(*) FROM article").fetchone() == (1,)
    with only_readable(tmp_path / name):
        assert "稀土" in run(tmp_path / name, "search", "稀土").stdout
