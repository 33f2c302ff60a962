"""The statements that the product sends, and which of them read more the larger the archive is.

A statement is judged by the database's own plan for it. Scanning a table that grows is not the only way to read too
much: a search by columns that half the archive shares (`site`, `state`) reads as much as a scan.
"""

import atexit
import pickle
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, URL, Column, Connection, Engine, event, make_url

from archive.dedup import tables  # noqa: F401 - completes the metadata
from archive.export import tables as export_tables  # noqa: F401 - so do these
from archive.store import people  # noqa: F401 - and these
from archive.store.finding import searches  # noqa: F401 - and these
from archive.store.fulltext import TABLE
from archive.store.table import Base, UtcDateTime

Sent = dict[str, Any]
"""Statements as the driver got them, each with the parameters of its first use."""

FEW = frozenset(
    {
        *("dedup_scheme", "dedup_state", "host", "identity", "measure", "poll", "saved", "verified"),
        *("export_batch", "export_due", "dedup_run"),
    }
)
"""Tables with a row for each thing that the program, a site file or a person named; a site's hosts are as few, and so
are WARC files, one a day, batches, one an export, and runs of the duplicate index, three a level. What is due for the
next batch is read once, by that one."""
GROWING = frozenset({table.name for table in Base.metadata.sorted_tables} | {TABLE}) - FEW
SHARED = frozenset("site source state kind outcome template relation warc_file run_id version by_person pinned".split())
"""Columns of which very many rows may have the same value: to search by them alone is to scan."""
UNIQUE = {
    table.name: [
        {column.name for column in key.columns}
        for key in (table.primary_key, *(index for index in table.indexes if index.unique))
    ]
    for table in Base.metadata.sorted_tables
}
"""The keys of which each table has one row at most."""
PARTIAL = {
    str(index.name): str(index.info["where"])
    for table in Base.metadata.sorted_tables
    for index in table.indexes
    if "where" in index.info
}
"""Which rows an index is of; "None" for all."""
IN_HAND = frozenset(
    {
        *("ix_alarm_open", "ix_frontier_leased", "ix_recheck_leased", "ix_correction_doubtful"),
        *("ix_article_withdrawn", "ix_crawl_run_running"),
    }
)
"""Partial indexes of few rows, whatever the archive holds: open alarms; what the crawlers at work have leased;
corrections to look at again; what people withdrew, one by one; the runs that call themselves running."""
_LEAST = re.compile(r"SELECT (min|max)\((?:\w+\.)?(\w+)\)(?: AS \w+)?\s+FROM (\w+)\s+WHERE (?:\w+\.)?\2 [<>] \S+\s*$")
"""The next value of an index: one row of it."""
_TOKENS = "article_text_tokens(written)"
"""What the index of the full text is of, as PostgreSQL's plans have it."""
_OF_NUMBERS = re.compile(r"\b(?:min|max)\((?:\w+\.)?id\)")
_JUDGED = re.compile(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)


@contextmanager
def recorded(url: URL | None = None) -> Iterator[Sent]:
    """Everything that any engine of this process sends within the block. `url`: to this database alone, not into a copy
    of it, which is being made."""
    sent: Sent = {}

    def hear(
        connection: Connection, cursor: object, statement: str, parameters: Any, context: object, many: bool
    ) -> None:
        if _JUDGED.match(statement) and url in (None, connection.engine.url):
            sent.setdefault(statement, _plain(parameters[0] if many else parameters))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def _plain(parameters: Any) -> Any:
    """Without views of memory, which cannot be written to a file."""
    if isinstance(parameters, Mapping):
        return {name: bytes(one) if isinstance(one, memoryview) else one for name, one in parameters.items()}
    return tuple(bytes(one) if isinstance(one, memoryview) else one for one in parameters)


def record_into(path: str, url: str) -> None:
    """For a process of its own: write everything that it sends to a database to a file when it ends."""
    block = recorded(make_url(url))
    sent = block.__enter__()

    def write() -> None:
        block.__exit__(None, None, None)
        Path(path).write_bytes(pickle.dumps(sent))

    atexit.register(write)


