"""The bytes of a WARC file, unpacked from front to back in bounded memory, with the places that an index needs.

A `.warc.gz` is a row of gzip members, one a record by the standard. Others pack a whole file into one member, a record
into two, or leave empty members behind: so the content is read as one stream, which knows where members begin.
"""

import mmap
import re
import zlib
from typing import Any, Final

from attrs import define, field

STEP: Final = 256 * 2**10
GZIP: Final = b"\x1f\x8b\x08"
_RECORD: Final = b"WARC/"
_NEXT: Final = re.compile(rb"\n(?=WARC/[01]\.)")
_LINE_ENDS: Final = re.compile(rb"[\r\n]*")


class DamageError(Exception):
    """What should be read is not there, or is no record."""


class TornError(DamageError):
    """The file ends in the middle of it."""


@define
class Unpacked:
    """See the module. `data`: the file, or one member of it. `position`: the packed byte that is read next.

    `buffer` holds what is unpacked and not yet taken; its first byte is byte `at` of the unpacked file. `damage`: why
    nothing more can be unpacked behind it, None where it can or where the file ends.
    """

    data: mmap.mmap | bytes
    position: int = 0
    at: int = 0
    buffer: bytearray = field(factory=bytearray)
    packed: bool = False
    damage: DamageError | None = None
    _inflater: Any = None
    _members: list[tuple[int, int]] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.packed = self.data[self.position : self.position + len(GZIP)] == GZIP
        self.at = 0 if self.packed else self.position

    def fill(self, size: int) -> bool:
        """Unpack until `size` bytes are in the buffer; whether they are."""
        while len(self.buffer) < size and self.damage is None:
            try:
                if not self._more():
                    break
            except DamageError as error:
                self.damage = error
        return len(self.buffer) >= size

    def take(self, size: int) -> bytes:
        """The next `size` bytes of the buffer."""
        taken = bytes(self.buffer[:size])
        del self.buffer[:size]
        self.at += size
        return taken

    def skip_line_ends(self) -> bool:
        """Go on behind line ends; whether anything comes."""
        while self.fill(1):
            match = _LINE_ENDS.match(self.buffer)
            size = match.end() if match is not None else 0
            self.take(size)
            if self.buffer:
                return True
        return False

    def member_here(self) -> int | None:
        """The packed byte at which a gzip member begins whose first byte comes next (a plain file: this byte); None in
        the middle of a member."""
        if not self.packed:
            return self.at
        self._members = [one for one in self._members[:-1] if one[0] >= self.at] + self._members[-1:]
        # Of several that begin here all but the last are empty.
        return next((packed for unpacked, packed in reversed(self._members) if unpacked == self.at), None)

    def damaged_since(self, start: int) -> bool:
        """Whether the gzip member is damaged that begins at byte `start` of the unpacked file, or the damage is what
        comes next."""
        if self.damage is None or self._inflater is None or not self._members:
            return False  # what stands between members is none of theirs
        last = self._members[-1][0]
        if self.buffer:
            return last == start and not self.buffer.startswith(_RECORD)
        return last < self.at

    def record_before(self, size: int) -> int | None:
        """How many bytes of the next `size` come before a member that begins with a record of its own; None where they
        are all there is. Only of what is in the buffer."""
        for unpacked, _ in self._members:
            place = unpacked - self.at
            if 0 < place < size and self.buffer[place : place + len(_RECORD)] == _RECORD:
                return place
        return None

    def begins_member(self, start: int, stop: int) -> bool:
        """Whether a gzip member begins at one of these bytes of the buffer."""
        return any(start <= unpacked - self.at < stop for unpacked, _ in self._members)

    def end_here(self) -> int | None:
        """The packed byte at which what was taken ends; None in the middle of a member. To be asked after
        `skip_line_ends` or `fill(1)`."""
        if not self.packed:
            return self.at
        for unpacked, packed in self._members:
            if unpacked == self.at:
                return packed
        return self.position if not self.buffer and self._inflater is None else None

    def to_next_record(self, limit: int) -> bool:
        """Go on to the next place where a record seems to begin; whether there is one.

        `limit`: behind so many bytes that were looked through, a gzip member that begins with a record is preferred.
        """
        left = limit
        self.take(min(1, len(self.buffer)))
        while True:
            more = self.fill(STEP)
            found = self._found()
            if found is not None:
                self.take(found)
                return True
            if not more:
                return self._jump()
            left -= self._drop()
            if left <= 0 and self._jump():
                return True

    def _found(self) -> int | None:
        """Where in the buffer a record begins: at a member's first byte, or on a line of its own."""
        begins = [
            unpacked - self.at
            for unpacked, _ in self._members
            if unpacked >= self.at and self.buffer[unpacked - self.at : unpacked - self.at + len(_RECORD)] == _RECORD
        ]
        match = _NEXT.search(self.buffer)
        if match is not None:
            begins.append(match.end())
        return min(begins, default=None)

    def _drop(self) -> int:
        """Let go what holds no record's begin, but for an end that may be the first half of one."""
        size = max(0, len(self.buffer) - 16)
        self.take(size)
        return size

    def _jump(self) -> bool:
        """To the next gzip member, behind the last one that was begun, that begins with a record."""
        if not self.packed:
            return False
        offset = next_member(self.data, (self._members[-1][1] if self._members else self.position) + 1)
        if offset is None:
            return False
        self.at += len(self.buffer)
        self.buffer.clear()
        self.position, self._inflater, self.damage, self._members = offset, None, None, []
        return True

    def _more(self) -> bool:
        """Unpack a step further; False at the end of the file."""
        if not self.packed:
            piece = self.data[self.position : self.position + STEP]
            self.position += len(piece)
            self.buffer += piece
            return bool(piece)
        while True:
            if self._inflater is None and not self._begin():
                return False
            if unpacked := self._inflate():
                self.buffer += unpacked
                return True

    def _begin(self) -> bool:
        """Begin the next member; False at the end of the file. Zeros behind the last one are padding."""
        start = self.data[self.position : self.position + len(GZIP)]
        if start != GZIP:
            if not self.data[self.position : self.position + STEP].strip(b"\0\r\n"):
                return False
            raise DamageError("no gzip member begins here")
        self._members.append((self.at + len(self.buffer), self.position))
        self._inflater = zlib.decompressobj(31)
        return True

    def _inflate(self) -> bytes:
        inflater = self._inflater
        if inflater is None:
            return b""
        piece = inflater.unconsumed_tail
        if not piece:
            piece = self.data[self.position : self.position + STEP]
            self.position += len(piece)
        if not piece:
            raise TornError("the file ends in the middle of a record")
        try:
            unpacked = inflater.decompress(piece, STEP)
        except zlib.error as error:
            raise DamageError(f"broken gzip: {error}") from error
        if inflater.eof:
            self.position -= len(inflater.unused_data)
            self._inflater = None
        return bytes(unpacked)


def next_member(data: mmap.mmap | bytes, offset: int) -> int | None:
    """The next place where a gzip member begins whose content begins as a record does."""
    while (offset := data.find(GZIP, offset)) >= 0:
        try:
            if zlib.decompressobj(31).decompress(data[offset : offset + 4096], 16).startswith(_RECORD):
                return offset
        except zlib.error:
            pass
        offset += 1
    return None
