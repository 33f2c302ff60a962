"""Who works on an archive, and who is dead: the moments in between, one after the other instead of by luck."""

import fcntl
import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text

from archive.errors import AlreadyRunning
from archive.settings import Home
from crawler.run import frontier, run
from crawler.run.extraction import Extraction
from crawler.run.locks import beat, lock_home
from crawler.run.politeness import hosts
from crawler.run.reading.asked import Claim
from crawler.run.recovery import recover
from crawler.run.run import Run, open_run
from tests.crawler.warc.test_writer import exchange, folder
from tests.permissions import bound_by_permissions
from tests.postgres import Server


def home(path: Path, database: str | None = None) -> Home:
    return Home(path=path, database=database or f"sqlite:///{path / 'archive.db'}")


def states(url: str) -> list[str]:
    """How every run stands, in their order."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = list(connection.execute(text("SELECT state FROM crawl_run ORDER BY id")).scalars())
    engine.dispose()
    return found


def run_sql(url: str, statement: str, **values: Any) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


def fall_silent(url: str, seconds: int) -> None:
    """Every run was last heard of so long ago."""
    run_sql(url, f"UPDATE crawl_run SET beat_at = clock_timestamp() - interval '{seconds} seconds'")


def test_a_start_that_fails_leaves_nothing(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before its row is made, and when it is to commit."""

    def fail(*args: Any) -> None:
        raise ZeroDivisionError

    for place, name in ((run, "insert"), (psycopg.Connection, "commit")):
        with monkeypatch.context() as patched:
            patched.setattr(place, name, fail)
            with pytest.raises(ZeroDivisionError):
                open_run(home(tmp_path / "one", postgres_url), ["netease"])
    assert states(postgres_url) == []
    open_run(home(tmp_path / "one", postgres_url), ["netease"]).finish()
    assert states(postgres_url) == ["finished"]


def test_a_run_lives_whatever_becomes_of_its_connections(
    postgres_server: Server, postgres_url: str, tmp_path: Path
) -> None:
    """All of them are dropped; the next crawler does not take over what it has in hand."""
    first = open_run(home(tmp_path / "one", postgres_url), ["netease"])
    claim_one(first)
    drop_connections(postgres_server)
    second = open_run(home(tmp_path / "two", postgres_url), ["netease"])
    try:
        assert states(postgres_url) == ["running", "running"]
        assert claim_one(second) == []
        settle_it(first)
    finally:
        first.finish()
        second.finish()
    assert states(postgres_url) == ["finished", "finished"]


@pytest.mark.parametrize(("silent", "buried"), [(0, False), (50, False), (61, True), (3600, True)])
def test_a_run_is_dead_that_says_nothing_for_a_minute(
    postgres_url: str, tmp_path: Path, silent: int, buried: bool
) -> None:
    first = open_run(home(tmp_path / "one", postgres_url), ["netease"])
    claim_one(first)
    fall_silent(postgres_url, silent)
    second = open_run(home(tmp_path / "two", postgres_url), ["netease"])
    try:
        assert states(postgres_url) == ["killed" if buried else "running", "running"]
        assert bool(claim_one(second)) is buried
    finally:
        first.finish()
        second.finish()


def test_a_buried_run_can_settle_nothing(postgres_url: str, tmp_path: Path) -> None:
    """It slept; another has its work now, and it may not even say how it ended."""
    first = open_run(home(tmp_path / "one", postgres_url), ["netease"])
    [ours] = claim_one(first)
    fall_silent(postgres_url, 100)
    second = open_run(home(tmp_path / "two", postgres_url), ["netease"])
    assert [one.id for one in claim_one(second)] == [ours.id]
    beat(first.engine, first.run_id, first.worker)
    with pytest.raises(AlreadyRunning, match="another crawler took over"):
        settle_it(first)
    ended = first.finish()
    assert isinstance(ended, AlreadyRunning)
    assert states(postgres_url) == ["killed", "running"]
    with second.step() as (connection, _):
        assert frontier.waiting(connection, "netease", "D1") is not None
    second.finish()
    assert states(postgres_url) == ["killed", "finished"]


