"""Reading WARC files record by record, with each record's place, going on behind what is broken.

A `.warc.gz` is read member by member, which gives every record's offset and length in the compressed file, as CDX
indexes have it. Nothing is trusted: sizes are bounded, and a record that warcio cannot read is reported and skipped.
"""

import mmap
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.timeutils import iso_date_to_datetime

from archive.errors import UsageError
from crawler.warc.raw import RawCapture, raw_from_headers
from crawler.warc.writer import REQUESTED

MAX_RECORD: Final = 64 * 2**20
"""A record that unpacks to more is skipped."""
MAX_HEADER: Final = 64 * 2**10
_STEP: Final = 256 * 2**10
_GZIP: Final = b"\x1f\x8b\x08"


@frozen(kw_only=True)
class Record:
    """One whole record. `kind`: its WARC-Type. `raw`: its content, where it is an answer or a text of one."""

    offset: int
    length: int
    kind: str
    raw: RawCapture | None = None


@frozen(kw_only=True)
class Broken:
    """Something at `offset` that is no whole record. `torn`: the file ends in the middle of it."""

    offset: int
    reason: str
    torn: bool = False


def read_records(path: Path, name: str) -> Iterator[Record | Broken]:
    """Every record of a WARC file in order. `name`: what the captures call the file. Raises `UsageError`."""
    try:
        with path.open("rb") as file:
            if not file.read(1):
                return
            with closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) as data:
                if data[:3] == _GZIP:
                    yield from _read(data, name, _member, _next_member)
                elif data[:5] == b"WARC/":
                    yield from _read(data, name, _plain, _next_plain)
                else:
                    raise UsageError(f"{path} is no WARC file")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def read_record(path: Path, name: str, offset: int) -> Record:
    """The one record that begins at `offset`. `name`: what the captures call the file. Raises `UsageError`."""
    try:
        with path.open("rb") as file, closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) as data:
            content, end = _member(data, offset) if data[offset : offset + 3] == _GZIP else _plain(data, offset)
            return _parse(content, offset, end - offset, name)
    except (OSError, ValueError) as error:  # ValueError: an empty file cannot be mapped
        raise UsageError(f"cannot read {path}: {error}") from error
    except (_TornError, _BadRecordError) as error:
        raise UsageError(f"{path} has no whole record at byte {offset}: {error}") from error


class _TornError(Exception):
    """The file ends in the middle of a record."""


class _BadRecordError(Exception):
    """Not a record."""


def _read(data: mmap.mmap, name: str, record_at: Any, next_after: Any) -> Iterator[Record | Broken]:
    offset = 0
    while offset < len(data):
        try:
            content, end = record_at(data, offset)
            yield _parse(content, offset, end - offset, name)
        except (_BadRecordError, _TornError) as error:
            found = next_after(data, offset + 1)
            torn = isinstance(error, _TornError) and found is None
            yield Broken(offset=offset, reason=str(error), torn=torn)
            if found is None:
                return
            offset = found
        else:
            offset = _skip_line_ends(data, end)


def _skip_line_ends(data: mmap.mmap, offset: int) -> int:
    while data[offset : offset + 1] in (b"\r", b"\n"):
        offset += 1
    return offset


def _member(data: mmap.mmap, offset: int) -> tuple[bytes, int]:
    """One gzip member's content, and where the next begins."""
    stream = zlib.decompressobj(31)
    content = bytearray()
    position = offset
    try:
        while not stream.eof:
            chunk = stream.unconsumed_tail
            if not chunk:
                chunk = data[position : position + _STEP]
                position += len(chunk)
            if not chunk:
                raise _TornError("the file ends in the middle of a record")
            content += stream.decompress(chunk, _STEP)
            if len(content) > MAX_RECORD:
                raise _BadRecordError(f"the record unpacks to more than {MAX_RECORD} bytes")
    except zlib.error as error:
        raise _BadRecordError(f"broken gzip: {error}") from error
    return bytes(content), position - len(stream.unused_data)


