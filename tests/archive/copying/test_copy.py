"""An archive goes from one database to the other and back, row for row, whatever happens in between."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, insert, select, text, update

from archive.cli import main
from archive.copying import rows
from archive.copying.run import copy, tables
from archive.dedup.tables import Cluster
from archive.errors import SchemaMismatch, UsageError
from archive.export.chain import due
from archive.export.tables import ExportDue
from archive.store.changes import log_clustered
from archive.store.db import connect, open_engine, reading, writing
from archive.store.finding.searches import Identity
from archive.store.models import Article, CrawlRun, Poll
from tests.archive.dedup.copies import DAY, record, spin, store
from tests.archive.dedup.copies import text as made

NAMES = ("source_name", "account_name", "authors", "flags")


@pytest.fixture
def full(sqlite_url: str) -> Iterator[Engine]:
    """An archive with copies, a chain of exports begun, and rows of every awkward kind."""
    engine = open_engine(sqlite_url)
    store(engine, record(made(1), "one", headline="桥的消息"), record(spin(made(1)), "two", headline="桥的消息"))
    store(engine, *(record(made(seed), f"n{seed}") for seed in range(2, 6)))
    due.begin(engine)
    with writing(engine) as connection:
        connection.execute(
            insert(CrawlRun).values(id=41, kind="crawl", sites=["净", "b"], started_at=DAY, state="finished")
        )
        at = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
        connection.execute(insert(Poll).values(site="b", source="a", ended_at=at, named=[]))
        connection.execute(insert(Poll).values(site="净", source="b", ended_at=None))
        # NULL is not a JSON null, and what stands there stands there to the byte.
        connection.execute(text("UPDATE poll SET named = NULL WHERE source = 'b'"))
        connection.execute(text("UPDATE poll SET named = '[ \"\\u5317\",1.50 ]' WHERE source = 'a'"))
    yield engine
    engine.dispose()


def digests(engine: Engine) -> dict[str, str]:
    with reading(engine) as connection:
        return {table.name: str(rows.digest(connection, table)) for table in tables()}


def found(engine: Engine, word: str) -> set[int]:
    from archive.query.search import Asked
    from archive.query.search.resolved import resolve

    with reading(engine) as connection:
        resolved = resolve(connection, Asked(word))
        return set(connection.scalars(select(Article.id).where(resolved.condition()), resolved.values))


@pytest.mark.own_database
def test_there_and_back_it_is_the_same(full: Engine, postgres_url: str, tmp_path: Path) -> None:
    there = emptied(postgres_url)
    told = copy(full, there)
    assert (told.kept, told.nul, told.rows["article"]) == (0, 0, 6)
    assert digests(there) == digests(full)
    open_engine(postgres_url).dispose()
    assert found(there, "桥的消息") == found(full, "桥的消息") != set()
    with reading(there) as connection:
        assert due.standing(connection) == {trigger.name for trigger in due.triggers()}
        nothing = "SELECT count(*) FROM poll WHERE named IS NULL"
        assert connection.scalar(text(nothing)) == 1
        assert (
            connection.scalar(text("SELECT CAST(named AS text) FROM poll WHERE source = 'a'")) == '[ "\\u5317",1.50 ]'
        )
    # The export is told of what changes, and numbers go on behind those that are there.
    with writing(there) as connection:
        before = rows.count(connection, ExportDue.__table__)
        log_clustered(connection, [1], DAY)
        run = connection.scalar(
            insert(CrawlRun).values(kind="crawl", sites=[], started_at=DAY, state="finished").returning(CrawlRun.id)
        )
        assert run == 42
        assert rows.count(connection, ExportDue.__table__) > before
    changed = digests(there)
    back = connect(f"sqlite:///{tmp_path}/back/archive.db", create=True)
    copy(there, back)
    assert digests(back) == changed
    assert found(back, "桥的消息") == found(full, "桥的消息")
    with reading(back) as connection:
        assert due.standing(connection) == {trigger.name for trigger in due.triggers()}
        assert connection.execute(text("PRAGMA foreign_key_check")).first() is None
    back.dispose()
    there.dispose()


@pytest.mark.own_database
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_copy_that_stopped_goes_on(
    kind: str, full: Engine, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/new.db" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    target = connect(url, create=True) if kind == "sqlite" else emptied(url)
    written, write = [], rows.write

    def stopping(connection: Any, table: Any, batches: Any) -> None:
        write(connection, table, batches)
        written.append(table.name)
        if table.name == stop:
            raise KeyboardInterrupt

    monkeypatch.setattr(rows, "write", stopping)
    stop = "cluster"
    with pytest.raises(KeyboardInterrupt):
        copy(full, target)
    # It is no archive yet, for no command.
    with pytest.raises(SchemaMismatch, match="unfinished copy"):
        open_engine(url)
    with pytest.raises(SchemaMismatch, match="unfinished copy"):
        open_engine(url, create=True)
    before, stop = set(written) - {stop}, ""
    written.clear()
    told = copy(full, target)
    assert (told.kept, set(written) & before) == (len(before), set())
    assert "article" in before
    assert digests(target) == digests(full)
    open_engine(url).dispose()
    target.dispose()


def test_what_changed_meanwhile_begins_the_copy_anew(
    full: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = connect(f"sqlite:///{tmp_path}/new.db", create=True)
    monkeypatch.setattr("archive.copying.run.names.add", lambda connection, rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        copy(full, target)
    monkeypatch.undo()
    with writing(full) as connection:
        connection.execute(update(Article).where(Article.id == 1).values(headline="另一个题目"))
    told = copy(full, target)
    assert told.kept == 0
    assert digests(target) == digests(full)
    target.dispose()


def test_a_database_with_anything_in_it_is_refused(full: Engine, tmp_path: Path) -> None:
    other = open_engine(f"sqlite:///{tmp_path}/other.db", create=True)
    for target, says in ((full, "holds this archive already, whole; use it"), (other, "is not empty")):
        with pytest.raises(UsageError, match=says):
            copy(full, target)
    target = connect(f"sqlite:///{tmp_path}/new.db", create=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archive.copying.run.names.add", lambda connection, rows: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            copy(full, target)
    with pytest.raises(UsageError, match="another archive"):
        copy(other, target)
    other.dispose()
    target.dispose()


@pytest.mark.own_database
def test_a_nul_is_left_out_and_told(full: Engine, postgres_url: str) -> None:
    with writing(full) as connection:
        connection.execute(text("UPDATE article SET editor = 'a' || char(0) || 'b' WHERE id = 2"))
    there = emptied(postgres_url)
    assert copy(full, there).nul == 1
    with reading(there) as connection:
        assert connection.scalar(select(Article.editor).where(Article.id == 2)) == "ab"
    there.dispose()


def test_the_command(full: Engine, tmp_path: Path) -> None:
    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["--database", str(full.url), "db", "copy", *words])

    url = f"sqlite:///{tmp_path}/new.db"
    planned = run(url, "--dry-run")
    assert planned.exit_code == 0, planned.output
    assert "article                         6" in planned.stdout
    assert planned.stdout.endswith("would be copied; nothing was\n")
    assert not (tmp_path / "new.db").exists()
    done = run(url)
    assert done.exit_code == 0, done.output
    assert "copied and compared\n" in done.stdout
    assert run(url, "--dry-run").exit_code == 2
    engine = open_engine(url)
    with reading(engine) as connection:
        assert connection.scalar(select(Identity.id)) is not None
        assert rows.count(connection, Cluster.__table__) == 1
    engine.dispose()


def emptied(url: str) -> Engine:
    """The database without a table."""
    engine = connect(url)
    with writing(engine) as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    return engine
