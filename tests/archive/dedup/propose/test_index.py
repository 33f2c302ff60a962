"""The index finds what stands in it, whoever moved its rows, when, and whether that was undone."""

import random
import signal
from collections import defaultdict

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, inspect, select, text

from archive.dedup import reindex
from archive.dedup.propose import index, packed, runs
from archive.dedup.tables import DedupBlock, DedupFresh, DedupRun, DedupState
from archive.store import schema
from archive.store.db import open_engine, reading, writing
from tests.archive.dedup.writer import die_while_moving
from tests.once.forked import CONTEXT

Pairs = set[tuple[int, int]]
STORED = (DedupFresh, DedupRun, DedupBlock, DedupState)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a few rows, slices of a few blocks, and filters that are read at the second look-up."""
    monkeypatch.setattr(packed, "BLOCK", 8)
    monkeypatch.setattr(runs, "SLICE", 64)
    monkeypatch.setattr(runs, "_BYTES", 10)


def pairs(seed: int, count: int = 150) -> Pairs:
    """Of an article each few: hashes that others hold too, and those of short texts, above the common limit."""
    rng = random.Random(seed)
    top = (47, 47, 48, 52)
    return {
        (rng.randrange(1 << rng.choice(top)) if rng.random() < 0.9 else rng.randrange(9), seed) for _ in range(count)
    }


def found(engine: Engine, asked: set[int]) -> dict[int, list[int]]:
    with reading(engine) as connection:
        return {value: sorted(keys) for value, keys in index.look_up(connection, asked).items()}


def held(*there: Pairs) -> dict[int, list[int]]:
    holders = defaultdict(list)
    for value, key in sorted(set().union(*there)):
        holders[value].append(key)
    return dict(holders)


def hashes(*there: Pairs) -> set[int]:
    """Of those, and many that nobody holds."""
    rng = random.Random(0)
    return {value for value, _ in set().union(*there)} | {rng.randrange(1 << 52) for _ in range(300)}


def put(engine: Engine, rows: Pairs, *, sealed: bool = True) -> None:
    with writing(engine) as connection:
        index.add(connection, sorted(rows))
        if sealed:
            index.seal(connection)


def filters_read(engine: Engine) -> int:
    return sum(run.words is not None for run in runs._OF[engine].known)


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_added_removed_and_moved_is_found(engine: Engine, seed: int) -> None:
    """As a plain table of pairs would find it, by a process that has read the filters and one that has not."""
    rng = random.Random(seed)
    other = open_engine(engine.url.render_as_string(hide_password=False))
    there: Pairs = set()
    for step in range(9):
        new = pairs(100 * seed + step + 1, rng.randrange(1, 200))
        gone = set(rng.sample(sorted(there), min(len(there), rng.randrange(40)))) | pairs(-step - 1, 3)
        writer = rng.choice((engine, other))
        with writing(writer) as connection:
            index.remove(connection, sorted((value, abs(key)) for value, key in gone))
            index.add(connection, sorted(new))
            if rng.random() < 0.7:
                index.seal(connection)
        there = (there - gone) | new
        asked = hashes(there, gone)
        for one in (engine, other):
            assert found(one, asked) == held(there)
    assert filters_read(engine) >= 1
    other.dispose()


def test_four_runs_become_one_of_the_next_level(sqlite_engine: Engine) -> None:
    told = []
    for step in range(1, 22):
        put(sqlite_engine, pairs(step))
        with reading(sqlite_engine) as connection:
            told.append([row.level for row in connection.execute(select(DedupRun.level).order_by(DedupRun.id))])
    assert told[:5] == [[0], [0, 0], [0, 0, 0], [1], [1, 0]]
    assert told[15:17] == [[2], [2, 0]]
    assert told[20] == [2, 1, 0]
    assert found(sqlite_engine, hashes(*map(pairs, range(1, 22)))) == held(*map(pairs, range(1, 22)))


def test_what_another_process_moves_is_found(engine: Engine) -> None:
    """One reads the filters; another makes runs and merges those that the first one knows."""
    other = open_engine(engine.url.render_as_string(hide_password=False))
    for step in range(1, 4):
        put(engine, pairs(step))
    assert found(engine, hashes()) == {}
    assert filters_read(engine) == 3
    for step in range(4, 10):
        put(other, pairs(step), sealed=step != 5)
        there = list(map(pairs, range(1, step + 1)))
        assert found(engine, hashes(*there)) == held(*there)
    other.dispose()


def test_what_was_moved_and_undone_is_found_as_before(engine: Engine) -> None:
    for step in range(1, 4):
        put(engine, pairs(step))
    there = list(map(pairs, range(1, 4)))
    connection = engine.connect().execution_options(jianbao_write=True)
    with connection.begin() as transaction:
        index.add(connection, sorted(pairs(4)))
        index.seal(connection)  # merges all
        now = {value: sorted(keys) for value, keys in index.look_up(connection, hashes(*there, pairs(4))).items()}
        assert now == held(*there, pairs(4))
        transaction.rollback()
    connection.close()
    assert found(engine, hashes(*there, pairs(4))) == held(*there)
    # Now others make runs of the ids that were undone.
    other = open_engine(engine.url.render_as_string(hide_password=False))
    put(other, pairs(5))
    put(other, pairs(6))
    other.dispose()
    there += [pairs(5), pairs(6)]
    assert found(engine, hashes(*there, pairs(4))) == held(*there)


def test_a_process_killed_between_leaves_all_as_it_was(database_url: str) -> None:
    engine = open_engine(database_url)
    for step in range(1, 4):
        put(engine, pairs(step))
    there = list(map(pairs, range(1, 4)))
    assert found(engine, hashes(*there)) == held(*there)
    process = CONTEXT.Process(target=die_while_moving, args=(database_url, sorted(pairs(4))))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert found(engine, hashes(*there, pairs(4))) == held(*there)
    put(engine, pairs(4))
    assert found(engine, hashes(*there, pairs(4))) == held(*there, pairs(4))
    engine.dispose()


def test_an_older_copy_of_the_archive_is_believed(engine: Engine) -> None:
    """Put in the place of a newer one while a process has the newer one's filters."""
    put(engine, pairs(1))
    put(engine, pairs(2))
    with reading(engine) as connection:
        copy = [
            (table, [dict(row) for row in connection.execute(select(table.__table__)).mappings()]) for table in STORED
        ]
    put(engine, pairs(3))
    there = [pairs(1), pairs(2), pairs(3)]
    for _ in range(2):
        assert found(engine, hashes(*there)) == held(*there)
    other = open_engine(engine.url.render_as_string(hide_password=False))
    with writing(other) as connection:
        for table, rows in copy:
            connection.execute(delete(table))
            if rows:
                connection.execute(insert(table), rows)
    put(other, pairs(4))  # of the same id as the run that is gone
    other.dispose()
    there = [pairs(1), pairs(2), pairs(4)]
    assert found(engine, hashes(*there, pairs(3))) == held(*there)


