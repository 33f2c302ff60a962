"""The folder of exports: what stands where, and how it comes there, so that nothing half-written takes a name.

A folder is written under a hidden name, brought to the disk, and renamed.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, text

from archive.errors import JianbaoError, StorageError

BATCHES: Final = "batches"
SNAPSHOT: Final = "snapshot"
INDEX: Final = "index.json"
LOCK: Final = ".lock"
_NUMBER: Final = re.compile(r"(\.?)(\d{6,})(\.part)?\Z")
# Exporters of one PostgreSQL archive take turns by this advisory lock, also where their folders are others ("JB").
_POSTGRESQL_LOCK: Final = 0x4A42_0004


def numbered(folder: Path, number: int) -> Path:
    """The folder of a batch in `batches/`, or of a snapshot in `snapshot/`."""
    return folder / f"{number:06d}"


def part_of(path: Path) -> Path:
    """Where a folder or file is written before it takes its name."""
    return path.with_name(f".{path.name}.part")


def found(folder: Path) -> tuple[set[int], set[int]]:
    """The numbers of the folders that are there, whole ones and those that are being written or were left so."""
    whole, parts = set[int](), set[int]()
    with suppress(FileNotFoundError):
        for entry in os.scandir(folder):
            match = _NUMBER.match(entry.name)
            if match is not None and entry.is_dir(follow_symlinks=False) and bool(match[1]) == bool(match[3]):
                (parts if match[1] else whole).add(int(match[2]))
    return whole, parts


@contextmanager
def writing_in(folder: Path) -> Iterator[None]:
    """Make the folder; what the disk refuses is a `StorageError` that says where."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        place = error.filename or folder
        raise StorageError(f"cannot write {place}: {error.strerror}; check its folder, or make room") from error


@contextmanager
def turn(engine: Engine, folder: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """The turn of one exporter: of this folder, and on PostgreSQL of this archive. `waiting` is called once where
    another one is at work, and it is waited for."""
    told = False

    def tell() -> None:
        nonlocal told
        if not told:
            waiting()
        told = True

    with (folder / LOCK).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell()
            fcntl.flock(file, fcntl.LOCK_EX)
        if engine.dialect.name == "sqlite":
            yield
            return
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            key = {"key": _POSTGRESQL_LOCK}
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
                tell()
                connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
            try:
                yield
            finally:
                with suppress(JianbaoError):
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)


@contextmanager
def making(path: Path) -> Iterator[Path]:
    """A new folder beside `path`, to be filled; brought to the disk at the end of the block, removed if that fails.
    `put` gives it its name."""
    part = part_of(path)
    part.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        yield part
        for entry in sorted(part.iterdir()):
            sync(entry)
        sync(part)
        sync(part.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def put(path: Path) -> None:
    """Give what was written beside `path` its name."""
    part_of(path).rename(path)
    sync(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Put a file in the place of what is there, whole or not at all."""
    part = part_of(path)
    try:
        part.write_bytes(data)
        sync(part)
        part.replace(path)
        sync(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """Bring a file or folder to the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
