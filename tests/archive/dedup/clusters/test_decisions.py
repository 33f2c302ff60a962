"""What people decide of clusters stays decided, whatever comes in, goes or changes; and costs little."""

import pytest
from sqlalchemy import Engine, func, select

from archive.dedup.clusters import decisions
from archive.dedup.clusters.describe import describe_cluster
from archive.dedup.clusters.partition import Edge, partition
from archive.dedup.stored import SIDES
from archive.dedup.tables import Cluster, ClusterEvent, ClusterPin, ClusterSame, ClusterSide
from archive.errors import NotFound, UsageError
from archive.ingest.reindex import upgrade
from archive.store.db import reading, writing
from archive.text.version import VERSION
from tests.archive.dedup.clusters.deeds import (
    NOW,
    OTHER,
    SPUN,
    STORY,
    article,
    copies,
    count,
    found,
    ids_of,
    merge,
    pin,
    recluster_all,
    revise,
    split,
    standing,
)
from tests.archive.dedup.copies import record, spaced, spin, store, text
from tests.statements import instructions, recorded, too_much


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
    return ids_of(engine)


def test_a_split_outlives_new_copies_and_a_recluster(engine: Engine, ids: dict[str, int]) -> None:
    with writing(engine) as connection:
        changed = decisions.split(connection, [ids["b"]], by="林", now=NOW)
    assert ids["b"] in changed
    assert found(engine) == {frozenset("ac"), frozenset("b"), frozenset("x")}
    store(engine, record(text(1, 600), "d", days=3))
    assert sum({"b"} <= group and {"a"} <= group for group in found(engine)) == 0
    recluster_all(engine)
    assert sum({"b"} <= group and {"a"} <= group for group in found(engine)) == 0


def test_a_merge_outlives_a_recluster(engine: Engine, ids: dict[str, int]) -> None:
    merge(engine, "a", "x")
    assert found(engine) == {frozenset("abcx")}
    recluster_all(engine)
    assert found(engine) == {frozenset("abcx")}


def test_the_last_word_counts(engine: Engine, ids: dict[str, int]) -> None:
    split(engine, "b")
    merge(engine, "a", "b")
    assert frozenset("abc") in found(engine)
    assert count(engine, ClusterSide) == 0
    split(engine, "b")
    recluster_all(engine)
    assert found(engine) == {frozenset("ac"), frozenset("b"), frozenset("x")}


@pytest.mark.parametrize("leaves", ["a", "b"])
def test_new_copies_join_the_side_whose_text_they_carry(engine: Engine, leaves: str) -> None:
    store(engine, *copies(["a1", "a2", "a3"]), *copies(["b1", "b2", "b3"], SPUN))
    assert len(found(engine)) == 1
    split(engine, *(f"{leaves}{number}" for number in (1, 2, 3)))
    store(engine, *copies(["a4"]), *copies(["b4"], SPUN))
    expected = {frozenset({f"{side}{number}" for number in (1, 2, 3, 4)}) for side in "ab"}
    assert found(engine) == expected
    recluster_all(engine)
    assert found(engine) == expected
    # What came in after the decision goes where its text goes; what was decided on does not.
    revise(engine, "a4", SPUN + "\n（完）")
    assert found(engine) == {frozenset({"a1", "a2", "a3"}), frozenset({"a4", "b1", "b2", "b3", "b4"})}
    revise(engine, "a3", SPUN)
    assert frozenset({"a1", "a2", "a3"}) <= next(group for group in found(engine) if "a1" in group)
    assert not any({"a1", "b1"} <= group for group in found(engine))


@pytest.mark.parametrize("name", ["a2", "a4", "a5"])
def test_who_is_revised_and_back_finds_its_own_side(engine: Engine, name: str) -> None:
    """Also where the other side has the very same texts."""
    sides = [[f"{side}{number}" for number in (1, 2, 3, 4, 5)] for side in "ab"]
    for number in range(5):
        body = STORY if number < 4 else SPUN
        store(engine, *(article(side[number], body) for side in reversed(sides)))
    split(engine, *sides[1])
    expected = {frozenset(side) for side in sides}
    assert found(engine) == expected
    revise(engine, name, OTHER)
    assert frozenset({name}) in found(engine)
    revise(engine, name, SPUN if name == "a5" else STORY, days=3)
    assert found(engine) == expected
    recluster_all(engine)
    assert found(engine) == expected


