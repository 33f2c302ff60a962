"""The schema's version: which one a database has, whether this program knows it, and the way up to the newest."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, inspect, text

import migrations
from archive.errors import SchemaMismatch
from archive.store import scheme
from archive.store.dberrors import show_url
from archive.unpacked import folder_of

if TYPE_CHECKING:
    from alembic.config import Config

# Two programs that upgrade one PostgreSQL database take turns by this advisory lock ("JBschema" in ASCII).
_POSTGRESQL_LOCK = 0x4A42736368656D61


UNFINISHED: Final = "unfinished copy"
"""In the place of a revision, in a database that `archive.copying` has not copied wholly yet."""


@cache
def revisions() -> tuple[str, ...]:
    """Every revision that this program knows, oldest first: what the files in migrations/versions begin with.

    Read from the file names, since every command checks the schema and importing alembic would cost it 0.1 s.
    """
    files = (folder_of(migrations) / "versions").glob("[0-9][0-9][0-9][0-9]_*.py")
    return tuple(sorted(path.name[:4] for path in files))


def current(engine: Engine) -> str | None:
    """The database's revision, or None where it has none."""
    with engine.connect() as connection:
        return _current(connection)


def is_empty(engine: Engine) -> bool:
    """Whether the database holds no table at all."""
    with engine.connect() as connection:
        return not inspect(connection).get_table_names()


def check(engine: Engine) -> None:
    """Raise `SchemaMismatch` unless the database has the newest revision that this program knows, and what it holds of
    texts was computed by this program's rules."""
    with engine.connect() as connection:
        found = _current(connection)
        place = show_url(engine.url)
        if found == revisions()[-1]:
            scheme.check(connection)
            return
        if found in revisions():
            raise SchemaMismatch(
                f"{place} has schema {found}, this version needs {revisions()[-1]}; "
                "back it up, then run `jianbao db upgrade`"
            )
        _refuse_unfinished(found, place)
        if found is not None:
            raise SchemaMismatch(
                f"{place} has schema {found}, newer than this version knows ({revisions()[-1]}); update jianbao"
            )
        if inspect(connection).get_table_names():
            raise SchemaMismatch(f"{place} is a database of something else; name another with --database or --home")
        raise SchemaMismatch(f"{place} is empty; run `jianbao db upgrade`")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to `revision`, all steps in one transaction. Several processes may do so at once.

    What was computed from texts stays as it is; `archive.ingest.reindex.upgrade` makes that anew too.
    """
    with upgrading(engine, revision):
        pass


@contextmanager
def upgrading(engine: Engine, revision: str = "head") -> Iterator[Connection]:
    """`upgrade`, with the transaction left open for what else belongs to it."""
    from alembic import command

    with _alone(engine) as connection:
        found = _current(connection)
        _refuse_unfinished(found, show_url(engine.url))
        if found is not None and found not in revisions():
            raise SchemaMismatch(
                f"{show_url(engine.url)} has schema {found}, which is newer than this version knows; update jianbao"
            )
        if found is None and inspect(connection).get_table_names():
            raise SchemaMismatch(
                f"{show_url(engine.url)} is a database of something else; name another with --database or --home"
            )
        command.upgrade(_config(connection), revision)
        yield connection


def leave_unfinished(connection: Connection) -> None:
    """Mark a database that has the newest schema as one that no command may use yet."""
    connection.execute(text("UPDATE alembic_version SET version_num = :marker"), {"marker": UNFINISHED})


def finish(connection: Connection) -> None:
    """Take that mark off."""
    connection.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": revisions()[-1]})


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the schema down to `revision`; `base` removes every table. For tests and developers."""
    from alembic import command

    with _alone(engine) as connection:
        command.downgrade(_config(connection), revision)


def _refuse_unfinished(found: str | None, place: str) -> None:
    if found == UNFINISHED:
        raise SchemaMismatch(
            f"{place} is an unfinished copy; let `jianbao db copy` finish it, or use what it is a copy of"
        )


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return None if row is None else str(row[0])


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A write transaction that no other upgrade runs beside."""
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if sqlite:
            # Batch mode rebuilds tables, which must not delete the rows that point at them; and it is set outside a
            # transaction or not at all.
            _set_foreign_keys(connection, on=False)
        try:
            connection = connection.execution_options(jianbao_write=True)
            with connection.begin():
                if not sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRESQL_LOCK})
                before = _current(connection)
                yield connection
                changed = _current(connection) != before
                if sqlite and changed and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    msg = "a migration broke a foreign key"
                    raise RuntimeError(msg)
        finally:
            if sqlite:
                _set_foreign_keys(connection, on=True)


def _set_foreign_keys(connection: Connection, *, on: bool) -> None:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")
    finally:
        cursor.close()


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder_of(migrations)).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
