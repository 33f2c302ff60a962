"""The marker beside a WARC file that is not finished: an empty file of the same name and `.open`, its writer's lock.

A marker that nobody has locked is a dead writer's, and its file is to be looked through. Making a file and locking it
are two steps, and another run may come in between; so a lock counts only where its file is still the one in the folder.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_SUFFIX = ".open"


def mark(warc: Path) -> BinaryIO:
    """Make a WARC file's marker and lock it; to be done before the file is made. Closing it gives the lock back."""
    path = warc.with_name(warc.name + _SUFFIX)
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


def unmark(marker: BinaryIO) -> None:
    """Say that a marker's file is finished."""
    Path(marker.name).unlink(missing_ok=True)
    marker.close()


@contextmanager
def left_behind(marker: Path) -> Iterator[Path | None]:
    """Hold a marker that was found, if its writer is dead: its WARC file, which need not exist; None where the writer
    lives, or another run has taken the file over. Does not remove the marker."""
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
        yield marker.with_name(marker.name.removesuffix(_SUFFIX)) if _stands(file, marker) else None


def markers(folder: Path) -> list[Path]:
    """The markers in a folder of WARC files, the oldest file's first."""
    return sorted(folder.glob(f"*.warc.gz{_SUFFIX}"))


def _stands(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
