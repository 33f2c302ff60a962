"""The one ingest transaction: captures, articles, revisions, full text, duplicate links and change log, all or nothing.

The same input twice changes nothing, and the order in which the captures of an article come in does not matter
(`archive.ingest.observations`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zlib import crc32

from sqlalchemy import Connection, text

from archive.ingest.prepare import Prepared, prepare
from archive.store.records import Item, Stored

# An advisory lock on PostgreSQL ("JB" and a number): two writers of one article take turns by its stripe.
_ARTICLE_LOCKS = 0x4A420001
_STRIPES = 64


def ingest(
    connection: Connection, items: Sequence[Item | Prepared], *, run_id: int | None, now: datetime
) -> list[Stored]:
    """Store items, in the caller's write transaction (`archive.store.db.writing`), and say what became of each.

    One call a transaction: on PostgreSQL two calls in one might wait for each other's locks. `now` carries a zone.
    """
    if not items:
        return []
    # Half a second, for the duplicate finder; most commands store nothing.
    from archive.ingest.round import Round, article_of

    waiting = [(place, item if isinstance(item, Prepared) else prepare(item)) for place, item in enumerate(items)]
    stored: dict[int, Stored] = {}
    take_turns(connection, {key for _, item in waiting if (key := article_of(item)) is not None})
    while waiting:
        # Of one article or one capture a batch holds one item; the others wait for the next.
        batch = Round(connection, run_id, now)
        waiting = batch.take(waiting)
        batch.store()
        stored.update(batch.stored)
    return [stored[place] for place in range(len(items))]


def take_turns(connection: Connection, keys: Iterable[tuple[str, str]]) -> None:
    """Wait for other writers of these articles (site and native id), on PostgreSQL, and keep them waiting until the
    transaction ends. The sorted order keeps two batches from waiting for each other."""
    if connection.dialect.name != "postgresql":
        return
    stripes = sorted({crc32("\n".join(key).encode()) % _STRIPES for key in keys})
    if stripes:
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:space, stripe) FROM unnest(CAST(:stripes AS integer[])) AS stripe"),
            {"space": _ARTICLE_LOCKS, "stripes": stripes},
        )
