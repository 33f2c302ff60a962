"""Reading WARC files record by record, with each record's place, going on behind what is broken.

Nothing is trusted: sizes are bounded, and a record that cannot be read is reported and skipped. What other writers do
against the standard, and what can be read all the same, is read (`crawler.warc.response`).
"""

import mmap
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from attrs import define, frozen

from archive.errors import UsageError
from crawler.warc.digests import faults
from crawler.warc.raw import RawCapture
from crawler.warc.response import Dates, Head, read_answer, read_head
from crawler.warc.unpacked import GZIP, DamageError, TornError, Unpacked, next_member

MAX_RECORD: Final = 64 * 2**20
"""A record of more bytes is skipped."""
MAX_HEADER: Final = 64 * 2**10
_BEGIN: Final = b"WARC/"
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_NEXT: Final = re.compile(rb"(?:\r?\n){2}(?=WARC/[01]\.)")
_AHEAD: Final = 16


@frozen(kw_only=True)
class Record:
    """One record. `kind`: its WARC-Type, in small letters. `raw`: its content, where it is an answer or a text of one.

    `offset`, `length`: its place in the file, in bytes: as CDX indexes have it where gzip members begin and end with
    it. Else `length` is None, and `offset` is its place in the unpacked file. `faults`: why its bytes are not what its
    header says, in a few words each, where that was asked.
    """

    offset: int
    length: int | None
    kind: str
    raw: RawCapture | None = None
    faults: tuple[str, ...] = ()


@frozen(kw_only=True)
class Broken:
    """Something at `offset` that is no whole record. `torn`: the file ends in the middle of it. `aside`: it was left
    unread on purpose."""

    offset: int
    reason: str
    torn: bool = False
    aside: bool = False


def read_records(
    path: Path,
    name: str,
    wanted: Callable[[int], bool] = lambda offset: True,
    *,
    start: int = 0,
    end: int | None = None,
    check: bool = False,
) -> Iterator[Record | Broken]:
    """Every record of a WARC file in order. `name`: what the captures call the file. Raises `UsageError`.

    `wanted` is asked before a record is looked at, by its offset; one that is not wanted is passed over unread.
    `start`, `end`: bytes at which a record begins and one ends, to read these and those between alone. `check`: hold
    every record against its digests.
    """
    with _opened(path, end) as data:
        if data is None:
            return
        file = _File(Unpacked(data, start), name, Dates(file=path.stat().st_mtime), check)
        if not file.begins():
            raise UsageError(f"{path} is no WARC file")
        yield from file.records(wanted)


def read_record(path: Path, name: str, offset: int, length: int | None = 0) -> Record:
    """The one record at a place as `Record` has it. `name`: what the captures call the file. Raises `UsageError`.

    Its date, where the record itself has none, may be another than in the row of records that it stands in.
    """
    try:
        if length and (member := _member(path, offset, length)) is not None:
            return _File(Unpacked(member[0]), name, member[1], base=offset).read()
        with _opened(path) as data:
            if data is None:
                raise UsageError(f"cannot read {path}: it is empty")
            file = _File(Unpacked(data, 0 if length is None else offset), name, Dates(file=path.stat().st_mtime))
            if length is None:
                file.go_to(offset)
            return file.read()
    except DamageError as error:
        raise UsageError(f"{path} has no whole record at byte {offset}: {error}") from error


def stored_record(path: Path, offset: int, length: int | None) -> bytes:
    """The bytes of a record, whose place is as `Record` has it: its part of the file; where that holds more than the
    record, or less, the record as it stands in the unpacked file. Raises `UsageError`."""
    with _opened(path) as data:
        if data is None:
            raise UsageError(f"cannot read {path}: it is empty")
        if length is not None:
            return data[offset : offset + length]
        file = _File(Unpacked(data), "", Dates(file=0.0))
        try:
            file.go_to(offset)
            file.stream.skip_line_ends()
            head = _head(file.stream)
            size = len(head) + min(read_head(head).length, MAX_RECORD)
        except DamageError as error:
            raise UsageError(f"{path} has no whole record at byte {offset}: {error}") from error
        file.stream.fill(size)
        return file.stream.take(size) + b"\r\n\r\n"


def _member(path: Path, offset: int, length: int) -> tuple[bytes, Dates] | None:
    """The gzip member at a place, alone: to map the file, and to unpack what stands behind the member, some hundred
    kilobytes at a time, costs more than the record. None where no member begins there."""
    try:
        with path.open("rb", buffering=0) as file:
            its = os.fstat(file.fileno())
            data = os.pread(file.fileno(), min(length, its.st_size), offset)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    return (data, Dates(file=its.st_mtime)) if data[: len(GZIP)] == GZIP else None


@frozen
class HeadAt:
    """The header of a record, and how many bytes of the file the record has."""

    head: Head
    size: int


def read_head_at(path: Path, offset: int) -> HeadAt:
    """The header of the record that is the gzip member at `offset`, of which nothing else is looked at. Raises
    `UsageError`."""
    with _opened(path) as data:
        try:
            if data is None:
                raise DamageError("it is empty")
            following = next_member(data, offset + 1)
            return HeadAt(read_head(_head(Unpacked(data, offset))), (following or len(data)) - offset)
        except DamageError as error:
            raise UsageError(f"{path} has no record at byte {offset}: {error}") from error


