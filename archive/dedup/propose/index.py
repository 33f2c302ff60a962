"""The sampled shingle hashes in SQL: which articles hold which.

New rows go to a small table. When that is full, a run is made of its rows, packed, sorted and never written again but
to be merged with others (`archive.dedup.propose.runs`). What a run does not hold, its filter says from memory, so that
a look-up costs the same however many there are. Nothing is built at start. A shingle that many stories hold says
nothing of any of them: it is capped.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from sqlalchemy import Connection, text

from archive.dedup.propose import furniture, packed, runs
from archive.dedup.propose.shingles import ascending
from archive.dedup.propose.signature import described
from archive.store import scheme

CAP: Final = 48
"""So many articles hold a shingle at most; one that has reached it no longer counts."""
FRESH: Final = 50_000
"""So many rows the small table holds at most: what an article adds to it touches few pages."""

# "JB" and a number: writers on PostgreSQL take turns from here to their commit.
LOCK: Final = 0x4A420003

# Rows of the small table; blocks of runs, by the id; and which runs there are, with negative ids and their tokens. In
# one statement, so that all is of one state of the archive, whoever writes meanwhile. On SQLite the join goes through
# the hashes in their order; IN would first sort them anew.
_LOOK_UP: Final = {
    "sqlite": text(
        "SELECT hash, article_id, NULL FROM json_each(:hashes) CROSS JOIN dedup_fresh ON hash = value "
        "UNION ALL SELECT b.id, 0, b.packed FROM json_each(:blocks) CROSS JOIN dedup_block b ON b.id = value "
        "UNION ALL SELECT -id, token, NULL FROM dedup_run"
    ),
    "postgresql": text(
        "SELECT hash, article_id, CAST(NULL AS bytea) FROM dedup_fresh "
        "WHERE hash = ANY (ARRAY(SELECT value::bigint FROM json_array_elements_text(CAST(:hashes AS json)))) "
        "UNION ALL SELECT id, 0, packed FROM dedup_block "
        "WHERE id = ANY (ARRAY(SELECT value::bigint FROM json_array_elements_text(CAST(:blocks AS json)))) "
        "UNION ALL SELECT -id, token, NULL FROM dedup_run"
    ),
}
_EVERYTHING: Final = {
    "sqlite": "SELECT group_concat(hash), group_concat(article_id) FROM dedup_fresh",
    "postgresql": "SELECT string_agg(hash::text, ',' ORDER BY hash, article_id), "
    "string_agg(article_id::text, ',' ORDER BY hash, article_id) FROM dedup_fresh",
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
    asked = ascending(np.fromiter(hashes, dtype=np.uint64))
    holders: defaultdict[int, list[int]] = defaultdict(list)
    if not len(asked):
        return holders
    turned = packed.turn(asked)
    told = json.dumps(asked.tolist())
    kept = runs.runs_of(connection)
    while True:
        known = kept.ready(connection, len(asked))
        wanted, numbers = runs.likely(known, turned)
        rows = connection.execute(
            _LOOK_UP[connection.dialect.name], {"hashes": told, "blocks": json.dumps(numbers)}
        ).all()
        tokens = {(-key, token) for key, token, block in rows if key < 0}
        if kept.told(connection, known, tokens):
            break
    blocks = {}
    for key, article_id, block in rows:
        if block is not None:
            blocks[key] = block
        elif key >= 0:
            holders[key].append(article_id)
    for value, article_id in runs.find(known, wanted, blocks):
        holders[value].append(article_id)
    return holders


def add(connection: Connection, rows: Sequence[tuple[int, int]]) -> None:
    """Store (hash, article id) pairs, which the archive does not have. May make a run of the small table's rows."""
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
        wait(connection)
        pairs = [{"hash": value, "article_id": key} for value, key in sorted(rows)]
        connection.execute(text("DELETE FROM dedup_fresh WHERE hash = :hash AND article_id = :article_id"), pairs)
        runs.remove(connection, rows)


def seal(connection: Connection) -> None:
    """Make a run of the small table's rows."""
    hashes, ids = connection.execute(text(_EVERYTHING[connection.dialect.name])).one()
    if hashes:
        values, keys = (np.fromstring(told, dtype=np.uint64, sep=",") for told in (hashes, ids))
        runs.runs_of(connection).add(connection, values, keys)
        connection.execute(text("DELETE FROM dedup_fresh"))
    connection.execute(text("UPDATE dedup_state SET value = 0 WHERE name = 'fresh'"))
    furniture.forget(connection)


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
