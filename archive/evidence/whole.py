"""A file that is there whole or not at all."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from archive.errors import AlreadyRunning, StorageError


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path`, open for writing and reading, that takes its place at the end of the block, on the disk; it
    goes where the block fails. What a killed writer left there is written over.

    Raises `StorageError`, and `AlreadyRunning` where another process writes the same file.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666), "r+b")
    except OSError as error:
        raise _storage(path, error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"{path} is being written already; wait for it to end, or stop it") from None
        try:
            file.truncate(0)
            yield file
            file.flush()
            os.fsync(file.fileno())
            part.replace(path)
            sync_folder(path.parent)
        except OSError as error:
            raise _storage(path, error) from error
        finally:
            part.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _storage(path: Path, error: OSError) -> StorageError:
    advice = "make room on the disk" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "check its folder"
    return StorageError(f"{path} cannot be written: {error.strerror or error}; {advice}, or name another one")
