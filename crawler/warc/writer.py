"""Raw first: every answer goes into a WARC 1.1 file, and to the disk, before the database hears of it.

A day has one file, which every crawl of that day goes on writing, and one for each crawler that writes at the same
time; where it grows too large, the next one is begun. Each record is a gzip member of its own. While a run writes, a
marker stands beside each of its files (`crawler.warc.marker`). `crawler.run.recovery` takes over what a killed writer
left.

A record's HTTP block is what the server sent, rebuilt from what Scrapy hands on: the body is byte for byte as
transferred (gzip stays gzip), but a chunked transfer is put together, `Transfer-Encoding` is gone with it, header
names are capitalised and the reason phrase is the standard one.
"""

import errno
import os
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from http.client import responses
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from attrs import define, field, frozen
from warcio.statusandheaders import StatusAndHeaders
from warcio.timeutils import datetime_to_iso_date
from warcio.warcwriter import WARCWriter

from archive.errors import StorageError
from archive.times import BEIJING
from crawler.warc.marker import mark, mark_again, unmark

REQUESTED = "X-Jianbao-Requested"
"""A field of ours in a response record: the address that was asked for first, where redirects led elsewhere."""
DISBELIEVED = "X-Jianbao-Not-Believed"
"""A field of ours in a response record: why what it shows, that an article is no more, was not believed."""

NOT_MODIFIED: Final = 304
_NOT_MODIFIED: Final = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

Headers = Sequence[tuple[str, str]]

_LINE_END = re.compile(r"[\r\n]+")
_NAME: Final = re.compile(r"jianbao-(\d{8})-([0-9a-f]{8})-(\d{5,})\.warc\.gz")
"""The day, a word for the crawler, the number."""


@frozen(kw_only=True)
class Exchange:
    """One request and its answer, as they were transferred.

    `headers` keep their order; a byte is the Latin-1 character of its number. `payload`: the body, still
    content-encoded. `ip`: the server's, None behind a proxy. `requested`: the address that was asked for before
    redirects, None where it is `url`. `method`, `request_body`: what was sent. `repeats`: what the answer shows again;
    its record is a revisit record then, without the payload. `disbelieved`: as in `RawCapture`.
    """

    url: str
    fetched_at: datetime
    status: int
    headers: Headers
    payload: bytes
    request_headers: Headers
    ip: str | None = None
    requested: str | None = None
    method: str = "GET"
    request_body: bytes = b""
    repeats: "Repeats | None" = None
    disbelieved: str = ""


@frozen(kw_only=True)
class Repeats:
    """The capture whose payload an answer shows again: its address, time and digest."""

    url: str
    at: datetime
    digest: str


@frozen(kw_only=True)
class Position:
    """Where a response record stands. `file`: its name in the WARC folder; `offset`, `length`: compressed bytes."""

    file: str
    offset: int
    length: int
    digest: str


@define
class WarcFolder:
    """The rolling WARC files of one crawl process.

    `path`: the folder. `max_bytes`: when to begin the next file. `info`: the fields of the warcinfo record that comes
    before what this process writes. `now`: the clock by which a file's day is, in Beijing. Raises `StorageError` where
    the disk does not take a record; the file then ends with the record before it.
    """

    path: Path
    max_bytes: int
    info: dict[str, str]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    name: str = field(default="", init=False)
    """The present file's."""
    _file: BinaryIO | None = field(default=None, init=False)
    _markers: list[BinaryIO] = field(factory=list, init=False)
    _size: int = field(default=0, init=False)

    def write(self, exchange: Exchange) -> Position:
        """Append the request and the response, and wait until the disk has them."""
        try:
            day = f"{self.now().astimezone(BEIJING):%Y%m%d}"
            if self._file is None or self._size >= self.max_bytes or day != _day(self.name):
                self._rotate(day)
            request, response, digest = _records(exchange)
            self._append(request + response)
        except OSError as error:
            raise storage_error(self.path, error) from error
        return Position(file=self.name, offset=self._size - len(response), length=len(response), digest=digest)

    def close(self, *, settled: bool = True) -> None:
        """End the present file. `settled`: every record is safe in the database, through a power cut too; else the
        next start looks through the run's files for what it missed."""
        self._end_file()
        while self._markers:
            marker = self._markers.pop()
            if settled:
                unmark(marker)
            else:
                marker.close()

    def _end_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None

    def _rotate(self, day: str) -> None:
        self._end_file()
        self.path.mkdir(parents=True, exist_ok=True)
        if not self._go_on(day):
            self._begin(day)
        self._append(_warcinfo(self.name, self.info))

    def _go_on(self, day: str) -> bool:
        """Open a file of that day which nobody writes; whether there is one that is not full.

        One that has another name as well is somebody's copy: it stays what it is.
        """
        for path in sorted(self.path.glob(f"jianbao-{day}-*.warc.gz"), reverse=True):
            found = path.stat()
            if _day(path.name) != day or found.st_size >= self.max_bytes or found.st_nlink > 1 or path.is_symlink():
                continue
            marker = mark_again(path)
            if marker is not None:
                self._markers.append(marker)
                self._file = path.open("r+b", buffering=0)
                self._size = self._file.seek(0, os.SEEK_END)
                self.name = path.name
                return True
        return False

    def _begin(self, day: str) -> None:
        last = _NAME.fullmatch(self.name)
        crawler, number = (last[2], int(last[3])) if last and last[1] == day else (secrets.token_hex(4), 0)
        names = (f"jianbao-{day}-{crawler}-{behind:05d}.warc.gz" for behind in count(number + 1))
        self.name = next(name for name in names if not (self.path / name).exists())
        # The marker comes first: a WARC file that nobody marked is a finished one.
        self._markers.append(mark(self.path / self.name))
        self._file = (self.path / self.name).open("xb", buffering=0)
        self._size = 0
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _append(self, data: bytes) -> None:
        if self._file is None:
            msg = "no WARC file is open"
            raise RuntimeError(msg)
        try:
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) :]
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(self._size)
            self._file.seek(self._size)
            raise
        self._size += len(data)


