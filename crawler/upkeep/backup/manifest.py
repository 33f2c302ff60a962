"""What a backup holds, file by file, in its `backup.json`: written last, so that a folder with one is whole."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from attrs import asdict, define, field, frozen

from archive.errors import StorageError

NAME: Final = "backup.json"
FORMAT: Final = 1
NOTE: Final = "backup-made.json"
"""In the home: when the last backup was made, and where; for `jianbao health`."""
_STEP: Final = 1 << 20


@frozen(kw_only=True)
class Entry:
    """One file. `path`: in the backup, with `/`. `size`, `sha256`: of the copy. `source_size`, `source_mtime_ns`: of
    what it was copied from, by which it is known again without being read; -1 where it never is."""

    path: str
    size: int
    sha256: str
    source_size: int = -1
    source_mtime_ns: int = -1


@define(kw_only=True)
class Manifest:
    """`made_at`: ISO 8601, UTC. `database`: `sqlite`, `postgresql` or "" where only files were copied. `outside`: WARC
    files that captures name and that are not in the home, nor here."""

    made_at: str
    database: str
    schema: str
    version: str
    files: list[Entry] = field(factory=list)
    outside: list[str] = field(factory=list)
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write it into a backup's folder."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / NAME).write_text(text + "\n", encoding="utf-8")


def read(folder: Path) -> Manifest | None:
    """A backup's manifest; None where the folder holds none that can be read."""
    try:
        told: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return Manifest(**{**told, "files": [Entry(**one) for one in told["files"]]})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def digest_of(path: Path, size: int | None = None) -> str:
    """SHA-256 of a file, or of its first `size` bytes, in hex."""
    made = hashlib.sha256()
    for piece in pieces(path, size):
        made.update(piece)
    return made.hexdigest()


def pieces(path: Path, size: int | None = None, *, whole: bool = True) -> Iterator[bytes]:
    """A file's bytes, or the first `size` of them. Raises `StorageError` where there are fewer and `whole` is asked."""
    left = path.stat().st_size if size is None else size
    with path.open("rb") as file:
        while left:
            piece = file.read(min(_STEP, left))
            if not piece:
                if not whole:
                    return
                raise StorageError(f"{path} is shorter than it was; run the backup once more")
            left -= len(piece)
            yield piece


def faults(folder: Path, paths: set[str] | None = None) -> list[str]:
    """What is wrong with a backup's files, a line each; of these `paths`, or of all."""
    manifest = read(folder)
    if manifest is None:
        return [f"{folder} has no {NAME} that can be read: it is no whole backup"]
    found = []
    for one in manifest.files:
        if paths is not None and one.path not in paths:
            continue
        path = folder / one.path
        try:
            if path.stat().st_size != one.size:
                found.append(f"{path} has {path.stat().st_size} bytes, not {one.size}")
            elif digest_of(path) != one.sha256:
                found.append(f"{path} is not what was copied: its digest is another one")
        except OSError as error:
            found.append(f"{path} cannot be read: {error.strerror}")
    return found
