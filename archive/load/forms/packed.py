"""Files that may be packed (gzip, zstd), read as they are unpacked, within bounds."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from attrs import define, frozen

from archive.errors import UsageError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
RATIO: Final = 500
"""So many times its size a file may unpack to, once it gave `FREE` bytes: articles pack to a tenth, at most to a
hundredth where every one comes twice; gzip can do a thousandth, zstd a hundred thousandth."""
FREE: Final = 64 * 2**20
_OTHERS: Final = {
    b"PK\x03\x04": "a zip file (or a table of Excel's); unpack it first, or save the table as CSV",
    b"\xd0\xcf\x11\xe0": "a table of Excel's; save it as CSV",
    b"BZh": "packed by bzip2; unpack it first, with bunzip2",
    b"\xfd7zXZ": "packed by xz; unpack it first, with unxz",
    b"7z\xbc\xaf": "a 7-Zip file; unpack it first",
    b"Rar!": "a rar file; unpack it first",
    b"SQLite format 3": "an SQLite database; write its table as CSV first: sqlite3 -csv -header FILE 'SELECT …'",
}


class Readable(Protocol):
    """What is asked of a file: that of `io.BufferedReader` and `gzip.GzipFile`."""

    def peek(self, n: int, /) -> bytes: ...
    def read1(self, size: int, /) -> bytes: ...
    def readline(self, size: int, /) -> bytes: ...


@frozen
class Source:
    """An open file. `content`: unpacked; reading it raises `OSError` or `EOFError`, and nothing else, where the file
    breaks off. `path`: where it stands; `packed`: by what, "" where it is not."""

    path: Path
    content: Readable
    packed: str
    _raw: io.BufferedReader

    def at(self) -> int:
        """How many bytes of the file itself were read."""
        return self._raw.tell()


@contextmanager
def unpacked(path: Path) -> Iterator[Source]:
    """The file, open for reading. Raises `UsageError` where it cannot be opened."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    with raw:
        start = raw.peek(len(ZSTD))
        if start.startswith(GZIP):
            with gzip.open(raw) as file:
                yield Source(path, _Bounded(file, raw), "gzip", raw)
        elif start.startswith(ZSTD):
            with zstd.open(raw) as file:
                yield Source(path, _Bounded(file, raw), "zstd", raw)
        else:
            yield Source(path, raw, "", raw)


def beginning(path: Path, size: int = 512) -> bytes:
    """The first bytes of a file, unpacked. Raises `UsageError` where there are none to be had."""
    with unpacked(path) as source:
        try:
            found = source.content.read1(size)
            while len(found) < size and (more := source.content.read1(size - len(found))):
                found += more
        except (OSError, EOFError) as error:
            raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    return found


def foreign(start: bytes) -> str:
    """What a file is that begins so and is none of ours, with the cure; "" where that is not known."""
    return next((what for magic, what in _OTHERS.items() if start.startswith(magic)), "")


@define
class _Bounded:
    """An unpacked file that gives no more than its size allows."""

    _file: Any
    _raw: io.BufferedReader
    _given: int = 0

    def peek(self, n: int, /) -> bytes:
        return self._checked(lambda: self._file.peek(n))

    def read1(self, size: int, /) -> bytes:
        return self._count(self._checked(lambda: self._file.read1(size)))

    def readline(self, size: int, /) -> bytes:
        return self._count(self._checked(lambda: self._file.readline(size)))

    @staticmethod
    def _checked(read: Any) -> bytes:
        try:
            found: bytes = read()
        except (zlib.error, zstd.ZstdError) as error:
            raise OSError(str(error)) from error
        return found

    def _count(self, given: bytes) -> bytes:
        self._given += len(given)
        if self._given > FREE and self._given > RATIO * self._raw.tell():
            raise OSError(f"it unpacks to more than {RATIO} times its size")
        return given
