"""The change log: which articles are new, revised, updated, in another cluster, or no longer there, in the order of
their numbers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from archive.store.models import Change
from archive.store.table import insert_rows

# PostgreSQL hands out numbers before commit; under this advisory lock ("JB" and a number) they become visible in order.
_LOCK: Final = 0x4A42_0002


def entry(article_id: int, kind: str, at: datetime, cause: str | None = None) -> dict[str, Any]:
    """A row of the change log that is of no two captures. `at` carries a zone."""
    return {
        "article_id": article_id,
        "kind": kind,
        "at": at,
        "cause": cause,
        "after_at": None,
        "before_at": None,
        "after_capture_id": None,
        "before_capture_id": None,
    }


def log_changes(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Append rows (`entry`) as the last thing that the write transaction does."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    insert_rows(connection, Change, rows)


def log_clustered(connection: Connection, article_ids: Sequence[int], now: datetime) -> None:
    """Note that the cluster of these articles changed. `now` carries a zone."""
    log_changes(connection, [entry(key, "clustered", now) for key in article_ids])
