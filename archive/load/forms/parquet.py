"""Parquet files, read in a process of their own under a ceiling: a file that lies about its sizes, or unpacks to more
than it seems, ends that process and not the import. Memory holds some pages of each column, whatever the row groups.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen

from archive.errors import UsageError
from archive.load.forms.cells import list_in
from archive.load.forms.piece import MAX_RECORD, Piece
from archive.load.values import shown
from archive.workers import Ceiling, WorkerEnded, Workers

CEILING: Final = Ceiling(seconds=120, megabytes=1024)
ROWS: Final = 200
"""Rows that are handed over at a time."""
_BUFFER: Final = 2**20
_MOST_FAULTS: Final = 20
_MAX_DEPTH: Final = 40
_MAX_COLUMNS: Final = 10_000


@frozen
class Told:
    """What a Parquet file says of itself: its columns, the rows of each row group, and how many values each column
    seems to have."""

    columns: tuple[str, ...]
    groups: tuple[int, ...]
    values: dict[str, int]


@frozen
class _Head:
    """Asks what a file says of itself."""

    path: str


@frozen
class _First:
    """Asks for a value of each of these columns."""

    path: str
    columns: tuple[str, ...]


@frozen
class _Part:
    """Asks for the next rows of a row group, of these columns, behind `skip` rows. `exact`: see `Rows`."""

    path: str
    columns: tuple[str, ...]
    group: int
    skip: int
    exact: bool = False


class _NotParquet(Exception):
    """The file, or a part of it, cannot be read; the message says why."""


Task = _Head | _First | _Part


def workers() -> "Workers[Task, Any]":
    """A process that reads Parquet; to be closed. Raises `UsageError` where pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        raise UsageError("Parquet needs pyarrow; install jianbao[parquet], or save the table as CSV")
    return Workers(work, jobs=1, ceiling=CEILING, begin=_begin)


def told_of(pool: "Workers[Task, Any]", path: Path) -> Told:
    """Raises `UsageError` for what is no Parquet file."""
    try:
        told: Told = pool.call(_Head(str(path)))
    except (_NotParquet, WorkerEnded, MemoryError) as error:
        raise UsageError(f"cannot read {path}: {_reason(error)}") from error
    return told


def samples(pool: "Workers[Task, Any]", path: Path, columns: tuple[str, ...]) -> dict[str, str]:
    """A value of each column, for people; "" where none is to be had."""
    found: dict[str, str] = dict.fromkeys(columns, "")
    with suppress(_NotParquet, WorkerEnded, MemoryError):
        found.update(pool.call(_First(str(path), columns)))
    return found


@define
class Rows:
    """The rows of these columns, each a record; `done`: how many of them were read. `exact`: a text is itself, also
    where it looks like a list."""

    pool: "Workers[Task, Any]"
    path: Path
    told: Told
    columns: tuple[str, ...]
    exact: bool = False
    done: int = 0

    def pieces(self) -> Iterator[Piece]:
        """Never raises for what they hold; of a row group that cannot be read, the next one follows."""
        faults = before = 0
        for group, claimed in enumerate(self.told.groups):
            skip = 0
            try:
                while rows := self.pool.call(_Part(str(self.path), self.columns, group, skip, self.exact)):
                    for number, (row, size) in enumerate(rows, before + skip + 1):
                        long = size > MAX_RECORD
                        reason = f"longer than {MAX_RECORD} bytes" if long else ""
                        yield Piece(number, None, b"" if long else row, reason, "row", min(size, MAX_RECORD))
                    skip += len(rows)
                    self.done = before + skip
            except (_NotParquet, WorkerEnded, MemoryError) as error:
                faults += 1
                yield Piece(before + skip + 1, None, b"", f"row group {group + 1} breaks off: {_reason(error)}", "row")
                if faults == _MOST_FAULTS:
                    yield Piece(before + skip + 1, None, b"", "so many that the rest is not read", "row")
                    return
            before += max(claimed, skip)


def _reason(error: BaseException) -> str:
    return shown(str(error) or type(error).__name__, 200)


# In the worker


