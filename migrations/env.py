"""What alembic runs for every migration command.

Jianbao hands over an open connection (`archive.store.schema`). Developers run alembic itself, from the checkout, with
the database in JIANBAO_DATABASE: `alembic revision --autogenerate -m "what" --rev-id 0003`.
"""

from alembic import context
from sqlalchemy import Connection

import archive.dedup.tables
import archive.export.tables
import archive.store.finding.searches
import archive.store.fulltext
import archive.store.people
from archive.settings import resolve_home
from archive.store.models import SHOWN
from archive.store.table import Base, say_where


def include_name(name: str | None, kind: str, parents: object) -> bool:
    """The full-text index is made by hand, and SQLite keeps it in several tables of its own."""
    return not (kind == "table" and name is not None and name.startswith(archive.store.fulltext.TABLE))


def include_object(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """One index is SQLite's alone."""
    return thing is not SHOWN


def run(connection: Connection) -> None:
    """Run the steps on a connection whose transaction the caller commits."""
    say_where(Base.metadata, connection.dialect.name)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        include_name=include_name,
        include_object=include_object,
        transaction_per_migration=False,
    )
    context.run_migrations()


handed_over = context.config.attributes.get("connection")
if isinstance(handed_over, Connection):
    run(handed_over)
else:
    from archive.store.db import connect, writing

    with writing(connect(resolve_home().database, create=True)) as opened:
        run(opened)
