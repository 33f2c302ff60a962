"""The standard streams as people have them: in another encoding, closed, full, or a pipe that nobody reads.

What a command does must not hang on whether somebody can read what it says of it. So a message that cannot be written
is dropped, and an answer (standard output) that cannot be written is told of at the end, with exit code 6.
"""

import codecs
import errno
import io
import os
import sys
from typing import Final

ESCAPED: Final = "jianbao.escaped"
"""The error handler under which a character that the stream's encoding has not becomes `\\u7a00`, as JSON writes it."""


class _Tolerant(io.RawIOBase):
    """A file descriptor that takes everything. `error`: why it could not write first, if so."""

    def __init__(self, number: int, *, breaks: bool) -> None:
        super().__init__()
        self._number = number
        self._breaks = breaks
        self.error: OSError | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def isatty(self) -> bool:
        try:
            return os.isatty(self._number)
        except OSError:
            return False

    def write(self, data: object) -> int:
        """All of it is written, or lost. Raises `BrokenPipeError` where the reader is gone and that `breaks`."""
        view = memoryview(data).cast("B")  # type: ignore[arg-type]
        size = len(view)
        try:
            while view and self.error is None:
                view = view[os.write(self._number, view) :]
        except OSError as error:
            self.error = error
            if self._breaks and error.errno == errno.EPIPE:
                raise
        return size


def guard() -> None:
    """Put streams that hold out in the place of standard output and standard error. Once a process."""
    codecs.register_error(ESCAPED, _escape)
    _take(0)
    for name, number in (("stdout", 1), ("stderr", 2)):
        before = getattr(sys, name)
        if before is not None and not (isinstance(before, io.TextIOWrapper) and _is_descriptor(before, number)):
            continue  # somebody reads along: a test, a notebook
        raw = _Tolerant(number, breaks=name == "stdout")
        if before is None:
            # It was closed when the program began; else the next file to be opened, the database, would get its number.
            raw.error = OSError(errno.EBADF, os.strerror(errno.EBADF))
            _take(number)
        encoding = before.encoding if before is not None else "utf-8"
        if before is not None:
            before.flush()
        lines = raw.isatty() or name == "stderr"
        setattr(sys, name, io.TextIOWrapper(io.BufferedWriter(raw), encoding, ESCAPED, line_buffering=lines))


def lost_output() -> OSError | None:
    """Why not all of standard output was written; None where it was."""
    buffer = getattr(sys.stdout, "buffer", None)
    raw = getattr(buffer, "raw", None)
    if not isinstance(raw, _Tolerant):
        return None
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return None
    return None if raw.error is None or raw.error.errno == errno.EPIPE else raw.error


def _take(number: int) -> None:
    """See to it that a closed descriptor's number is not given to another file."""
    try:
        os.fstat(number)
    except OSError:
        null = os.open(os.devnull, os.O_RDWR)
        if null != number:
            os.dup2(null, number)
            os.close(null)


def _is_descriptor(stream: io.TextIOWrapper, number: int) -> bool:
    try:
        return stream.fileno() == number and not isinstance(getattr(stream.buffer, "raw", None), _Tolerant)
    except (OSError, ValueError):
        return False


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)), error.end
