"""The database of a backup: one state of it, while others write.

SQLite's own backup is used, and not VACUUM INTO: it copies pages and makes no table anew, so it takes as long as the
copy of a file, says how far it has come, and what it gives is the very same database. Within a transaction that reads,
writers in other processes do not make it begin again (https://www.sqlite.org/backup.html).
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.engine import URL

from archive.errors import StorageError, UsageError
from archive.store.db import reading, show_url

SQLITE: Final = "archive.db"
DUMP: Final = "archive.dump"
_PAGES: Final = 2048
"""Pages that are copied at a time: eight megabytes."""

Progress = Callable[[int, int], None]
"""Takes how much of how much is done."""


def copy_sqlite(engine: Engine, target: Path, progress: Progress) -> None:
    """Copy the state that the database has now. Raises the archive's errors; `StorageError` where the copy fails."""
    target.unlink(missing_ok=True)
    with reading(engine) as connection:
        # A first read opens the transaction's view of the database.
        connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").fetchall()
        raw: Any = connection.connection.driver_connection
        try:
            with closing(sqlite3.connect(target)) as copy:
                raw.backup(copy, pages=_PAGES, progress=lambda _, left, total: progress(total - left, total))
                # One file, that is whole without another beside it.
                copy.execute("PRAGMA journal_mode = DELETE").fetchall()
        except sqlite3.Error as error:
            raise StorageError(
                f"cannot copy the database to {target}: {error}; make room there, and run again"
            ) from error


def ask_copy(path: Path, query: str) -> list[tuple[Any, ...]]:
    """What a query on a copy gives. Nothing is left beside it."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as copy:
        return copy.execute(query).fetchall()


def check_sqlite(path: Path) -> None:
    """Raise `StorageError` unless the copy is a whole database."""
    try:
        told = [str(row[0]) for row in ask_copy(path, "PRAGMA integrity_check(1)")]
    except sqlite3.Error as error:
        told = [str(error)]
    if told != ["ok"]:
        raise StorageError(
            f"the copy of the database is damaged ({' '.join(told[0].split())[:200]}); `jianbao verify` says whether "
            "the archive is"
        )


def dump_postgresql(engine: Engine, target: Path) -> None:
    """Dump one state of the database by pg_dump. Raises `UsageError` where there is none, `StorageError` where it
    fails."""
    program = shutil.which("pg_dump")
    if program is None:
        raise UsageError(
            f"pg_dump is not here, and {show_url(engine.url)} cannot be copied without it: install PostgreSQL's client "
            "programs; or dump the database on its server first (pg_dump --format=custom), then run "
            "`jianbao backup --files-only`"
        )
    url = engine.url
    command = [program, "--format=custom", "--no-password", "--file", str(target), "--dbname", _libpq(url)]
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = " ".join(done.stderr.split())[:300]
        raise StorageError(f"pg_dump failed: {said}")


def check_dump(path: Path) -> None:
    """Raise `StorageError` unless pg_restore can read the dump's contents."""
    program = shutil.which("pg_restore")
    if program is None:
        return
    done = subprocess.run([program, "--list", str(path)], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode or "TABLE DATA" not in done.stdout:
        raise StorageError(f"the dump cannot be read: {' '.join(done.stderr.split())[:300]}")


def _libpq(url: URL) -> str:
    """The address as PostgreSQL's own programs take it, without the password, which other users of the machine could
    see."""
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
