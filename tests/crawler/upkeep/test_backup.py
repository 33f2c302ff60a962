"""A backup is a home of its own: one state, whole or not there, and what it is restored to verifies clean."""

import json
import os
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, create_engine, text

from archive.errors import AlreadyRunning, StorageError, UsageError
from archive.settings import Home
from archive.store.db import open_engine
from crawler.cli import main
from crawler.upkeep.backup import databases
from crawler.upkeep.backup import run as module
from crawler.upkeep.backup.manifest import read
from crawler.upkeep.backup.run import Backup, backups
from crawler.upkeep.verify.run import Verification
from crawler.warc.writer import Position
from tests.crawler.upkeep.small import BEGIN, Small, exchange, make, spoil
from tests.postgres import Server


def back_up(small: Small, folder: Path, hours: int = 0, keep: int | None = None) -> Backup:
    made = Backup(small.home, small.engine, folder, keep, now=lambda: BEGIN + timedelta(hours=hours))
    made.run()
    return made


def restored(folder: Path, home: Path) -> list[str]:
    """Copy a backup back as docs/backup.md says; what verify finds then."""
    subprocess.run(["cp", "-a", f"{folder}/.", home], check=True)
    url = f"sqlite:///{home / 'archive.db'}"
    engine = open_engine(url)
    found = [one.line for one in Verification(home=Home(path=home, database=url), engine=engine).run()]
    engine.dispose()
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def away(tmp_path: Path) -> Path:
    return tmp_path / "away"


def test_what_is_restored_is_the_archive(small: Small, away: Path, tmp_path: Path) -> None:
    (small.home.path / "jianbao.toml").write_text("# ours\n")
    made = back_up(small, away)
    home = tmp_path / "restored"
    home.mkdir()
    assert restored(made.made, home) == []
    ours, theirs = files(small.home.path), files(home)
    assert theirs.pop("backup.json")
    assert ours.pop("backup-made.json"), "for `jianbao health`"
    assert {name for name in ours if "lock" not in name and not name.startswith("archive.db")} == {
        name for name in theirs if not name.startswith("archive.db")
    }
    again = open_engine(f"sqlite:///{home / 'archive.db'}")
    query = "SELECT id, native_id, body, revision, cluster_id FROM article ORDER BY id"
    with again.connect() as connection:
        assert [tuple(row) for row in connection.execute(text(query))] == small.rows(query)
    again.dispose()
    assert sorted(path.name for path in away.iterdir()) == [".lock", "2025-11-01T000000Z"]


def test_only_what_is_new_is_copied(small: Small, places: list[Position], away: Path, tmp_path: Path) -> None:
    first = back_up(small, away)
    assert first.copied == 1
    name = places[0].file
    small.write(exchange(9))
    small.take_in()
    # A file that was touched and is the same is read, and not copied.
    os.utime(small.home.warc / name, times=(BEGIN.timestamp(),) * 2)
    second = back_up(small, away, 1)
    assert second.copied == 1
    assert (first.made / "warc" / name).stat().st_ino == (second.made / "warc" / name).stat().st_ino
    # One that changed in the same size is another one.
    spoil(small.home.warc / name, 700)
    os.utime(small.home.warc / name, times=(BEGIN.timestamp() + 9,) * 2)
    third = back_up(small, away, 2)
    assert third.copied == 1
    assert (first.made / "warc" / name).read_bytes() != (third.made / "warc" / name).read_bytes()
    for number, folder in enumerate((first.made, second.made)):
        home = tmp_path / f"home{number}"
        home.mkdir()
        assert restored(folder, home) == []


def test_the_newest_are_kept(small: Small, away: Path) -> None:
    for hours in range(4):
        made = back_up(small, away, hours, keep=2)
    assert [path.name for path in backups(away)] == ["2025-11-01T030000Z", "2025-11-01T020000Z"]
    assert made.dropped == ["2025-11-01T010000Z"]
    assert (made.made / "warc").is_dir()