def test_a_beat_keeps_the_leases(postgres_url: str, tmp_path: Path) -> None:
    first = open_run(home(tmp_path / "one", postgres_url), ["netease"])
    claim_one(first)
    run_sql(postgres_url, "UPDATE frontier SET leased_until = clock_timestamp() - interval '1 hour'")
    beat(first.engine, first.run_id, first.worker)
    second = open_run(home(tmp_path / "two", postgres_url), ["netease"])
    assert claim_one(second) == []
    first.finish()
    second.finish()


def test_the_next_run_of_a_home_knows_that_the_last_one_is_dead(postgres_url: str, tmp_path: Path) -> None:
    """Killed a moment ago: the lock file says which it was, whatever else runs on the database."""
    other = open_run(home(tmp_path / "two", postgres_url), ["sohu"])
    first = open_run(home(tmp_path / "one", postgres_url), ["netease"])
    first.heart.stop()
    first.lock.release()
    again = open_run(home(tmp_path / "one", postgres_url), ["netease"])
    assert states(postgres_url) == ["running", "killed", "running"]
    for one in (other, again):
        one.finish()
    first.engine.dispose()


def test_the_turns_of_a_dead_run_are_over(postgres_url: str, tmp_path: Path) -> None:
    first = open_run(home(tmp_path / "one", postgres_url), ["netease"])
    with first.step() as (connection, _):
        assert not hosts.take(connection, "www.163.com", first.worker, 0.5, timedelta(seconds=30))[1]
    fall_silent(postgres_url, 100)
    second = open_run(home(tmp_path / "two", postgres_url), ["netease"])
    with second.step() as (connection, _):
        later = hosts.clock(connection) + timedelta(seconds=1)
        assert not hosts.take(connection, "www.163.com", second.worker, 0.5, timedelta(seconds=30), later)[1]
    first.finish()
    second.finish()


def take_over(one: Run) -> int:
    """What a run takes up of what killed ones left behind."""
    with Extraction() as extraction:
        return recover(one, extraction)


def claim_one(one: Run) -> list[Claim]:
    """Offer one address, and claim what is due."""
    now = datetime.now(UTC)
    with one.step() as (connection, _):
        frontier.offer(connection, "netease", [("D1", "https://www.163.com/1")], now)
        return frontier.claim(connection, "netease", one.worker, 8, now)


def settle_it(one: Run) -> None:
    with one.step() as (connection, counts):
        counts.new += 1
        found = frontier.waiting(connection, "netease", "D1")
        assert found is not None
        assert frontier.settle(connection, found, "done", "article")


def drop_connections(server: Server) -> None:
    engine = create_engine(server.url(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'jianbao'")
        )
    engine.dispose()


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


@pytest.mark.slow
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
        take_over(other)
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    (tmp_path / "warc").mkdir()
    ours = folder(tmp_path / "warc")
    position = ours.write(exchange())
    assert fcntl.flock is real
    assert take_over(other) == 0
    marker = tmp_path / "warc" / f"{position.file}.open"
    assert marker.exists(), "a killed run's file would not be looked at"
    ours.close()
    assert not marker.exists()
    other.finish()


@pytest.mark.slow
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
        assert take_over(both[1]) == 1
        return real(*args)

    monkeypatch.setattr(place, name, meanwhile)
    assert take_over(both[0]) == 0
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
    assert take_over(one) == 0
    assert list((tmp_path / "home" / "warc").iterdir()) == []
    assert one.finish() is None


@pytest.mark.parametrize("whole", [1, 0])
def test_of_a_days_file_only_what_a_killed_run_wrote_is_looked_through(tmp_path: Path, whole: int) -> None:
    """Several runs write on it: what stood there before is neither read again nor cut off."""
    warc = tmp_path / "home" / "warc"
    first = folder(warc)
    path = warc / first.write(exchange(1)).file
    first.close()
    dead = folder(warc)
    sizes = [path.stat().st_size]
    for number in range(1 + whole):  # the second writer's own header counts as one
        if number:
            assert dead.write(exchange(2)).file == path.name
        else:
            dead._rotate("20260304")
        sizes.append(path.stat().st_size)
    dead.close(settled=False)
    with path.open("ab") as stream:
        stream.write(b"\x1f\x8b\x08\0torn")
    one = open_run(home(tmp_path / "home"), ["netease"])
    assert take_over(one) == whole, "the first record was its own run's to store"
    assert path.stat().st_size == sizes[-1]
    assert not list(warc.glob("*.open"))
    one.finish()
