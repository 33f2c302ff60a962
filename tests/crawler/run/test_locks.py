"""Who works on an archive, and who is dead: the moments in between, one after the other instead of by luck."""

import fcntl
import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text

from archive.errors import AlreadyRunning
from archive.settings import Home
from crawler.run import locks, run
from crawler.run.locks import lock_home
from crawler.run.recovery import recover
from crawler.run.run import Run, open_run
from tests.crawler.warc.test_writer import exchange, folder
from tests.permissions import bound_by_permissions


def home(path: Path, database: str | None = None) -> Home:
    return Home(path=path, database=database or f"sqlite:///{path / 'archive.db'}")


def states(url: str) -> list[str]:
    """How every run stands, in their order."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = list(connection.execute(text("SELECT state FROM crawl_run ORDER BY id")).scalars())
    engine.dispose()
    return found


def test_a_run_is_held_from_the_moment_that_it_can_be_seen(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another crawler starts right behind each commit of the first one's start."""
    others: list[Run] = []
    real = psycopg.Connection.commit
    waiting = True

    def commit(self: Any) -> None:
        nonlocal waiting
        real(self)
        if waiting and states(postgres_url):
            waiting = False
            others.append(open_run(home(tmp_path / "two", postgres_url), ["sohu"]))

    monkeypatch.setattr(psycopg.Connection, "commit", commit)
    first = open_run(home(tmp_path / "one", postgres_url), ["netease"])
    try:
        assert len(others) == 1
        assert states(postgres_url) == ["running", "running"]
    finally:
        for one in (first, *others):
            one.finish()
    assert states(postgres_url) == ["finished", "finished"]


def test_a_run_that_ends_while_another_looks_was_not_killed(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends between the look at its row and the look at its lock."""
    first = open_run(home(tmp_path / "one", postgres_url), ["netease"])
    real = locks.dead_runs

    def dead_runs(*args: Any) -> list[int]:
        first.finish()
        return real(*args)

    monkeypatch.setattr(run, "dead_runs", dead_runs)
    second = open_run(home(tmp_path / "two", postgres_url), ["sohu"])
    try:
        assert states(postgres_url) == ["finished", "running"]
    finally:
        second.finish()


def test_a_start_that_fails_holds_nothing(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it has its lock, while it takes it, and when it is to commit."""

    def fail(*args: Any) -> None:
        raise ZeroDivisionError

    def held_but_not_committed(*args: Any) -> Any:
        held = real(*args)
        monkeypatch.setattr(psycopg.Connection, "commit", fail)
        return held

    real = locks.hold_run
    for place, name, instead in (
        (run, "insert", fail),
        (locks, "_RUNS", None),
        (run, "hold_run", held_but_not_committed),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(place, name, instead)
            with pytest.raises((ZeroDivisionError, TypeError)):
                open_run(home(tmp_path / "one", postgres_url), ["netease"])
    monkeypatch.undo()
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        held = connection.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")).scalar_one()
    engine.dispose()
    assert held == 0
    open_run(home(tmp_path / "one", postgres_url), ["netease"]).finish()
    assert states(postgres_url) == ["finished"]


def _link(path: Path, to: Path) -> Path:
    path.symlink_to(to)
    return path


@pytest.mark.parametrize(
    "other",
    [
        lambda path: path / "one" / "archive.db",
        lambda path: _link(path / "same", path / "one") / "archive.db",
        lambda path: _link(path / "same.db", path / "one" / "archive.db"),
        lambda path: path / "two" / ".." / "one" / "archive.db",
    ],
    ids=["its path", "a link to its folder", "a link to it", "a roundabout path"],
)
@pytest.mark.parametrize("first", [True, False])
def test_one_sqlite_file_has_one_run_whichever_home_it_has(
    tmp_path: Path, other: Callable[[Path], Path], first: bool
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "one" / "archive.db").touch()
    both = [home(tmp_path / "one"), home(tmp_path / "two", f"sqlite:///{other(tmp_path)}")]
    holder, late = both if first else reversed(both)
    held = lock_home(holder, "crawl")
    with pytest.raises(AlreadyRunning, match="wait for it to end"):
        lock_home(late, "crawl")
    lock_home(late, "import").release()
    held.release()
    lock_home(late, "crawl").release()


@pytest.mark.parametrize("name", ["crawl.lock", "archive.db.crawl.lock"])
def test_a_lock_that_somebody_else_made_is_named_with_its_owner(tmp_path: Path, name: str) -> None:
    """As after root has run the crawler once."""
    lock_home(home(tmp_path), "crawl").release()
    (tmp_path / name).chmod(0o444)
    owner = pwd.getpwuid(os.getuid()).pw_name
    done = subprocess.run(
        [sys.executable, "-c", "from crawler.cli import main; main()", "--home", str(tmp_path), "crawl"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=bound_by_permissions,
    )
    assert done.returncode == 6
    assert done.stderr.startswith(f"jianbao: cannot write to {tmp_path / name}, which belongs to {owner}: ")
    assert done.stderr.count("\n") == 1
    assert "chown -R" in done.stderr


def test_databases_side_by_side_do_not_hold_each_other_up(tmp_path: Path) -> None:
    held = [lock_home(home(tmp_path / name, f"sqlite:///{tmp_path}/{name}.db"), "crawl") for name in ("one", "two")]
    for lock in held:
        lock.release()


def test_a_warc_file_is_held_from_the_moment_that_it_can_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run that shares the folder looks for what dead ones left, just when a file is begun."""
    other = open_run(home(tmp_path / "other"), ["netease"])
    (tmp_path / "other" / "warc").symlink_to(tmp_path / "warc")
    real = fcntl.flock

    def flock(file: Any, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", real)
        recover(other)
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    (tmp_path / "warc").mkdir()
    ours = folder(tmp_path / "warc")
    position = ours.write(exchange())
    assert fcntl.flock is real
    assert recover(other) == 0
    marker = tmp_path / "warc" / f"{position.file}.open"
    assert marker.exists(), "a killed run's file would not be looked at"
    ours.close()
    assert not marker.exists()
    other.finish()


@pytest.mark.parametrize("moment", ["open", "flock"])
def test_two_runs_that_share_a_folder_take_a_dead_ones_file_over_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The second is done with it just before the first opens the marker, or locks it."""
    (tmp_path / "warc").mkdir()
    both = []
    for name in ("one", "two"):
        both.append(open_run(home(tmp_path / name), ["netease"]))
        (tmp_path / name / "warc").symlink_to(tmp_path / "warc")
    dead = folder(tmp_path / "warc")
    dead.write(exchange())
    dead.close(settled=False)
    place, name = (Path, "open") if moment == "open" else (fcntl, "flock")
    real = getattr(place, name)

    def meanwhile(*args: Any) -> Any:
        monkeypatch.setattr(place, name, real)
        assert recover(both[1]) == 1
        return real(*args)

    monkeypatch.setattr(place, name, meanwhile)
    assert recover(both[0]) == 0
    assert not list((tmp_path / "warc").glob("*.open"))
    for one in both:
        assert one.fatal is None
        one.finish()


def test_a_marker_without_a_file_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the marker and the file."""

    def killed(*args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, suppress(KeyboardInterrupt):
        patched.setattr(fcntl, "flock", killed)
        folder(tmp_path / "home" / "warc").write(exchange())
    assert len(list((tmp_path / "home" / "warc").iterdir())) == 1
    one = open_run(home(tmp_path / "home"), ["netease"])
    assert recover(one) == 0
    assert list((tmp_path / "home" / "warc").iterdir()) == []
    assert one.finish() is None
