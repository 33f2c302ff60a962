"""CSV and its kin: tables in text, as spreadsheets, databases and scripts write them.

The delimiter is the one that parts the header into the most names that we know. How quotes are written is what reads
the first rows soundly: doubled (RFC 4180), behind a backslash, not at all (`mysql --batch`, `COPY … TO`), or loosely. A
row with another number of cells than the header is refused: its cells may stand under the wrong names. So is one that
cannot be decoded. A quote that nobody closed costs its row, not the file: reading goes on with the next line that makes
a row.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from attrs import define, field, frozen

from archive.load.forms.cells import value_of
from archive.load.forms.encoded import Text
from archive.load.forms.piece import MAX_RECORD, Piece
from archive.load.names import Renamed

_DELIMITERS: Final = (",", "\t", ";", "|", "\x01")
_SEP: Final = re.compile(rb"""sep=(.)\r?\n|"sep=(.)"\r?\n""", re.IGNORECASE)
_BLANK: Final = re.compile(rb"[ \t]*\r?\n")
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "", "b": "", "Z": "", "f": "", "v": ""}
_NOTHING: Final = "\\N"
_SELDOM: Final = 0.5
"""Where fewer rows than that are sound, a table is read loosely: a stray quote costs its row in all others, since it
may change the text."""
_AGAIN: Final = 64 * MAX_RECORD
"""So many bytes are read twice at most, for quotes that nobody closed."""


@frozen
class Dialect:
    """How a table is written. `quotes`: see `_READERS`."""

    delimiter: str
    quotes: str


@frozen
class Table:
    """A table whose header was read. `columns`: its names, each once; `skip`: lines before the header's end."""

    text: Text
    dialect: Dialect
    columns: tuple[str, ...]
    skip: int


class _TooLong(Exception):
    """The record is longer than a record may be."""


Rows = Iterator[list[str]]


def _doubled(lines: Iterator[str], delimiter: str) -> Rows:
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _behind_a_backslash(lines: Iterator[str], delimiter: str) -> Rows:
    return csv.reader(lines, delimiter=delimiter, escapechar="\\", strict=True)


def _none(lines: Iterator[str], delimiter: str) -> Rows:
    for line in lines:
        yield [_unescaped(cell) for cell in line.rstrip("\r\n").split(delimiter)]


def _loose(lines: Iterator[str], delimiter: str) -> Rows:
    return csv.reader(lines, delimiter=delimiter)


_READERS: Final[dict[str, Callable[[Iterator[str], str], Rows]]] = {
    "doubled": _doubled,
    "escaped": _behind_a_backslash,
    "none": _none,
    "loose": _loose,
}
"""Ways of quotes, in the order in which they count where several read the first rows alike."""


def _unescaped(cell: str) -> str:
    if cell == _NOTHING or "\\" not in cell:
        return cell
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), cell)


def table_of(text: Text, renamed: Renamed) -> Table | None:
    """The table that a text holds; None where it has no first line, or one that is too long."""
    csv.field_size_limit(MAX_RECORD)
    sample, skip, begun = text.sample, 0, 0
    told = _SEP.match(sample)
    while match := _SEP.match(sample, begun) or _BLANK.match(sample, begun):
        skip, begun = skip + 1, match.end()
    # To a table, no other sign than a line feed ends a line.
    lines = io.StringIO(sample[begun:].decode(text.encoding, "replace"), newline="\n").readlines()
    if not text.whole:
        lines = lines[:-1] if len(lines) > 1 else lines
    if not lines or len(lines[0]) > MAX_RECORD // 16:
        return None
    delimiters = ((told[1] or told[2]).decode("latin-1"),) if told else _DELIMITERS
    delimiter = max(delimiters, key=lambda one: _score(_header(lines, one), renamed))
    header = _header(lines, delimiter)
    if not header:
        return None
    ways = [way for way in _READERS if way != "loose" and (way != "none" or delimiter == "\t")]
    sound = {way: _sound(lines, Dialect(delimiter, way), len(header), whole=text.whole) for way in ways}
    quotes = max(sound, key=lambda way: sound[way])
    if sound[quotes] < _SELDOM and len(lines) > 1:
        quotes = "loose"
    return Table(text, Dialect(delimiter, quotes), _named(header), skip)


def _header(lines: Sequence[str], delimiter: str) -> list[str]:
    with suppress(csv.Error):
        return next(_loose(iter(lines), delimiter), [])
    return []


def _score(header: Sequence[str], renamed: Renamed) -> tuple[int, int]:
    known = {renamed.field_of(name) for name in header} - {""}
    return len(known), len(header)


def _sound(lines: Sequence[str], dialect: Dialect, width: int, *, whole: bool) -> float:
    """The share of the first lines that stand in rows of the right width. The last row may be cut off."""
    rows = _READERS[dialect.quotes](iter(lines), dialect.delimiter)
    sound = broken = 0
    while True:
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error:
            broken += 1
        else:
            sound += len(row) == width
            broken += len(row) not in (0, width)
    if not whole and broken:
        broken -= 1
    return sound / (sound + broken) if sound else 0.0


