"""A package that came from elsewhere, opened: a WACZ file or a folder. Nothing of it is unpacked, and no link is
followed."""

import hashlib
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import define, field, frozen

from archive.errors import UsageError
from archive.evidence import container

_PIECE: Final = 2**20


def _printable(text: str) -> str:
    """A text as it can be printed: what a package says may hold controls, and its names bytes that are no UTF-8."""
    return "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in text[:300])


@frozen
class Finding:
    """Something that is not as it was written: in which file of the package, and what, in a few words."""

    path: str = field(converter=_printable)
    what: str = field(converter=_printable)


@frozen
class File:
    """A file of a package: bytes `start` up to `start + size` of the file at `place`. `crc`: what the container says of
    it; None in a folder."""

    place: Path
    start: int
    size: int
    crc: int | None = None

    def pieces(self) -> Iterator[bytes]:
        """Its content. Raises `UsageError` where it cannot be read."""
        try:
            opened = os.open(self.place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(opened, "rb") as file:
                file.seek(self.start)
                left = self.size
                while left and (piece := file.read(min(left, _PIECE))):
                    left -= len(piece)
                    yield piece
        except OSError as error:
            raise UsageError(f"{self.place} cannot be read: {error.strerror or error}") from error

    def read(self, most: int) -> bytes | None:
        """All of it; None where it has more than `most` bytes."""
        return b"".join(self.pieces()) if self.size <= most else None

    def sha256(self) -> tuple[str, bool]:
        """Its SHA-256 in hex, and whether it is what the container says of it."""
        digest, crc, size = hashlib.sha256(), 0, 0
        for piece in self.pieces():
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
            size += len(piece)
        return digest.hexdigest(), size == self.size and self.crc in (None, crc)


@define
class Opened:
    """`files`: by name. `findings`: what is no file of a package."""

    files: dict[str, File] = field(factory=dict)
    findings: list[Finding] = field(factory=list)


def opened(path: Path) -> Opened:
    """The files of a package. Raises `UsageError` where there is none, or it cannot be read."""
    try:
        return _folder(path) if path.is_dir() else _container(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error


def _container(path: Path) -> Opened:
    found = Opened()
    path = path.resolve()  # a link that is named by who asks is followed
    if not stat.S_ISREG(path.stat().st_mode):
        raise UsageError(f"{path} is neither a file nor a folder")
    with path.open("rb") as file:
        try:
            entries = container.entries_of(file)
        except container.ContainerError as error:
            found.findings.append(Finding(path.name, str(error)))
            return found
    found.files = {one.name: File(path, one.start, one.size, one.crc) for one in entries}
    return found


def _folder(path: Path) -> Opened:
    found = Opened()
    for name, entry in _walk(path, ""):
        if len(found.files) + len(found.findings) >= container.MOST:
            found.findings.append(Finding("", "there are more files than a package has"))
            break
        if entry.is_symlink() or not entry.is_file(follow_symlinks=False):
            found.findings.append(Finding(name, "no package has this: it is no file"))
        elif container.NAME.fullmatch(name) is None:
            found.findings.append(Finding(name, "no package has a file of this name"))
        else:
            found.files[name] = File(Path(entry.path), 0, entry.stat(follow_symlinks=False).st_size)
    return found


def _walk(folder: Path, before: str) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    """What stands in a folder and in those below it, one level deep; a folder itself where it is deeper, or empty."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name, empty = before + entry.name, True
            if entry.is_dir(follow_symlinks=False) and not before:
                for below in _walk(Path(entry.path), f"{name}/"):
                    empty = False
                    yield below
            if empty:
                yield name, entry
