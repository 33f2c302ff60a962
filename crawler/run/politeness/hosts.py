"""Politeness, one object a host, kept in the database so that every process shares it: the delay between two requests,
robots.txt with its `Crawl-delay`, a rest that the host asked for, and how many of its pages in a row were in vain.

A process takes a host's turn before it asks, and gives it back once it has the answer. Only then the delay begins: a
request reaches the server some time between the two, so that counted from its sending two requests could come to the
server faster than the delay. While one process has the turn no other asks, and none need look before the delay is over.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from attrs import evolve, fields, frozen
from sqlalchemy import Connection, bindparam, func, select, update

from archive.store.models import Host
from archive.times import BEIJING
from crawler.run.frontier import insert

MAX_REST: Final = timedelta(hours=24)
"""The longest that a host is left alone because it asks for it, and the longest delay between two requests."""
PATIENCE: Final = timedelta(seconds=60)
"""A host that may be asked later than this is left alone in this run; what waits for it is left to the next."""
TURN: Final = timedelta(seconds=0.25)
"""A turn lasts one request, or so long where the delay is shorter: then several requests cost one look-up."""

RULES_LAST: Final = timedelta(hours=24)
"""So long what a robots.txt allows is taken from here (RFC 9309, 2.4: a cached version should not be used longer)."""

_T: Any = Host.__table__


class BudgetSpent(Exception):
    """A host was asked as often today as it may be; the message says so."""


@frozen(kw_only=True)
class State:
    """What is known of one host. Times in UTC.

    `next_at`: no request before. `turn_of`, `turn_until`: who has its turn, and when that is over at the latest.
    `rest_until`, `rest_reason`: it asked to be left alone. `crawl_delay`: seconds, from its robots.txt. `robots`: a
    digest of its robots.txt. `vain`: its pages in a row that were in vain, over all runs. `recheck_at`: see
    `crawler.run.schedule.share`. `asked_on`, `asked`: how many requests were sent on which day in Beijing, where a
    budget counts them.
    """

    host: str
    next_at: datetime | None = None
    turn_of: str | None = None
    turn_until: datetime | None = None
    rest_until: datetime | None = None
    rest_reason: str | None = None
    crawl_delay: float | None = None
    robots: str | None = None
    vain: int = 0
    recheck_at: datetime | None = None
    asked_on: str | None = None
    asked: int = 0

    def is_spent(self, budget: int | None, now: datetime) -> bool:
        """Whether so many requests as a day may have were sent today, by Beijing time."""
        return budget is not None and self.asked_on == _day(now) and self.asked >= budget

    def delay(self, least: float) -> timedelta:
        """The time between two requests: the longer of ours (`least`, seconds) and the host's own."""
        return timedelta(seconds=min(max(least, self.crawl_delay or 0.0), MAX_REST.total_seconds()))

    def rests(self, now: datetime) -> bool:
        """Whether it asked to be left alone until later. A clock that was ahead does not count."""
        return self.rest_until is not None and now < self.rest_until <= now + MAX_REST

    def wait(self, worker: str, least: float, now: datetime) -> timedelta:
        """How long this worker has to wait before it may ask, or look again; zero where it may ask now."""
        free = now
        if self.rests(now) and self.rest_until is not None:
            free = self.rest_until
        # Nobody writes a time further ahead than this: the clock was set back since.
        if self.next_at is not None and self.next_at <= free + max(self.delay(least), PATIENCE):
            free = max(free, self.next_at)
        if (
            self.turn_of not in (None, worker)
            and self.turn_until is not None
            and now < self.turn_until <= now + MAX_REST
        ):
            # Its answer is still to come, and the delay begins only then.
            free = max(free, now + max(self.delay(least), TURN))
        return free - now


# Each request asks and writes these: to put a statement together costs more than to send it.
_KNOWN: Final = select(*(_T.c[one.name] for one in fields(State))).where(_T.c.host == bindparam("asked_host"))
_LOCKED: Final = _KNOWN.with_for_update()
_WRITTEN: Final = update(_T).where(_T.c.host == bindparam("asked_host"))
_GIVEN_BACK: Final = _WRITTEN.where(_T.c.turn_of == bindparam("worker")).values(
    turn_of=None, turn_until=None, next_at=bindparam("then")
)


@cache
def _new(dialect: str) -> Any:
    return insert(dialect, _T).on_conflict_do_nothing()


def begin(connection: Connection, host: str) -> None:
    """The host has its row."""
    connection.execute(_new(connection.dialect.name), {"host": host, "vain": 0})


