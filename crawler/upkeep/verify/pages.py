"""What the databases themselves know of their pages and indexes: SQLite's integrity check and foreign keys,
PostgreSQL's amcheck."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, text

from crawler.upkeep.verify.finding import REBUILD, Finding, Repair

_MOST: Final = 100
"""So many faults SQLite names."""
_AMCHECK: Final = "SELECT 1 FROM pg_extension WHERE extname = 'amcheck'"
_BTREES: Final = """SELECT c.oid, c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_am a ON a.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.amname = 'btree' AND n.nspname = current_schema() AND c.relpersistence <> 't' AND i.indisvalid
    ORDER BY c.relname"""
NO_AMCHECK: Final = (
    "PostgreSQL's amcheck is not there, so its own indexes were not looked at; `CREATE EXTENSION amcheck` in the "
    "archive's database adds it"
)


def check(connection: Connection, notes: list[str]) -> Iterator[Finding]:
    """Every finding; what could not be looked at is added to `notes`."""
    yield from _sqlite(connection) if connection.dialect.name == "sqlite" else _postgresql(connection, notes)


def _sqlite(connection: Connection) -> Iterator[Finding]:
    told = [str(row[0]) for row in connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST})")]
    for fault in told if told != ["ok"] else ():
        line = " ".join(fault.split())[:200]
        # What an index holds follows from its table; a damaged page does not.
        mendable = "index" in line and ("missing from" in line or "wrong # of entries" in line)
        repair = Repair.REINDEX if mendable else None
        cure = "" if mendable else f"restore a backup, or {REBUILD}"
        yield Finding(kind="database_damaged", place="database", fault=line, repair=repair, cure=cure)
    for table, row_id, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
        fault = f"row {row_id} names a row of {parent} that is not there"
        yield Finding(kind="foreign_key", place=str(table), fault=fault, cure=REBUILD)


def _postgresql(connection: Connection, notes: list[str]) -> Iterator[Finding]:
    if connection.scalar(text(_AMCHECK)) is None:
        notes.append(NO_AMCHECK)
        return
    for oid, name in connection.execute(text(_BTREES)).all():
        fault = _btree(connection, oid)
        if fault:
            yield Finding(kind="database_damaged", place=name, fault=fault, repair=Repair.REINDEX, key=name)


def _btree(connection: Connection, oid: int) -> str:
    """What amcheck says of an index; "" where it is well. One that damage was found in ends its own savepoint alone."""
    from sqlalchemy.exc import DBAPIError

    try:
        with connection.begin_nested():
            connection.execute(text("SELECT bt_index_check(:oid, true)"), {"oid": oid})
    except DBAPIError as error:
        return " ".join(str(error.orig).split())[:200]
    return ""
