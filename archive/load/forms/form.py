"""Which form an article file has, and its records one after the other, whatever the form."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from archive.errors import UsageError
from archive.load.forms import delimited, encoded, parquet, shapes
from archive.load.forms.packed import Source, foreign, unpacked
from archive.load.forms.piece import Piece
from archive.load.names import Renamed, plain

if TYPE_CHECKING:
    from archive.workers import Workers

PARQUET: Final = b"PAR1"
_BLANK: Final = b"\xef\xbb\xbf \t\r\n"
_JSON: Final = (".json", ".jsonl", ".ndjson", ".jl")
_PACKED: Final = (".gz", ".zst")
_SHOWN: Final = 40


@frozen
class Form:
    """What a file is, as a person would say it; its records, which can be asked for once; how many of its bytes were
    read; the names of its columns where it is a table; and of those that are left unread how many values they have, and
    one of them."""

    what: str
    pieces: Callable[[], Iterator[Piece]]
    at: Callable[[], int]
    columns: tuple[str, ...] = ()
    unread: dict[str, tuple[int, str]] = field(factory=dict)


@contextmanager
def opened(path: Path, renamed: Renamed, site: str | None) -> Iterator[Form]:
    """A file, open and its form known. `site`: whether records need no address. Raises `UsageError` for a file that
    cannot be read, or in which nothing can be an article."""
    with unpacked(path) as source:
        try:
            start = source.content.peek(512)
        except (OSError, EOFError) as error:
            raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
        if start.startswith(PARQUET) and source.packed:
            raise UsageError(f"{path} is Parquet, packed by {source.packed}; unpack it first")
        if start.startswith(PARQUET):
            with parquet.workers() as pool:
                yield _parquet(pool, path, renamed, site)
        elif _is_json(path, start):
            yield Form("JSON" + _packed(source), lambda: shapes.pieces(source.content), source.at)
        else:
            yield _table(source, start, renamed, site)


def _is_json(path: Path, start: bytes) -> bool:
    name = path.name.lower()
    for ending in _PACKED:
        name = name.removesuffix(ending)
    begun = start.lstrip(_BLANK)
    return not begun or begun.startswith((b"{", b"[")) or (name.endswith(_JSON) and not foreign(start))


def _packed(source: Source) -> str:
    return f", packed by {source.packed}" if source.packed else ""


def _table(source: Source, start: bytes, renamed: Renamed, site: str | None) -> Form:
    known = foreign(start)
    if known:
        raise UsageError(f"{source.path} is {known}; nothing was taken in")
    text = encoded.text_of(source.content)
    table = None if b"\0" in text.sample else delimited.table_of(text, renamed)
    if table is None or (len(table.columns) < 2 and not renamed.field_of(table.columns[0])):
        raise UsageError(f"{source.path} is neither a WARC file, nor JSON, CSV or Parquet; nothing was taken in")
    check_columns(source.path, table.columns, renamed, site)
    named = {"\t": "tab", "\x01": "\\x01"}.get(table.dialect.delimiter, table.dialect.delimiter)
    what = f"CSV, {text.encoding.upper()}, delimiter {named}, quotes {table.dialect.quotes}{_packed(source)}"
    return Form(what, lambda: delimited.rows_of(table), source.at, table.columns)


def _parquet(pool: "Workers[parquet.Task, Any]", path: Path, renamed: Renamed, site: str | None) -> Form:
    told = parquet.told_of(pool, path)
    check_columns(path, told.columns, renamed, site)
    used = tuple(name for name in told.columns if renamed.is_read(name))
    unread = tuple(name for name in told.columns if not renamed.is_known(name) and name not in used)
    found = parquet.samples(pool, path, unread) if unread else {}
    rows = parquet.Rows(pool, path, told, used)
    total, size = max(1, sum(told.groups)), path.stat().st_size
    return Form(
        f"Parquet, {sum(told.groups)} rows",
        rows.pieces,
        lambda: size * min(rows.done, total) // total,
        told.columns,
        {name: (told.values[name], found[name]) for name in unread if told.values[name] > 0},
    )


def check_columns(path: Path, columns: Sequence[str], renamed: Renamed, site: str | None) -> None:
    """Raises `UsageError` where no row of a table with these columns can be an article, or one is not there that
    `--map` names."""
    shown = ", ".join(columns[:_SHOWN]) + (", …" if len(columns) > _SHOWN else "")
    missing = renamed.missing({plain(name) for name in columns}, inside=True)
    if missing:
        raise UsageError(f"{path} has no column {' or '.join(missing)}; its columns are {shown}")
    fields = {renamed.field_of(name) for name in columns}
    if "body" not in fields:
        raise UsageError(f"no column of {path} is known as the text; name it: --map body=NAME; its columns are {shown}")
    if site is None and not {"url", "source_name"} & fields:
        raise UsageError(
            f"no column of {path} is known as the address; name it: --map url=NAME, or the corpus: --site NAME;"
            f" its columns are {shown}"
        )
