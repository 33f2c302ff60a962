"""A person's query, run so that it can only read, only the views, only so long and so many rows."""

import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Engine

from archive.errors import UsageError
from archive.query.sql.views import VIEWS, definitions
from archive.text.clean import has_half

MOST_TEXT: Final = 100_000
"""Characters of a query."""
_MOST_CELL: Final = 64 * 2**20
"""Bytes of one value that SQLite may make."""
_STEPS: Final = 10_000
"""SQLite's instructions between two looks at the clock."""
_ASKED: Final = "jianbao_asked"
_VIEWS: Final = f"the views are {', '.join(VIEWS)}; `jianbao sql` alone lists their columns"


@frozen
class Answer:
    """`columns`: their names. `rows`: at most as many as were asked for; `more`: whether there are others."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    more: bool


def run(engine: Engine, query: str, *, limit: int, seconds: float) -> Answer:
    """Run one SELECT over the views. Raises `UsageError`, in one line with the cure, where it is anything else, is
    wrong, or takes longer than `seconds`."""
    query = query.strip().removesuffix(";").strip()
    if not query:
        raise UsageError('nothing to run; write a query, such as `jianbao sql "SELECT count(*) FROM articles"`')
    if len(query) > MOST_TEXT:
        raise UsageError(f"the query has {len(query)} characters; write {MOST_TEXT} at most")
    if "\0" in query or has_half(query):
        raise UsageError("the query holds a NUL, or half of a character; leave it out")
    with _cursor(engine, query, seconds) as cursor:
        if cursor.description is None:
            raise UsageError(f"the query asks for nothing; write a SELECT; {_VIEWS}")
        columns = tuple(one[0] for one in cursor.description)
        rows = [tuple(map(_plain, row)) for row in cursor.fetchmany(limit + 1)]
    return Answer(columns, rows[:limit], len(rows) > limit)


def columns(engine: Engine) -> dict[str, tuple[str, ...]]:
    """The views, each with its columns."""
    return {
        name: run(engine, f"SELECT * FROM {name} WHERE 1 = 0", limit=1, seconds=60).columns  # noqa: S608 - our own
        for name in VIEWS
    }


@contextmanager
def _cursor(engine: Engine, query: str, seconds: float) -> Iterator[Any]:
    """A cursor with the answer, on a connection of its own: the views and the guards go with it."""
    sqlite = engine.dialect.name == "sqlite"
    held = engine.raw_connection()
    try:
        raw: Any = held.driver_connection
        # Who reads a table is told by a view's name, which a query may give to a part of its own: so not by this one.
        hidden = f"_{secrets.token_hex(8)}"
        for name, text in definitions(sqlite=sqlite).items():
            raw.execute(f"CREATE TEMP VIEW {name}{hidden} AS {text}")
            raw.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM {name}{hidden}")  # noqa: S608
        with (_on_sqlite if sqlite else _on_postgresql)(raw, query, seconds, hidden) as cursor:
            yield cursor
    finally:
        held.invalidate()


@contextmanager
def _on_sqlite(raw: Any, query: str, seconds: float, hidden: str) -> Iterator[Any]:
    end = time.monotonic() + seconds
    raw.execute("BEGIN")
    raw.execute("PRAGMA query_only = ON")
    raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_CELL)
    raw.set_authorizer(partial(_authorize, hidden))
    raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield raw.execute(query)
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _told(str(error), seconds) from error


_LISTS: Final = frozenset({"json_each", "json_tree"})


def _authorize(
    hidden: str,
    action: int,
    first: str | None,
    second: str | None,
    place: str | None,
    within: str | None,
) -> int:
    """Whether SQLite may do so (https://www.sqlite.org/c3ref/set_authorizer.html)."""
    if action == sqlite3.SQLITE_READ:
        # A column of a view, or, inside one of ours, of a table. Without a column, rows are counted: which SQLite says
        # of a view's tables in the name of the query.
        views = first in VIEWS or first in _LISTS or (first or "").endswith(hidden)
        allowed = views or (within or "").endswith(hidden) or not second
    else:
        allowed = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE) or (
            action == sqlite3.SQLITE_FUNCTION and second != "load_extension"
        )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


