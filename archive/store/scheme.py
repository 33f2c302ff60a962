"""Of which version of the comparison form (`archive.text.version`) an archive's computed data is.

Full text, duplicate index and signatures are always of one version, which stands in the one row of `dedup_scheme`: it
is written with the first article, and replaced by `jianbao db upgrade` in the transaction that makes all of it anew.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, ColumnClause, Connection, SmallInteger, delete, insert, select

from archive.errors import SchemaMismatch
from archive.store.dberrors import show_url
from archive.store.table import Base
from archive.text import version


class DedupScheme(Base):
    """The version, and how its signatures and shingles are made: everything that datasketch needs to make the same."""

    __tablename__ = "dedup_scheme"
    version: ColumnClause[int] = Column(SmallInteger, primary_key=True, autoincrement=False)
    scheme: ColumnClause[str]  # datasketch's permutation scheme
    permutations: ColumnClause[int]
    seed: ColumnClause[int]
    hash: ColumnClause[str]
    shingle: ColumnClause[int]  # characters
    shingle_version: ColumnClause[int]  # as `version`: they were numbers of their own once
    fold_version: ColumnClause[int]


def stored_version(connection: Connection) -> int | None:
    """The version of what the archive holds, or None where it holds nothing that was computed."""
    return connection.scalar(select(DedupScheme.version))


def is_stale(connection: Connection) -> bool:
    """Whether it is of an older version than this program's. Raises `SchemaMismatch` where it is of a newer one."""
    return _is_older(connection, stored_version(connection))


def check(connection: Connection) -> None:
    """Raise `SchemaMismatch` where the archive holds what another version computed."""
    _check(connection, stored_version(connection))


def claim(connection: Connection, row: Mapping[str, Any]) -> None:
    """`check`, before computed data is written. The first to write notes the version, as `row` describes it."""
    found = stored_version(connection)
    if found is None:
        connection.execute(insert(DedupScheme).values(row))
    else:
        _check(connection, found)


def replace(connection: Connection, row: Mapping[str, Any]) -> None:
    """Note that all computed data is of this version now."""
    connection.execute(delete(DedupScheme))
    connection.execute(insert(DedupScheme).values(row))


def _check(connection: Connection, found: int | None) -> None:
    if _is_older(connection, found):
        raise SchemaMismatch(
            f"{show_url(connection.engine.url)} is indexed by version {found} of the text rules, this program has "
            f"{version.VERSION}; back it up, then run `jianbao db upgrade` to make its indexes anew"
        )


def _is_older(connection: Connection, found: int | None) -> bool:
    if found is not None and found > version.VERSION:
        raise SchemaMismatch(
            f"{show_url(connection.engine.url)} is indexed by version {found} of the text rules, newer than this "
            f"program knows ({version.VERSION}); update jianbao"
        )
    return found is not None and found < version.VERSION
