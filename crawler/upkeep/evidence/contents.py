"""Whether the parts of an evidence package fit each other: its records their digests and places, its texts theirs."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from archive.errors import UsageError
from archive.evidence.opened import File, Finding
from crawler.upkeep.pack.records import WARC
from crawler.warc.reader import Broken, Record, read_records

_CAPTURES: Final = "evidence/captures.jsonl"
_REVISIONS: Final = "evidence/revisions.jsonl"
_LONGEST: Final = 64 * 2**20
"""Bytes of a line."""


def contents(files: Mapping[str, File]) -> Iterator[Finding]:
    """What does not fit. The files themselves are known to be those of the manifest."""
    found: dict[int, Record] = {}
    if WARC in files:
        yield from _records(files[WARC], found)
    for row in _rows(files, _CAPTURES):
        if row is None:
            yield Finding(_CAPTURES, "it is not as we write it")
        elif not _is_its_record(found.get(_number(row.get("offset"))), row):
            yield Finding(_CAPTURES, f"capture {row.get('id')}: its record is another one, or none")
    for row in _rows(files, _REVISIONS):
        if row is None:
            yield Finding(_REVISIONS, "it is not as we write it")
        else:
            yield from _text(files, row)


def _records(file: File, found: dict[int, Record]) -> Iterator[Finding]:
    """Every record against its own digests, and all of them against the file: nothing stands between them."""
    if file.size == 0:
        return
    end = file.start
    try:
        for one in read_records(file.place, WARC, start=file.start, end=file.start + file.size, check=True):
            if isinstance(one, Broken) or one.length is None or one.offset != end:
                yield Finding(WARC, f"there is no whole record at byte {end - file.start}")
                return
            for fault in one.faults:
                yield Finding(WARC, f"the record at byte {one.offset - file.start}: {fault}")
            found[one.offset - file.start] = one
            end = one.offset + one.length
    except UsageError as error:
        yield Finding(WARC, str(error))


def _number(value: Any) -> int:
    return value if isinstance(value, int) else -1


def _is_its_record(record: Record | None, row: Mapping[str, Any]) -> bool:
    if record is None or record.raw is None or record.length != row.get("length"):
        return False
    return record.raw.url == row.get("url") and row.get("digest") in (record.raw.digest, record.raw.declared)


def _text(files: Mapping[str, File], row: Mapping[str, Any]) -> Iterator[Finding]:
    """A text against its digest, and against the file that has it to be read."""
    headline, body, digest = (row.get(name) for name in ("headline", "body", "digest"))
    data = f"{headline or ''}\n{body}".encode("utf-8", "surrogatepass")
    name = f"text/{row.get('article')}-{row.get('number')}.txt"
    if not isinstance(digest, str) or digest.removeprefix("part:") != hashlib.sha256(data).hexdigest():
        yield Finding(_REVISIONS, f"the text of {name} and its digest do not fit")
    if name not in files or files[name].sha256()[0] != hashlib.sha256(data).hexdigest():
        yield Finding(name, "it is not the text of its revision")


def _rows(files: Mapping[str, File], name: str) -> Iterator[dict[str, Any] | None]:
    """The objects of a file, a line each; None for what is none."""
    if name not in files:
        return
    rest = b""
    for piece in files[name].pieces():
        *lines, rest = (rest + piece).split(b"\n")
        yield from map(_object, lines)
        if len(rest) > _LONGEST:
            break
    if rest:
        yield None


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
