"""Where the new database grows, and how it takes the old one's place: at once, or not at all.

SQLite: a file beside the old one, which is renamed over it; the old one keeps a second name, with the date. PostgreSQL:
a schema of its own in the same database; one transaction moves the old tables into a schema with the date, and the new
ones to where the old ones were. So nobody needs another database, nor the right to make one, and what else stands in
the old schema (extensions, views, other people's tables) stays there.
"""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from attrs import frozen
from sqlalchemy import Connection, Engine, inspect, make_url, text

from archive.dedup import tables  # noqa: F401 - completes the metadata
from archive.errors import DatabaseUnavailable, StorageError
from archive.settings import Home
from archive.store import fulltext, people  # noqa: F401 - completes the metadata
from archive.store.db import connect, writing
from archive.store.finding import names, searches  # noqa: F401 - so do these
from archive.store.table import Base

SCHEMA: Final = "jianbao_rebuild"
MARGIN: Final = 64 * 2**20
"""Bytes that are to stay free on the disk."""

Counted = tuple[int, ...]
"""What tells whether somebody wrote to the old database meanwhile."""

_GROWING: Final = ("change", "capture", "crawl_run", "cluster_event", "alarm", "frontier", "sighting")


class Beside(Protocol):
    """The place of a database that is made anew."""

    @property
    def url(self) -> str:
        """Its address."""

    def clear(self) -> None:
        """Remove what an earlier rebuild left that was ended."""

    def room(self) -> None:
        """Raise `StorageError` where the disk has no room for a second database."""

    def prepare(self) -> None:
        """Make the empty place."""

    def swap(self, before: Counted | None, now: datetime, *, discard: bool) -> str:
        """Put it in the old one's place; what the old one is called now, "" where it is discarded. `before`: what
        `counted` said of the old one; None where it cannot be read. Raises `DatabaseUnavailable` where somebody wrote
        to it since; nothing has changed then."""


def beside(home: Home) -> Beside:
    """The place of the database that is made anew for an archive."""
    url = make_url(home.database)
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database)).resolve()
        new = path.with_name(f"{path.name}.rebuild")
        return _File(url.set(database=str(new)).render_as_string(hide_password=False), path, new)
    options = " ".join([*_listed(url.query.get("options")), f"-csearch_path={SCHEMA}"])
    own = url.update_query_dict({"options": options})
    return _Schema(own.render_as_string(hide_password=False), home.database)


def counted(connection: Connection) -> Counted:
    """The highest numbers of what grows with whatever is written, and the closed alarms."""
    there = set(inspect(connection).get_table_names())
    highest = [connection.scalar(text(f"SELECT max(id) FROM {name}")) or 0 for name in _GROWING if name in there]  # noqa: S608
    return (*highest, connection.scalar(text("SELECT count(*) FROM alarm WHERE closed_at IS NOT NULL")) or 0)


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _unchanged(before: Counted | None, connection: Connection) -> None:
    if before is not None and counted(connection) != before:
        raise DatabaseUnavailable(
            "somebody wrote to the archive while it was made anew, so it stays as it is; stop what writes to it, and "
            "rebuild once more"
        )


