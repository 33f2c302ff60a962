"""How one process keeps to what `hosts` says: it waits for a host's turn, asks, and gives the turn back.

All of it in the reactor's thread, for every spider of the run. Nobody looks again before the time that the database
named, and a look costs one transaction a request, or one a quarter of a second where the delay is shorter than that.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import define, field
from sqlalchemy import Connection

from archive.config.declared import Settings
from archive.store.db import reading, writing
from archive.times import parse_mail_time, show_time
from crawler.pages.status import BUSY
from crawler.run.politeness import hosts
from crawler.run.run import Run
from crawler.sites.registry import find_site

logger = logging.getLogger("jianbao.crawl")

BUSY_REST: Final = timedelta(minutes=5)
"""The rest of a host that answers 429 without saying how long."""
_NOW: Final = timedelta(0)


class HostRests(Exception):
    """A host is not to be asked now; the message says why, and until when."""


class Ending(Exception):
    """The run is ending; nothing more is asked."""


@define
class _Local:
    """What this process knows of a host without a look: `ends`: how long it has the turn, `next_at`: when it may ask
    again in it, both in the event loop's seconds, which no clock that is set changes; `pause`: the delay."""

    lock: asyncio.Lock = field(factory=asyncio.Lock)
    ends: float | None = None
    next_at: float = 0.0
    pause: timedelta = _NOW
    giving_back: asyncio.TimerHandle | None = None