def clock(connection: Connection) -> datetime:
    """What time it is: on PostgreSQL by the server, since the clocks of several machines are never the same."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(UTC)


def look(connection: Connection, host: str, *, lock: bool = False) -> State:
    """What is known of a host. `lock`: nobody else changes it until the transaction ends."""
    row = connection.execute(_LOCKED if lock else _KNOWN, {"asked_host": host}).mappings().one_or_none()
    return State(**row) if row is not None else State(host=host)


def _day(now: datetime) -> str:
    return f"{now.astimezone(BEIJING):%Y-%m-%d}"


def take(
    connection: Connection,
    host: str,
    worker: str,
    least: float,
    longest: timedelta,
    now: datetime | None = None,
    budget: int | None = None,
) -> tuple[State, timedelta]:
    """Take a host's turn, if it may be asked now: what is known of it, and how long to wait before looking again; zero
    where the turn is taken.

    `least`: our own delay, seconds. `longest`: how long one request may take; so long after a turn's end it is free,
    should its process have died. `budget`: the most requests a day, of which a turn is one then. Raises `BudgetSpent`.
    """
    row = connection.execute(_LOCKED, {"asked_host": host}).mappings().one_or_none()
    if row is None:
        begin(connection, host)
        row = connection.execute(_LOCKED, {"asked_host": host}).mappings().one()
    state = State(**row)
    now = now or clock(connection)
    if state.is_spent(budget, now):
        raise BudgetSpent(f"its budget of {budget} requests a day is spent")
    wait = state.wait(worker, least, now)
    if not wait:
        counted = {"asked_on": _day(now), "asked": 1 + (state.asked if state.asked_on == _day(now) else 0)}
        times = {"turn_until": now + TURN + longest, "next_at": now + state.delay(least)}
        _write(connection, host, turn_of=worker, **times, **(counted if budget is not None else {}))
    return state, wait


def give_back(connection: Connection, host: str, worker: str, pause: timedelta, now: datetime | None = None) -> None:
    """The worker's turn is over; nobody asks the host before `pause` is."""
    now = now or clock(connection)
    connection.execute(_GIVEN_BACK, {"asked_host": host, "worker": worker, "then": now + pause})


def rest(connection: Connection, host: str, wait: timedelta, reason: str, now: datetime | None = None) -> datetime:
    """The host asks to be left alone for so long; until when it is, at most `MAX_REST`."""
    until = (now or clock(connection)) + min(max(wait, timedelta(0)), MAX_REST)
    begin(connection, host)
    _write(connection, host, rest_until=until, rest_reason=reason)
    return until


def free(connection: Connection, workers: Sequence[str], now: datetime | None = None) -> None:
    """The turns of workers that ended, or died, are over."""
    now = now or clock(connection)
    held = select(_T.c.host, _T.c.next_at).where(_T.c.turn_of.in_(workers)).with_for_update()
    for host, next_at in connection.execute(held).all():
        # What was asked in a longer turn than the delay may have been answered just now.
        _write(connection, host, turn_of=None, turn_until=None, next_at=max(next_at or now, now + TURN))


def note_robots(
    connection: Connection, host: str, robots: str, crawl_delay: float | None, now: datetime | None = None
) -> State:
    """Remember a host's robots.txt, whose `crawl_delay` (seconds) holds from now on; what was known before."""
    begin(connection, host)
    before = look(connection, host, lock=True)
    if (before.robots, before.crawl_delay) != (robots, crawl_delay):
        now = now or clock(connection)
        delay = evolve(before, robots=robots, crawl_delay=crawl_delay).delay(0)
        # A host that wants longer pauses would never be asked for more than its robots.txt, with which each run begins.
        next_at = max(before.next_at or now, now + (delay if delay <= PATIENCE else timedelta(0)))
        _write(connection, host, robots=robots, crawl_delay=crawl_delay, next_at=next_at)
    return before


@frozen(kw_only=True)
class KnownRules:
    """The rules of a host's robots.txt, as `crawler.run.politeness.robots.Rules` has them, and when they were read."""

    text: str
    read_at: datetime


def rules(connection: Connection, host: str, agent: str, now: datetime) -> KnownRules | None:
    """What some process has read of a host's robots.txt for a crawler of this name within a day; None where none has.
    What a clock that was ahead has written does not count."""
    query = select(_T.c.rules, _T.c.rules_at).where(
        _T.c.host == host, _T.c.rules_for == agent, _T.c.rules_at > now - RULES_LAST, _T.c.rules_at <= now
    )
    row = connection.execute(query).one_or_none()
    return KnownRules(text=row.rules, read_at=row.rules_at) if row is not None and row.rules is not None else None


def keep_rules(connection: Connection, host: str, agent: str, text: str, now: datetime) -> None:
    """A host's robots.txt was read: whoever asks the host within a day need not read it."""
    begin(connection, host)
    _write(connection, host, rules=text, rules_for=agent, rules_at=now)


def note_page(connection: Connection, host: str, *, vain: bool) -> int:
    """A page of the host was in vain, or well; how many in a row were in vain."""
    begin(connection, host)
    return int(
        connection.execute(
            update(_T).where(_T.c.host == host).values(vain=_T.c.vain + 1 if vain else 0).returning(_T.c.vain)
        ).scalar_one()
    )


def _write(connection: Connection, host: str, **values: Any) -> None:
    connection.execute(_WRITTEN, {"asked_host": host, **values})