def storage_error(place: Path, error: OSError) -> StorageError:
    """What an operating system's error means for the person at the terminal."""
    advice = {
        errno.ENOSPC: "make room on the disk, then run again",
        errno.EDQUOT: "raise the quota or make room, then run again",
        errno.EFBIG: "raise the file-size limit (ulimit -f), then run again",
        errno.EROFS: "the disk is read-only; name another folder with --home",
    }.get(error.errno or 0, "check the folder's owner and permissions, or name another with --home")
    return StorageError(f"cannot write to {place}: {error.strerror or error}; {advice}")


def _day(name: str) -> str:
    """The day of a file that a crawl wrote; "" of another."""
    found = _NAME.fullmatch(name)
    return found[1] if found is not None else ""


class _WireHeaders(StatusAndHeaders):  # type: ignore[misc]
    """Headers whose bytes stay what they were; warcio would write `%E9` for a byte that is not ASCII."""

    def to_ascii_bytes(self, filter_func: Any = None) -> bytes:
        data: bytes = self.to_bytes(filter_func, encoding="latin-1")
        return data


def _records(exchange: Exchange) -> tuple[bytes, bytes, str]:
    """The compressed request record, the compressed response record, and the payload's digest."""
    moment = exchange.fetched_at.astimezone(UTC).replace(tzinfo=None)
    fields = {"WARC-Date": datetime_to_iso_date(moment, use_micros=True)}
    if exchange.ip:
        fields["WARC-IP-Address"] = exchange.ip
    if exchange.requested and exchange.requested != exchange.url:
        fields[REQUESTED] = exchange.requested
    if exchange.disbelieved:
        fields[DISBELIEVED] = exchange.disbelieved
    writer = WARCWriter(BytesIO(), gzip=True, warc_version="WARC/1.1")
    status = f"{exchange.status} {responses.get(exchange.status, 'Unknown')}"
    response = _answer(writer, exchange, fields, _WireHeaders(status, _clean(exchange.headers), protocol="HTTP/1.1"))
    parts = urlsplit(exchange.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    request = writer.create_warc_record(
        exchange.url,
        "request",
        payload=BytesIO(exchange.request_body),
        length=len(exchange.request_body),
        warc_headers_dict={"WARC-Date": fields["WARC-Date"]},
        http_headers=_WireHeaders(
            f"{exchange.method} {target} HTTP/1.1", _clean(exchange.request_headers), is_http_request=True
        ),
    )
    request.rec_headers.add_header("WARC-Concurrent-To", response.rec_headers.get_header("WARC-Record-ID"))
    digest = str(response.rec_headers.get_header("WARC-Payload-Digest"))
    # The request first: where the response is whole, so is what belongs to it.
    return _compressed(writer, request), _compressed(writer, response), digest


def _answer(writer: Any, exchange: Exchange, fields: dict[str, str], http: _WireHeaders) -> Any:
    """The response record; a revisit record (WARC 1.1, 6.7) where the payload is one that was there before."""
    repeats = exchange.repeats
    if repeats is None:
        return writer.create_warc_record(
            exchange.url,
            "response",
            payload=BytesIO(exchange.payload),
            length=len(exchange.payload),
            warc_headers_dict=dict(fields),
            http_headers=http,
        )
    moment = datetime_to_iso_date(repeats.at.astimezone(UTC).replace(tzinfo=None), use_micros=True)
    record = writer.create_revisit_record(
        exchange.url, repeats.digest, repeats.url, moment, http_headers=http, warc_headers_dict=dict(fields)
    )
    if exchange.status == NOT_MODIFIED:
        record.rec_headers.replace_header("WARC-Profile", _NOT_MODIFIED)
    return record


def _warcinfo(name: str, info: dict[str, str]) -> bytes:
    writer = WARCWriter(BytesIO(), gzip=True, warc_version="WARC/1.1")
    return _compressed(writer, writer.create_warcinfo_record(name, info))


def _compressed(writer: Any, record: Any) -> bytes:
    writer.out = BytesIO()
    writer.write_record(record)
    data: bytes = writer.out.getvalue()
    return data


def _clean(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """A line break inside a header would begin another one, of the sender's choice."""
    return [(" ".join(name.split()), _LINE_END.sub(" ", value)) for name, value in headers]
