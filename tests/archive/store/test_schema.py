"""The schema: the way up and down, and what a database that does not fit is told."""

from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

import migrations
from archive.errors import SchemaMismatch
from archive.ingest.reindex import upgrade
from archive.store import schema
from archive.store.db import connect, open_engine, writing
from archive.store.models import KEYED, SHOWN
from archive.store.table import Base
from archive.unpacked import folder_of
from crawler.run import frontier
from tests.archive.make import DAY, article, store, told

pytestmark = pytest.mark.own_database


def test_migrations_make_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or not str(name).startswith("article_text"),
                # SQLite's alone.
                "include_object": lambda thing, *_: (
                    not (thing is SHOWN or thing is KEYED) or engine.dialect.name == "sqlite"
                ),
            },
        )
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_and_create_all_make_the_same(engine: Engine) -> None:
    migrated = _describe(engine)
    schema.downgrade(engine)
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    with writing(engine) as connection:
        Base.metadata.create_all(connection)
    assert _describe(engine) == migrated


def test_the_file_names_are_the_revisions() -> None:
    script = ScriptDirectory(str(folder_of(migrations)))
    assert schema.revisions() == tuple(reversed([step.revision for step in script.walk_revisions()]))


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    before = _describe(engine)
    schema.upgrade(engine)
    assert _describe(engine) == before
    assert schema.current(engine) == schema.revisions()[-1]


@pytest.mark.parametrize(
    ("revision", "says"), [("0000", "newer than this version"), ("9999", "newer than this version"), ("", "is empty")]
)
def test_a_database_of_another_schema_is_refused(engine: Engine, revision: str, says: str) -> None:
    if revision:
        with writing(engine) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    else:
        schema.downgrade(engine)
        with writing(engine) as connection:
            connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(SchemaMismatch, match=says) as caught:
        open_engine(engine.url.render_as_string(hide_password=False))
    assert "\n" not in str(caught.value)


def _describe(engine: Engine) -> dict[str, object]:
    """Every table's columns, keys and indexes, and the full-text table's own statement."""
    with engine.connect() as connection:
        found = inspect(connection)
        described: dict[str, object] = {
            table: (
                [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(table)],
                found.get_pk_constraint(table),
                sorted(map(str, found.get_foreign_keys(table))),
                sorted(
                    # Which rows a partial index holds comes as an object of SQLAlchemy's.
                    str({**index, "dialect_options": {k: str(v) for k, v in index["dialect_options"].items()}})
                    for index in found.get_indexes(table)
                ),
            )
            for table in found.get_table_names()
            if table != "alembic_version"
        }
        if engine.dialect.name == "sqlite":
            described["article_text"] = (
                connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'article_text'")),
                list(map(tuple, connection.execute(text("SELECT * FROM article_text_config ORDER BY k")))),
            )
    return described


def test_an_empty_database_is_set_up_where_that_is_asked_for(postgres_server: object, engine: Engine) -> None:
    schema.downgrade(engine)
    with writing(engine) as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    url = engine.url.render_as_string(hide_password=False)
    open_engine(url, create=True).dispose()
    again = connect(url)
    schema.check(again)
    again.dispose()


def test_an_older_archive_is_refused_until_upgraded_and_keeps_what_it_holds(engine: Engine) -> None:
    store(engine, told(article()))
    schema.downgrade(engine, schema.revisions()[0])
    with pytest.raises(SchemaMismatch, match="back it up, then run `jianbao db upgrade`"):
        open_engine(engine.url.render_as_string(hide_password=False), create=True)
    upgrade(engine, now=DAY)
    schema.check(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM article")) == 1


def test_the_frontiers_indexes_change_and_its_rows_do_not(engine: Engine) -> None:
    states = ["due", "leased", "done", "gone", "failed"]
    schema.downgrade(engine, "0003")
    with writing(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO frontier (site, native_id, url, state, due_at, attempts, leased_by, leased_until) "
                "VALUES ('clip', :state, :state, :state, '2025-03-01 04:00:00', 3, :by, :until)"
            ),
            [
                {"state": state, "by": "run-1" if leased else None, "until": "2025-03-01 04:15:00" if leased else None}
                for state in states
                for leased in [state == "leased"]
            ],
        )
    columns = "id, site, native_id, url, state, due_at, leased_by, leased_until, attempts, outcome"
    rows = text(f"SELECT {columns} FROM frontier ORDER BY id")
    with engine.connect() as connection:
        before = connection.execute(rows).all()
    for there in (lambda: schema.upgrade(engine), lambda: schema.downgrade(engine, "0003")):
        there()
        with engine.connect() as connection:
            assert connection.execute(rows).all() == before
        assert ("ix_frontier_state_due_at" in _indexes(engine)) is (schema.current(engine) == "0003")
    schema.upgrade(engine)
    with writing(engine) as connection:
        claims = frontier.claim(connection, "clip", "run-2", 8, DAY + timedelta(days=1))
    assert [(one.native_id, one.attempts) for one in claims] == [("due", 3), ("leased", 3)]


def _indexes(engine: Engine) -> set[object]:
    with engine.connect() as connection:
        return {index["name"] for index in inspect(connection).get_indexes("frontier")}
