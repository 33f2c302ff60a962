"""Stored captures' records, read once more by today's rules, in processes of their own: pure but for the files.

A process loads what reads a page, and neither the database's half nor the duplicate finder's: that is two thirds of a
second less for each.
"""

import marshal
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from typing import Any, Final, Self

from attrs import fields, frozen

from archive.errors import UsageError
from archive.ingest.prepare import Prepared, add_indexes, prepare_rows
from archive.raw import Place
from archive.settings import Home
from archive.store.records import ArticleRecord, Item
from archive.workers import Ceiling, WorkerEnded, Workers
from crawler.capture.item import CEILING, capture_item, part_of
from crawler.capture.role import Role, role_of
from crawler.capture.stored import stored_raw
from crawler.pages.witness import DISAGREES
from crawler.warc.raw import RawCapture

LOST: Final = (WorkerEnded, MemoryError, RecursionError)
"""What is raised where reading ended its process, or would have."""

TOGETHER: Final = 8
"""So many records are handed over at a time; where one ends its reader, each is read alone."""

AHEAD: Final = 16
"""So often as many are handed over to each process before the first of them are used, so that it has work while others
are stored."""


@frozen(kw_only=True)
class Stored:
    """A capture whose record is to be read. `digest`: of the text that it shows by what was read last, None where it
    showed none. `witness`: whether the witness is asked, where it shows another one now. `same`: what tells the fields
    that are stored (`sum_of`), "" where the text's digest is all that counts: a reading that gives the same is not
    handed back. None where every reading is."""

    home: Home
    place: Place
    digest: str | None
    witness: bool
    same: bytes | None = None


@frozen(kw_only=True)
class Reading:
    """What a record shows. `prepared`: its rows; with what the indexes hold of it where the text is another one now.
    `part`: the same, where it is one page of an article on several, to be put together (`crawler.capture.join`)."""

    prepared: Prepared
    part: Item | None = None


_FIELDS: Final = tuple(one.name for one in fields(ArticleRecord))


def sum_of(article: Mapping[str, Any]) -> bytes:
    """Tells that an article's fields are the same without handing them over: equal sums are of equal fields, but for
    the order of the flags and for what the witness says, who is not asked again where the text is the same."""
    values: list[Any] = []
    for name in _FIELDS:
        value = article[name]
        if isinstance(value, datetime):
            value = value.timestamp()
        elif name == "flags":
            value = sorted(flag for flag in value if flag != DISAGREES)
        values.append(value)
    # Of version 2, in which equal values have equal bytes; where they have not, the reading is handed back.
    return blake2b(marshal.dumps(values, 2), digest_size=16).digest()


def read_again(stored: Stored) -> Reading | None:
    """None for a list's record, and for what shows the same as is stored. Raises `UsageError` where the record is not
    to be had."""
    raw = stored_raw(stored.home, stored.place)
    if role_of(raw) is Role.LIST:
        return None
    read = reading(raw, stored)
    return None if _is_same(read, stored) else read


def _is_same(read: Reading, stored: Stored) -> bool:
    prepared = read.prepared
    if stored.same is None or read.part is not None or not prepared.article or prepared.digest != stored.digest:
        return False
    return not stored.same or sum_of(prepared.article) == stored.same


def reading(raw: RawCapture, stored: Stored) -> Reading:
    """What an answer that is no list shows."""
    item = capture_item(raw)
    prepared = prepare_rows(item)
    if prepared.article and prepared.digest != stored.digest:
        if stored.witness:
            item = capture_item(raw, witness=True)
            prepared = prepare_rows(item)
        prepared = add_indexes(prepared)
    if item.capture is None:
        raise ValueError("an answer without a capture")
    further = part_of(raw.requested or raw.url) != 1
    return Reading(prepared=prepared, part=item if item.parts or further else None)


def work(every: tuple[Stored, ...]) -> "list[Reading | UsageError | None]":
    """What a process is asked for."""
    return [_read_or_error(one) for one in every]


def _read_or_error(one: Stored) -> Reading | UsageError | None:
    try:
        return read_again(one)
    except UsageError as error:
        return error


class Rereading:
    """The processes that read. `jobs`: how many. To be closed, or used as a context."""

    def __init__(self, *, jobs: int = 1, ceiling: Ceiling = CEILING) -> None:
        self._workers = Workers(work, jobs=jobs, ceiling=ceiling)
        self._workers.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        self._workers.close()

    def all(self, every: Iterable[Stored]) -> Iterator[Reading | UsageError | WorkerEnded | None]:
        """What the records of stored captures show by today's rules, in their order, read ahead of their use; why one
        cannot be had, or ended its reader; None as of `read_again`."""
        handed: deque[tuple[Stored, ...]] = deque()

        def tasks() -> Iterator[tuple[Stored, ...]]:
            waiting = iter(every)
            while some := tuple(islice(waiting, TOGETHER)):
                handed.append(some)
                yield some

        for future in self._workers.map(tasks(), ahead=AHEAD):
            some = handed.popleft()
            try:
                yield from future.result()
            except LOST:
                yield from map(self._alone, some)

    def _alone(self, stored: Stored) -> Reading | UsageError | WorkerEnded | None:
        try:
            return self._workers.call((stored,))[0]
        except LOST as error:
            return error if isinstance(error, WorkerEnded) else WorkerEnded(type(error).__name__)
