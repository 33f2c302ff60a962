"""How far the archive was verified, part by part: what `jianbao health` asks, without what verifies."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from archive.store.models import Verified

_T: Any = Verified.__table__


def known(connection: Connection) -> dict[str, tuple[int, datetime | None]]:
    """By part: where a pass over it comes next, and when the last whole one ended."""
    return {row.part: (row.at, row.ended_at) for row in connection.execute(select(_T))}


def verified_since(connection: Connection) -> datetime | None:
    """Since when all that was verified is whole: the end of the oldest pass; None where nothing was verified yet."""
    ends = [ended_at for _, ended_at in known(connection).values() if ended_at is not None]
    return min(ends, default=None)