def test_an_index_made_anew_holds_nothing_of_the_old_one(engine: Engine) -> None:
    for step in range(1, 5):
        put(engine, pairs(step))
    assert found(engine, hashes(pairs(1)))
    with writing(engine) as connection:
        reindex.begin(connection)
        index.add(connection, sorted(pairs(9)))
        index.seal(connection)
    assert found(engine, hashes(pairs(1), pairs(9))) == held(pairs(9))


def test_all_rows_of_an_article_go(engine: Engine) -> None:
    for step in range(1, 6):
        put(engine, pairs(step))
    with writing(engine) as connection:
        runs.drop(connection, [2, 5, 77])
    there = [pairs(1), pairs(3), pairs(4)]
    assert found(engine, hashes(*there, pairs(2), pairs(5))) == held(*there)


def test_who_asks_of_one_text_reads_no_filter(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_BYTES", 0)
    put(engine, pairs(1))
    other = open_engine(engine.url.render_as_string(hide_password=False))
    assert found(other, hashes(pairs(1))) == held(pairs(1))
    assert filters_read(other) == 0
    other.dispose()


def test_who_asks_of_many_reads_the_filters_first(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the first batch of an import would read, and hold in memory, a block for each hash in each run."""
    read: list[int] = []
    find = runs.find
    monkeypatch.setattr(
        runs, "find", lambda known, wanted, blocks: read.append(len(blocks)) or find(known, wanted, blocks)
    )
    monkeypatch.setattr(runs, "_BYTES", 1_000)
    for step in range(1, 4):
        put(engine, pairs(step))
    with reading(engine) as connection:
        blocks = connection.scalar(select(func.count()).select_from(DedupBlock))
    other = open_engine(engine.url.render_as_string(hide_password=False))
    assert found(other, hashes()) == {}
    assert filters_read(other) == 3
    assert blocks == 94
    assert read == [5]
    other.dispose()


@pytest.mark.own_database
def test_an_older_archive_is_taken_over_with_its_rows_and_back(engine: Engine) -> None:
    schema.downgrade(engine, "0029")
    old = {"dedup_middle": pairs(1, 300) | pairs(2, 300), "dedup_sealed": pairs(3, 900), "dedup_fresh": pairs(4, 40)}
    with writing(engine) as connection:
        for table, rows in old.items():
            _insert(connection, table, rows)
        counts = [{"name": name.removeprefix("dedup_"), "value": len(rows)} for name, rows in old.items()]
        connection.execute(text("DELETE FROM dedup_state"))
        connection.execute(text("INSERT INTO dedup_state (name, value) VALUES (:name, :value)"), counts)
    schema.upgrade(engine)
    asked = hashes(*old.values())
    for _ in range(2):
        assert found(engine, asked) == held(*old.values())
    with reading(engine) as connection:
        assert connection.execute(select(DedupState.name, DedupState.value)).all() == [("fresh", 40)]
    put(engine, pairs(5))
    assert found(engine, asked | hashes(pairs(5))) == held(*old.values(), pairs(5))
    schema.downgrade(engine, "0029")
    assert "dedup_run" not in inspect(engine).get_table_names()
    with reading(engine) as connection:
        rows = connection.execute(
            text(" UNION ALL ".join(f"SELECT hash, article_id FROM {table}" for table in old))
        ).all()
    assert sorted(map(tuple, rows)) == sorted(set().union(*old.values(), pairs(5)))


def _insert(connection: Connection, table: str, rows: Pairs) -> None:
    statement = text(f"INSERT INTO {table} (hash, article_id) VALUES (:hash, :id)")
    connection.execute(statement, [{"hash": value, "id": key} for value, key in sorted(rows)])