@define
class Turns:
    """See the module. `timeout`: the longest that one request may take, seconds. `most`: how many requests the run may
    send before it ends."""

    run: Run
    timeout: float
    most: int | None = None
    _sent: int = 0
    _local: dict[str, _Local] = field(factory=lambda: defaultdict(_Local))
    _end: asyncio.Event = field(factory=asyncio.Event)

    @asynccontextmanager
    async def turn(self, host: str, *, opening: bool = False) -> AsyncIterator[None]:
        """A block in which the host may be asked once. Raises `HostRests` or `Ending` instead of asking. With the last
        request that the run may send, it is told to end.

        `opening`: for its robots.txt, with which each run begins. Where the host wants longer pauses than a run waits,
        ours is enough behind it: else nothing would ever be asked for but robots.txt.
        """
        local = self._local[host]
        async with local.lock:
            while wait := self._wait(host, local):
                if wait > hosts.PATIENCE:
                    raise HostRests(self._why(host, wait))
                await self._sleep(wait)
            self.run.asked = True
            self._count()
            if opening and local.pause > hosts.PATIENCE:
                local.pause, local.ends = timedelta(seconds=self.delay(host)), None
            try:
                yield
            finally:
                self._asked(host, local)

    def _wait(self, host: str, local: _Local) -> timedelta:
        """How long to wait before looking again; zero where the host may be asked now."""
        if self._end.is_set() or self.run.stopped or self.run.fatal is not None:
            raise Ending("the run is ending")
        if left := self.run.trouble.seen[host].left:
            raise HostRests(left)
        now = _moment()
        if now < local.next_at:
            return timedelta(seconds=local.next_at - now)  # whoever else asks meanwhile: we do not before that
        if local.ends is not None and now < local.ends:
            return _NOW
        with writing(self.run.engine) as connection:
            settings, longest = self._settings(host), timedelta(seconds=self.timeout)
            try:
                state, wait = hosts.take(
                    connection, host, self.run.worker, settings.delay, longest, budget=settings.budget
                )
            except hosts.BudgetSpent as error:
                self._spend(host, str(error))
                raise HostRests(str(error)) from error
        self.run.trouble.seen[host].shared_vain = state.vain
        if not wait:
            local.pause = state.delay(settings.delay)
            local.ends, local.next_at = now + hosts.TURN.total_seconds(), now
            if settings.budget is not None:
                local.ends = None  # each request is counted
        return wait

    def _asked(self, host: str, local: _Local) -> None:
        """The answer is there, or there is none: the delay begins, and the turn ends where nothing fits into it."""
        now = _moment()
        local.next_at = now + local.pause.total_seconds()
        if local.giving_back is not None:
            local.giving_back.cancel()
            local.giving_back = None
        if local.ends is None or local.next_at >= local.ends:
            self._give_back(host, local)
        else:
            local.giving_back = asyncio.get_running_loop().call_later(
                local.ends - now, self._give_back_idle, host, local
            )

    def _give_back_idle(self, host: str, local: _Local) -> None:
        local.giving_back = None
        if not local.lock.locked():  # else whoever asks now gives it back
            self._give_back(host, local)

    def _give_back(self, host: str, local: _Local) -> None:
        pause = max(_NOW, timedelta(seconds=local.next_at - _moment()))
        local.ends = None
        if self.run.fatal is None:
            with self.run.ends(), writing(self.run.engine) as connection:
                hosts.give_back(connection, host, self.run.worker, pause)

    async def _sleep(self, wait: timedelta) -> None:
        try:
            async with asyncio.timeout(wait.total_seconds()):
                await self._end.wait()
        except TimeoutError:
            return

    def blocked(self, connection: Connection, host: str) -> str:
        """Why a host may not be asked for longer than a run waits; "" where it may."""
        state = hosts.look(connection, host)
        wait = state.wait(self.run.worker, self.delay(host), hosts.clock(connection))
        return self._said(state, wait) if wait > hosts.PATIENCE else ""

    def _why(self, host: str, wait: timedelta) -> str:
        with reading(self.run.engine) as connection:
            return self._said(hosts.look(connection, host), wait)

    def _said(self, state: hosts.State, wait: timedelta) -> str:
        until = show_time(datetime.now(UTC) + wait, "minute")
        return f"it is left alone until {until} ({state.rest_reason or 'its Crawl-delay'})"

    def pause(self, connection: Connection, host: str) -> timedelta:
        """The time between two requests to a host."""
        return hosts.look(connection, host).delay(self.delay(host))

    def delay(self, host: str) -> float:
        """Our own delay for a host, seconds: its site's, where it is one's."""
        return self._settings(host).delay

    def _settings(self, host: str) -> Settings:
        site = find_site(f"https://{host}/")
        return self.run.home.settings.of(site.name if site is not None else "")

    def end(self) -> None:
        """Nothing more is asked; whoever waits is let go."""
        self._end.set()

    def enough(self, why: str) -> None:
        """End the run well: what is under way is stored, and what is due stays due."""
        if not self.run.stopped:
            logger.info("%s; what is due stays due", why)
            self.run.stopped = True
            self.end()

    def _count(self) -> None:
        self._sent += 1
        if self.most is not None and self._sent >= self.most:
            self.enough(f"{self._sent} requests are sent")

    def _spend(self, host: str, reason: str) -> None:
        seen = self.run.trouble.seen[host]
        if not seen.left:
            seen.left, seen.spent = reason, True
            logger.info("%s: %s; what is due there stays due", host, reason)

    def note_answer(self, host: str, status: int, retry_after: str | None) -> bool:
        """What an answer says of its host; whether it asks for a rest that is longer than we wait here."""
        wait = parse_retry_after(retry_after, datetime.now(UTC)) if status == BUSY or status >= 500 else None
        if wait is None and status == BUSY:
            wait = BUSY_REST
        if not wait:
            return False
        reason = f"status {status}" + (f", Retry-After: {retry_after[:40]}" if retry_after else "")
        with self.run.ends(), writing(self.run.engine) as connection:
            until = hosts.rest(connection, host, wait, reason)
            self._local[host].ends = None
            if wait > hosts.PATIENCE:
                self.leave(host, f"it is left alone until {show_time(until, 'minute')} ({reason})")
        return wait > hosts.PATIENCE

    def note_robots(self, host: str, robots: str, crawl_delay: float | None) -> bool:
        """Remember a host's robots.txt; whether it is another than before."""
        with self.run.ends(), writing(self.run.engine) as connection:
            before = hosts.note_robots(connection, host, robots, crawl_delay)
            if before.crawl_delay != crawl_delay:
                self._local[host].ends = None  # the next request looks again, and finds it
            return before.robots != robots
        return False

    def leave(self, host: str, reason: str) -> None:
        """Leave a host alone for the rest of this run, and say so once."""
        seen = self.run.trouble.seen[host]
        if not seen.left:
            seen.left = reason
            self.run.doubt(f"{host}: {reason}", "host", failed=True, url=host)


def _moment() -> float:
    return asyncio.get_running_loop().time()


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The wait that a `Retry-After` header asks for, in seconds or by an HTTP date (RFC 9110, 10.2.3), at most
    `hosts.MAX_REST`; None where there is none to be understood, or it is over."""
    words = (value or "").strip()
    if words.isascii() and words.isdecimal():
        wait = timedelta(seconds=min(int(words[:10]), int(hosts.MAX_REST.total_seconds())))
    else:
        try:
            wait = parse_mail_time(words) - now
        except ValueError:
            return None
    return min(wait, hosts.MAX_REST) if wait > timedelta(0) else None
