"""The archive behind the pages: opened when it is first asked for, and again when its file is another one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, make_url

from archive.errors import DatabaseUnavailable
from archive.store.db import open_engine, reading, writing

BUSY_SECONDS = 5
"""So long a request waits for a lock on SQLite's file; a command waits longer (`archive.store.db`)."""


class Database:
    """One archive's database. `jianbao rebuild` and `restore` put another file in the place of the old one: who read
    the old one ends with it, and the next reader gets the new."""

    def __init__(self, url: str) -> None:
        self._url = url
        parsed = make_url(url)
        self._file: Path | None = None
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            self._file = Path(parsed.database)
            if "timeout" not in parsed.query:
                parsed = parsed.update_query_dict({"timeout": str(BUSY_SECONDS)})
                self._url = parsed.render_as_string(hide_password=False)
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._opened: tuple[int, int] | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that only reads. Raises `DatabaseUnavailable`, `SchemaMismatch`."""
        with reading(self._current()) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that writes."""
        with writing(self._current()) as connection:
            yield connection

    def close(self) -> None:
        """Let the connections go."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
            self._engine = None

    def _current(self) -> Engine:
        with self._lock:
            now = self._identity()
            if self._engine is not None and now != self._opened:
                self._engine.dispose()
                self._engine = None
            if self._engine is None:
                self._engine = open_engine(self._url)
                self._opened = now
            return self._engine

    def _identity(self) -> tuple[int, int] | None:
        """Which file it is; None for a server's."""
        if self._file is None:
            return None
        try:
            found = self._file.stat()
        except OSError as error:
            raise DatabaseUnavailable(
                f"there is no archive at {self._file} now; it is being made, moved or rebuilt"
            ) from error
        return found.st_dev, found.st_ino
