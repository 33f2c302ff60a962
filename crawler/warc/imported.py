"""WARC files of other origin, taken into the archive's folder, so that it is whole wherever it is moved to."""

import errno
import filecmp
import os
import shutil
from pathlib import Path
from typing import Final

from archive.errors import StorageError
from archive.settings import Home
from crawler.warc.writer import storage_error

SPARE: Final = 64 * 2**20
"""So many bytes stay free on a disk that a file is copied to: the database grows by what is in it."""
_NO_LINK: Final = frozenset(
    {errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
)


def name_in(home: Home, path: Path) -> str | None:
    """What captures call a file that stands in the archive's folder of WARC files; None for one elsewhere."""
    folder = home.warc.resolve()
    resolved = path.resolve()
    return resolved.relative_to(folder).as_posix() if resolved.is_relative_to(folder) else None


def take_in(home: Home, path: Path) -> tuple[str, bool]:
    """Give a file a place in the archive's folder, by a hard link where that can be, else by a copy: what captures call
    it, and whether its place is new. One that was taken in before keeps its place.

    Raises `StorageError`: there is no room for it, or it cannot be written.
    """
    known = name_in(home, path)
    if known is not None:
        return known, False
    folder = home.warc
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, 10_000):
            target = folder / _numbered(path.name, number)
            if target.exists():
                if target.samefile(path) or filecmp.cmp(target, path, shallow=False):
                    return target.name, False
                continue
            _place(path.resolve(), target)
            return target.name, True
    except OSError as error:
        raise storage_error(folder, error) from error
    raise StorageError(f"{folder} has too many files named {path.name}; give it another name")


def put_out(home: Home, name: str) -> None:
    """Take back the place of a file of which nothing was stored."""
    home.warc_file(name).unlink(missing_ok=True)


def _numbered(name: str, number: int) -> str:
    if number == 1:
        return name
    stem, dot, rest = name.partition(".")
    return f"{stem}-{number}{dot}{rest}"


def _place(path: Path, target: Path) -> None:
    try:
        target.hardlink_to(path)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        _copy(path, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _copy(path: Path, target: Path) -> None:
    size, free = path.stat().st_size, shutil.disk_usage(target.parent).free
    if free < size + SPARE:
        raise StorageError(
            f"{path} has {size >> 20} MB, and {target.parent} has room for {max(0, free - SPARE) >> 20} MB; make room, "
            "or leave the file in its place with --in-place"
        )
    part = target.with_name(f".{target.name}.part")
    try:
        with path.open("rb") as read, part.open("wb") as write:
            shutil.copyfileobj(read, write, 2**20)
            write.flush()
            os.fsync(write.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