@frozen
class _File:
    url: str
    path: Path
    new: Path

    def clear(self) -> None:
        for file in [self.new, *self.path.parent.glob(f"{self.new.name}[-.]*")]:
            file.unlink(missing_ok=True)
        for kept in self.path.parent.glob(f"{self.path.stem}-20*{self.path.suffix}"):
            if self.path.exists() and kept.samefile(self.path):  # it was ended just before the swap
                kept.unlink()

    def room(self) -> None:
        size = self.path.stat().st_size if self.path.exists() else 0
        needed, free = size + size // 4 + MARGIN, shutil.disk_usage(self.path.parent).free
        if free < needed:
            raise StorageError(
                f"a second database needs about {needed // 2**20} MB beside {self.path}, and the disk has "
                f"{free // 2**20} MB; make room, then rebuild"
            )

    def prepare(self) -> None:
        """The first connection makes the file."""

    def swap(self, before: Counted | None, now: datetime, *, discard: bool) -> str:
        _settle(self.new)
        kept = self.path.with_name(f"{self.path.stem}-{now:%Y%m%dT%H%M%SZ}{self.path.suffix}")
        if before is not None:
            engine = connect(f"sqlite:///{self.path}")
            try:
                with writing(engine) as connection:
                    _unchanged(before, connection)
            finally:
                engine.dispose()
            _settle(self.path)
        else:
            self._set_aside()
        if not discard and self.path.exists():
            try:
                kept.hardlink_to(self.path)
            except OSError:  # a file system without links
                shutil.copy2(self.path, kept)
        self.new.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self.clear()
        return str(kept) if kept.exists() else ""

    def _set_aside(self) -> None:
        """The log of a database that cannot be read must not be taken for the new one's."""
        for end in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                log = self.path.with_name(self.path.name + end)
                log.replace(self.path.with_name(f"{self.path.name}.damaged{end}"))


def _settle(path: Path) -> None:
    """Move all that stands in a file's log into the file, and the log away."""
    with closing(sqlite3.connect(path)) as connection:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    log = path.with_name(f"{path.name}-wal")
    if busy or (log.exists() and log.stat().st_size):
        raise DatabaseUnavailable(f"{path} is in use by another process; wait for it to end, then rebuild once more")
    with path.open("rb") as file:
        os.fsync(file.fileno())


@frozen
class _Schema:
    url: str
    old: str

    def clear(self) -> None:
        with self._engine() as engine, writing(engine) as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))

    def room(self) -> None:
        """How much room the server has, no client can ask."""

    def prepare(self) -> None:
        with self._engine() as engine, writing(engine) as connection:
            connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))

    def swap(self, before: Counted | None, now: datetime, *, discard: bool) -> str:
        kept = f"jianbao_{now:%Y%m%d_%H%M%S}"
        with self._engine() as engine, writing(engine) as connection:
            public = connection.scalar(text("SELECT current_schema()"))
            indexes = (fulltext.TABLE, fulltext.HEADLINES, names.TABLE)
            ours = [*(table.name for table in Base.metadata.sorted_tables), *indexes, "alembic_version"]
            old, new = (set(inspect(connection).get_table_names(schema=one)) for one in (public, SCHEMA))
            if "crawl_run" in old:
                connection.execute(text(f'LOCK TABLE "{public}".crawl_run IN ACCESS EXCLUSIVE MODE'))
                _unchanged(before, connection)
            connection.execute(text(f"CREATE SCHEMA {kept}"))
            for name in ours:
                if name in old:
                    connection.execute(text(f'ALTER TABLE "{public}".{name} SET SCHEMA {kept}'))
                if name in new:
                    connection.execute(text(f'ALTER TABLE {SCHEMA}.{name} SET SCHEMA "{public}"'))
            # What the full text's indexes are made with: dropped with its schema, it would take them along.
            for place, to in ((public, kept), (SCHEMA, public)):
                tokens = f'"{place}".{fulltext.TOKENS}(bytea)'
                if connection.scalar(text("SELECT to_regprocedure(:name)"), {"name": tokens}):
                    connection.execute(text(f'ALTER FUNCTION {tokens} SET SCHEMA "{to}"'))
            connection.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))
            if discard:
                connection.execute(text(f"DROP SCHEMA {kept} CASCADE"))
        return "" if discard else f"schema {kept}"

    def _engine(self) -> "_Open":
        return _Open(connect(self.old))


@frozen
class _Open:
    """An engine for the length of a block."""

    engine: Engine

    def __enter__(self) -> Engine:
        return self.engine

    def __exit__(self, *error: object) -> None:
        self.engine.dispose()
