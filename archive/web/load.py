"""How much is done at once: a page that asks much of the database waits for its turn, and for how many others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

THREADS = 4
"""So many pages are read at once. Python works on one of them at a time: more of them only take turns more often."""
COSTLY = 2
"""So many of them may be costly ones: search, timelines, comparisons. The others stay quick."""
WAITING = 250
"""So many costly ones may wait, about as many as have their turn within `PATIENCE`; one more is asked to come again."""
PATIENCE = 20
"""Seconds that a costly one waits for its turn."""


class Busy(Exception):
    """There are too many costly requests already."""


class Load:
    """The turns of one server."""

    def __init__(self) -> None:
        self.threads = anyio.CapacityLimiter(THREADS)
        self._costly = anyio.Semaphore(COSTLY)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self, *, costly: bool) -> AsyncIterator[None]:
        """A turn for one request. Raises `Busy`."""
        if not costly:
            yield
            return
        if self._waiting >= WAITING:
            raise Busy
        self._waiting += 1
        try:
            with anyio.move_on_after(PATIENCE) as scope:
                await self._costly.acquire()
        finally:
            self._waiting -= 1
        if scope.cancelled_caught:
            raise Busy
        try:
            yield
        finally:
            self._costly.release()
