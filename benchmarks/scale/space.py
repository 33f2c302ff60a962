"""Bytes an article by table, its indexes with it."""

from collections import defaultdict
from typing import Final

from sqlalchemy import Connection, text

from archive.store.db import opened, reading
from benchmarks.scale.figures import Figures

_LARGEST: Final = 9
_SQLITE: Final = """
    SELECT coalesce(
             (SELECT s.name FROM sqlite_schema AS s WHERE s.sql LIKE 'CREATE VIRTUAL%' AND d.name LIKE s.name || '_%'
              ORDER BY length(s.name) DESC LIMIT 1),
             (SELECT tbl_name FROM sqlite_schema AS s WHERE s.name = d.name), d.name), d.pgsize
    FROM dbstat AS d WHERE d.aggregate = TRUE
"""
_POSTGRESQL: Final = """
    SELECT CAST(coalesce(pg_partition_root(c.oid), c.oid) AS regclass)::text, pg_total_relation_size(c.oid)
    FROM pg_class AS c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""


def by_table(url: str) -> dict[str, int]:
    """Bytes of each table, the largest first."""
    with opened(url) as engine, reading(engine) as connection:
        return _read(connection)


def _read(connection: Connection) -> dict[str, int]:
    sizes: defaultdict[str, int] = defaultdict(int)
    for table, size in connection.execute(text(_SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL)):
        sizes[table] += size
    return dict(sorted(sizes.items(), key=lambda item: -item[1]))


def measure(url: str, size: int, figures: Figures, column: int | None = None) -> None:
    """Those that are the largest at the first size, and all others together."""
    found = by_table(url)
    column = size if column is None else column
    known = [row.split("`")[1] for row in figures.rows if "`" in row] or list(found)[:_LARGEST]
    figures.add("bytes an article, all tables", column, sum(found.values()) / size)
    for table in known:
        figures.add(f"of these in `{table}`", column, found.get(table, 0) / size)
