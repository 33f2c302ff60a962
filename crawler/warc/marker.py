"""The marker beside a WARC file that is not finished: a file of the same name and `.open`, its writer's lock. It says
where its writer began to write: what stands before that was finished by others.

A marker that nobody has locked is a dead writer's, and its file is to be looked through. Who does so notes in it which
record is read next, so that one that ends its reader is known the next time. Making a file and locking it
are two steps, and another run may come in between; so a lock counts only where its file is still the one in the folder.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

_SUFFIX = ".open"
_BEGIN = re.compile(rb"from\s+(\d+)\n")
_BEGIN_SIZE = 26
_NOTE = re.compile(rb"\s*(\d+)\s+(\d+)")


def mark(warc: Path) -> BinaryIO:
    """Make a WARC file's marker and lock it; to be done before the file is made. Closing it gives the lock back."""
    path = marker_of(warc)
    while True:
        file = path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _stands(file, path):
                return file
        except BaseException:
            file.close()
            raise
        file.close()  # another run took it for a dead writer's, and removed it


def mark_again(warc: Path) -> BinaryIO | None:
    """Mark a finished WARC file that is to be written on, as `mark` does; None where it has a marker already, or
    another run takes ours for a dead writer's."""
    path = marker_of(warc)
    try:
        file = path.open("xb")
    except FileExistsError:
        return None
    with suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _stands(file, path):
            os.pwrite(file.fileno(), b"from %20d\n" % warc.stat().st_size, 0)
            return file
    file.close()
    return None


def unmark(marker: BinaryIO) -> None:
    """Say that a marker's file is finished."""
    Path(marker.name).unlink(missing_ok=True)
    marker.close()


@frozen
class LeftBehind:
    """A dead writer's WARC file, which need not exist, and its marker, which this process holds."""

    path: Path
    _marker: BinaryIO

    def begin(self) -> int:
        """Where the writer began to write: a record begins there, or the file ends."""
        match = _BEGIN.match(self._content())
        return int(match[1]) if match is not None else 0

    def tried(self) -> tuple[int, int]:
        """The offset of the record whose reading was noted last, and how often it was; (-1, 0) where none was."""
        match = _NOTE.fullmatch(self._content()[self._note_at() :])
        return (int(match[1]), int(match[2])) if match is not None else (-1, 0)

    def note(self, offset: int, times: int = 1) -> None:
        """Write down that the record at this offset is read next. A process that is killed leaves it behind."""
        os.pwrite(self._marker.fileno(), b"%20d %3d" % (offset, times), self._note_at())

    def _note_at(self) -> int:
        return _BEGIN_SIZE if _BEGIN.match(self._content()) else 0

    def _content(self) -> bytes:
        return os.pread(self._marker.fileno(), 96, 0)


@contextmanager
def left_behind(marker: Path) -> Iterator[LeftBehind | None]:
    """Hold a marker that was found, if its writer is dead; None where the writer lives, or another run has taken the
    file over. Does not remove the marker."""
    try:
        file = marker.open("r+b")
    except FileNotFoundError:
        yield None
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        path = marker.with_name(marker.name.removesuffix(_SUFFIX))
        yield LeftBehind(path, file) if _stands(file, marker) else None


def marker_of(warc: Path) -> Path:
    """Where the marker of a WARC file stands while the file is not finished."""
    return warc.with_name(warc.name + _SUFFIX)


def markers(folder: Path) -> list[Path]:
    """The markers in a folder of WARC files, the oldest file's first."""
    return sorted(folder.glob(f"*.warc.gz{_SUFFIX}"))


def _stands(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
