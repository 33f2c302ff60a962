"""The sampled shingle hashes in SQL: which articles hold which.

New rows go to a small table. When that is full its rows are moved on to a middle one, and those of the middle one, when
it has grown to a fixed share of the large one, to that: always in key order, so that each page is written once for many
rows. Nothing is kept in memory, nothing is built at start. A shingle that many stories hold says nothing of any of
them: it is capped.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, text

from archive.dedup.propose import furniture
from archive.dedup.propose.signature import described
from archive.dedup.tables import DedupFresh, DedupMiddle, DedupSealed
from archive.store import scheme
from archive.store.table import Base

CAP: Final = 48
"""So many articles hold a shingle at most; one that has reached it no longer counts."""
FRESH: Final = 50_000
"""So many rows the small table holds at most: what an article adds to it touches few pages."""
MIDDLE: Final = 400_000
MIDDLE_SHARE: Final = 16
"""The middle table is emptied at so many rows, or at a 16th of the large one's if that is more."""

# "JB" and a number: writers on PostgreSQL take turns from here to their commit.
LOCK: Final = 0x4A420003

# On SQLite the join goes through the hashes in their order; IN would first sort them anew, once a table.
_LOOK_UP: Final = {
    "sqlite": " UNION ALL ".join(
        f"SELECT hash, article_id FROM json_each(:hashes) CROSS JOIN {table} ON hash = value"  # noqa: S608
        for table in ("dedup_fresh", "dedup_middle", "dedup_sealed")
    ),
    "postgresql": " UNION ALL ".join(
        f"SELECT hash, article_id FROM {table} "  # noqa: S608
        "WHERE hash = ANY (ARRAY(SELECT value::bigint FROM json_array_elements_text(CAST(:hashes AS json))))"
        for table in ("dedup_fresh", "dedup_middle", "dedup_sealed")
    ),
}


def take_turn(connection: Connection) -> None:
    """Wait until no other writer is between its look-up and its commit.

    On SQLite the write transaction itself is that turn. Two writers that bring one story at once would otherwise
    both find nothing, and the story would be split. Raises `SchemaMismatch` where the archive was indexed anew, by
    another version of the text rules, since this program opened it.
    """
    wait(connection)
    scheme.claim(connection, described())


def wait(connection: Connection) -> None:
    """`take_turn`, whatever version the archive is of: for one who makes it anew."""
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
    if _count(connection, "fresh", len(rows)) >= FRESH:
        seal(connection)


def remove(connection: Connection, rows: Sequence[tuple[int, int]]) -> None:
    """Remove (hash, article id) pairs, wherever they stand."""
    if rows:
        pairs = [{"hash": value, "article_id": key} for value, key in sorted(rows)]
        for table in (DedupFresh, DedupMiddle, DedupSealed):
            connection.execute(
                text(f"DELETE FROM {table.__tablename__} WHERE hash = :hash AND article_id = :article_id"),  # noqa: S608
                pairs,
            )


def seal(connection: Connection) -> None:
    """Move the small table's rows to the middle one, and those to the large one where they have become many."""
    moved = move(connection, DedupFresh, DedupMiddle)
    _reset(connection, "fresh")
    middle, sealed = _count(connection, "middle", moved), _count(connection, "sealed", 0)
    if middle >= MIDDLE and middle * MIDDLE_SHARE >= sealed:
        _count(connection, "sealed", move(connection, DedupMiddle, DedupSealed))
        _reset(connection, "middle")
    furniture.forget(connection)


def move(connection: Connection, source: type[Base], target: type[Base]) -> int:
    """Move all rows from one table to another, in key order; how many the target did not have."""
    moved = connection.execute(
        text(
            f"INSERT INTO {target.__tablename__} (hash, article_id) "  # noqa: S608
            f"SELECT hash, article_id FROM {source.__tablename__} WHERE true ORDER BY hash, article_id "
            "ON CONFLICT DO NOTHING"
        )
    ).rowcount
    connection.execute(text(f"DELETE FROM {source.__tablename__}"))  # noqa: S608
    return moved


def _reset(connection: Connection, name: str) -> None:
    connection.execute(text("UPDATE dedup_state SET value = 0 WHERE name = :name"), {"name": name})


def _count(connection: Connection, name: str, more: int) -> int:
    """A number of `dedup_state`, after adding `more` to it."""
    value = connection.scalar(
        text(
            "INSERT INTO dedup_state (name, value) VALUES (:name, :more) "
            "ON CONFLICT (name) DO UPDATE SET value = dedup_state.value + :more RETURNING value"
        ),
        {"name": name, "more": more},
    )
    return int(value or 0)
