"""The whole of it, and what of it needs a person."""

from datetime import datetime, timedelta
from typing import Any, Final

from attrs import asdict, frozen
from sqlalchemy import Connection

from archive.export.chain import sealed_at
from archive.settings import Home
from archive.times import show_time
from archive.watch.alarms import Alarm, open_alarms
from crawler.upkeep.health.room import Room, backed_up, room
from crawler.upkeep.health.work import Debt, Queue, Site, debt, queue, sites
from crawler.upkeep.verify.passes import verified_since

SILENT: Final = timedelta(days=1)
"""So long without a good run, and a person should look."""
DROPPED: Final = timedelta(days=7)
"""A site that was not crawled for so long, is not crawled any more."""
SHORT: Final = 14.0
"""Days until the disk is full."""
LITTLE: Final = 0.02
"""Of a disk."""
FEW: Final = 2 * 10**9
"""Bytes: a disk of many terabytes isn't full at two in a hundred."""


@frozen(kw_only=True)
class Health:
    """See docs/operations.md. `at`: when it was looked at. `verified_since`: every byte was verified since then, None
    where not all was yet. `exported`: when the export's last batch was sealed, None where none was. `needs`: what a
    person should do, a line each."""

    at: datetime
    sites: list[Site]
    queue: Queue
    debt: list[Debt]
    alarms: list[Alarm]
    room: Room
    verified_since: datetime | None
    backed_up: datetime | None
    exported: datetime | None
    needs: list[str]

    def as_json(self) -> dict[str, Any]:
        """As docs/operations.md describes it; times in Beijing time."""
        return {
            "at": show_time(self.at),
            "well": not self.needs,
            "needs": self.needs,
            "sites": [
                {
                    "site": one.name,
                    "run_at": show_time(one.run_at),
                    "good_at": show_time(one.good_at),
                    "lag_seconds": one.lag,
                }
                for one in self.sites
            ],
            "queue": {**asdict(self.queue), "oldest_due": show_time(self.queue.oldest_due)},
            "recheck_debt": [{"age": one.age, "late": one.late, "latest_seconds": one.latest} for one in self.debt],
            "alarms": [one.as_json() for one in self.alarms],
            "disk_free_bytes": self.room.free,
            "disk_total_bytes": self.room.total,
            "grows_bytes_a_day": self.room.grows,
            "disk_full_in_days": self.room.full_in,
            "warc_bytes": self.room.warc,
            "warc_files": self.room.warc_files,
            "database_bytes": self.room.database,
            "verified_since": show_time(self.verified_since),
            "backed_up_at": show_time(self.backed_up),
            "exported_at": show_time(self.exported),
        }


def look(home: Home, connection: Connection, now: datetime) -> Health:
    """How the archive is doing now. `connection`: of a transaction that only reads."""
    found = sites(connection, now)
    alarms = open_alarms(connection)
    its = room(connection, home, now)
    return Health(
        at=now,
        sites=found,
        queue=queue(connection, now),
        debt=debt(connection, [one.name for one in found], now),
        alarms=alarms,
        room=its,
        verified_since=verified_since(connection),
        backed_up=backed_up(home),
        exported=sealed_at(connection),
        needs=_needs(found, alarms, its, now),
    )


def _needs(found: list[Site], alarms: list[Alarm], its: Room, now: datetime) -> list[str]:
    needs = [f"alarm {one.id}: {one.line()}: {one.next_command}" for one in alarms]
    last = max((one.run_at for one in found), default=now)
    if now - last > SILENT:
        needs.append(f"nothing was crawled since {show_time(last)}: look at cron or the systemd timer, and its log")
    else:
        for one in found:
            if now - one.run_at < DROPPED and (one.good_at is None or now - one.good_at > SILENT):
                if one.good_at is None:
                    needs.append(f"{one.name}: no good run yet: `jianbao runs` says why, `jianbao doctor` looks")
                    continue
                good = show_time(one.good_at)
                needs.append(f"{one.name}: no good run since {good}: `jianbao runs` says why, `jianbao doctor` looks")
    if its.full_in is not None and its.full_in < SHORT:
        needs.append(f"the disk is full in {its.full_in:.0f} days: make room, or move the home to a larger disk")
    elif its.free < min(LITTLE * its.total, FEW):
        needs.append(f"the disk has {its.free:,} bytes left: make room, or move the home to a larger disk")
    return needs
