"""Decisions and events of an archive from before 0008 are carried over, and back."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, text

from archive.dedup.clusters.sides import Sides
from archive.dedup.tables import Cluster, ClusterEvent, ClusterPin, ClusterSame
from archive.ingest.reindex import upgrade
from archive.store import schema
from archive.store.db import reading, writing
from archive.store.models import Article
from tests.archive.dedup.copies import groups, record, store
from tests.archive.dedup.copies import text as story

pytestmark = pytest.mark.own_database

BEFORE = "0007"
AT = datetime(2025, 5, 1, 8, 30, 15, 123456, tzinfo=UTC)


def _old(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    names = ", ".join(rows[0])
    values = ", ".join(f":{name}" for name in rows[0])
    at = AT if connection.dialect.name == "postgresql" else "2025-05-01 08:30:15.123456"
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), [{**row, "at": at} for row in rows])


@pytest.fixture
def old(engine: Engine) -> Engine:
    """Clusters 1 (1, 2, 3, 9), 4 (4, 5), 6 and 7 (7, 8): the first three apart from each other, 7 from 1 alone; and
    9 came in after the decisions."""
    names = [str(number) for number in range(1, 10)]
    store(engine, *(record(story(1), name, site=f"site-{name}") for name in names))
    schema.downgrade(engine, BEFORE)
    clusters = {1: 1, 2: 1, 3: 1, 9: 1, 4: 4, 5: 4, 6: 6, 7: 7, 8: 7}
    apart = [(a, b) for a, b in _pairs([1, 2, 3], [4, 5], [6])] + [(a, b) for a, b in _pairs([1, 2, 3], [7, 8])]
    with writing(engine) as connection:
        for key, cluster in clusters.items():
            connection.execute(text("UPDATE article SET cluster_id = :c WHERE id = :k"), {"c": cluster, "k": key})
        connection.execute(text("DELETE FROM cluster"))
        connection.execute(
            text("INSERT INTO cluster (id, representative_id, size, pinned) VALUES (:id, :rep, :size, :pinned)"),
            [
                {"id": 1, "rep": 2, "size": 4, "pinned": True},
                {"id": 4, "rep": 4, "size": 2, "pinned": False},
                {"id": 7, "rep": 8, "size": 2, "pinned": True},
            ],
        )
        rows = [{"article_id": a, "other_id": b, "decision": "apart", "at": None} for a, b in apart]
        _old(connection, "cluster_decision", [*rows, {"article_id": 4, "other_id": 5, "decision": "same", "at": None}])
        event = {"by_person": True, "at": None}
        connection.execute(text("DELETE FROM cluster_event"))
        _old(
            connection,
            "cluster_event",
            [
                {"cluster_id": 4, "article_id": 4, "kind": "split", "other_id": 1, **event},
                {"cluster_id": 1, "article_id": 2, "kind": "merge", "other_id": 2, **event},
                {"cluster_id": 1, "article_id": 2, "kind": "pin", "other_id": 1, **event},
                {"cluster_id": 1, "article_id": 2, "kind": "represent", "other_id": 1, **event},
                {"cluster_id": 1, "article_id": 1, "kind": "decided_apart", "other_id": 4, **event},
                {"cluster_id": 1, "article_id": 3, "kind": "join", "other_id": None, **event},
            ],
        )
    return engine


def _pairs(*sides: list[int]) -> set[tuple[int, int]]:
    return {(a, b) for place, one in enumerate(sides) for two in sides[place + 1 :] for a in one for b in two}


def _decided(engine: Engine) -> set[tuple[int, int, str, str]]:
    with reading(engine) as connection:
        rows = connection.execute(text("SELECT article_id, other_id, decision, CAST(at AS TEXT) FROM cluster_decision"))
        return {tuple(row) for row in rows}


def test_decisions_are_carried_over(old: Engine) -> None:
    schema.upgrade(old)
    with reading(old) as connection:
        members = dict(connection.execute(select(Article.id, Article.cluster_id)).all())
        numbers = Sides.read(connection, members).numbers()
        same = connection.execute(select(ClusterSame.article_id, ClusterSame.other_id, ClusterSame.at)).all()
        pins = dict(connection.execute(select(ClusterPin.article_id, ClusterPin.at)).all())
    apart = {
        (a, b)
        for a in members
        for b in members
        if a < b and any(numbers.get(b, {}).get(split, side) != side for split, side in numbers.get(a, {}).items())
    }
    assert apart == _pairs([1, 2, 3], [4, 5], [6]) | _pairs([1, 2, 3], [7, 8])
    assert 9 not in numbers
    assert [tuple(row) for row in same] == [(4, 5, AT)]
    assert pins.keys() == {2, 8}
    assert pins[2] == AT


def test_they_hold_what_comes_in(old: Engine) -> None:
    upgrade(old, now=AT)
    store(old, record(story(1), "new", site="new"))
    with reading(old) as connection:
        found = groups(connection)
        stands = dict(connection.execute(select(Cluster.id, Cluster.representative_id)).all())
    assert not [group for group in found for a, b in _pairs([1, 2, 3], [4, 5], [6]) if {str(a), str(b)} <= group]
    assert not [group for group in found for a, b in _pairs([1, 2, 3], [7, 8]) if {str(a), str(b)} <= group]
    assert stands[1] == 2


def test_an_events_other_number_is_told_apart(old: Engine) -> None:
    schema.upgrade(old)
    with reading(old) as connection:
        columns = select(ClusterEvent.kind, ClusterEvent.other_id, ClusterEvent.other_cluster_id)
        assert {kind: (other, cluster) for kind, other, cluster in connection.execute(columns)} == {
            "split": (None, 1),
            "merge": (None, 2),
            "pin": (1, None),
            "represent": (1, None),
            "decided_apart": (4, None),
            "join": (None, None),
        }


def test_the_way_back_keeps_them_too(old: Engine) -> None:
    before = _decided(old)
    with reading(old) as connection:
        events = connection.execute(text("SELECT kind, other_id FROM cluster_event ORDER BY id")).all()
    schema.upgrade(old)
    schema.downgrade(old, BEFORE)
    assert _decided(old) == before
    with reading(old) as connection:
        assert connection.execute(text("SELECT kind, other_id FROM cluster_event ORDER BY id")).all() == events
