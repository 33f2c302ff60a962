"""Answers on their way into the archive, in the order in which they came: while one transaction runs others come, and
the next one takes all of them, once they are read. Nobody waits for company: one that comes alone is stored at once.

All of it in the reactor's thread, which stores, too; what answers say is read elsewhere meanwhile. What is no plain
article (an address tried in vain, a page that shows none) is done by itself in its turn, since what follows from it for
its host follows from what came before.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice, takewhile
from typing import Any, Final, Generic, TypeVar, cast

from attrs import define, field

A = TypeVar("A")
K = TypeVar("K")
T = TypeVar("T")

MOST: Final = 50
"""So many answers are stored in one transaction at most."""
PATIENCE: Final = 0.5
"""So many seconds an answer waits at most for those that came behind it and are still being read."""


@define(eq=False)
class _One:
    """What came. `reading`: of an answer; None of what is only to be `done`, by itself. `told`: who handed it in waits
    for what becomes of it."""

    told: "asyncio.Future[Any]"
    reading: "asyncio.Future[Any] | None" = None
    done: Callable[[], Any] | None = None

    @property
    def is_ready(self) -> bool:
        return self.reading is None or self.reading.done()

    def end(self, does: Callable[[], Any]) -> None:
        """Say what became of it: what `does` gives or raises."""
        try:
            its = does()
        except Exception as error:
            if not self.told.done():
                self.told.set_exception(error)
        else:
            self.give(its)

    def give(self, its: Any) -> None:
        """Say what became of it, if anybody still waits for that."""
        if not self.told.done():
            self.told.set_result(its)


@define(eq=False)
class Arrivals(Generic[A, K]):
    """See the module. `store`: stores answers, all or nothing, and says what became of each; `store_one`: one by
    itself, whose error may be the run's end. `is_plain`: whether others may be stored with an answer."""

    store: Callable[[Sequence[A]], Sequence[K]]
    store_one: Callable[[A], K]
    is_plain: Callable[[A], bool]
    _line: deque[_One] = field(factory=deque)
    _called: bool = False
    _late: "asyncio.TimerHandle | None" = None

    @property
    def waiting(self) -> int:
        """How many have come of which nothing is done yet."""
        return len(self._line)

    async def answer(self, reading: "asyncio.Future[A]") -> K:
        """Store an answer once it is read and its turn has come; what became of it. Raises what reading or storing it
        raises."""
        reading.add_done_callback(lambda _: self._call())
        return cast("K", await self._come(reading=reading))

    async def alone(self, done: Callable[[], T]) -> T:
        """Do something once its turn has come, after all that came before; what it gives."""
        self._call()
        return cast("T", await self._come(done=done))

    async def _come(self, **what: Any) -> Any:
        told = asyncio.get_running_loop().create_future()
        self._line.append(_One(told, **what))
        return await told

    def _call(self) -> None:
        """See to the line as soon as all that the network and the readers have brought by now has come to it."""
        if not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._see)

    def _see(self) -> None:
        self._called = False
        together = self._plain()
        behind = next(islice(self._line, len(together), MOST), None)
        if not together or behind is None or behind.is_ready:
            self._store_first()
        elif self._late is None:
            self._late = asyncio.get_running_loop().call_later(PATIENCE, self._store_first)

    def _store_first(self) -> None:
        """Store what is ready at the front of the line."""
        if self._late is not None:
            self._late.cancel()
            self._late = None
        together = self._plain() or [one for one in islice(self._line, 1) if one.is_ready]
        for _ in together:
            self._line.popleft()
        if len(together) == 1:
            self._alone(together[0])
        elif together:
            self._together(together)
        if together and self._line:
            self._call()

    def _plain(self) -> list[_One]:
        """Those at the front of the line that may be stored together now."""
        return list(islice(takewhile(self._is_plain, self._line), MOST))

    def _is_plain(self, one: _One) -> bool:
        """Whether others may be stored with it, now that it is read."""
        reading = one.reading
        if reading is None or not reading.done() or reading.exception() is not None:
            return False
        return self.is_plain(reading.result())

    def _alone(self, one: _One) -> None:
        reading = one.reading
        if one.done is not None:
            one.end(one.done)
        elif reading is not None:
            one.end(lambda: self.store_one(reading.result()))

    def _together(self, several: Sequence[_One]) -> None:
        """Store several answers in one transaction; where that fails, each in its own, so that one that cannot be
        stored takes no other with it."""
        try:
            kept = self.store([one.reading.result() for one in several if one.reading is not None])
        except Exception:
            for one in several:
                self._alone(one)
        else:
            for one, its in zip(several, kept, strict=True):
                one.give(its)
