"""How large an archive is, how fast it grows, and how long its disk lasts."""

import json
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from attrs import frozen
from sqlalchemy import Connection, func, select

from archive.settings import Home
from archive.store.db import database_bytes
from archive.store.models import Change
from crawler.upkeep.backup.manifest import NOTE

WINDOW: Final = timedelta(days=30)
"""The growth of so many days counts, or of all there were."""
LEAST: Final = timedelta(days=1)
"""What is younger tells nothing of growth."""


@frozen(kw_only=True)
class Room:
    """Bytes, and `full_in`: days until the disk of the home is full, None where the archive is too young to tell, or
    does not grow. `grows`: bytes a day. Of a database that is on a server only its size is known here."""

    free: int
    total: int
    warc: int
    warc_files: int
    database: int
    grows: float | None = None
    full_in: float | None = None


def room(connection: Connection, home: Home, now: datetime) -> Room:
    """The sizes, and how the disk lasts where all goes on as it did."""
    usage = shutil.disk_usage(_there(home.path))
    warc = files = recent = 0
    first = now
    for path in home.warc.glob("*.warc.gz"):
        with suppress(FileNotFoundError):
            told = path.stat()
            warc, files = warc + told.st_size, files + 1
            written = datetime.fromtimestamp(told.st_mtime, UTC)
            first = min(first, written)
            recent += told.st_size if written > now - WINDOW else 0
    database = database_bytes(connection.engine)
    local = connection.dialect.name == "sqlite"
    changes, newest, since = _changes(connection, now)
    first = min(first, since or first)
    days = min(now - first, WINDOW) / timedelta(days=1)
    grows = None
    if now - first >= LEAST:
        grows = (recent + (database * changes / newest if local and newest else 0)) / days
    return Room(
        free=usage.free,
        total=usage.total,
        warc=warc,
        warc_files=files,
        database=database,
        grows=grows,
        full_in=usage.free / grows if grows else None,
    )


def backed_up(home: Home) -> datetime | None:
    """When the last backup of this home was made; None where there was none that it knows of."""
    try:
        return datetime.fromisoformat(json.loads((home.path / NOTE).read_text("utf-8"))["made_at"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _changes(connection: Connection, now: datetime) -> tuple[int, int, datetime | None]:
    """How many changes the log has of the window, the number of its newest one, and the time of its first."""
    recent = connection.execute(select(func.count()).where(Change.at > now - WINDOW)).scalar_one()
    newest = connection.execute(select(func.max(Change.id))).scalar_one() or 0
    first = connection.execute(select(func.min(Change.at))).scalar_one()
    return recent, newest, first


def _there(path: Path) -> Path:
    return path if path.exists() else _there(path.parent)
