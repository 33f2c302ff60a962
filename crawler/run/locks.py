"""One run at a time per archive, and how a later run knows that an earlier one is dead.

A lock file is held by the process itself, so it is free the moment the process is gone, however it went. A home folder
has one, and so has an SQLite file. On PostgreSQL, where crawlers with homes of their own share one database, each run
holds an advisory lock under its number, from before its row can be seen until after it says how the run ended.
"""

import fcntl
import os
import pwd
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from attrs import define, field
from sqlalchemy import Connection, Engine, make_url, text

from archive.errors import AlreadyRunning, StorageError
from archive.settings import Home
from crawler.warc.writer import storage_error

_RUNS = 0x4A42 << 32  # "JB", above every run's number


@define
class HomeLock:
    """The lock files of one archive; `release` or the end of the process gives them back."""

    files: list[BinaryIO] = field(factory=list)

    def release(self) -> None:
        while self.files:
            self.files.pop().close()


def lock_home(home: Home, kind: str) -> HomeLock:
    """Make the home folder and take its lock for `kind` (`crawl`, `import`).

    Raises `AlreadyRunning`, `StorageError`.
    """
    lock = HomeLock()
    try:
        for path in _lock_files(home, kind):
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("a+b")
            lock.files.append(file)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = _holder(file)
                raise AlreadyRunning(
                    f"another {kind} works on {home.path}{holder}; wait for it to end, or stop it"
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()).encode())
            file.flush()
    except PermissionError as error:
        lock.release()
        raise StorageError(_whose(Path(error.filename or home.path))) from error
    except OSError as error:
        lock.release()
        raise storage_error(home.path, error) from error
    except BaseException:
        lock.release()
        raise
    return lock


def _lock_files(home: Home, kind: str) -> list[Path]:
    """The home's lock, and that of its SQLite file: other homes may share it, by whatever path leads there."""
    files = [home.path / f"{kind}.lock"]
    url = make_url(home.database)
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        database = Path(str(url.database)).resolve()
        files.append(database.with_name(f"{database.name}.{kind}.lock"))
    return files


def _whose(path: Path) -> str:
    """Why a file cannot be opened: mostly somebody else, root for one, has run the crawler here once."""
    owner = ""
    with suppress(OSError, KeyError):
        number = path.stat().st_uid
        owner = f", which belongs to {number}"
        owner = f", which belongs to {pwd.getpwuid(number).pw_name}"
    return (
        f"cannot write to {path}{owner}: Permission denied; an archive is one user's: run as that user, "
        "or give all of it to yours (chown -R), or name another with --home"
    )


def _holder(file: BinaryIO) -> str:
    with suppress(OSError, ValueError):
        file.seek(0)
        return f" (process {int(file.read(20))})"
    return ""


def hold_run(engine: Engine, run_id: int) -> Connection | None:
    """Hold a run's number on PostgreSQL as long as the returned connection is open; nothing to do on SQLite.

    To be called before the transaction that makes the run's row commits: a row whose lock is free is a dead run's.
    """
    if engine.dialect.name == "sqlite":
        return None
    connection = engine.connect()
    try:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _RUNS | run_id})
        connection.commit()  # the lock is the session's, not the transaction's
    except BaseException:
        connection.close()
        raise
    return connection


def dead_runs(connection: Connection, run_ids: Sequence[int]) -> list[int]:
    """Which of the runs that call themselves running have no process any more; the caller holds the home's lock.

    A run may have ended well since its row was read: only one whose row still says that it runs was killed.
    """
    if connection.dialect.name == "sqlite":
        return list(run_ids)
    dead = []
    for run_id in run_ids:
        key = {"key": _RUNS | run_id}
        if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one():
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
            dead.append(run_id)
    return dead
