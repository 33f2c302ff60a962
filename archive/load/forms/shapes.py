"""The records of an article file, one after the other, whatever its shape: JSON Lines, an array, indented objects.

A file whose first line is an object has one a line. Of any other, the outermost objects are the records, wherever they
stand: in an array, in several (an appended feed), one after the other. So memory holds one record at a time, a broken
one is known with its place, and the next is read all the same: a streaming JSON parser stops at the first fault.
"""

import re
from collections.abc import Iterator
from typing import Final

from archive.load.forms.packed import Readable
from archive.load.forms.piece import MAX_RECORD, Piece

_CHUNK: Final = 2**18
_BLANK: Final = b" \t\r\n"
_MARK: Final = b"\xef\xbb\xbf"
_OUTSIDE: Final = re.compile(rb"[^\s,\[\]\xef\xbb\xbf]")
_INSIDE: Final = re.compile(rb'[{}"]')
_IN_TEXT: Final = re.compile(rb'(?:[^"\\\n]++|\\[\s\S])*+(?:["\n]|\\\Z)')
"""The rest of a text, with its escapes, up to what ends it, or to an escape that the next chunk goes on with."""


def pieces(file: Readable, most: int = MAX_RECORD) -> Iterator[Piece]:
    """The records of a file that is open for reading, not packed. Never raises for what it holds: a file that breaks
    off ends with a piece that says so. `most`: bytes of a record."""
    try:
        head = file.peek(1).lstrip(_MARK + _BLANK)
    except (EOFError, OSError):
        head = b""  # the reading meets it again
    return _lines(file, most) if _has_lines(head) else _objects(_chunks(file), most)


def _has_lines(head: bytes) -> bool:
    """Whether a file that begins so has one record a line."""
    if not head.startswith((b"{", b"[")):
        return True
    first, _, rest = head.partition(b"\n")
    # Inside an object no line begins with another one: where the second does, the first line is a broken one.
    return first.startswith(b"{") and (first.rstrip().endswith(b"}") or not rest or rest.lstrip().startswith(b"{"))


def _lines(file: Readable, most: int) -> Iterator[Piece]:
    """Each line that is not blank. Memory is bounded, whatever the file."""
    offset = number = 0
    while True:
        try:
            line = file.readline(most + 1)
            size = len(line)
            too_long = size > most
            while too_long and not line.endswith(b"\n") and (line := file.readline(most)):
                size += len(line)
        except (EOFError, OSError) as error:
            yield Piece(number + 1, offset, b"", f"the file breaks off: {error}")
            return
        if not size:
            return
        number += 1
        if too_long:
            yield Piece(number, offset, b"", f"longer than {most} bytes")
        elif content := line.strip((_MARK if number == 1 else b"") + _BLANK):
            yield Piece(number, offset, content, size=size)
        offset += size


def _chunks(file: Readable) -> Iterator[bytes | str]:
    """The rest of the file, and why it ends, where that is no end."""
    try:
        while chunk := file.read1(_CHUNK):
            yield chunk
    except (EOFError, OSError) as error:
        yield f"the file breaks off: {error}"


def _objects(chunks: Iterator[bytes | str], most: int) -> Iterator[Piece]:
    """The outermost objects."""
    state = _Scan(most)
    for chunk in chunks:
        if isinstance(chunk, str):
            yield Piece(state.number + 1, state.began, b"", chunk, "record")
            return
        yield from state.read(chunk)
    if state.depth:
        yield Piece(state.number + 1, state.began, b"", "the file ends inside the record", "record")


class _Scan:
    """How far a file was read, and what of the record at hand was seen. `depth`: of braces, 0 between records."""

    def __init__(self, most: int) -> None:
        self.number = self.began = self.offset = 0
        self.depth = 0
        self._most = most
        self._in_text = self._escaped = self._junk = False
        self._held: list[bytes] = []
        self._size = 0

    def read(self, chunk: bytes) -> Iterator[Piece]:
        """The records that end in the chunk."""
        at = kept = 0
        while at < len(chunk):
            if self._escaped:
                self._escaped, at = False, at + 1
                continue
            match = self._next(chunk, at)
            if match is None:
                break
            at = match.end()
            sign = chunk[at - 1 : at]
            if self.depth:
                if self._in_text and sign == b"\n":
                    # A quote is missing. The record is given up, so that the fault costs no other.
                    yield self._end(b"", "not JSON: a text does not end")
                    self.depth, self._in_text, self._junk = 0, False, True
                    continue
                self._step(sign)
                if not self.depth:
                    yield self._end(chunk[kept:at])
            elif sign == b"{":
                self.depth, self.began, kept, self._junk = 1, self.offset + at - 1, at - 1, False
            elif not self._junk:
                self._junk = True
                yield self._piece(b"", "not JSON", self.offset + at - 1)
        if self.depth:
            self._keep(chunk[kept:])
        self.offset += len(chunk)

    def _next(self, chunk: bytes, at: int) -> "re.Match[bytes] | None":
        """Up to the next sign that changes anything."""
        if self._in_text:
            return _IN_TEXT.match(chunk, at)
        return (_INSIDE if self.depth else _OUTSIDE).search(chunk, at)

    def _step(self, sign: bytes) -> None:
        """What a sign inside a record changes."""
        if self._in_text:
            self._escaped = sign == b"\\"
            self._in_text = self._escaped
        elif sign == b'"':
            self._in_text = True
        else:
            self.depth += 1 if sign == b"{" else -1

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size <= self._most:
            self._held.append(part)
        else:
            self._held.clear()

    def _end(self, part: bytes, reason: str = "") -> Piece:
        self._keep(part)
        content = b"".join(self._held)
        if self._size > self._most:
            reason = f"longer than {self._most} bytes"
        self._held, self._size = [], 0
        return self._piece(b"" if reason else content, reason, self.began)

    def _piece(self, content: bytes, reason: str, offset: int) -> Piece:
        self.number += 1
        return Piece(self.number, offset, content, reason, "record", len(content))