def test_an_article_keeps_to_its_own_side_of_however_many(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own is compared first; the last one, which nobody joined, hangs together by links alone."""
    names = [f"c{number}" for number in range(2 * SIDES + 6)]
    store(engine, *copies(names))
    apart = [names[place : place + 2] for place in range(0, 2 * SIDES + 2, 2)]
    for leaving in apart:
        split(engine, *leaving)
    expected = {*map(frozenset, apart), frozenset(names[2 * SIDES + 2 :])}
    assert found(engine) == expected
    monkeypatch.setattr("archive.text.version.VERSION", VERSION + 1)
    upgrade(engine, now=NOW)
    assert found(engine) == expected
    for name in names[-3:]:
        revise(engine, name, OTHER)
        revise(engine, name, STORY, days=3)
    assert found(engine) == expected


@pytest.mark.slow
def test_a_split_costs_what_leaves(engine: Engine) -> None:
    store(engine, *copies(f"c{number}" for number in range(150)))
    split(engine, *(f"c{number}" for number in range(50, 90)))
    leaving = frozenset(f"c{number}" for number in range(50, 90))
    assert {leaving, frozenset(f"c{number}" for number in range(150)) - leaving} == found(engine)
    assert count(engine, ClusterSide) == 2
    assert count(engine, ClusterSame) == 39
    # One after the other, too: all of them are apart from each other.
    for number in range(100, 120):
        split(engine, f"c{number}")
    assert count(engine, ClusterSide) == 22
    assert len(found(engine)) == 22
    store(engine, *copies(["new"]))
    recluster_all(engine)
    assert len(found(engine)) == 22
    with reading(engine) as connection:
        assert (connection.scalar(select(func.count()).where(ClusterEvent.kind == "decided_apart")) or 0) == 60


def test_a_copy_more_costs_little_more_after_a_split(sqlite_engine: Engine) -> None:
    """It is linked to both sides, and two rows tell them apart."""
    store(sqlite_engine, *copies(f"c{number}" for number in range(160)))
    with instructions(sqlite_engine) as before:
        store(sqlite_engine, *copies(["one"]))
    split(sqlite_engine, *(f"c{number}" for number in range(60, 120)))
    with instructions(sqlite_engine) as after:
        store(sqlite_engine, *copies(["two"]))
    assert after[0] < 2 * before[0]


def test_what_is_split_is_split_again(engine: Engine) -> None:
    store(engine, *copies("abcdef"))
    split(engine, "d", "e", "f")
    split(engine, "f")
    split(engine, "b")
    assert found(engine) == {frozenset("ac"), frozenset("b"), frozenset("de"), frozenset("f")}
    store(engine, *copies("g"), *copies("h", SPUN))
    recluster_all(engine)
    apart = [group & set("abcdef") for group in found(engine)]
    assert {frozenset(group) for group in apart if group} == {*map(frozenset, ("ac", "b", "de", "f"))}


def test_only_what_is_merged_comes_together_again(engine: Engine) -> None:
    store(engine, *copies("abcdef"))
    split(engine, "d", "e", "f")
    split(engine, "f")
    merge(engine, "a", "f")
    assert found(engine) == {frozenset("abcf"), frozenset("de")}
    recluster_all(engine)
    assert found(engine) == {frozenset("abcf"), frozenset("de")}
    merge(engine, "a", "d")
    assert found(engine) == {frozenset("abcdef")}
    assert count(engine, ClusterSide) == 0


def test_a_side_that_falls_apart_stays_apart_from_the_other(engine: Engine) -> None:
    """And its parts are not apart from each other: nobody said so."""
    whole = text(7, 1500)
    first, last = whole[: len(whole) // 2], whole[len(whole) * 7 // 25 :]
    store(engine, *copies(["hub", "out"], whole), *copies(["a1", "a2"], first), *copies(["b1", "b2"], last))
    split(engine, "out")
    revise(engine, "hub", OTHER)
    parts = {frozenset({"a1", "a2"}), frozenset({"b1", "b2"}), frozenset({"out"}), frozenset({"hub"})}
    assert found(engine) == parts
    # Each part would be joined with "out", and none is.
    revise(engine, "out", whole + "\n（完）", days=3)
    assert found(engine) == parts
    # One part is split once more: of the other nothing is decided by that.
    split(engine, "a2")
    revise(engine, "out", text(9), days=4)
    store(engine, *copies(["new"], whole))
    assert any({"a1", "b1", "b2", "new"} <= group for group in found(engine))
    for name in ("out", "hub"):
        revise(engine, name, whole + "\n（本报记者）", days=5)
    for group in found(engine):
        assert not {"a1", "a2"} <= group
        assert "out" not in group or not {"a1", "a2", "b1", "b2", "hub"} & group


def test_who_leaves_what_a_person_joined_leaves_the_others_joined(engine: Engine) -> None:
    store(engine, *(article(name, text(number, 200)) for number, name in enumerate("abcd", 10)))
    merge(engine, "a", "b", "c", "d")
    split(engine, "a")
    assert found(engine) == {frozenset("a"), frozenset("bcd")}
    recluster_all(engine)
    assert found(engine) == {frozenset("a"), frozenset("bcd")}


def test_what_a_person_joined_stays_so_when_its_articles_are_revised(engine: Engine) -> None:
    store(engine, *copies(["a1", "a2"]), *copies(["x1", "x2"], OTHER))
    merge(engine, "a1", "x1")
    for number, name in enumerate(("a1", "x1", "a2")):
        revise(engine, name, text(30 + number), days=2 + number)
        assert {"a1", "x1", "x2"} <= next(group for group in found(engine) if "a1" in group), name


def test_the_sides_of_two_stories_that_a_person_joins(engine: Engine) -> None:
    store(engine, *copies("abc"), *copies("xyz", OTHER))
    split(engine, "c")
    split(engine, "z")
    merge(engine, "a", "x")
    assert found(engine) == {frozenset("abxy"), frozenset("c"), frozenset("z")}
    # The two that left are apart from the story, not from each other.
    merge(engine, "c", "z")
    assert found(engine) == {frozenset("abxy"), frozenset("cz")}
    split(engine, "b", "y")
    recluster_all(engine)
    assert found(engine) == {frozenset("ax"), frozenset("by"), frozenset("cz")}


def test_a_pin_outlives_an_earlier_copy(engine: Engine, ids: dict[str, int]) -> None:
    pin(engine, "c")
    store(engine, record(text(1, 600), "first", days=-1))
    with reading(engine) as connection:
        assert connection.scalar(select(Cluster.representative_id)) == ids["c"]
        told = describe_cluster(connection, ids["a"])
    assert told["pinned"]
    assert [member["native_id"] for member in told["members"]] == ["first", "a", "b", "c"]
    assert {event["kind"] for event in told["history"]} >= {"join", "pin"}


def test_a_pin_outlives_the_article_leaving_its_story_and_coming_back(engine: Engine) -> None:
    store(engine, *copies("abc"))
    pin(engine, "b")
    revise(engine, "b", OTHER)
    assert standing(engine) == {"a"}
    revise(engine, "b", STORY, days=3)
    assert standing(engine) == {"b"}


def test_of_two_pins_the_latest_counts_and_the_other_is_kept(engine: Engine) -> None:
    store(engine, *copies("abc"), *copies("xyz", OTHER))
    pin(engine, "y", days=2)
    pin(engine, "b", days=1)
    pin(engine, "c", days=1.5)
    merge(engine, "a", "x")
    assert standing(engine) == {"y"}
    split(engine, "x", "y", "z")
    assert standing(engine) == {"c", "y"}
    assert count(engine, ClusterPin) == 2


def test_decisions_are_events_by_a_person(engine: Engine, ids: dict[str, int]) -> None:
    split(engine, "c")
    merge(engine, "a", "c")
    merge(engine, "c", "x")
    with reading(engine) as connection:
        events = connection.execute(
            select(
                ClusterEvent.kind,
                ClusterEvent.cluster_id,
                ClusterEvent.article_id,
                ClusterEvent.other_id,
                ClusterEvent.other_cluster_id,
            )
            .where(ClusterEvent.by_person)
            .order_by(ClusterEvent.id)
        ).all()
        history = describe_cluster(connection, ids["a"])["history"]
    a, c, x = ids["a"], ids["c"], ids["x"]
    assert list(map(tuple, events)) == [
        ("decided_apart", a, c, None, None),
        ("split", c, c, None, a),
        ("decided_same", a, c, a, None),
        ("join", a, c, None, None),
        ("decided_same", a, x, c, None),
        ("join", a, x, None, None),
        ("represent", a, x, a, None),
    ]
    assert [event["kind"] for event in history if event["by_person"]] == [kind for kind, *_ in events]


def test_what_makes_no_sense_is_refused(engine: Engine, ids: dict[str, int]) -> None:
    with writing(engine) as connection:
        for wrong in ([ids["a"]], [ids["a"], ids["a"]]):
            with pytest.raises(UsageError):
                decisions.merge(connection, wrong, by="林", now=NOW)
        with pytest.raises(UsageError):
            decisions.split(connection, [ids["a"], ids["b"], ids["c"]], by="林", now=NOW)
        with pytest.raises(UsageError):
            decisions.split(connection, [ids["x"]], by="林", now=NOW)
        with pytest.raises(UsageError):
            decisions.split(connection, [ids["a"], ids["x"]], by="林", now=NOW)
        with pytest.raises(UsageError):
            decisions.pin(connection, ids["x"], by="林", now=NOW)
        for decide in (decisions.merge, decisions.split):
            with pytest.raises(NotFound):
                decide(connection, [ids["a"], 999], by="林", now=NOW)
        with pytest.raises(NotFound):
            decisions.pin(connection, 999, by="林", now=NOW)


def test_partition_keeps_apart_what_must_be() -> None:
    chain = [Edge(0.1, 0, 1, 2), Edge(0.0, 0, 2, 3), Edge(0.2, 0, 3, 4)]
    assert partition(range(1, 5), chain) == {1: 1, 2: 1, 3: 1, 4: 1}
    assert partition(range(1, 5), chain, sides={1: {7: 0}, 3: {7: 1}}) == {1: 1, 2: 2, 3: 2, 4: 2}
    assert partition(range(1, 5), chain, sides={1: {7: 0}, 3: {8: 1}}) == {1: 1, 2: 1, 3: 1, 4: 1}
    # Who takes an article in takes in its sides too.
    assert partition(range(1, 4), [Edge(0, 0, 1, 2), Edge(0, 0.1, 2, 3)], sides={1: {7: 0}, 3: {7: 1}}) == {
        1: 1,
        2: 1,
        3: 3,
    }
    assert partition(range(1, 5), [], same=[(2, 4)]) == {1: 1, 2: 2, 3: 3, 4: 2}


def test_no_decision_reads_more_the_larger_the_archive_is(engine: Engine) -> None:
    store(engine, *copies("abcdef"), *copies("xyz", OTHER), article("r", "\n".join([STORY, OTHER, text(3, 300)])))
    ids = ids_of(engine)
    with recorded() as sent:
        with writing(engine) as connection:
            decisions.split(connection, [ids[name] for name in "def"], by="林", now=NOW)
            decisions.split(connection, [ids["f"]], by="林", now=NOW)
            decisions.merge(connection, [ids["a"], ids["f"]], by="林", now=NOW)
            decisions.pin(connection, ids["b"], by="林", now=NOW)
            told = describe_cluster(connection, ids["a"])
        revise(engine, "a", OTHER)
        with writing(engine) as connection:
            decisions.merge(connection, [ids["b"], ids["x"]], by="林", now=NOW)
        store(engine, *copies("g"))
    assert len(told["history"]) > 6
    assert told["related"]
    assert too_much(engine, sent) == {}
