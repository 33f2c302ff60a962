"""The raw pages of an archive, read back from its WARC files: `archive.raw.RawPages`."""

import re
import zlib
from collections.abc import Callable
from typing import Any, Final, Self, TypeVar, cast

from attrs import frozen

from archive.errors import UsageError
from archive.raw import ExplainedPage, Place, RawPage
from archive.settings import Home
from archive.workers import Ceiling, WorkerEnded, Workers
from crawler.capture.ceiling import CEILING, LOST
from crawler.capture.item import capture_page
from crawler.capture.raw.explained import explained
from crawler.capture.raw.inert import inert
from crawler.capture.stored import stored_raw
from crawler.warc.encodings import BodyError, decoded_body
from crawler.warc.reader import stored_record
from crawler.warc.unpacked import GZIP

T = TypeVar("T")
_EMPTY: Final = re.compile(rb"\r?\n\r?\n")


@frozen
class _Task:
    home: Home
    place: Place
    read: Callable[[Home, Place], Any]


class StoredPages:
    """See `archive.raw.RawPages`. `jobs`: how many pages are read at once; a process begins with the first one."""

    def __init__(self, home: Home, *, jobs: int = 1, ceiling: Ceiling = CEILING) -> None:
        self._home = home
        self._workers: Workers[_Task, Any] = Workers(_work, jobs=jobs, ceiling=ceiling)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        self._workers.close()

    def record(self, place: Place) -> bytes:
        """The WARC record as it is stored."""
        return self._call(place, read_stored)

    def headers(self, place: Place) -> str:
        """The record's header and its HTTP header."""
        return self._call(place, read_headers)

    def page(self, place: Place) -> RawPage:
        """The page, unpacked."""
        return self._call(place, read_page)

    def explained(self, place: Place) -> ExplainedPage:
        """The page line by line."""
        return self._call(place, read_explained)

    def inert(self, place: Place) -> str:
        """The page with nothing in it that runs or loads."""
        return self._call(place, read_inert)

    def _call(self, place: Place, read: Callable[[Home, Place], T]) -> T:
        try:
            return cast(T, self._workers.call(_Task(self._home, place, read)))
        except LOST as error:
            reason = str(error) or type(error).__name__
            raise WorkerEnded(
                f"the page at byte {place.offset} of {place.file} is not read: {reason}; `jianbao raw` has its record"
            ) from None


# In the worker


def _work(task: _Task) -> Any:
    return task.read(task.home, task.place)


def read_stored(home: Home, place: Place) -> bytes:
    """See `RawPages.record`."""
    stored_raw(home, place)  # raises where it is another one
    return stored_record(home.warc_file(place.file), place.offset, place.length)


def read_headers(home: Home, place: Place) -> str:
    """See `RawPages.headers`."""
    record = read_stored(home, place)
    if record[: len(GZIP)] == GZIP:
        record = zlib.decompressobj(31).decompress(record)
    head = _up_to_empty_line(record)
    block = record[len(head) :]
    http = _up_to_empty_line(block) if block[:5].upper() == b"HTTP/" else b""
    return (head + http).decode("utf-8", "replace")


def _up_to_empty_line(data: bytes) -> bytes:
    found = _EMPTY.search(data)
    return data[: found.end()] if found is not None else data


def read_page(home: Home, place: Place) -> RawPage:
    """See `RawPages.page`."""
    raw = stored_raw(home, place)
    try:
        body = decoded_body(raw)
    except BodyError as error:
        raise UsageError(f"the page cannot be unpacked: {error}; its record can be had") from None
    return RawPage(url=raw.url, content=body.content, content_type=raw.content_type, torn=body.torn)


def read_explained(home: Home, place: Place) -> ExplainedPage:
    """See `RawPages.explained`."""
    return explained(capture_page(stored_raw(home, place), everything=True, witness=True))


def read_inert(home: Home, place: Place) -> str:
    """See `RawPages.inert`."""
    return inert(read_page(home, place))
