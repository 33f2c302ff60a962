"""Stored captures' records, read once more in processes of their own.

They load what reads a page, and whoever starts them need not have loaded it: so all of them load at the same time.
"""

from collections import deque
from contextlib import suppress
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Final, Self

from archive.errors import UsageError
from archive.workers import Ceiling, WorkerEnded, Workers
from crawler.capture.ceiling import CEILING, LOST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.capture.again import Reading, Stored

TOGETHER: Final = 32
"""So many records are handed over at a time; where one ends its reader, each is read alone."""

AHEAD: Final = 4
"""So often as many are handed over to each process before the first of them are used, so that it has work while others
are stored."""


def load() -> None:
    """What reads is loaded before anything is read, and counts against no record."""
    import_module("crawler.capture.again")
    from crawler.sites.registry import load_sites

    with suppress(UsageError):  # each record that is read will say so
        load_sites()


def work(every: "tuple[Stored, ...]") -> "list[Reading | UsageError | None]":
    """What a process is asked for."""
    from crawler.capture.again import read_again

    return read_again(every)


class Rereading:
    """The processes that read. `jobs`: how many. To be closed, or used as a context."""

    def __init__(self, *, jobs: int = 1, ceiling: Ceiling = CEILING) -> None:
        self._workers = Workers(work, jobs=jobs, ceiling=ceiling, begin=load)
        self._workers.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        self._workers.close()

    def all(self, every: "Iterable[Stored]") -> "Iterator[Reading | UsageError | WorkerEnded | None]":
        """What the records of stored captures show by today's rules, in their order, read ahead of their use; why one
        cannot be had, or ended its reader; None as of `read_again`."""
        handed: deque[tuple[Stored, ...]] = deque()

        def tasks() -> "Iterator[tuple[Stored, ...]]":
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

    def _alone(self, stored: "Stored") -> "Reading | UsageError | WorkerEnded | None":
        try:
            return self._workers.call((stored,))[0]
        except LOST as error:
            return error if isinstance(error, WorkerEnded) else WorkerEnded(type(error).__name__)
