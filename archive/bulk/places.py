"""Files and folders wherever they are: on a disk, or where fsspec leads by an address (`s3://`, `memory://`)."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final
from uuid import uuid4

from attrs import frozen

from archive.errors import JianbaoError, StorageError, UsageError

PART: Final = ".part"
"""So ends the name of a file that is not whole yet; it begins with a dot."""


@frozen
class Place:
    """A file or a folder. `url`: its address, of one on this machine its absolute path; `path`: what its file system
    `files` (fsspec's) calls it."""

    url: str
    files: Any
    path: str

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rstrip("/").rpartition("/")[2]

    @property
    def local(self) -> Path | None:
        """Where it is on this machine's disk; None where it is not."""
        return Path(self.path) if "file" in _protocols(self.files) else None

    def inside(self, name: str) -> "Place":
        """The file of this name in this folder."""
        return Place(f"{self.url.rstrip('/')}/{name}", self.files, f"{self.path.rstrip('/')}/{name}")


@frozen
class Facts:
    """What tells a file from another one of its name before it is read. `size`: bytes. `modified`: when it was last
    written, ISO 8601 in UTC; "" where the file system does not say."""

    size: int
    modified: str


def is_address(word: str) -> bool:
    """Whether a word is an address, and no path."""
    return "://" in word


def place(word: str) -> Place:
    """Where a path or an address leads. Raises `UsageError`: fsspec, or what it needs for this address, is missing."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise UsageError("bulk needs fsspec and pyarrow; install jianbao[bulk]") from error
    try:
        files, path = url_to_fs(word if is_address(word) else str(Path(word).absolute()))
    except (ImportError, ValueError) as error:
        raise UsageError(f"cannot read {word}: {error}") from error
    path = str(path)
    return Place(path if "file" in _protocols(files) else str(files.unstrip_protocol(path)), files, path)


def facts(one: Place) -> Facts:
    """What a file is by its file system. Raises `UsageError`."""
    with _read(one):
        told = one.files.info(one.path)
        if told["type"] != "file":
            raise UsageError(f"{one.url} is no file")
        return Facts(int(told["size"]), _modified(one))


def exists(one: Place) -> bool:
    """Whether there is a file or a folder. Raises `UsageError` where that cannot be told."""
    with _read(one):
        return bool(one.files.exists(one.path))


def names_in(folder: Place) -> list[str]:
    """The names of what stands in a folder, in order; none of one that there is not. Raises `UsageError`."""
    with _read(folder):
        folder.files.invalidate_cache()
        if not folder.files.exists(folder.path):
            return []
        return sorted(str(path).rstrip("/").rpartition("/")[2] for path in folder.files.ls(folder.path, detail=False))


def matching(word: str) -> list[Place]:
    """The files that an address with a pattern names, in order. Raises `UsageError`."""
    pattern = place(word)
    with _read(pattern):
        found = sorted(str(path) for path in pattern.files.glob(pattern.path))
    return [Place(str(pattern.files.unstrip_protocol(path)), pattern.files, path) for path in found]


def sha256(path: Path) -> str:
    """Of a file on this machine's disk, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def on_disk(one: Place, folder: Path | None = None) -> Iterator[Path]:
    """The file as one on this machine's disk, with its time: itself, or a copy for as long as the block runs. `folder`:
    in which the copy stands, under the file's own name in a folder of its own. Raises `UsageError`."""
    if one.local is not None:
        yield one.local
        return
    with tempfile.TemporaryDirectory(prefix=".jianbao-bulk-", dir=folder) as beside:
        copy = Path(beside, one.name)
        with _read(one):
            one.files.get_file(one.path, str(copy))
            if modified := _modified(one):
                at = datetime.fromisoformat(modified).timestamp()
                os.utime(copy, (at, at))
        try:
            yield copy
        except UsageError as error:
            # Nobody knows the copy by its name.
            raise UsageError(str(error).replace(str(copy), one.url)) from error


def read_bytes(one: Place) -> bytes:
    """What is in a file. Raises `UsageError`."""
    with _read(one):
        return bytes(one.files.cat_file(one.path))


def write_whole(one: Place, write: Callable[[IO[bytes]], None]) -> None:
    """A file that is there whole or not at all: written beside, then given its name. Raises `StorageError`."""
    folder, _, name = one.path.rpartition("/")
    part = f"{folder}/.{name}.{uuid4().hex[:12]}{PART}"
    try:
        one.files.makedirs(folder, exist_ok=True)
        try:
            with one.files.open(part, "wb") as file:
                write(file)
                if one.local is not None:
                    file.flush()
                    os.fsync(file.fileno())
            if one.local is not None:
                Path(part).replace(one.path)
            else:
                one.files.mv(part, one.path)
        except BaseException:
            with suppress(Exception):
                one.files.rm_file(part)
            raise
    except JianbaoError:
        raise
    except Exception as error:  # what fails, every file system says by errors of its own
        raise StorageError(f"cannot write {one.url}: {_said(error)}") from error


def remove(one: Place) -> None:
    """Take a file away. Raises `StorageError`."""
    try:
        one.files.rm_file(one.path)
    except FileNotFoundError:
        return
    except Exception as error:
        raise StorageError(f"cannot remove {one.url}: {_said(error)}") from error


@contextmanager
def _read(one: Place) -> Iterator[None]:
    try:
        yield
    except UsageError:
        raise
    except Exception as error:  # as above
        raise UsageError(f"cannot read {one.url}: {_said(error)}") from error


def _modified(one: Place) -> str:
    try:
        at = one.files.modified(one.path)
    except NotImplementedError:
        return ""
    return at.astimezone(UTC).isoformat() if isinstance(at, datetime) else ""


def _protocols(files: Any) -> tuple[str, ...]:
    return (files.protocol,) if isinstance(files.protocol, str) else tuple(files.protocol)


def _said(error: BaseException) -> str:
    if isinstance(error, FileNotFoundError):
        return "it is not there"
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(said).splitlines()[0][:300]