def _next_member(data: mmap.mmap, offset: int) -> int | None:
    """The next place where a gzip member begins whose content begins as a record does."""
    while (offset := data.find(_GZIP, offset)) >= 0:
        try:
            if zlib.decompressobj(31).decompress(data[offset : offset + 4096], 16).startswith(b"WARC/"):
                return offset
        except zlib.error:
            pass
        offset += 1
    return None


def _plain(data: mmap.mmap, offset: int) -> tuple[bytes, int]:
    """One uncompressed record, and where it ends."""
    head_end = data.find(b"\r\n\r\n", offset, offset + MAX_HEADER)
    if data[offset : offset + 5] != b"WARC/":
        raise _BadRecordError("no record begins here")
    if head_end < 0:
        if offset + MAX_HEADER >= len(data):
            raise _TornError("the file ends in the middle of a record's header")
        raise _BadRecordError("the record's header does not end")
    length = None
    for line in data[offset:head_end].split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.strip().lower() == b"content-length" and value.strip().isdigit() and len(value) < 20:
            length = int(value)
    if length is None:
        raise _BadRecordError("the record has no length")
    if length > MAX_RECORD:
        raise _BadRecordError(f"the record has more than {MAX_RECORD} bytes")
    end = head_end + 4 + length
    if end > len(data):
        raise _TornError("the file ends in the middle of a record")
    return data[offset:end] + b"\r\n\r\n", end


def _next_plain(data: mmap.mmap, offset: int) -> int | None:
    found = data.find(b"\r\n\r\nWARC/1.", offset)
    return None if found < 0 else found + 4


def _parse(content: bytes, offset: int, length: int, name: str) -> Record:
    stream = BytesIO(content)
    try:
        record = next(iter(ArchiveIterator(stream)))
        kind = str(record.rec_type)
        raw = _raw(record, kind, name, offset, length) if kind in ("response", "resource", "conversion") else None
        size = int(record.rec_headers.get_header("Content-Length") or 0)
    except Exception as error:  # a hostile record may break warcio's parsers in any way
        raise _BadRecordError(f"not a readable record: {type(error).__name__}") from error
    head = content.find(b"\r\n\r\n")
    if b"WARC/1." in content[head + 4 + size : head + 4 + size + 16]:
        raise _BadRecordError("several records in one gzip member; run `warcio recompress` on the file first")
    return Record(offset=offset, length=length, kind=kind, raw=raw)


def _raw(record: Any, kind: str, name: str, offset: int, length: int) -> RawCapture | None:
    """The capture that a record holds, None where it is not of the web (a DNS answer)."""
    headers = record.rec_headers
    url = str(headers.get_header("WARC-Target-URI") or "").strip("<>")
    if not url.startswith(("http://", "https://")):
        return None
    moment = iso_date_to_datetime(headers.get_header("WARC-Date"))
    captured_at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    common: dict[str, Any] = {
        "url": url,
        "captured_at": captured_at.astimezone(UTC),
        "digest": headers.get_header("WARC-Payload-Digest"),
        "ip": headers.get_header("WARC-IP-Address"),
        "requested": headers.get_header(REQUESTED),
        "warc_file": name,
        "warc_offset": offset,
        "warc_length": length,
    }
    http = record.http_headers
    if kind != "response" or http is None:
        payload = record.raw_stream.read()
        return RawCapture(payload=payload, content_type=headers.get_header("Content-Type"), **common)
    chunked = (http.get_header("Transfer-Encoding") or "").lower() == "chunked"
    payload = _dechunked(record.raw_stream) if chunked else record.raw_stream.read()
    return raw_from_headers(RawCapture(payload=payload, status=int(http.get_statuscode()), **common), http.headers)


def _dechunked(stream: Any) -> bytes:
    reader = ChunkedDataReader(stream)
    return b"".join(iter(lambda: reader.read(65536), b""))
