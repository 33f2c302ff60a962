"""A chain begun anew: what was erased is in no file of the export any more, whatever ends the run."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine

from archive.errors import ArchiveDamaged, UsageError
from archive.export.apart import copy_batches, write_package
from archive.export.chain import Batch, batches, seal, snapshot
from archive.export.chain.seal import Sealing
from archive.export.package import Style
from archive.load.exported.package import packages
from archive.people import withdrawals
from archive.people.erasing import captures_of, erase
from archive.query.search import Asked, freeze
from archive.store.db import open_engine, reading, writing
from crawler.upkeep.verify.export import check
from tests.archive.export.chain.killing import killed
from tests.archive.export.following import follow, index_of, present
from tests.archive.make import DAY, article, captured, store

ERASED = "某人的住址"
TEXT = "一段文字，说了一些事情。" * 20


def sealing(engine: Engine, folder: Path) -> Sealing:
    return Sealing(engine, folder, Style(), lambda: DAY)


def erase_second(engine: Engine) -> None:
    with writing(engine) as connection:
        withdrawals.withdraw(connection, 2, "法院判决", by="me", now=DAY)
        erase(connection, 2, [one["id"] for one in captures_of(connection, 2)], now=DAY)


def fill(engine: Engine, folder: Path) -> None:
    """Two batches and a snapshot that have a text that is then erased, and a third that says so."""
    store(engine, captured(article("a:1", TEXT)))
    sealing(engine, folder).run()
    store(engine, captured(article("a:2", ERASED * 30), 1))
    sealing(engine, folder).run()
    sealing(engine, folder).snapshot()
    erase_second(engine)
    sealing(engine, folder).run()


def with_erased(folder: Path) -> set[str]:
    """The files that have the text."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)) for path in files if ERASED in path.read_text("utf-8")}


def known(engine: Engine) -> list[Batch]:
    with reading(engine) as connection:
        return batches(connection)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "export"


def test_what_was_erased_is_nowhere_in_the_folder(engine: Engine, folder: Path, tmp_path: Path) -> None:
    fill(engine, folder)
    assert "batches/000002/articles.jsonl" in with_erased(folder)
    assert "snapshot/000002/articles.jsonl" in with_erased(folder)
    old = known(engine)
    done, goes = sealing(engine, folder).begin_anew()
    assert done.batch is not None
    assert (done.batch.number, done.batch.whole, done.batch.previous) == (4, True, old[-1].digest)
    assert (goes.batches, goes.snapshots, goes.queries) == ((1, 2, 3), (2,), ())
    assert with_erased(folder) == set()
    told = index_of(folder)
    assert [(one["path"], one["removed"], one["digest"], one["files"] == []) for one in told["batches"]] == [
        *((None, True, one.digest, True) for one in old),
        ("batches/000004", False, done.batch.digest, False),
    ]
    assert told["snapshot"] is None
    assert follow(folder) == present(engine)
    # The chain goes on, is sound, and is read by whoever reads it.
    store(engine, captured(article("a:3", "另一件事情。" * 20), 2))
    assert sealing(engine, folder).run().head.number == 5
    assert follow(folder) == present(engine)
    assert [one.batch for one in packages(folder)] == [4, 5]
    with reading(engine) as connection:
        assert list(check(connection, folder, [])) == []
        to = tmp_path / "copies"
        assert [one.number for one in copy_batches(connection, folder, known(engine), 1, to)] == [4, 5]
    assert follow(to) == present(engine)


def test_files_of_queries_that_found_it_go_too_and_no_others(engine: Engine, folder: Path) -> None:
    store(engine, captured(article("a:1", TEXT)), captured(article("a:2", ERASED * 30), 1))
    for query, name in (("住址", "with"), ("事情", "without")):
        with writing(engine) as connection:
            query_id = freeze(connection, Asked(query), by="me", now=DAY)
        place = folder / "queries" / query_id
        place.mkdir(parents=True)
        with reading(engine) as connection:
            write_package(connection, place, ["articles"], Style(), DAY, articles=[2 if name == "with" else 1])
        (place / name).touch()
    mine = folder / "queries" / "mine"
    mine.mkdir()
    sealing(engine, folder).run()
    erase_second(engine)
    _, goes = sealing(engine, folder).begin_anew()
    assert len(goes.queries) == 1
    assert with_erased(folder) == set()
    assert {path.name for path in folder.glob("queries/*/*")} & {"with", "without"} == {"without"}
    assert mine.is_dir()


def test_a_chain_that_lost_a_batch_begins_anew(engine: Engine, folder: Path) -> None:
    for number in (1, 2):
        store(engine, captured(article(f"a:{number}", TEXT + str(number)), number))
        sealing(engine, folder).run()
    shutil.rmtree(folder / "batches" / "000001")
    assert sealing(engine, folder).begin_anew()[1].batches == (2,)
    assert sealing(engine, folder).run().head.number == 3
    assert follow(folder) == present(engine)


