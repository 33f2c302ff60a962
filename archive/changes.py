"""The change log outside of ingest: articles whose cluster a person or a recluster changed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, text

from archive.ingest import CHANGE_LOCK
from archive.models import Change


def note_clustered(connection: Connection, article_ids: Sequence[int], now: datetime) -> None:
    """Note that the cluster of these articles changed. `now` carries a zone."""
    if not article_ids:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CHANGE_LOCK})
    connection.execute(insert(Change), [{"article_id": key, "kind": "clustered", "at": now} for key in article_ids])
