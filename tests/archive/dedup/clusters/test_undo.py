"""What a person decided of stories, undone by a person: all is as if it had not been decided."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from archive.dedup.clusters import decisions
from archive.dedup.clusters.describe import describe_cluster
from archive.dedup.tables import Cluster, ClusterPin, ClusterSame, ClusterSide, Decision
from archive.errors import NotFound, UsageError
from archive.store.db import reading, writing
from tests.archive.dedup.clusters.deeds import NOW, OTHER, STORY, article, copies, found, ids_of, recluster_all
from tests.archive.dedup.copies import store

SAID: dict[str, Any] = {"by": "林", "now": NOW}


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """A story of four copies, one of three, and an article alone."""
    store(engine, *copies("abcd"), *copies("xyz", OTHER), article("s", "只有一行字的短消息，说的是别的事情。"))
    return engine


def state(engine: Engine) -> dict[str, Any]:
    with reading(engine) as connection:
        tables = (Cluster, ClusterPin, ClusterSame, ClusterSide)
        rows = {one.__tablename__: sorted(map(tuple, connection.execute(select(one.__table__)))) for one in tables}
    return {**rows, "stories": found(engine)}


def decide(engine: Engine, kind: str, names: str, **more: Any) -> None:
    ids = [ids_of(engine)[name] for name in names]
    with writing(engine) as connection:
        made = getattr(decisions, kind)
        made(connection, ids[0] if kind in ("pin", "unpin") else ids, **(SAID | more))


def undo(engine: Engine, name: str, number: int | None = None) -> dict[str, Any]:
    key = ids_of(engine)[name]
    with writing(engine) as connection:
        return decisions.undo(connection, key, number, by="秦", now=NOW + timedelta(days=9))[0]


@pytest.mark.parametrize(
    "deeds",
    [
        [("merge", "ax")],
        [("merge", "axs")],
        [("split", "d")],
        [("split", "bd")],
        [("apart", "axs")],
        [("pin", "c")],
        [("merge", "ax"), ("split", "b"), ("pin", "c"), ("pin", "d"), ("unpin", "a")],
        [("split", "d"), ("split", "c"), ("merge", "cd"), ("merge", "ad")],
        [("split", "d"), ("merge", "dx"), ("split", "xz"), ("apart", "sy")],
        [("apart", "axs"), ("split", "z"), ("merge", "zs"), ("merge", "as")],
    ],
)
def test_undone_one_after_the_other_all_is_as_before(stored: Engine, deeds: list[tuple[str, str]]) -> None:
    states = []
    for kind, names in deeds:
        states.append(state(stored))
        decide(stored, kind, names)
        assert state(stored) != states[-1], kind
    for number, (kind, names) in reversed(list(enumerate(deeds, 1))):
        told = undo(stored, names[0], number)
        assert (told["kind"], told["by"]) == (kind, "林")
        assert state(stored) == states[number - 1], kind


def test_an_earlier_decision_is_undone_and_the_later_one_stands(stored: Engine) -> None:
    decide(stored, "split", "d")
    decide(stored, "merge", "ax")
    undo(stored, "d", 1)
    assert found(stored) == {frozenset("abcdxyz"), frozenset("s")}
    undo(stored, "a")
    assert found(stored) == {frozenset("abcd"), frozenset("xyz"), frozenset("s")}
    recluster_all(stored)
    assert found(stored) == {frozenset("abcd"), frozenset("xyz"), frozenset("s")}


def test_an_undone_split_takes_in_what_came_since(stored: Engine) -> None:
    decide(stored, "split", "d")
    store(stored, article("e", STORY))
    undo(stored, "d")
    assert found(stored) == {frozenset("abcde"), frozenset("xyz"), frozenset("s")}


def test_the_story_tells_who_decided_why_and_who_undid_it(stored: Engine) -> None:
    decide(stored, "merge", "ax", note="同一通稿")
    undo(stored, "x")
    key = ids_of(stored)["a"]
    with reading(stored) as connection:
        told = [event for event in describe_cluster(connection, key)["history"] if event["decision_id"] == 1]
        [one] = decisions.decided(connection, key)
    assert [(event["kind"], event["by"], event["note"]) for event in told] == [
        ("decided_same", "林", "同一通稿"),
        ("undone", "秦", "同一通稿"),
    ]
    assert {event["undone_by"] for event in told} == {"秦"}
    assert (one["kind"], one["by"], one["note"], one["undone_by"]) == ("merge", "林", "同一通稿", "秦")
    with reading(stored) as connection:
        assert len(connection.execute(select(Decision)).all()) == 1


def test_what_cannot_be_undone_is_said(stored: Engine) -> None:
    with pytest.raises(NotFound, match=r"the story of article \d+ has no decision that stands"):
        undo(stored, "a")
    decide(stored, "pin", "c")
    with pytest.raises(NotFound, match=r"the story of article \d+ has no decision 1;"):
        undo(stored, "x", 1)
    undo(stored, "a")
    with pytest.raises(UsageError, match=r"decision 1 was undone already, 2026-01-10T08:00:00.* by 秦"):
        undo(stored, "a", 1)
    with pytest.raises(UsageError, match=r"no article of cluster \d+ is pinned"):
        decide(stored, "unpin", "c")
