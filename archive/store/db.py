"""Engines for SQLite and PostgreSQL, and the two kinds of transaction: one that reads, one that writes."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from archive.errors import DatabaseUnavailable, StorageError, UsageError
from archive.store.dberrors import show_url, translate
from archive.store.schema import check, current, is_empty, upgrade

__all__ = [
    "check",
    "check_pages",
    "connect",
    "current",
    "database_bytes",
    "open_engine",
    "opened",
    "reading",
    "show_url",
    "upgrade",
    "writing",
]

SQLITE_BUSY_SECONDS = 30
POSTGRESQL_CONNECT_SECONDS = 10

# Set on every SQLite connection. WAL: readers and the one writer do not wait for each other. synchronous NORMAL: a
# killed process loses nothing, and a power cut can only take the last commits, never damage the file; what they
# held stands in the WARC files, which are synced before the database hears of them. So FULL would buy nothing.
# A WAL that an import has blown up is cut back to 64 MB.
_SQLITE_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32768",
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA journal_size_limit = 67108864",
)


def open_engine(database_url: str, *, create: bool = False) -> Engine:
    """An engine for an archive whose schema is the one that this version knows.

    `create`: make the folder and the file, and set up an empty database, as `crawl` and `import` do. Without it a
    missing SQLite file is an error. Raises `DatabaseUnavailable`, `SchemaMismatch`, `StorageError`, `UsageError`.
    """
    engine = connect(database_url, create=create)
    try:
        if create and is_empty(engine):
            upgrade(engine)
        check(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


class _Hinting(SQLiteCompiler):
    """Lets `with_hint` name the index that SQLite must take: it does not know how long the rows are that it reads."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


@contextmanager
def opened(database_url: str, *, create: bool = False) -> Iterator[Engine]:
    """`open_engine` for the length of a block."""
    engine = open_engine(database_url, create=create)
    try:
        yield engine
    finally:
        engine.dispose()


def connect(database_url: str, *, create: bool = False) -> Engine:
    """An engine with every rule set, whatever the schema behind it; `jianbao db` uses it directly."""
    url = _parse(database_url)
    options: dict[str, Any] = {}
    if url.get_backend_name() == "sqlite":
        _prepare_file(url, create=create)
        if not create and (uri := _read_only_uri(url)):
            options["creator"] = partial(
                sqlite3.connect, uri, uri=True, timeout=SQLITE_BUSY_SECONDS, check_same_thread=False
            )
        elif "timeout" not in url.query:
            options["connect_args"] = {"timeout": SQLITE_BUSY_SECONDS}
    else:
        options["pool_pre_ping"] = True
        options["connect_args"] = {"application_name": "jianbao"}
        if "connect_timeout" not in url.query:
            options["connect_args"]["connect_timeout"] = POSTGRESQL_CONNECT_SECONDS
    try:
        # Chinese text in the JSON columns stays readable and takes half the room.
        engine = create_engine(
            url, json_serializer=partial(json.dumps, ensure_ascii=False, separators=(",", ":")), **options
        )
    except ModuleNotFoundError as error:
        raise UsageError(f"{show_url(url)} needs {error.name}; install jianbao[postgres]") from error
    if engine.dialect.name == "sqlite":
        engine.dialect.statement_compiler = _Hinting
        event.listen(engine, "connect", partial(_set_pragmas, read_only="creator" in options))
        event.listen(engine, "begin", _begin_sqlite)
    else:
        # Before SQLAlchemy's own first look, which cannot read what a server without an encoding says.
        event.listen(engine, "connect", partial(_check_encoding, url), insert=True)
    event.listen(engine, "handle_error", partial(_raise_ours, url), retval=True)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: commits at the end of the block, rolls back on an exception.

    On SQLite it takes the write lock at once (BEGIN IMMEDIATE), so that it never fails half-way because another
    process wrote in between.
    """
    with engine.connect() as connection:
        connection = connection.execution_options(jianbao_write=True)
        with connection.begin():
            yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads. It sees one state throughout, and holds up no writer."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def check_pages(engine: Engine) -> None:
    """Read a whole SQLite file for damaged pages and indexes. Raises `DatabaseUnavailable`, with the first of them."""
    if engine.dialect.name != "sqlite":
        return
    with reading(engine) as connection:
        found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(1)")]
        page = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    # What is missing of a text's own page is read as zeros, which no look at the pages minds.
    path = Path(engine.url.database or "")
    log = path.with_name(f"{path.name}-wal")
    if found == ["ok"] and path.is_file() and path.stat().st_size % page and not (log.exists() and log.stat().st_size):
        found = ["the file ends within a page"]
    if found != ["ok"]:
        first = " ".join(" ".join(found).split())[:200]
        raise DatabaseUnavailable(
            f"{show_url(engine.url)} is damaged ({first}); restore a copy, or make another one with `jianbao rebuild`"
        )


def database_bytes(engine: Engine) -> int:
    """How large the database is."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _parse(database_url: str) -> URL:
    try:
        url = make_url(database_url)
        url.get_dialect()().create_connect_args(url)  # looks at what stands behind the ?, too
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise UsageError(
            f"not a database address: {_hide(database_url)}; write sqlite:///FILE or postgresql://USER@HOST/NAME"
        ) from error
    except ModuleNotFoundError as error:
        raise UsageError(
            f"a {database_url.split(':', 1)[0]} database needs {error.name}; install jianbao[postgres]"
        ) from error
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise UsageError(f"Jianbao keeps archives in SQLite or PostgreSQL, not in {url.get_backend_name()}")
    return url