def test_where_another_home_has_the_chain_it_is_refused(engine: Engine, folder: Path, tmp_path: Path) -> None:
    """Nothing would be removed there."""
    store(engine, captured(article("a:1", TEXT)))
    sealing(engine, folder).run()
    elsewhere = tmp_path / "other"
    with pytest.raises(UsageError, match="none of the 1 batches is in "):
        sealing(engine, elsewhere).begin_anew()
    assert sealing(engine, folder).run().batch is None
    # Lost for good, it is begun anew behind a snapshot.
    sealing(engine, elsewhere).snapshot()
    assert sealing(engine, elsewhere).begin_anew()[0].head.number == 2
    assert follow(elsewhere) == present(engine)


def test_before_the_first_batch_it_is_the_first(engine: Engine, folder: Path) -> None:
    store(engine, captured(article("a:1", TEXT)))
    done, goes = sealing(engine, folder).begin_anew()
    assert (done.head.number, goes.batches, goes.size) == (1, (), 0)
    assert follow(folder) == present(engine)


def test_killed_from_its_commit_on_the_next_run_finishes_it(database_url: str, folder: Path) -> None:
    """Killed before that, it is an export that has sealed nothing. Then the process is killed before each call that
    changes a folder. Every time a reader finds what the index names, and a plain export leaves nothing of what was
    erased."""
    engine = open_engine(database_url)
    store(engine, captured(article("a:1", TEXT)), captured(article("a:2", ERASED * 30), 1))
    sealing(engine, folder).run()
    erase_second(engine)
    steps, was_killed = 0, True
    while was_killed:
        steps += 1
        before = known(engine)[-1].number
        engine.dispose()
        was_killed = killed(lambda: sealing(open_engine(database_url), folder).begin_anew(), at=steps, from_commit=True)
        for one in index_of(folder)["batches"]:
            assert one["path"] is None or (folder / one["path"] / "datapackage.json").exists()
        sealing(engine, folder).run()
        number = known(engine)[-1].number
        assert number == before + 1
        assert follow(folder) == present(engine)
        if steps > 1:
            assert [path.name for path in (folder / "batches").iterdir()] == [f"{number:06d}"]
            assert with_erased(folder) == set()
    assert steps > 10
    engine.dispose()


def test_an_older_copy_of_the_database_goes_on_behind_a_chain_begun_anew(sqlite_url: str, folder: Path) -> None:
    database = Path(sqlite_url.removeprefix("sqlite:///"))
    engine = open_engine(sqlite_url)
    store(engine, captured(article("a:1", TEXT)))
    sealing(engine, folder).run()
    engine.dispose()
    shutil.copy(database, database.with_name("kept.db"))
    store(engine, captured(article("a:2", "另一件事情。" * 20), 1))
    sealing(engine, folder).run()
    sealing(engine, folder).begin_anew()
    sealing(engine, folder).begin_anew()
    engine.dispose()
    for end in ("-wal", "-shm"):
        database.with_name(database.name + end).unlink(missing_ok=True)
    shutil.copy(database.with_name("kept.db"), database)
    index = (folder / "index.json").read_bytes()
    for told in (
        {},
        {"batches": 3},
        {"batches": [{}, {"removed": True}]},
        {"batches": json.loads(index)["batches"][:2]},
    ):
        (folder / "index.json").write_text(json.dumps(told))
        with pytest.raises(ArchiveDamaged, match="is no batch that follows on 1"):
            sealing(engine, folder).run()
    (folder / "index.json").write_bytes(index)
    done = sealing(engine, folder).run()
    assert done.batch is not None
    assert (done.batch.number, done.batch.whole) == (5, True)
    assert follow(folder) == present(engine)
    engine.dispose()


def test_what_no_reader_needs_may_be_gone(engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches that a snapshot covers were taken away; then one came that is whole."""
    for number in (1, 2):
        store(engine, captured(article(f"a:{number}", TEXT + str(number)), number))
        sealing(engine, folder).run()
    sealing(engine, folder).snapshot()
    shutil.rmtree(folder / "batches" / "000001")
    with monkeypatch.context() as patch:
        patch.setattr(seal, "shape", lambda: "another")
        store(engine, captured(article("a:3", "另一件事情。" * 20), 3))
        assert sealing(engine, folder).run().snapshot is None
        store(engine, captured(article("a:4", "又一件事情。" * 20), 4))
        assert sealing(engine, folder).run().head.number == 4
    assert follow(folder) == present(engine)
    assert snapshot.FEW > 4
    with reading(engine) as connection:
        assert list(check(connection, folder, [])) == []
