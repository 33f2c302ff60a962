"""The sampled shingle hashes in SQL: which articles hold which.

New rows go to a small table; when that has grown to a fixed share of the large one, its rows are moved over in key
order, so that each page of the large table is written once for many rows. Nothing is kept in memory, nothing is built
at start. A shingle that many stories hold says nothing of any of them: it is capped.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, Table, text

from archive.dedup import lines
from archive.dedup.tables import DedupFresh, DedupSealed

CAP: Final = 48
"""So many articles hold a shingle at most; one that has reached it no longer counts."""
FRESH_LEAST: Final = 50_000
FRESH_SHARE: Final = 64
"""The small table is emptied at this many rows, or at a 64th of the large one's if that is more."""

# "JB" and a number: writers on PostgreSQL take turns from here to their commit.
LOCK: Final = 0x4A420003

_LOOK_UP: Final = {
    "sqlite": " UNION ALL ".join(
        f"SELECT hash, article_id FROM {table} WHERE hash IN (SELECT value FROM json_each(:hashes))"  # noqa: S608
        for table in ("dedup_fresh", "dedup_sealed")
    ),
    "postgresql": " UNION ALL ".join(
        f"SELECT hash, article_id FROM {table} "  # noqa: S608
        "WHERE hash = ANY (ARRAY(SELECT value::bigint FROM json_array_elements_text(CAST(:hashes AS json))))"
        for table in ("dedup_fresh", "dedup_sealed")
    ),
}


def take_turn(connection: Connection) -> None:
    """Wait until no other writer is between its look-up and its commit.

    On SQLite the write transaction itself is that turn. Two writers that bring one story at once would otherwise
    both find nothing, and the story would be split.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def look_up(connection: Connection, hashes: Iterable[int]) -> dict[int, list[int]]:
    """The articles that hold each of the hashes; those that nobody holds are left out."""
    wanted = sorted(set(hashes))
    holders: defaultdict[int, list[int]] = defaultdict(list)
    if wanted:
        rows = connection.execute(text(_LOOK_UP[connection.dialect.name]), {"hashes": json.dumps(wanted)})
        for value, article_id in rows:
            holders[value].append(article_id)
    return holders


def add(connection: Connection, rows: Sequence[tuple[int, int]]) -> None:
    """Store (hash, article id) pairs; those that are there already stay. May move the small table's rows over."""
    if not rows:
        return
    rows = sorted(rows)  # neighbours share a page
    if connection.dialect.name == "sqlite":
        # The driver's own executemany: SQLAlchemy's costs as much again for each row.
        connection.exec_driver_sql("INSERT OR IGNORE INTO dedup_fresh (hash, article_id) VALUES (?, ?)", list(rows))
    else:
        connection.execute(
            text(
                "INSERT INTO dedup_fresh (hash, article_id) SELECT * FROM "
                "unnest(CAST(:hashes AS bigint[]), CAST(:ids AS bigint[])) ON CONFLICT DO NOTHING"
            ),
            {"hashes": [row[0] for row in rows], "ids": [row[1] for row in rows]},
        )
    fresh = _count(connection, "fresh", len(rows))
    if fresh >= FRESH_LEAST and fresh * FRESH_SHARE >= _count(connection, "sealed", 0):
        seal(connection)


def seal(connection: Connection) -> None:
    """Move the small table's rows to the large one, in key order."""
    fresh, sealed = _table(DedupFresh), _table(DedupSealed)
    moved = connection.execute(
        text(
            f"INSERT INTO {sealed.name} (hash, article_id) "  # noqa: S608
            f"SELECT hash, article_id FROM {fresh.name} WHERE true ORDER BY hash, article_id ON CONFLICT DO NOTHING"
        )
    ).rowcount
    connection.execute(fresh.delete())
    _count(connection, "sealed", moved)
    connection.execute(text("UPDATE dedup_state SET value = 0 WHERE name = 'fresh'"))
    lines.forget(connection)


def _count(connection: Connection, name: str, more: int) -> int:
    """A table's number of rows, after adding `more` to it."""
    value = connection.scalar(
        text(
            "INSERT INTO dedup_state (name, value) VALUES (:name, :more) "
            "ON CONFLICT (name) DO UPDATE SET value = dedup_state.value + :more RETURNING value"
        ),
        {"name": name, "more": more},
    )
    return int(value or 0)


def _table(model: type[DedupFresh | DedupSealed]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - for the type checker
    return table
