"""What people decide of clusters stays decided."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select

from archive.dedup.clusters import decisions
from archive.dedup.clusters.describe import describe_cluster
from archive.dedup.clusters.partition import Edge, partition
from archive.dedup.recluster.duck import DuckEngine
from archive.dedup.recluster.run import apply, recluster
from archive.dedup.tables import Cluster, ClusterEvent
from archive.errors import NotFound, UsageError
from archive.store.db import reading, writing
from archive.store.models import Article
from tests.archive.dedup.copies import groups, record, spaced, spin, store, text

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def ids(engine: Engine) -> dict[str, int]:
    """Three copies of one story, and another story."""
    body = text(1, 600)
    store(
        engine,
        record(body, "a"),
        record(spaced(body), "b", days=1),
        record(spin(body), "c", days=2),
        record(text(2), "x"),
    )
    with reading(engine) as connection:
        return dict(connection.execute(select(Article.native_id, Article.id)).all())


def _groups(engine: Engine) -> set[frozenset[str]]:
    with reading(engine) as connection:
        return groups(connection)


def test_a_split_outlives_new_copies_and_a_recluster(engine: Engine, ids: dict[str, int]) -> None:
    with writing(engine) as connection:
        changed = decisions.split(connection, [ids["b"]], now=NOW)
    assert ids["b"] in changed
    assert _groups(engine) == {frozenset("ac"), frozenset("b"), frozenset("x")}
    store(engine, record(text(1, 600), "d", days=3))
    assert sum({"b"} <= group and {"a"} <= group for group in _groups(engine)) == 0
    apply(engine, recluster(engine, DuckEngine(engine, jobs=1)), now=NOW)
    assert sum({"b"} <= group and {"a"} <= group for group in _groups(engine)) == 0


def test_a_merge_outlives_a_recluster(engine: Engine, ids: dict[str, int]) -> None:
    with writing(engine) as connection:
        decisions.merge(connection, [ids["a"], ids["x"]], now=NOW)
    assert _groups(engine) == {frozenset("abcx")}
    apply(engine, recluster(engine, DuckEngine(engine, jobs=1)), now=NOW)
    assert _groups(engine) == {frozenset("abcx")}


def test_the_last_word_counts(engine: Engine, ids: dict[str, int]) -> None:
    with writing(engine) as connection:
        decisions.split(connection, [ids["b"]], now=NOW)
        decisions.merge(connection, [ids["a"], ids["b"]], now=NOW)
    assert frozenset("abc") in _groups(engine)


def test_a_pin_outlives_an_earlier_copy(engine: Engine, ids: dict[str, int]) -> None:
    with writing(engine) as connection:
        decisions.pin(connection, ids["c"], now=NOW)
    store(engine, record(text(1, 600), "first", days=-1))
    with reading(engine) as connection:
        assert connection.scalar(select(Cluster.representative_id)) == ids["c"]
        told = describe_cluster(connection, ids["a"])
    assert told["pinned"]
    assert [member["native_id"] for member in told["members"]] == ["first", "a", "b", "c"]
    assert {event["kind"] for event in told["history"]} >= {"join", "pin"}


def test_decisions_are_events_by_a_person(engine: Engine, ids: dict[str, int]) -> None:
    with writing(engine) as connection:
        decisions.split(connection, [ids["c"]], now=NOW)
    with reading(engine) as connection:
        kinds = connection.scalars(select(ClusterEvent.kind).where(ClusterEvent.by_person)).all()
    assert {"decided_apart", "split"} <= set(kinds)


def test_what_makes_no_sense_is_refused(engine: Engine, ids: dict[str, int]) -> None:
    with writing(engine) as connection:
        for wrong in ([ids["a"]], [ids["a"], ids["a"]]):
            with pytest.raises(UsageError):
                decisions.merge(connection, wrong, now=NOW)
        with pytest.raises(UsageError):
            decisions.split(connection, [ids["a"], ids["b"], ids["c"]], now=NOW)
        with pytest.raises(UsageError):
            decisions.split(connection, [ids["x"]], now=NOW)
        with pytest.raises(UsageError):
            decisions.pin(connection, ids["x"], now=NOW)
        with pytest.raises(NotFound):
            decisions.pin(connection, 999, now=NOW)


def test_partition_keeps_apart_what_must_be() -> None:
    chain = [Edge(0.1, 1, 2), Edge(0.0, 2, 3), Edge(0.2, 3, 4)]
    assert partition(range(1, 5), chain) == {1: 1, 2: 1, 3: 1, 4: 1}
    assert partition(range(1, 5), chain, apart=[(1, 3)]) == {1: 1, 2: 2, 3: 2, 4: 2}
    assert partition(range(1, 5), [], same=[(2, 4)]) == {1: 1, 2: 2, 3: 3, 4: 2}
