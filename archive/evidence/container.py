"""The ZIP file around a package, written in one way only, so that every byte of it can be held against that way.

Nothing in it is packed: so it is no bomb, and what stands inside is read in its place. It has no time, no comment and
no field that is not needed (PKWARE's APPNOTE 6.3; sizes and offsets of 4 GiB and more by ZIP64).
"""

import re
import shutil
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final

from attrs import frozen

NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}(?:/[a-z0-9][a-z0-9._-]{0,99})?")
"""What a file of a package may be called: so none of them leads out of its folder."""
MOST: Final = 200_000
"""Files of one package."""
_LARGE: Final = 0xFFFF_FFFF
_MANY: Final = 0xFFFF
_UTF8: Final = 0x0800
_DAY: Final = 0x21  # 1980-01-01, the first that there is
_MODE: Final = 0o100644 << 16
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_PIECE: Final = 2**20


class ContainerError(Exception):
    """It is not as it was written; the message says where, in a few words."""


@frozen
class Entry:
    """A file of the package. `start`: the byte of the container at which its content begins."""

    name: str
    size: int
    crc: int
    start: int

    @property
    def offset(self) -> int:
        """The byte at which its header begins."""
        return self.start - len(_local(self.name, self.size, self.crc))


def write(target: IO[bytes], folder: Path, names: Iterable[str]) -> None:
    """Write files of a folder, in the order of their names, into an empty file. Memory stays flat."""
    entries = []
    for name in sorted(names):
        path = folder / name
        size, crc = path.stat().st_size, _crc(path)
        head = _local(name, size, crc)
        entries.append(Entry(name, size, crc, target.tell() + len(head)))
        target.write(head)
        with path.open("rb") as source:
            shutil.copyfileobj(source, target, _PIECE)
    target.write(_directory(entries, target.tell()))


def entries_of(file: IO[bytes]) -> list[Entry]:
    """The files of a container, after every byte between them was held against what we write. Their content is not
    looked at. Raises `ContainerError`."""
    size = file.seek(0, 2)
    found: list[Entry] = []
    at = 0
    while (head := _read(file, at, _LOCAL.size))[:4] == b"PK\3\4":
        entry = _entry(file, head, at)
        if found and entry.name <= found[-1].name:
            raise ContainerError(f"{entry.name} stands twice, or out of its order")
        if len(found) >= MOST or entry.start + entry.size > size:
            raise ContainerError("it holds more files than a package has, or ends too early")
        found.append(entry)
        at = entry.start + entry.size
    expected = _directory(found, at)
    if size - at != len(expected) or _read(file, at, len(expected)) != expected:
        raise ContainerError("its directory is not the one that was written")
    return found


def _entry(file: IO[bytes], head: bytes, at: int) -> Entry:
    if len(head) < _LOCAL.size:
        raise ContainerError("it ends too early")
    *_, crc, _, size, length, extra = _LOCAL.unpack(head)
    name = _read(file, at + _LOCAL.size, length).decode("ascii", "replace")
    if NAME.fullmatch(name) is None:
        raise ContainerError(f"no package has a file of the name {name[:100]!r}")
    if size == _LARGE:
        more = _read(file, at + _LOCAL.size + length, extra)
        size = struct.unpack("<Q", more[4:12])[0] if len(more) >= 12 else -1
    expected = _local(name, size, crc) if size >= 0 else b""
    if not expected or _read(file, at, len(expected)) != expected:
        raise ContainerError(f"what stands before {name} is not what was written")
    return Entry(name, size, crc, at + len(expected))


def _local(name: str, size: int, crc: int) -> bytes:
    large = size >= _LARGE
    extra = struct.pack("<2H2Q", 1, 16, size, size) if large else b""
    shown = _LARGE if large else size
    numbers = (45 if large else 20, _UTF8, 0, 0, _DAY, crc, shown, shown, len(name), len(extra))
    return _LOCAL.pack(b"PK\3\4", *numbers) + name.encode("ascii") + extra


def _directory(entries: Iterable[Entry], at: int) -> bytes:
    parts = [_listed(one) for one in entries]
    size, count = sum(map(len, parts)), len(parts)
    if at >= _LARGE or size >= _LARGE or count >= _MANY:
        more = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, at)
        parts += [more, struct.pack("<4sIQI", b"PK\6\7", 0, at + size, 1)]
    numbers = (min(count, _MANY), min(count, _MANY), min(size, _LARGE), min(at, _LARGE))
    return b"".join([*parts, _END.pack(b"PK\5\6", 0, 0, *numbers, 0)])


def _listed(one: Entry) -> bytes:
    large = [number for number in (one.size, one.size) if number >= _LARGE]
    large += [one.offset] if one.offset >= _LARGE else []
    extra = struct.pack(f"<2H{len(large)}Q", 1, 8 * len(large), *large) if large else b""
    shown, offset = min(one.size, _LARGE), min(one.offset, _LARGE)
    version = 45 if large else 20
    head = (version | 3 << 8, version, _UTF8, 0, 0, _DAY, one.crc, shown, shown, len(one.name), len(extra))
    return _CENTRAL.pack(b"PK\1\2", *head, 0, 0, 0, _MODE, offset) + one.name.encode("ascii") + extra


def _crc(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        for piece in _pieces(file):
            crc = zlib.crc32(piece, crc)
    return crc


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _read(file: IO[bytes], at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)