def test_it_is_one_state_while_a_run_writes(
    small: Small, away: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run writes, and stores, and ends: before, within and after the copy of the database."""
    monkeypatch.setattr(databases, "_PAGES", 8)
    numbers = iter(range(20, 60))
    writing = iter([True] * 3)

    def crawl() -> None:
        small.write(exchange(next(numbers)))
        small.take_in()
        small.write(exchange(next(numbers)), settled=False)

    real = databases.copy_sqlite

    def copy(engine: Engine, target: Path, progress: databases.Progress) -> None:
        crawl()
        real(engine, target, lambda done, total: crawl() if next(writing, False) else progress(done, total))
        crawl()

    monkeypatch.setattr(databases, "copy_sqlite", copy)
    [open_one] = small.write(exchange(10), settled=False)
    with small.path(open_one).open("ab") as stream:
        stream.write(b"\x1f\x8b\x08\0torn")
    made = back_up(small, away)
    home = tmp_path / "restored"
    home.mkdir()
    assert restored(made.made, home) == []
    # What the copied database does not know stands beside a marker, whole: the next crawl takes it up.
    stored = {name for (name,) in _ask(home, "SELECT DISTINCT warc_file FROM capture")}
    markers = {path.name.removesuffix(".open") for path in (home / "warc").glob("*.open")}
    warcs = {path.name for path in (home / "warc").glob("*.gz")}
    assert stored | markers == warcs
    assert (home / "warc" / open_one.file).stat().st_size == open_one.offset + open_one.length
    # Four, and what the run stored before the copy began.
    assert len(_ask(home, "SELECT id FROM article")) == 6


def _ask(home: Path, query: str) -> list[tuple[object, ...]]:
    return databases.ask_copy(home / "archive.db", query)


def test_a_stopped_backup_leaves_the_others_and_is_gone_on_with(
    small: Small, away: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = back_up(small, away)
    before = files(first.made)
    small.write(exchange(9))
    small.take_in()
    with monkeypatch.context() as patched:
        patched.setattr(databases, "check_sqlite", lambda path: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            back_up(small, away, 1)
    assert files(first.made) == before
    assert backups(away) == [first.made]
    (away / ".unfinished" / "archive.db-journal").write_bytes(b"of another copy")
    (away / ".unfinished" / "warc" / "x.warc.gz.part").write_bytes(b"half")
    second = back_up(small, away, 2)
    assert second.copied == 0
    assert backups(away) == [second.made, first.made]
    assert not (away / ".unfinished").exists()
    assert len(_ask(second.made, "SELECT id FROM article")) == 5


def test_a_copy_that_is_not_what_was_written_is_no_backup(
    small: Small, away: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = databases.copy_sqlite

    def copy(engine: Engine, target: Path, progress: databases.Progress) -> None:
        real(engine, target, progress)
        with target.open("r+b") as file:
            file.seek(5 * 4096)
            file.write(b"\xa5" * 4096)

    monkeypatch.setattr(databases, "copy_sqlite", copy)
    with pytest.raises(StorageError, match="copy of the database is damaged"):
        back_up(small, away)
    assert backups(away) == []


def test_where_it_cannot_go(small: Small, away: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for inside in (small.home.path, small.home.path / "backups", small.home.path / "warc" / ".." / "x"):
        with pytest.raises(UsageError, match="inside the home"):
            back_up(small, inside)
    away.write_text("a file")
    with pytest.raises(StorageError):
        back_up(small, away)
    away.unlink()
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: _usage(1000))
    with pytest.raises(StorageError, match="make room"):
        back_up(small, away)
    assert backups(away) == []
    with module._locked(away), pytest.raises(AlreadyRunning):
        back_up(small, away)


def _usage(free: int) -> object:
    return shutil._ntuple_diskusage(10**9, 10**9 - free, free)  # type: ignore[attr-defined]


def command(small: Small, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(small.home.path), "backup", *words])


def test_the_command(small: Small, places: list[Position], away: Path, tmp_path: Path) -> None:
    done = command(small, str(away))
    assert (done.exit_code, done.output) == (0, "")
    assert command(small, "--check", str(away)).exit_code == 0
    [made] = backups(away)
    spoil(made / "warc" / places[0].file, 900)
    done = command(small, "--check", str(away))
    assert done.exit_code == 11
    assert "its digest is another one" in done.stdout
    assert command(small, "--check", "--keep", "2", str(away)).exit_code == 2
    assert command(small, "--check", str(tmp_path / "none")).exit_code == 9
    # What stands outside the home is named.
    elsewhere = tmp_path / "elsewhere.warc.gz"
    (small.home.warc / places[0].file).rename(elsewhere)
    small.execute(f"UPDATE capture SET warc_file = '{elsewhere}'")
    other = tmp_path / "other"
    done = command(small, "--json", str(other))
    told = json.loads(done.stdout)
    assert (told["outside"], told["copied"], done.exit_code) == ([str(elsewhere)], 0, 0)
    manifest = read(backups(other)[0])
    assert manifest is not None
    assert manifest.database == "sqlite"
    assert [one.path for one in manifest.files] == ["archive.db", "crawler"]


def test_an_older_schema_is_backed_up_before_the_upgrade(small: Small, away: Path) -> None:
    from archive.store import schema

    schema.downgrade(small.engine, "0015")
    assert command(small, str(away)).exit_code == 0
    [made] = backups(away)
    assert _ask(made, "SELECT version_num FROM alembic_version") == [("0015",)]


@pytest.mark.own_database
def test_postgresql_is_dumped_and_restored(
    postgres_server: Server, postgres_url: str, tmp_path: Path, away: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(postgres_url)
    small, _ = make(postgres_url, tmp_path, engine, 2)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UsageError, match="--files-only"):
        back_up(small, away)
    files_only = Backup(small.home, engine, away, files_only=True, now=lambda: BEGIN)
    files_only.run()
    assert [one.path.split("/")[0] for one in files_only.manifest.files] == ["crawler", "warc"]
    monkeypatch.setenv("PATH", f"{postgres_server.bin}:/usr/bin:/bin")
    made = back_up(small, away, 1)
    assert made.copied == 0
    assert (made.made / "archive.dump").stat().st_size > 1000
    engine.dispose()
    admin = create_engine(postgres_server.url(), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE restored"))
    admin.dispose()
    target = postgres_server.url("restored")
    address = target.replace("postgresql+psycopg", "postgresql")
    subprocess.run(["pg_restore", "--no-owner", "--dbname", address, made.made / "archive.dump"], check=True)
    again = open_engine(target)
    assert list(Verification(home=Home(path=made.made, database=target), engine=again).run()) == []
    with again.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM article")) == 2
    again.dispose()
