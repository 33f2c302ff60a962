"""What a database driver's error means for the person at the terminal: the one place that turns one into ours.

Every engine of `archive.db` hears its errors through `translate`, so no other code needs to catch a driver's error.
Broken rules of our own (a unique key, a foreign key, wrong SQL) are bugs and stay as they are.
"""

import os
import pwd
import sqlite3
from pathlib import Path

from sqlalchemy.engine import URL

from archive.errors import DatabaseUnavailable, JianbaoError, StorageError, UsageError

# The low byte of an extended SQLite result code is the primary one: https://www.sqlite.org/rescode.html
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_NOT_WRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}

# SQLSTATE classes and codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
_PG_NO_ROOM = ("53100", "58030")
_PG_READ_ONLY = ("25006",)
_PG_LOCKED = ("55P03", "40P01", "40001")
_PG_DENIED = ("28", "42501", "3D000")


def show_url(url: URL) -> str:
    """The address of a database as it may be shown: a file's path, or a URL without the password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "memory"
    return url.set(query={}).render_as_string(hide_password=True)


def translate(error: BaseException, url: URL, *, connecting: bool = False) -> JianbaoError | None:
    """Our error for a driver's error, or None where it is not about the database's place, lock or room, or about a
    text that no database holds. `connecting`: there was no connection yet, so it is about the address."""
    if isinstance(error, UnicodeEncodeError) or "cannot contain NUL" in str(error):
        # What is crawled is cleaned of both before it comes here.
        return UsageError("a NUL, or half of a character, stands in what was asked for; leave it out")
    if isinstance(error, sqlite3.Error):
        return _sqlite(error, show_url(url))
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return _postgresql(state, error, show_url(url))
    is_psycopg = type(error).__module__.startswith("psycopg")
    if connecting and is_psycopg and type(error).__name__ == "ProgrammingError":
        return UsageError(f"{show_url(url)}: {_first_line(error)}; mend what stands behind the ? of the address")
    if is_psycopg and type(error).__name__ == "OperationalError":
        # psycopg gives no SQLSTATE when the server was never reached or went away.
        return DatabaseUnavailable(f"cannot reach {show_url(url)}: {_first_line(error)}; is the server running?")
    return None


def _sqlite(error: sqlite3.Error, place: str) -> JianbaoError | None:
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary in _LOCKED:
        return DatabaseUnavailable(
            f"{place} is locked by another process; wait for it to end, or stop it, then try again"
        )
    if primary in _DAMAGED:
        return DatabaseUnavailable(
            f"{place} is not a readable SQLite database ({error}); restore a copy, or make another one with "
            "`jianbao rebuild --from-warc-only`"
        )
    if primary in _NOT_WRITABLE:
        if _is_on_a_read_only_disk(Path(place)):
            return StorageError(
                f"{place} cannot be written to: the disk is read-only; make it writable (mount -o remount,rw), or name "
                "another archive with --home or --database"
            )
        return StorageError(
            f"{_not_ours(place)} cannot be opened for writing ({error}); check the folder's owner and permissions"
        )
    if primary in _NO_ROOM:
        return StorageError(f"{place} cannot grow ({error}); make room on the disk, or raise the limit, then try again")
    return None


def _is_on_a_read_only_disk(path: Path) -> bool:
    try:
        return bool(os.statvfs(path if path.exists() else path.parent).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def owner(path: Path) -> str:
    """`, which belongs to NAME`, for a line that names a file; "" where that cannot be known."""
    try:
        number = path.stat().st_uid
    except OSError:
        return ""
    try:
        return f", which belongs to {pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f", which belongs to {number}"


def _not_ours(place: str) -> str:
    """The file of a SQLite database that may not be written: itself, its folder, or what another user's process left
    beside it, with its owner."""
    path = Path(place)
    beside = [path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal")]
    for one in (path, *beside, path.parent):
        if one.exists() and not os.access(one, os.W_OK):
            return f"{one}{owner(one)},"
    return place


def _postgresql(state: str, error: BaseException, place: str) -> JianbaoError | None:
    if state in _PG_NO_ROOM:
        return StorageError(
            f"{place} cannot grow ({_first_line(error)}); make room on the server's disk, then try again"
        )
    if state in _PG_READ_ONLY:
        return StorageError(f"{place} is read-only; use the primary server")
    if state in _PG_LOCKED:
        return DatabaseUnavailable(
            f"{place}: another process holds what this one needs ({_first_line(error)}); try again"
        )
    if state.startswith(_PG_DENIED):
        return DatabaseUnavailable(f"{place} refuses: {_first_line(error)}; check the user, the password and the name")
    if state.startswith(("08", "53", "57")):
        return DatabaseUnavailable(f"{place} is not available: {_first_line(error)}; try again")
    return None


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