def read_recorded(path: Path) -> Sent:
    """What `record_into` wrote."""
    return pickle.loads(path.read_bytes())  # type: ignore[no-any-return]  # noqa: S301 - our own file


@contextmanager
def instructions(engine: Engine) -> Iterator[list[int]]:
    """How many instructions of its own SQLite works off within the block, as the one number of a list: a measure of
    what is read that no clock and no other process disturbs."""
    counted = [0]
    connections = []

    def tick() -> int:
        counted[0] += 1
        return 0

    def count(connection: Connection) -> None:
        raw: Any = connection.connection.driver_connection
        raw.set_progress_handler(tick, 1)
        connections.append(raw)

    event.listen(engine, "begin", count)
    try:
        yield counted
    finally:
        event.remove(engine, "begin", count)
        for raw in connections:
            raw.set_progress_handler(None, 0)


def too_much(engine: Engine, sent: Mapping[str, Any]) -> dict[str, list[str]]:
    """The statements whose cost grows with the archive, each with those steps of its plan that do."""
    sqlite = engine.dialect.name == "sqlite"
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        if not sqlite:
            _prepare_postgresql(cursor)
        found = {}
        for statement, parameters in sent.items():
            steps = (_sqlite_steps if sqlite else _postgresql_steps)(cursor, statement, parameters)
            if steps:
                found[statement] = steps
    finally:
        raw.rollback()
        raw.close()
    return found


def _is_narrow(table: str, equal: set[str]) -> bool:
    """Whether a search for values of these columns finds few rows."""
    return bool(equal - SHARED) or any(key <= equal for key in UNIQUE.get(table, []))


def _sqlite_steps(cursor: Any, statement: str, parameters: Any) -> list[str]:
    """SQLite's plans do not depend on what the tables hold, as long as nobody has analyzed them."""
    steps = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    # A limit ends the reading where nothing is sorted first, nor left out on the way. Which rows are left out is not
    # told; none are where there is no condition, and an index of just the rows that are asked for has been made so.
    stops = "LIMIT" in statement and not any("TEMP B-TREE" in step for step in steps)
    by_null = _searched_by_null(steps, statement)
    aliases = {alias: table for table, alias in re.findall(r"\b(\w+) AS (\w+)", statement)}
    found = []
    for step in steps:
        match = re.match(r"(SCAN|SEARCH) (\w+)(?: .*INDEX (\w+))?(.*)", step)
        if match is None:
            continue
        way, name, index, rest = match.groups()
        table = aliases.get(name, name)
        if table not in GROWING or index in IN_HAND:
            continue
        if statement.startswith("INSERT") and not re.search(rf"\b{table}\b", statement):
            continue  # the check of a foreign key, which is skipped while none is broken
        if table == TABLE:
            narrow = re.search(r"INDEX 0:[M=]", step) is not None  # by words, or by a row's number
        elif way == "SCAN" or "AUTOMATIC" in step:  # an index made for the statement has read the table
            narrow = stops and "WHERE" not in statement
        else:
            equal = set(re.findall(r"(\w+)=\?", rest)) - by_null
            # Without a word behind it: the least or the greatest of an index, or of the rows' numbers.
            least = not rest and "WHERE" not in statement and (index is not None or _OF_NUMBERS.search(statement))
            made_for_it = stops and str(index) in PARTIAL
            # The one condition that there is is the index's.
            only = len(re.findall(r"\w+[=<>]\?", rest)) == 1 and not re.search(r" (?:AND|OR) ", statement)
            first_of_it = stops and only
            # The first rows behind a place of the index, and nothing is left out on the way.
            behind = (
                stops and len(re.findall(r"[<>]\?", rest)) == 1 and len(re.findall(r" (?:AND|OR) ", statement)) == 0
            )
            rows = re.findall(r"\b(?:row)?id([<>=])\?", rest)
            few_rows = len(rows) > 1 or "=" in rows or (bool(rows) and stops)  # some numbers, not all from one on
            made = made_for_it or first_of_it or behind or (bool(rest) and _LEAST.match(statement) is not None)
            narrow = bool(least) or few_rows or made or _is_narrow(table, equal)
        if not narrow:
            found.append(step)
    return found


