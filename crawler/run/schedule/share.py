"""The share of a host's requests that looks at known articles may take, kept in the database over all processes.

A host is asked no faster than its delay, which leaves room for so many requests; of that room looks take the share that
is set, and no more. A run comes every half hour and works for some minutes: so what was left unused of the last half
hour may be used at once. That is a leaky bucket as a meter (ITU-T I.371, GCRA): `host.recheck_at` is the time up to
which the share is used.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select, update

from archive.store.models import Host
from crawler.run.politeness import hosts

WINDOW: Final = timedelta(minutes=30)
_T: Any = Host.__table__


def room(used: datetime | None, delay: timedelta, share: float, now: datetime) -> int:
    """How many looks a host has room for. `used`: the time up to which its share is used. Pure."""
    if share <= 0:
        return 0
    return max(0, int((now - _begin(used, now)) * share / max(delay, timedelta(microseconds=1))))


def used_after(used: datetime | None, looks: int, delay: timedelta, share: float, now: datetime) -> datetime:
    """The time up to which the share is used after so many looks. Pure."""
    return _begin(used, now) + looks * delay / share


def _begin(used: datetime | None, now: datetime) -> datetime:
    """From when on the share is free: what is left of the window, all of it where a clock was ahead."""
    return now - WINDOW if used is None or used > now + WINDOW else max(used, now - WINDOW)


def used(connection: Connection, host: str) -> datetime | None:
    """The time up to which a host's share is used; nobody else uses of it until the transaction ends."""
    hosts.begin(connection, host)
    query = select(_T.c.recheck_at).where(_T.c.host == host).with_for_update()
    moment: datetime | None = connection.execute(query).scalar_one()
    return moment


def use(connection: Connection, host: str, until: datetime) -> None:
    """Write down up to which time a host's share is used."""
    connection.execute(update(_T).where(_T.c.host == host).values(recheck_at=until))