@contextmanager
def _on_postgresql(raw: Any, query: str, seconds: float, hidden: str) -> Iterator[Any]:
    import psycopg

    try:
        # In binary form the server takes one statement alone; a view is made of a SELECT alone, and tells what it uses.
        with raw.cursor(binary=True) as guard:
            guard.execute(f"CREATE TEMP VIEW {_ASKED} AS {query}\n")
        with raw.cursor() as cursor:
            cursor.execute(_OTHERS, {"views": list(VIEWS)})
            if other := [name for (name,) in cursor.fetchall()]:
                raise UsageError(f"the query uses {other[0]}, and only the views are read; {_VIEWS}")
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute(f"SET LOCAL statement_timeout = {max(1, round(seconds * 1000))}")
            cursor.execute(f"DECLARE {_ASKED} NO SCROLL CURSOR FOR SELECT * FROM pg_temp.{_ASKED}")  # noqa: S608
            yield _Rows(cursor)
    except psycopg.Error as error:
        raise _told(error.diag.message_primary or str(error), seconds) from error


_OTHERS: Final = f"""WITH asked AS (SELECT ev_action::text AS tree FROM pg_rewrite
        WHERE ev_class = 'pg_temp.{_ASKED}'::regclass),
    used AS (SELECT (regexp_matches(tree, ':(relid|funcid|aggfnoid|winfnoid|opfuncid) (\\d+)', 'g')) AS one FROM asked)
    SELECT relname FROM used JOIN pg_class c ON one[1] = 'relid' AND c.oid = one[2]::oid
        WHERE c.relnamespace <> pg_my_temp_schema() OR c.relname <> ALL (%(views)s)
    UNION SELECT proname FROM used JOIN pg_proc p ON one[1] <> 'relid' AND p.oid = one[2]::oid
        WHERE (p.provolatile = 'v' AND p.proname <> 'random') OR p.proname ~ '^pg_|_to_xml'"""  # noqa: S608
"""What a query reads or calls, by PostgreSQL's own tree of it, that is neither a view nor harmless: functions that run
SQL of their own, read the server's files, or do something."""


class _Rows:
    """A cursor of the server's: what is not fetched is not computed further."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        cursor.execute(f"FETCH 0 FROM {_ASKED}")
        self.description: Sequence[Any] = cursor.description

    def fetchmany(self, count: int) -> list[Any]:
        """So many rows, or those that there are."""
        found: list[Any] = self._cursor.execute(f"FETCH {count} FROM {_ASKED}").fetchall()
        return found


def _told(fault: str, seconds: float) -> UsageError:
    """A database's complaint, in one line, with the cure."""
    line = " ".join(fault.split())
    for pattern, cure in _CURES:
        if re.search(pattern, line, re.IGNORECASE):
            return UsageError(cure(line, seconds))
    return UsageError(f"the query cannot be run: {line}; {_VIEWS}")


_CURES: Final[tuple[tuple[str, Callable[[str, float], str]], ...]] = (
    (
        "interrupted|statement timeout",
        lambda line, seconds: f"the query took longer than {seconds:g} seconds; ask for less, or give it a --timeout",
    ),
    (
        r"not authorized|prohibited|one statement|multiple commands|readonly|read-only|data-modifying",
        lambda line, seconds: f"only one SELECT over the views is run, and nothing is written ({line}); {_VIEWS}",
    ),
    (
        "specified more than once",
        lambda line, seconds: f"two columns have one name ({line}); name them apart with AS",
    ),
    (
        "too big|out of memory",
        lambda line, seconds: f"a value of the answer is too large ({line}); ask for less",
    ),
)


def _plain(value: Any) -> Any:
    """A value as JSON may hold it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value