def _named(header: Sequence[str]) -> tuple[str, ...]:
    """The columns' names, each once: of several alike the later ones are numbered, and those without a name are."""
    names: list[str] = []
    for place, name in enumerate(header, 1):
        name = name.strip().strip("\ufeff")[:200] or f"column {place}"
        names.append(name if name not in names else f"{name} ({place})")
    return tuple(names)


def rows_of(table: Table, most: int = MAX_RECORD) -> Iterator[Piece]:
    """The rows below the header, each a record; never raises for what they hold. `most`: bytes of a row."""
    csv.field_size_limit(MAX_RECORD)
    lines = _Lines(table, most)
    read = _READERS[table.dialect.quotes]
    rows = read(lines, table.dialect.delimiter)
    header = True
    while lines.again <= _AGAIN:
        lines.begin()
        try:
            row = next(rows)
        except StopIteration:
            return
        except (OSError, EOFError) as error:
            yield Piece(lines.number, lines.offset, b"", f"the file breaks off: {error}")
            return
        except (_TooLong, csv.Error) as error:
            piece = Piece(lines.first, lines.began, b"", _reason(error, most))
            # A row that begins where a quote should have closed ends the record at once; it is whole.
            at_once = isinstance(error, csv.Error)
            header = False
        else:
            if header or not any(row):
                header = False
                continue
            piece, at_once = _piece(table, lines, row), False
        if piece.reason:
            lines.go_back(len(table.columns), at_once=at_once)
            rows = read(lines, table.dialect.delimiter)
        yield piece
    yield Piece(lines.number, lines.offset, b"", "too many quotes are not closed; the rest is not read")


def _reason(error: Exception, most: int) -> str:
    if isinstance(error, _TooLong):
        return f"longer than {most} bytes, or a quote is not closed"
    return f"not CSV: {error}"


def _piece(table: Table, lines: "_Lines", row: list[str]) -> Piece:
    width = len(table.columns)
    while len(row) > width and not row[-1]:
        row.pop()  # a comma too many at each line's end
    if lines.broken:
        return Piece(lines.first, lines.began, b"", f"not {table.text.encoding.upper()}")
    if len(row) != width:
        return Piece(lines.first, lines.began, b"", f"{len(row)} cells, where the header has {width}")
    record: dict[str, Any] = {}
    for name, cell in zip(table.columns, row, strict=True):
        value = value_of(cell)
        if value is not None:
            record[name] = value
    return Piece(lines.first, lines.began, record, size=lines.size)


@define
class _Lines:
    """A table's lines, decoded, as `csv.reader` takes them. `again`: how many bytes of them were read twice. Of the
    record at hand: `first`, its first line, and `began`, the byte at which that begins; `size`, in bytes; `broken`:
    whether some of it cannot be decoded."""

    table: Table
    most: int
    number: int = 0
    offset: int = 0
    again: int = 0
    first: int = 0
    began: int = 0
    size: int = 0
    broken: bool = False
    _held: list[bytes] = field(factory=list)
    _back: deque[bytes] = field(factory=deque)

    def __attrs_post_init__(self) -> None:
        self.offset = self.table.text.begin
        for _ in range(self.table.skip):
            self._line()

    def __iter__(self) -> "_Lines":
        return self

    def begin(self) -> None:
        """The next line begins a record."""
        self.first, self.began, self.size, self.broken = self.number + 1, self.offset, 0, False
        self._held.clear()

    def __next__(self) -> str:
        line = self._line()
        if not line:
            raise StopIteration
        self.size += len(line)
        if self.size > self.most:
            if not line.endswith(b"\n"):
                self._to_the_end_of_the_line()
            raise _TooLong
        self._held.append(line)
        try:
            return line.decode(self.table.text.encoding)
        except UnicodeDecodeError:
            self.broken = True
            return line.decode(self.table.text.encoding, "replace")

    def go_back(self, width: int, *, at_once: bool) -> None:
        """After a record that is none: to its second line (`at_once`), or to the first line behind that makes a row by
        itself."""
        for place, line in enumerate(self._held[1:], 1):
            if at_once or self._width(line) == width:
                held = self._held[place:]
                size = sum(map(len, held))
                self.number -= len(held)
                self.offset -= size
                self.again += size
                self._back.extendleft(reversed(held))
                return

    def _width(self, line: bytes) -> int:
        """How many cells a line makes by itself."""
        decoded = [line.decode(self.table.text.encoding, "replace")]
        with suppress(csv.Error):
            return len(next(_READERS[self.table.dialect.quotes](iter(decoded), self.table.dialect.delimiter), ()))
        return 0

    def _line(self) -> bytes:
        line = self._back.popleft() if self._back else self.table.text.lines.readline(self.most + 1)
        self.number += bool(line)
        self.offset += len(line)
        return line

    def _to_the_end_of_the_line(self) -> None:
        while line := self.table.text.lines.readline(self.most):
            self.offset += len(line)
            if line.endswith(b"\n"):
                return
