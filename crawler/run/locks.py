"""One run at a time per archive, and how a later run knows that an earlier one is dead.

A lock file is held by the process itself, so it is free the moment the process is gone, however it went. A home folder
has one, and so has an SQLite file. On PostgreSQL, where crawlers with homes of their own share one database, a run says
again and again that it lives; one that has been silent for a minute is dead. Should it only have slept, it finds its
row buried at the next thing that it wants to store (`Run.step`), and ends: its work is another's by then.
"""

import fcntl
import logging
import os
import threading
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final

from attrs import define, field
from sqlalchemy import ColumnElement, Connection, Engine, literal, make_url, or_, true, update

from archive.errors import AlreadyRunning, JianbaoError, StorageError
from archive.settings import Home
from archive.store.db import writing
from archive.store.dberrors import owner
from archive.store.models import CrawlRun
from crawler.run import discovery, frontier
from crawler.run.politeness.hosts import clock, free
from crawler.run.schedule import rechecks
from crawler.warc.writer import storage_error

logger = logging.getLogger("jianbao.crawl")

BEAT: Final = timedelta(seconds=10)
DEAD: Final = timedelta(seconds=60)

_RUN: Any = CrawlRun.__table__


@define
class HomeLock:
    """The lock files of one archive; `release` or the end of the process gives them back.

    `token`: names the run that holds it. `last_token`: of the one that held the home's before, where it said so.
    """

    files: list[BinaryIO] = field(factory=list)
    token: str = field(factory=lambda: uuid.uuid4().hex)
    last_token: str | None = None

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
            lock.last_token = lock.last_token or _words(file)[1]
            file.truncate(0)
            file.write(f"{os.getpid()} {lock.token}".encode())
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
    return (
        f"cannot write to {path}{owner(path)}: Permission denied; an archive is one user's: run as that user, "
        "or give all of it to yours (chown -R), or name another with --home"
    )


def _holder(file: BinaryIO) -> str:
    process = _words(file)[0]
    return f" (process {process})" if process else ""


def _words(file: BinaryIO) -> tuple[str | None, str | None]:
    """The process and the token that stand in a lock file."""
    with suppress(OSError, ValueError):
        file.seek(0)
        process, *token = file.read(100).decode("ascii").split()
        return str(int(process)), token[0] if token else None
    return None, None


class Heart:
    """Says every `BEAT` that a run lives, and keeps what it has leased, from a thread and a connection of its own: a
    page that takes long to read, or a connection that was dropped, is no death. Nothing to do on SQLite."""

    def __init__(self, engine: Engine, run_id: int, worker: str) -> None:
        self._engine = engine
        self._run_id = run_id
        self._worker = worker
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heart of {worker}", daemon=True)
        if engine.dialect.name != "sqlite":
            self._thread.start()

    def stop(self) -> None:
        """Wait for the last beat to end."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    def _beat(self) -> None:
        while not self._end.wait(BEAT.total_seconds()):
            with suppress(JianbaoError):  # the next beat tries again; whoever stores something says what is wrong
                beat(self._engine, self._run_id, self._worker)


def worker_of(run_id: int) -> str:
    """The name under which a run leases addresses."""
    return f"run-{run_id}"


def bury(connection: Connection, dead: ColumnElement[bool]) -> None:
    """Mark runs as killed whose process is gone, and give back what they had leased."""
    running = _RUN.c.state == literal("running", literal_execute=True)
    ended = {"state": "killed", "finished_at": datetime.now(UTC)}
    buried = sorted(
        connection.execute(update(_RUN).where(running, dead).values(**ended).returning(_RUN.c.id)).scalars()
    )
    if buried:
        workers = [worker_of(run_id) for run_id in buried]
        frontier.release(connection, workers)
        rechecks.release(connection, workers)
        discovery.release(connection, workers)
        free(connection, workers)
        logger.warning("run %s was killed; going on from where it was", ", ".join(map(str, buried)))


def beat(engine: Engine, run_id: int, worker: str) -> None:
    """Say that a run lives, and bury those that are silent: who lives takes over. One that was buried stays dead."""
    with writing(engine) as connection:
        now = clock(connection)
        living = update(_RUN).where(_RUN.c.id == run_id, _RUN.c.state == "running").values(beat_at=now)
        if connection.execute(living).rowcount:
            frontier.renew(connection, worker, now)
            bury(connection, _RUN.c.beat_at < now - DEAD)


def is_dead(connection: Connection, last_token: str | None) -> ColumnElement[bool]:
    """Of the runs that call themselves running: which are dead. The caller holds the home's lock.

    `last_token`: of the run that held this lock before, which is dead for certain. On SQLite so are all others, since
    its file has one lock; on PostgreSQL those that have said nothing for `DEAD`.
    """
    if connection.dialect.name == "sqlite":
        return true()
    return or_(_RUN.c.beat_at.is_(None), _RUN.c.beat_at < clock(connection) - DEAD, _RUN.c.token == last_token)
