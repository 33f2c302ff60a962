"""The lines of one WARC file, sorted, and how far it was read: so that the next time only what is new is read.

Two files: the lines, and what tells of them. The lines come first, so what a killed run left is read once more, and
gives the same lines, each of which is kept once.
"""

import hashlib
import heapq
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from attrs import define

from archive.evidence.whole import replacing
from crawler.warc.cdx.line import KINDS, cdxj
from crawler.warc.cdx.sort import each_once, sorted_lines
from crawler.warc.marker import marker_of
from crawler.warc.reader import Broken, read_records

VERSION: Final = 1
"""Raised whenever one record gives another line."""
_SEEN: Final = 4096


@define
class Read:
    """What a look at one file found. `records`: those that were read. `unplaced`: those that could be replayed, but are
    no gzip members of their own, so that no index can name their place. `broken`: places that are no whole record."""

    records: int = 0
    unplaced: int = 0
    broken: int = 0
    end: int = 0
    """The byte behind the last whole record."""


def lines_of(folder: Path, name: str) -> Path:
    """Where the lines of a WARC file stand. A file's name may be any."""
    return folder / f"{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}.cdxj"


def bring_up_to_date(folder: Path, name: str, warc: Path) -> Read:
    """Read what a WARC file has more than it had, or all of it where it is another one than then. Raises `UsageError`
    where it cannot be read, `StorageError`."""
    path = lines_of(folder, name)
    about = path.with_suffix(".json")
    written = marker_of(warc).exists()  # before its size: what comes in later is for the next time
    size = warc.stat().st_size
    start = _read_before(about, warc, size) if path.exists() else 0
    found = Read(end=start)
    if start == size and size:
        return found
    new = sorted_lines(_lines(warc, name, start, size, found), folder)
    with replacing(path) as file:
        if start:
            with path.open(encoding="ascii", newline="\n") as old:
                file.writelines(line.encode("ascii") for line in each_once(heapq.merge(old, new)))
        else:
            file.writelines(line.encode("ascii") for line in new)
    if not written:
        found.end = size
    with replacing(about) as file:
        told = {"version": VERSION, "file": name, "read": found.end, "marks": _marks(warc, found.end)}
        file.write(json.dumps(told).encode() + b"\n")
    return found


def _lines(warc: Path, name: str, start: int, size: int, found: Read) -> Iterator[str]:
    if size == start:
        return
    for record in read_records(warc, name, start=start, end=size):
        if isinstance(record, Broken):
            found.broken += not record.torn  # one that is torn may be on its way
            continue
        found.records += 1
        if record.length is None:
            found.unplaced += record.kind in KINDS
            continue
        found.end = record.offset + record.length
        line = cdxj(record, name)
        if line is not None:
            yield line


def _read_before(about: Path, warc: Path, size: int) -> int:
    """How far a file was read that is still the same up to there; 0 where it is not, or nobody knows."""
    try:
        told: Any = json.loads(about.read_bytes())
        read = int(told["read"])
        same = told["version"] == VERSION and read <= size and _marks(warc, read) == told["marks"]
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    return read if same else 0


def _marks(warc: Path, end: int) -> list[str]:
    """What tells that a file is the one that was read up to `end`: digests of its first bytes and of the last."""
    with warc.open("rb") as file:
        first = file.read(min(_SEEN, end))
        file.seek(max(0, end - _SEEN))
        last = file.read(min(_SEEN, end))
    return [hashlib.sha256(one).hexdigest() for one in (first, last)]