def _hide(database_url: str) -> str:
    """An address that cannot be parsed may still hold a password: only its beginning is shown."""
    return database_url.split("//", maxsplit=1)[0][:40] or "''"


def _prepare_file(url: URL, *, create: bool) -> None:
    if url.database in (None, "", ":memory:"):
        return
    path = Path(str(url.database))
    try:
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        elif not path.exists():
            raise DatabaseUnavailable(
                f"there is no archive at {path}; name another with --home or --database, "
                "or let `jianbao crawl` or `jianbao import` make one"
            )
    except OSError as error:
        raise StorageError(f"cannot use {path.parent}: {error.strerror}; check its owner and permissions") from error


def _read_only_uri(url: URL) -> str | None:
    """SQLite's own address of a file that may be read, but not written to; None for any other.

    A writer's log beside the file (`-wal`) must be read too. Without one nobody writes: then `immutable=1` spares
    SQLite the files that it would make for its locks (https://www.sqlite.org/wal.html, "Read-Only Databases").
    """
    if url.database in (None, "", ":memory:") or url.query.get("uri"):
        return None
    path = Path(str(url.database)).absolute()
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return None
    log, index = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    if not log.exists():
        return f"{path.as_uri()}?immutable=1"
    if not index.exists():
        raise DatabaseUnavailable(
            f"{path} was left by a process that was killed, and only who may write to its folder can mend that: let "
            "its owner run `jianbao stats` once"
        )
    return f"{path.as_uri()}?mode=ro"


def _set_pragmas(connection: Any, record: object, *, read_only: bool = False) -> None:
    # The driver must not begin transactions by itself; `_begin_sqlite` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        # Turning WAL on takes a lock; asking does not. It stays on in the file, so it is done once in its life.
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory") and not read_only:
            cursor.execute("PRAGMA journal_mode = WAL")
        for pragma in _SQLITE_PRAGMAS:
            cursor.execute(pragma)
    finally:
        cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("jianbao_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _check_encoding(url: URL, connection: Any, _: object) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise DatabaseUnavailable(
            f"{show_url(url)} has the encoding {encoding}, which does not hold every text; make one with "
            "`createdb --encoding UTF8 --template template0 NAME`"
        )


def _raise_ours(url: URL, context: ExceptionContext) -> None:
    if context.is_pre_ping:
        return  # the pool itself replaces a connection that was dropped while nobody used it
    ours = translate(context.original_exception, url, connecting=context.connection is None)
    if ours is not None:
        raise ours from context.original_exception
