"""A WARC file without some of its records, written beside it under a name of its own.

The name tells which file it takes the place of: `NAME.erased-1.warc.gz`, the next time `erased-2`. So the rows of its
captures change their file's name and their places in one transaction, and whatever ends the program, each row names a
file that is there: before the transaction the old one, after it the new one. Which of the two nobody needs any more is
told by the rows (`sweep`).
"""

import os
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from attrs import frozen
from sqlalchemy import Connection, select

from archive.errors import StorageError, UsageError
from archive.store.models import Capture
from crawler.warc.marker import marker_of
from crawler.warc.reader import Record, read_records
from crawler.warc.writer import storage_error

_NAME: Final = re.compile(r"(?P<base>.+?)(?:\.erased-(?P<number>\d+))?(?P<end>\.warc\.gz)")
_PIECE: Final = 2**20


@frozen
class Rewritten:
    """`name`: of the new file, in the folder of the old one. `cut`: what it has no more, as bytes of the old file, from
    and up to but not with, in their order."""

    name: str
    cut: tuple[tuple[int, int], ...]

    def place(self, offset: int) -> int:
        """Where a record stands now that stood at `offset`."""
        return offset - sum(end - begin for begin, end in self.cut if end <= offset)


def cuts(path: Path, offsets: Collection[int]) -> tuple[tuple[int, int], ...]:
    """What of a file the records at these places are, each with the request before it. Raises `UsageError` where a
    record is not a gzip member of its own, or there is none."""
    found: list[tuple[int, int]] = []
    before: Record | None = None
    for record in read_records(path, path.name):
        if isinstance(record, Record):
            if record.offset in offsets and record.length is None:
                break
            if record.offset in offsets and record.length is not None:
                begin = record.offset
                if before is not None and before.kind == "request" and before.offset + (before.length or 0) == begin:
                    begin = before.offset
                found.append((begin, record.offset + record.length))
        before = record if isinstance(record, Record) else None
    if len(found) < len(set(offsets)):
        raise UsageError(
            f"{path} holds records that are no gzip members of their own, or stand elsewhere than the archive says; "
            "write it anew record by record (warcio recompress), import that file, and take this one away"
        )
    return tuple(found)


def rewrite(path: Path, cut: Sequence[tuple[int, int]]) -> Rewritten:
    """Write the file without these bytes, and bring it to the disk. Raises `StorageError`, `UsageError`."""
    named = _NAME.fullmatch(path.name)
    if named is None:
        raise UsageError(f"{path} is no .warc.gz file; pack it record by record, and import it under that name")
    name = f"{named['base']}.erased-{int(named['number'] or 0) + 1}{named['end']}"
    if marker_of(path).exists():
        raise StorageError(f"{path} was left unfinished by a run that was killed; run `jianbao crawl` once, then again")
    part = path.with_name(f".{name}.part")
    try:
        with path.open("rb") as source, part.open("wb") as target:
            at = 0
            for begin, end in (*cut, (path.stat().st_size, 0)):
                source.seek(at)
                left = begin - at
                while left and (piece := source.read(min(left, _PIECE))):
                    target.write(piece)
                    left -= len(piece)
                at = end
            target.flush()
            os.fsync(target.fileno())
        part.replace(path.with_name(name))
        _sync(path.parent)
    except OSError as error:
        raise storage_error(path.parent, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Rewritten(name, tuple(cut))


def sweep(folder: Path, connection: Connection) -> None:
    """Remove the files of which another one took the place, and those that were to take one's place and did not: of the
    files of one name those that no capture names; the newest stays where none is named."""
    if not folder.is_dir():
        return
    groups: dict[str, list[tuple[int, Path]]] = {}
    for path in folder.iterdir():
        named = _NAME.fullmatch(path.name)
        if named is not None and path.is_file():
            groups.setdefault(named["base"], []).append((int(named["number"] or 0), path))
    for group in groups.values():
        if len(group) == 1:
            continue
        paths = [path for _, path in sorted(group)]
        named_by_rows = [path for path in paths if _is_named(connection, path.name)] or paths[-1:]
        for path in paths:
            if path not in named_by_rows:
                try:
                    path.unlink()
                except OSError as error:
                    raise StorageError(f"{path} cannot be removed: {error.strerror}; remove it by hand") from error
        _sync(folder)


def _is_named(connection: Connection, name: str) -> bool:
    return connection.scalar(select(Capture.id).where(Capture.warc_file == name).limit(1)) is not None


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
