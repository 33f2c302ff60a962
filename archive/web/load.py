"""How much is done at once: every page waits for its turn, one that asks much of the database for two of them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import anyio

THREADS = 4
"""So many pages are made at once. Python works on one of them at a time: more of them only take turns more often."""
COSTLY = 2
"""So many of them may be costly ones: search, timelines, comparisons. The others stay quick."""
WAITING = 2_000
"""So many pages may wait, about as many as have their turn within `PATIENCE`; one more is asked to come again."""
COSTLY_WAITING = 500
"""So many of them may be costly ones."""
PATIENCE = 20
"""Seconds that a page waits for its turn: who asked has gone by then, or asks anew."""


class Busy(Exception):
    """There are too many requests already."""


class Load:
    """The turns of one server."""

    def __init__(self) -> None:
        self._threads = anyio.Semaphore(THREADS)
        self._costly = anyio.Semaphore(COSTLY)
        self._waiting = self._costly_waiting = 0

    @asynccontextmanager
    async def turn(self, *, costly: bool) -> AsyncIterator[None]:
        """A turn for one page. Raises `Busy`."""
        if self._waiting >= WAITING or (costly and self._costly_waiting >= COSTLY_WAITING):
            raise Busy
        async with AsyncExitStack() as held:
            self._waiting += 1
            self._costly_waiting += costly
            try:
                with anyio.move_on_after(PATIENCE) as scope:
                    for one in (self._costly, self._threads) if costly else (self._threads,):
                        await held.enter_async_context(one)
            finally:
                self._waiting -= 1
                self._costly_waiting -= costly
            if scope.cancelled_caught:
                raise Busy
            yield
