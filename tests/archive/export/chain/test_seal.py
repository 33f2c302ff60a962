"""Sealing: one batch after the other, whole or not at all, whatever ends a run or happens to its folder."""

import json
import os
import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from archive.errors import ArchiveDamaged, StorageError, UsageError
from archive.export.chain import Batch, batches, head, seal, snapshot
from archive.export.chain.folder import turn
from archive.export.chain.seal import Sealed, Sealing
from archive.export.package import Style
from archive.export.tables import ExportDue
from archive.people import withdrawals
from archive.store.db import open_engine, reading, writing
from tests.archive.export.chain.killing import killed
from tests.archive.export.following import follow, index_of, present
from tests.archive.make import DAY, article, captured, store

TEXT = "一段文字，说了一些事情。" * 20


def run(engine: Engine, folder: Path, **style: str) -> Sealed:
    return Sealing(engine, folder, Style(**style), lambda: DAY).run()  # type: ignore[arg-type]


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def sealed(engine: Engine) -> list[Batch]:
    with reading(engine) as connection:
        return batches(connection)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "export"


def test_what_changed_and_nothing_else(engine: Engine, folder: Path) -> None:
    store(engine, captured(article("a:1", TEXT)), captured(article("a:2", "另一件事情。" * 20), 1))
    first = run(engine, folder).batch
    assert first is not None
    assert (first.number, first.whole, first.previous) == (1, True, None)
    assert run(engine, folder).batch is None
    store(engine, captured(article("a:3", TEXT), 2))
    with writing(engine) as connection:
        withdrawals.withdraw(connection, 2, "一个理由", by="me", now=DAY)
    second = run(engine, folder).batch
    assert second is not None
    assert (second.number, second.whole, second.previous) == (2, False, first.digest)
    path = folder / "batches" / "000002" / "articles.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [(row["op"], row["cause"], row["id"], row["native_id"]) for row in rows] == [
        ("withdraw", "person", 2, "a:2"),
        ("upsert", "publisher", 3, "a:3"),
    ]
    assert rows[0]["body"] is None
    assert follow(folder) == present(engine)
    with reading(engine) as connection:
        assert head(connection) == (2, second.digest)


def test_who_only_came_into_another_story_is_regrouped(engine: Engine, folder: Path) -> None:
    store(engine, captured(article("a:1", TEXT[:-20]), 5), captured(article("a:2", "另一件事情。" * 20), 1))
    run(engine, folder)
    store(engine, captured(article("a:3", TEXT), 2))
    run(engine, folder)
    rows = map(json.loads, (folder / "batches" / "000002" / "articles.jsonl").read_text("utf-8").splitlines())
    assert {(row["id"], row["op"], row["cause"]) for row in rows} <= {
        (1, "regroup", "recluster"),
        (3, "upsert", "publisher"),
    }
    assert follow(folder) == present(engine)


def test_each_form_and_the_chain_goes_on_in_another(engine: Engine, folder: Path) -> None:
    for number, style in enumerate(
        ({"form": "jsonl", "compress": "zst"}, {"form": "csv", "compress": "gz"}, {"form": "parquet"}), 1
    ):
        store(engine, captured(article(f"a:{number}", TEXT + str(number)), number))
        run(engine, folder, **style)
    names = [
        next(file["path"] for file in one["files"] if "articles" in file["path"]) for one in index_of(folder)["batches"]
    ]
    assert names == ["articles.jsonl.zst", "articles.csv.gz", "articles.parquet"]


