"""An archive copied from one database into another one: `jianbao db copy`.

All is read in one transaction of the source, which sees one state of it throughout. The target is no archive until it
is whole: in the place of its schema's revision stands `archive.store.schema.UNFINISHED`, which every command refuses,
and a table of its own (`unfinished_copy`) says whose copy it is and how far it came. Each table is one transaction:
its rows, and that they are there. So a copy that was killed goes on at the first table that is missing. What is there
already is compared with the source as it is now; where it changed meanwhile, the copy begins anew.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import Connection, Engine, Table, delete, inspect, select, text

from archive.copying import rows
from archive.copying.rows import Digest, Row
from archive.dedup import tables as duplicate_tables  # noqa: F401 - they are copied, too
from archive.errors import DatabaseUnavailable, StorageError, UsageError
from archive.export import tables as export_tables  # noqa: F401 - and these
from archive.export.chain import due
from archive.store import fulltext, people, schema  # noqa: F401 - and these
from archive.store.db import connect, reading, show_url, writing
from archive.store.finding import names
from archive.store.finding.searches import Identity, identity
from archive.store.models import Article
from archive.store.table import Base

_NOTES: Final = "unfinished_copy"
_SOURCE: Final = "source"
_INDEXED: Final = "indexed"
_ARTICLES: Final = 500
"""Articles that are indexed in one transaction."""
_A: Any = Article.__table__

Progress = Callable[[str, int, int], None]
"""Takes what is being done, and how much of how much of it is."""


@frozen(kw_only=True)
class Copied:
    """`rows`: by table. `kept`: tables that an earlier, unfinished copy had brought over. `nul`: texts from which a NUL
    was left out, which PostgreSQL does not take."""

    rows: dict[str, int]
    kept: int
    nul: int


@contextmanager
def target_of(url: str, *, create: bool) -> Iterator[Engine | None]:
    """The database that a URL names; None where it is an SQLite file that there is not, and `create` is False.

    Raises `UsageError`, and `DatabaseUnavailable` where it cannot be reached.
    """
    try:
        target = connect(url, create=create)
    except DatabaseUnavailable:
        if create or not url.startswith("sqlite"):
            raise
        yield None
        return
    try:
        yield target
    finally:
        target.dispose()


def tables() -> list[Table]:
    """Every table but the full-text indexes, those first that others name."""
    return list(Base.metadata.sorted_tables)


def planned(source: Engine, target: Engine | None) -> dict[str, int]:
    """How many rows each table would get, without writing anything; raises as `copy` does. `target`: None where there
    is none yet."""
    with reading(source) as connection:
        if target is not None:
            _unfinished(target, identity(connection))
        return {table.name: rows.count(connection, table) for table in tables()}


def copy(source: Engine, target: Engine, progress: Progress = lambda step, done, total: None) -> Copied:
    """Copy an archive, `source`, into `target`, which is empty or holds an unfinished copy of it.

    Raises `UsageError` where the target holds anything else, `StorageError` where a table does not come out as it is
    in the source.
    """
    with reading(source) as connection:
        its = identity(connection)
        if not _unfinished(target, its):
            _begin(target, its)
        return _Copy(connection, target, progress).run(its)


@define
class _Copy:
    """One run of a copy. `done`: by table, what is recorded of those that are there."""

    source: Connection
    target: Engine
    progress: Progress
    nul: int = 0
    done: dict[str, str] = field(factory=dict)

    def run(self, identity: str) -> Copied:
        self._recall()
        counts = {table.name: rows.count(self.source, table) for table in tables()}
        if not all(self._is_as_before(table, counts[table.name]) for table in tables() if table.name in self.done):
            _drop(self.target)
            _begin(self.target, identity)
            self._recall()
        kept = len(self.done.keys() & counts.keys())
        for table in tables():
            if table.name not in self.done:
                self._copy(table, counts[table.name])
        self._index(counts[_A.name])
        self._finish()
        return Copied(rows=counts, kept=kept, nul=self.nul)

    def _recall(self) -> None:
        with reading(self.target) as connection:
            found = connection.execute(text(f"SELECT part, told FROM {_NOTES}"))  # noqa: S608 - our own table
            self.done = {part: told for part, told in found if part != _SOURCE}

    def _is_as_before(self, table: Table, total: int) -> bool:
        found = Digest()
        for batch in self._read(table, "comparing", total):
            for row in batch:
                found.add(row)
        return str(found) == self.done[table.name]

    def _copy(self, table: Table, total: int) -> None:
        sent = Digest()

        def each() -> Iterator[list[Row]]:
            for batch in self._read(table, "copying", total):
                for row in batch:
                    sent.add(row)
                yield batch

        with writing(self.target) as connection:
            rows.write(connection, table, each())
            there = rows.digest(connection, table)
            if there != sent:
                raise StorageError(
                    f"{table.name} did not come out as it is: {sent.rows} rows were sent, {there.rows} stand in "
                    f"{show_url(self.target.url)}, or others; the copy is left unfinished"
                )
            _note(connection, table.name, str(sent))

    def _read(self, table: Table, what: str, total: int) -> Iterator[list[Row]]:
        """The rows of the source as the target takes them."""
        done = 0
        for batch in rows.read(self.source, table):
            if self.target.dialect.name == "postgresql":
                cleaned = [rows.without_nul(row) for row in batch]
                batch = [row for row, _ in cleaned]
                if what == "copying":
                    self.nul += sum(found for _, found in cleaned)
            yield batch
            done += len(batch)
            self.progress(f"{what} {table.name}", done, total)

    def _index(self, total: int) -> None:
        """The full-text indexes, made of the texts that are there now."""
        last, done = int(self.done.get(_INDEXED, 0)), 0
        columns = (_A.c.id, _A.c.headline, _A.c.body, *(_A.c[name] for name in names.COLUMNS.values()))
        query = select(*columns).order_by(_A.c.id).limit(_ARTICLES)
        while True:
            with writing(self.target) as connection:
                found = [dict(row) for row in connection.execute(query.where(_A.c.id > last)).mappings()]
                if not found:
                    return
                fulltext.add(connection, [fulltext.entry(row["id"], row["headline"], row["body"]) for row in found])
                names.add(connection, found)
                last = found[-1]["id"]
                _note(connection, _INDEXED, str(last))
            done += len(found)
            self.progress("indexing", done, total)

    def _finish(self) -> None:
        """What is no row: numbers that come next, what notes changes for the export; then it is an archive."""
        chained = due.standing(self.source) == {trigger.name for trigger in due.triggers()}
        following = _following(self.source)
        with writing(self.target) as connection:
            if connection.dialect.name == "postgresql":
                _go_on(connection, following)
                fulltext.merge(connection)
                connection.exec_driver_sql("ANALYZE")
            if chained:
                due.put_up(connection)
            connection.exec_driver_sql(f"DROP TABLE {_NOTES}")
            schema.finish(connection)


def _unfinished(target: Engine, identity: str) -> bool:
    """Whether it holds an unfinished copy of this archive; False where it is empty. Raises `UsageError`."""
    with reading(target) as connection:
        present = inspect(connection).get_table_names()
        if not present:
            return False
        place = show_url(target.url)
        if _NOTES not in present:
            if Identity.__tablename__ in present and connection.scalar(select(Identity.id)) == identity:
                raise UsageError(f"{place} holds this archive already, whole; use it, or name an empty database")
            raise UsageError(f"{place} is not empty; name a database that is")
        found = connection.scalar(text(f"SELECT told FROM {_NOTES} WHERE part = '{_SOURCE}'"))  # noqa: S608
        if found != identity:
            raise UsageError(f"{place} holds the unfinished copy of another archive; name an empty database")
        return True


def _begin(target: Engine, identity: str) -> None:
    """Set up the tables, empty, in a database that is no archive yet."""
    with schema.upgrading(target) as connection:
        for table in reversed(tables()):
            connection.execute(delete(table))  # what a new archive begins with
        connection.exec_driver_sql(f"CREATE TABLE {_NOTES} (part TEXT PRIMARY KEY, told TEXT NOT NULL)")
        _note(connection, _SOURCE, identity)
        schema.leave_unfinished(connection)


def _drop(target: Engine) -> None:
    with writing(target) as connection:
        Base.metadata.drop_all(connection)
        connection.exec_driver_sql(f"DROP TABLE {_NOTES}")
        connection.exec_driver_sql("DROP TABLE alembic_version")


def _note(connection: Connection, part: str, told: str) -> None:
    connection.execute(
        text(
            f"INSERT INTO {_NOTES} (part, told) VALUES (:part, :told) "  # noqa: S608 - our own table
            "ON CONFLICT (part) DO UPDATE SET told = excluded.told"
        ),
        {"part": part, "told": told},
    )


def _following(source: Connection) -> dict[str, int]:
    """The last number that each numbered table of the source gave out."""
    found = {}
    for table in tables():
        if _is_numbered(table):
            last = source.scalar(select(table.c.id).order_by(table.c.id.desc()).limit(1)) or 0
            if source.dialect.name == "postgresql" and (sequence := _sequence(source, table)):
                last = max(last, source.scalar(text(f"SELECT last_value FROM {sequence} WHERE is_called")) or 0)  # noqa: S608
            found[table.name] = last
    return found


def _go_on(target: Connection, following: dict[str, int]) -> None:
    for table in tables():
        if following.get(table.name) and (sequence := _sequence(target, table)):
            statement = text("SELECT setval(CAST(:sequence AS regclass), :last)")
            target.execute(statement, {"sequence": sequence, "last": following[table.name]})


def _is_numbered(table: Table) -> bool:
    return [column.name for column in table.primary_key.columns] == ["id"] and table.c.id.type.python_type is int


def _sequence(connection: Connection, table: Table) -> str | None:
    statement = text("SELECT pg_get_serial_sequence(:name, 'id')")
    found = connection.scalar(statement, {"name": f'"{table.name}"'})
    return None if found is None else str(found)
