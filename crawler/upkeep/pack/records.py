"""Records copied out of an archive's WARC files into one of the package's, with an index of them."""

import gzip
import json
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, Final

from attrs import define, evolve, field

from archive.errors import UsageError
from archive.evidence.package import Staging
from archive.raw import Place
from archive.settings import Home
from crawler.capture.stored import is_record
from crawler.warc.cdx.line import cdxj
from crawler.warc.cdx.sort import sorted_lines
from crawler.warc.cdx.unchanged import resolved
from crawler.warc.reader import Record, read_record, stored_record
from crawler.warc.unpacked import GZIP

WARC: Final = "archive/data.warc.gz"
INDEX: Final = "indexes/index.cdx.gz"
IDX: Final = "indexes/index.idx"
BLOCK: Final = 1024
"""Lines of the index that are packed together."""


@define
class Records:
    """The records of a package, each once. `file`: its WARC file, open. `lines`: where the lines of the index wait to
    be sorted."""

    home: Home
    file: IO[bytes]
    lines: IO[str]
    count: int = 0
    _held: dict[tuple[str, int], tuple[int, int]] = field(factory=dict, init=False)

    def add(self, place: Place) -> tuple[int, int]:
        """Copy a record, as its bytes stand in the archive; one that is no gzip member is made one. Its byte in the
        package's file, and its length. Raises `UsageError` where it is not to be had."""
        known = self._held.get((place.file, place.offset))
        if known is not None:
            return known
        path = self.home.warc_file(place.file)
        record = read_record(path, place.file, place.offset, place.length)
        if record.raw is None or not is_record(record.raw, place.url, place.digest):
            raise UsageError(f"{path} holds another record at byte {place.offset}: the file was written anew")
        data = stored_record(path, place.offset, place.length)
        if data[: len(GZIP)] != GZIP:
            data = gzip.compress(data, mtime=0)
        found = (self.file.tell(), len(data))
        self.file.write(data)
        self._index(evolve(record, offset=found[0], length=found[1]))
        self._held[(place.file, place.offset)] = found
        self.count += 1
        return found

    def _index(self, record: Record) -> None:
        line = cdxj(record, Path(WARC).name, algorithm=True)
        if line is not None:
            self.lines.write(line)


def write_index(staging: Staging, lines: Iterable[str]) -> None:
    """The index in blocks of gzip members, and a line for each block (ZipNum, as WACZ has it)."""
    with staging.path(INDEX).open("wb") as packed, staging.path(IDX).open("w", encoding="ascii", newline="\n") as idx:
        told: dict[str, Any] = {"format": "cdxj-gzip-1.0", "filename": Path(INDEX).name}
        idx.write(f"!meta 0 {json.dumps(told)}\n")
        block: list[str] = []
        for line in resolved(sorted_lines(lines, staging.folder)):
            block.append(line)
            if len(block) == BLOCK:
                _pack(packed, idx, block)
                block = []
        if block:
            _pack(packed, idx, block)


def _pack(packed: IO[bytes], idx: IO[str], block: list[str]) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = packer.compress("".join(block).encode("ascii")) + packer.flush()
    key, at, _ = block[0].split(" ", 2)
    told = {"offset": packed.tell(), "length": len(data), "filename": Path(INDEX).name}
    idx.write(f"{key} {at} {json.dumps(told)}\n")
    packed.write(data)