def test_killed_at_any_step_the_next_run_seals_the_same_rows_once(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is killed before its first, second, … call that changes a folder, or commit; then the next run comes.
    Of two batches and a snapshot, until a run comes through."""
    monkeypatch.setattr(snapshot, "FEW", 0)
    folder = tmp_path / "export"
    engine = open_engine(database_url)
    kills = 0
    for native_id in ("a:1", "a:2"):
        store(engine, captured(article(native_id, TEXT + native_id * 9), kills))
        expected = len(sealed(engine)) + 1
        steps = 0
        while True:
            engine.dispose()
            steps += 1
            if not killed(lambda: run(open_engine(database_url), folder), at=steps):
                break
            kills += 1
            assert len(sealed(engine)) in (expected - 1, expected)
            if (folder / "index.json").exists():
                index_of(folder)
        run(engine, folder)
        assert [one.number for one in sealed(engine)] == list(range(1, expected + 1))
        assert follow(folder) == follow(folder, from_snapshot=True) == present(engine)
        assert not [name for name in files(folder) if ".part" in name]
        with reading(engine) as connection:
            assert connection.scalar(select(func.count()).select_from(ExportDue)) == 0
    engine.dispose()
    assert kills > 20


def test_a_full_disk_leaves_nothing_half_written(engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(engine, captured(article("a:1", TEXT)))
    run(engine, folder)
    before = files(folder)
    store(engine, captured(article("a:2", TEXT), 1))
    real = os.fsync
    for refused in range(1, 8):
        left = [refused]

        def fail(number: int, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise OSError(28, "No space left on device")
            real(number)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fail)
            with pytest.raises(StorageError, match="No space left"):
                run(engine, folder)
        assert files(folder) == before
        assert len(sealed(engine)) == 1
    assert run(engine, folder).head.number == 2
    assert follow(folder) == present(engine)


def test_two_exporters_at_once_and_one_waits(engine: Engine, folder: Path) -> None:
    store(engine, captured(article("a:1", TEXT)))
    folder.mkdir()
    waits, told = threading.Event(), []
    other = Sealing(engine, folder, Style(), lambda: DAY, waiting=waits.set)
    thread = threading.Thread(target=lambda: told.append(other.run()))
    with turn(engine, folder, lambda: None):
        thread.start()
        assert waits.wait(60)
        assert sealed(engine) == []
    thread.join(60)
    assert [one.head.number for one in told] == [1]


def test_exporters_of_one_archive_into_two_folders_take_turns_or_are_refused(engine: Engine, tmp_path: Path) -> None:
    store(engine, captured(article("a:1", TEXT)))
    run(engine, tmp_path / "one")
    store(engine, captured(article("a:2", TEXT), 1))
    with pytest.raises(ArchiveDamaged, match="batch 1 is missing"):
        run(engine, tmp_path / "other")


def test_writers_are_not_held_up_while_files_are_written(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(engine, captured(article("a:1", TEXT)))
    real = seal.write

    def write(*args: object) -> object:
        store(engine, captured(article("a:2", TEXT), 1))  # would wait for ever if the export held a lock
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(seal, "write", write)
    run(engine, folder)
    assert {key for (key,) in follow(folder)["articles"]} == {1}
    monkeypatch.undo()
    assert run(engine, folder).head.number == 2
    assert follow(folder) == present(engine)


def test_a_number_that_was_drawn_before_and_committed_after_is_not_lost(engine: Engine, folder: Path) -> None:
    """On PostgreSQL a writer may hold a lower number than one that has committed; SQLite has one writer only."""
    store(engine, captured(article("a:1", TEXT)))
    run(engine, folder)
    if engine.dialect.name == "sqlite":
        return
    with writing(engine) as slow:
        slow.exec_driver_sql("UPDATE article SET editor = '王' WHERE id = 1")
        store(engine, captured(article("a:2", "另一件事情。" * 20), 1))
        assert run(engine, folder).head.number == 2
    assert run(engine, folder).head.number == 3
    assert follow(folder) == present(engine)


def test_a_batch_that_is_lost_or_changed_is_told_with_the_cure(engine: Engine, folder: Path) -> None:
    for number in (1, 2, 3):
        store(engine, captured(article(f"a:{number}", TEXT + str(number)), number))
        run(engine, folder)
    place = folder / "batches" / "000002"
    kept = folder.parent / "kept"
    shutil.copytree(place, kept)
    store(engine, captured(article("a:4", "又一件事情。" * 20), 4))
    (place / "articles.jsonl").write_text("")
    with pytest.raises(ArchiveDamaged, match=r"articles\.jsonl has 0 bytes"):
        run(engine, folder)
    shutil.rmtree(place)
    with pytest.raises(ArchiveDamaged, match=r"batch 2 is missing .* `jianbao export --full`"):
        run(engine, folder)
    # The files come back,
    shutil.copytree(kept, place)
    assert run(engine, folder).head.number == 4
    # or a snapshot takes their place.
    shutil.rmtree(place)
    assert Sealing(engine, folder, Style(), lambda: DAY).snapshot() == 4
    store(engine, captured(article("a:5", "再一件事情。" * 20), 5))
    assert run(engine, folder).head.number == 5
    assert [one["path"] for one in index_of(folder)["batches"]][:3] == ["batches/000001", None, "batches/000003"]
    assert follow(folder, from_snapshot=True) == present(engine)


def test_an_index_that_is_lost_or_changed_is_written_anew(engine: Engine, folder: Path) -> None:
    store(engine, captured(article("a:1", TEXT)))
    run(engine, folder)
    before = (folder / "index.json").read_bytes()
    for harm in (lambda path: path.unlink(), lambda path: path.write_text("[]"), lambda path: path.write_text("{")):
        harm(folder / "index.json")
        assert run(engine, folder).batch is None
        assert (folder / "index.json").read_bytes() == before


def test_an_older_copy_of_the_database_goes_on_behind_what_readers_have(sqlite_url: str, folder: Path) -> None:
    database = Path(sqlite_url.removeprefix("sqlite:///"))
    engine = open_engine(sqlite_url)
    store(engine, captured(article("a:1", TEXT)))
    run(engine, folder)
    engine.dispose()
    shutil.copy(database, database.with_name("kept.db"))
    store(engine, captured(article("a:2", TEXT), 1))
    run(engine, folder)
    engine.dispose()
    for end in ("-wal", "-shm"):
        database.with_name(database.name + end).unlink(missing_ok=True)
    shutil.copy(database.with_name("kept.db"), database)
    store(engine, captured(article("a:3", "另一件事情。" * 20), 2))
    done = run(engine, folder)
    assert done.batch is not None
    assert (done.batch.number, done.batch.whole) == (3, True)
    assert [one.number for one in sealed(engine)] == [1, 2, 3]
    assert follow(folder) == present(engine)
    engine.dispose()


def test_the_folder_of_another_archive_is_refused(engine: Engine, folder: Path) -> None:
    store(engine, captured(article("a:1", TEXT)))
    run(engine, folder)
    index = index_of(folder)
    (folder / "index.json").write_text(json.dumps({**index, "archive": "0" * 32}))
    with pytest.raises(UsageError, match="another archive"):
        run(engine, folder)


def test_an_archive_without_anything(engine: Engine, folder: Path) -> None:
    assert run(engine, folder).head.number == 1
    assert follow(folder) == present(engine)
    assert run(engine, folder).batch is None


def test_more_fields_make_a_whole_batch(engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(engine, captured(article("a:1", TEXT)))
    run(engine, folder)
    monkeypatch.setattr(seal, "shape", lambda: "another")
    store(engine, captured(article("a:2", TEXT), 1))
    done = run(engine, folder).batch
    assert done is not None
    assert done.whole
    assert follow(folder) == present(engine)