def _searched_by_null(steps: list[str], statement: str) -> set[str]:
    """The columns of which SQLite searches the rows that have none, which its plan shows as it shows a value."""
    found = set()
    for column in set(re.findall(r"(\w+) IS NULL", statement)):
        values = len(re.findall(rf"\b{column} (?:=|IN) ", statement)) + len(
            re.findall(rf" = \w+\.{column}\b", statement)
        )
        if sum(f"{column}=?" in step for step in steps) > values:
            found.add(column)
    return found


def _postgresql_steps(cursor: Any, statement: str, parameters: Any) -> list[str]:
    cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
    (told,) = cursor.fetchone()
    return list(_postgresql_scans(told[0]["Plan"], stops=False, heap=None))


_PASSED_ON = ("LockRows", "Incremental Sort", "Nested Loop")
"""What reads no more of what is below it than is asked of it: sorted group by group, joined row by row."""


def _postgresql_scans(node: Mapping[str, Any], *, stops: bool, heap: str | None) -> Iterator[str]:
    """`stops`: a limit above ends the reading. `heap`: the table of a bitmap, which its indexes do not name."""
    kind, index, condition = node["Node Type"], node.get("Index Name"), node.get("Index Cond", "")
    table = heap if kind == "Bitmap Index Scan" else node.get("Relation Name")
    if kind.endswith("Scan") and kind not in ("Bitmap Heap Scan", "Tid Scan") and table in GROWING:
        equal = set(re.findall(r"\((\w+) (?:=|@@) ", condition.replace(_TOKENS, "tokens")))
        if re.search(r"\(id >", condition) and (stops or re.search(r"\(id <", condition)):
            equal.add("id")  # some numbers, not all from one on
        leaves_out = node.get("Filter", "").replace("::text", "").strip("()") not in ("", PARTIAL.get(str(index)))
        narrow = index in IN_HAND or (stops and not leaves_out) or _is_narrow(table, equal)
        if not narrow:
            yield " ".join(filter(None, (kind, "on", table, index, condition, node.get("Filter"))))
    stops = kind == "Limit" or (stops and kind in _PASSED_ON)
    for below in node.get("Plans", ()):
        yield from _postgresql_scans(below, stops=stops, heap=table or heap)


def _prepare_postgresql(cursor: Any) -> None:
    """Make every table large enough for the planner to care which index it takes, until the transaction ends; and let
    it scan a table, which is cheap for those, only where there is no other way."""
    cursor.execute("SET LOCAL session_replication_role = replica")  # no foreign keys
    for table in (one for one in Base.metadata.sorted_tables if one.name in GROWING):
        values = ", ".join(_filler(column) for column in table.columns)
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        cursor.execute(
            f"INSERT INTO {table.name} ({names}) SELECT {values} FROM generate_series(1, {_FILL}) AS n "
            "ON CONFLICT DO NOTHING"
        )
    words = f"SELECT {_FIRST} + n, 0, convert_to('w' || n % 5000, 'UTF8') FROM generate_series(1, {10 * _FILL}) AS n"
    cursor.execute(f"INSERT INTO {TABLE} (article_id, part, written) {words}")
    cursor.execute("ANALYZE")
    for way in ("seqscan", "hashjoin", "mergejoin"):
        cursor.execute(f"SET LOCAL enable_{way} = off")


_FILL = 5_000
_FIRST = 1_000_000_000


def _filler(column: Column[Any]) -> str:
    """A value for each of the rows: shared by many where the column's values are, else its own; or often null."""
    shared = column.name in SHARED
    if isinstance(column.type, JSON):
        value = "'[]'::json"
    elif isinstance(column.type, UtcDateTime):
        value = "now() + n * interval '1 second'"
    else:
        value = {
            int: "n % 3" if shared else f"{_FIRST} + n",
            str: "(ARRAY['netease', 'gone', 'other'])[n % 3 + 1]" if shared else "'x' || n",
            float: "1.0",
            bool: "false",
            bytes: "''::bytea",
        }[column.type.python_type]
    # Not all columns of a row are null at once: a partial index is of some rows.
    return f"CASE WHEN (n + {len(column.name)}) % 4 > 0 THEN {value} END" if column.nullable else value
