"""Compression of a file that is written. Names and times are left out of the headers, so that the bytes repeat."""

import gzip
import sys
from typing import IO, Any, Final, Literal, Protocol

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Packing = Literal["zst", "gz"]

_GZIP: Final = 6
_ZSTD: Final = 3
"""The levels that both programs use by themselves."""
_TEXT: Final = 1 << 18
"""Bytes that are gathered before they are packed."""


class Sink(Protocol):
    """Where a writer's bytes go."""

    def write(self, data: bytes, /) -> Any:
        """Take some."""

    def close(self) -> None:
        """Write the end; what was given to be written to stays open."""


class Plain:
    """Bytes as they are."""

    def __init__(self, file: IO[bytes]) -> None:
        self.write = file.write

    def close(self) -> None:
        """See `Sink`."""


class Gathered:
    """Packs what comes in pieces of some size."""

    def __init__(self, to: Sink) -> None:
        self._to = to
        self._waiting: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """See `Sink`."""
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= _TEXT:
            self._flush()

    def close(self) -> None:
        """See `Sink`."""
        self._flush()
        self._to.close()

    def _flush(self) -> None:
        self._to.write(b"".join(self._waiting))
        self._waiting, self._size = [], 0


def packed(file: IO[bytes], compress: Packing | None) -> Sink:
    """A sink that writes to `file`, packed by gzip or zstd where that is asked for."""
    if compress is None:
        return Plain(file)
    if compress == "gz":
        return Gathered(gzip.GzipFile(filename="", mode="wb", compresslevel=_GZIP, fileobj=file, mtime=0))
    return Gathered(zstd.ZstdFile(file, "wb", level=_ZSTD))