@define
class _Open:
    """A row group that is being read: which, how many of its rows were handed over, the others."""

    path: str = ""
    columns: tuple[str, ...] = ()
    group: int = -1
    at: int = 0
    batches: Iterator[Any] = field(factory=lambda: iter(()))


_open = _Open()


def _begin() -> None:
    import pyarrow as pa

    # The other allocators reserve more address space than the ceiling leaves.
    pa.set_memory_pool(pa.system_memory_pool())
    pa.set_cpu_count(1)


def work(task: Task) -> Any:
    """What the process is asked for."""
    import pyarrow as pa

    try:
        if isinstance(task, _Head):
            return _told(task.path)
        if isinstance(task, _First):
            return _first(task)
        return _rows(task)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise _NotParquet(f"{error}"[:300]) from None


def _file(path: str) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)


def _told(path: str) -> Told:
    file = _file(path)
    names = tuple(file.schema_arrow.names)
    if len(names) > _MAX_COLUMNS:
        raise ValueError(f"it has more than {_MAX_COLUMNS} columns")
    metadata = file.metadata
    groups = tuple(max(0, metadata.row_group(one).num_rows) for one in range(metadata.num_row_groups))
    values = dict.fromkeys(names, sum(groups))
    for leaf in range(min(metadata.num_columns, _MAX_COLUMNS)):
        name = metadata.schema.column(leaf).path
        if name in values and groups:
            values[name] -= sum(_nulls(metadata.row_group(one).column(leaf)) for one in range(len(groups)))
    return Told(names, groups, values)


def _nulls(chunk: Any) -> int:
    statistics = chunk.statistics
    return statistics.null_count if statistics is not None and statistics.has_null_count else 0


def _first(task: _First) -> dict[str, str]:
    found: dict[str, str] = {}
    for batch in _file(task.path).iter_batches(batch_size=20, columns=list(task.columns), use_threads=False):
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            value = next((one for one in _values(column) if one not in (None, "", [], {})), None)
            found[name] = "" if value is None else shown(value)
        break
    return found


def _rows(task: _Part) -> list[tuple[dict[str, Any], int]]:
    global _open  # noqa: PLW0603 - how far this process has read
    if (_open.path, _open.columns, _open.group, _open.at) != (task.path, task.columns, task.group, task.skip):
        batches = _file(task.path).iter_batches(
            batch_size=ROWS, row_groups=[task.group], columns=list(task.columns), use_threads=False
        )
        _open = _Open(task.path, task.columns, task.group, 0, batches)
        while _open.at < task.skip:
            _open.at += len(next(_open.batches))
    for batch in _open.batches:
        if len(batch):
            _open.at += len(batch)
            return _records(batch, exact=task.exact)
    return []


def _records(batch: Any, *, exact: bool) -> list[tuple[dict[str, Any], int]]:
    columns = {
        name: _values(column, exact=exact) for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }
    found = []
    for row in zip(*columns.values(), strict=True):
        record = {name: value for name, value in zip(columns, row, strict=True) if value is not None}
        size = sum(len(value) if isinstance(value, (str, list)) else 8 for value in record.values())
        found.append(({} if size > MAX_RECORD else record, size))
    return found


def _values(column: Any, *, exact: bool = False) -> list[Any]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    try:
        if exact and pa.types.is_string(kind):
            texts: list[Any] = column.to_pylist()
            return texts
        return [plain(value, exact=exact) for value in column.to_pylist()]
    except (ValueError, OverflowError, UnicodeDecodeError, pa.ArrowException):
        return [_one(value) for value in column]


def _one(value: Any) -> Any:
    try:
        return plain(value.as_py())
    except (ValueError, OverflowError, UnicodeDecodeError):
        return f"unreadable {value.type}"


def plain(value: Any, depth: int = 0, *, exact: bool = False) -> Any:
    """A value of Arrow's as JSON has it: times as ISO 8601, bytes as the text that they are, NaN as nothing."""
    if isinstance(value, str):
        return value if exact else list_in(value)
    if value is None or isinstance(value, (bool, int)) or depth > _MAX_DEPTH:
        return value if depth <= _MAX_DEPTH else None
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return {str(key): plain(one, depth + 1, exact=exact) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one, depth + 1, exact=exact) for one in value]
    return str(value)