@contextmanager
def _opened(path: Path, end: int | None = None) -> Iterator[mmap.mmap | None]:
    """The file's bytes, up to `end`; None of an empty one."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    with file:
        try:
            data = mmap.mmap(file.fileno(), end or 0, access=mmap.ACCESS_READ)
        except ValueError:  # nothing to map
            yield None
            return
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror}") from error
        with closing(data):
            yield data


@define
class _File:
    """A file being read. `dates`: what tells the time of a record that does not say it. `check`: see `read_records`.
    `base`: the byte of the file at which the stream begins."""

    stream: Unpacked
    name: str
    dates: Dates
    check: bool = False
    base: int = 0

    def begins(self) -> bool:
        """Whether this is a WARC file: it begins with a record, or as gzip, or has a record in it somewhere."""
        data = self.stream.data
        if self.stream.packed or data[:5] == b"WARC/":
            return True
        if data.find(b"\nWARC/1.") >= 0:
            return True
        # Its first member's first bytes are damaged.
        found = next_member(data, 0)
        self.stream.packed = found is not None
        return found is not None

    def records(self, wanted: Callable[[int], bool]) -> Iterator[Record | Broken]:
        """Every record from here on."""
        while self.stream.skip_line_ends() or self.stream.damage is not None:
            member = self.stream.member_here()
            offset = self.stream.at if member is None else member
            try:
                if not wanted(offset):
                    raise _AsideError("left aside")
                yield self.read()
            except DamageError as error:
                more = self.stream.to_next_record(MAX_RECORD)
                torn = isinstance(error, TornError) and not more
                yield Broken(offset=offset, reason=str(error), torn=torn, aside=isinstance(error, _AsideError))
                if not more:
                    return

    def go_to(self, offset: int) -> None:
        """Go on to a byte of the unpacked file."""
        while self.stream.at < offset and self.stream.fill(1):
            self.stream.take(min(len(self.stream.buffer), offset - self.stream.at))

    def read(self) -> Record:
        """The record that comes next. Raises `DamageError`."""
        stream = self.stream
        stream.skip_line_ends()
        start, member = stream.at, stream.member_here()
        head = _head(stream)
        parsed = read_head(head)
        if parsed.length > MAX_RECORD:
            raise DamageError(f"the record has more than {MAX_RECORD} bytes")
        stream.take(len(head))
        block, cut = self._block(parsed.length)
        stream.fill(_AHEAD)
        ended = stream.buffer.startswith((b"\r\n\r\n", b"\n\n"))
        stream.skip_line_ends()
        if stream.damage is not None and stream.damaged_since(start):
            raise stream.damage
        end = stream.end_here()
        if not ended and (end is None or not stream.packed) and stream.buffer and not stream.buffer.startswith(_BEGIN):
            cut = cut or "the record goes on behind its Content-Length"
            stream.to_next_record(MAX_RECORD)
        offset, length = (start, None) if member is None or end is None else (member, end - member)
        offset += self.base
        try:
            raw = read_answer(parsed, block, self.dates, cut, (self.name, offset, length))
        except Exception as error:  # a hostile record may break warcio's parsers in any way
            raise DamageError(f"not a readable record: {type(error).__name__}") from error
        wrong = ((cut,) if cut else faults(parsed, block)) if self.check else ()
        return Record(offset=offset, length=length, kind=parsed.kind, raw=raw, faults=wrong)

    def _block(self, length: int) -> tuple[bytes, str]:
        """A record's block, and why it is less than the record says, "" for a whole one. Raises `DamageError`."""
        stream = self.stream
        whole = stream.fill(length)
        size = length if whole else len(stream.buffer)
        end = stream.record_before(size)
        if end is None and (not whole or self._swallows(length)):
            # A length that is a lie would swallow what comes behind it.
            match = _NEXT.search(stream.buffer, 0, size)
            end = match.start() if match is not None else None
        if end is None and not whole:
            if stream.damage is not None or not stream.packed:
                raise stream.damage or TornError("the file ends in the middle of a record")
            end = size
        if end is None:
            return stream.take(length), ""
        return stream.take(end), f"the record ends {length - end} bytes before its Content-Length"

    def _swallows(self, length: int) -> bool:
        """Whether something else than a record's begin, or a gzip member's, comes behind the next `length` bytes."""
        self.stream.fill(length + _AHEAD)
        behind = bytes(self.stream.buffer[length : length + _AHEAD]).lstrip(b"\r\n")
        if not behind or behind.startswith(_BEGIN):
            return False
        return not self.stream.begins_member(length, length + _AHEAD)


class _AsideError(DamageError):
    """A record that is not to be looked at."""


def _head(stream: Unpacked) -> bytes:
    """A record's header, with the empty line that ends it; it stays in the stream. Raises `DamageError`."""
    whole = stream.fill(MAX_HEADER)
    if not stream.buffer.startswith(_BEGIN):
        raise (None if stream.buffer else stream.damage) or DamageError("no record begins here")
    match = _HEAD_END.search(stream.buffer, 0, MAX_HEADER)
    if match is not None:
        return bytes(stream.buffer[: match.end()])
    if whole:
        raise DamageError("the record's header does not end")
    raise stream.damage or TornError("the file ends in the middle of a record's header")
