"""A doubt stands until a person decides it; the decision stays, whatever comes in, goes or changes."""

import random
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from archive.dedup.clusters import decisions
from archive.dedup.clusters.doubts import DIFFERENCES, open_doubts
from archive.dedup.tables import ClusterEvent, ClusterSide, Link
from archive.errors import NotFound, UsageError
from archive.store.db import reading, writing
from tests.archive.dedup.clusters.deeds import (
    NOW,
    OTHER,
    STORY,
    apart,
    article,
    copies,
    count,
    doubts,
    found,
    ids_of,
    merge,
    recluster_all,
    reindex_all,
    revise,
    split,
)
from tests.archive.dedup.clusters.hesitant import DOUBTED, doubted
from tests.archive.dedup.copies import spin, store, text

pytestmark = pytest.mark.usefixtures("in_doubt")


def together(engine: Engine, one: str, other: str) -> bool:
    return any({one, other} <= group for group in found(engine))


# What is listed.


def test_a_doubt_unites_nothing_and_is_listed(engine: Engine) -> None:
    store(engine, article("a", STORY), article("b", DOUBTED), article("x", OTHER))
    assert found(engine) == {frozenset("a"), frozenset("b"), frozenset("x")}
    with reading(engine) as connection:
        listed = open_doubts(connection)
    [doubt] = listed.shown
    ids = ids_of(engine)
    assert [one["id"] for one in doubt["articles"]] == [ids["a"], ids["b"]]
    first = doubt["articles"][0]
    assert (first["headline"], first["site"], first["published_at"]) == ("消息a", "site-a", "2025-03-01T12:00:00+08:00")
    assert (doubt["same"], doubt["other"]) == ("jianbao cluster merge 1 2", "jianbao cluster apart 1 2")
    assert (listed.total, doubt["pairs"], doubt["reason"]) == (1, 1, "whole")
    assert doubt["because"] == "most of each text stands in the other"
    assert 0 < len(doubt["differences"]) <= DIFFERENCES
    assert "[-" in doubt["differences"][0]
    assert "{+" in doubt["differences"][0]
    assert "body" not in first


def test_two_stories_are_one_doubt_however_many_articles_they_have(engine: Engine) -> None:
    store(engine, *copies(["a1", "a2", "a3"]), *copies(["b1", "b2"], DOUBTED))
    assert found(engine) == {frozenset({"a1", "a2", "a3"}), frozenset({"b1", "b2"})}
    assert count(engine, Link) > 4
    with reading(engine) as connection:
        listed = open_doubts(connection)
    [doubt] = listed.shown
    assert (listed.total, [one["copies"] for one in doubt["articles"]]) == (1, [3, 2])
    assert doubt["pairs"] >= 1


def test_what_matters_most_comes_first(engine: Engine) -> None:
    """The larger stories, then the surer pair, then the newer one."""
    for number, sizes in enumerate([(1, 1), (1, 1), (2, 2), (1, 1)]):
        body = text(50 + number, 300)
        for side, size in zip("pq", sizes, strict=True):
            names = [f"{side}{number}{place}" for place in range(size)]
            store(engine, *copies(names, body if side == "p" else doubted(body)))
    ids = ids_of(engine)
    with writing(engine) as connection:
        connection.execute(update(Link).values(confidence=0.5))
        connection.execute(update(Link).where(Link.article_id == ids["q10"]).values(confidence=0.75))
    assert [min(one)[:2] for one in doubts(engine)] == ["p2", "p1", "p3", "p0"]
    assert [min(one)[:2] for one in doubts(engine, limit=1)] == ["p2"]
    with reading(engine) as connection:
        assert open_doubts(connection, limit=1).total == 4
        assert open_doubts(connection, sites=["site-q10"]).total == 1
    assert doubts(engine, sites=["site-p00", "site-q30"]) == [{"p30", "q30"}, {"p00", "q00"}]
    assert doubts(engine, sites=["elsewhere"]) == []


def test_every_two_stories_in_doubt_are_a_doubt_of_their_own(engine: Engine) -> None:
    store(engine, *copies("ab"), *copies("cd", DOUBTED), *copies("xy", OTHER), article("z", doubted(OTHER)))
    store(engine, article("p", text(8, 300)))
    assert len(doubts(engine)) == 2
    assert doubts(engine)[1] & {"x", "y"}
    assert "z" in doubts(engine)[1]


# What a person decides.


def _later_copies(engine: Engine) -> None:
    store(engine, *copies(["a9"]), *copies(["b9"], DOUBTED))


def _between(engine: Engine) -> None:
    """What carries either text joins one of the two, and never both."""
    store(engine, article("m", STORY + "\n（完）"), article("n", DOUBTED + "\n（完）"))


def _one_takes_the_text_of_the_other(engine: Engine) -> None:
    revise(engine, "b", STORY)


def _another_text_and_back(engine: Engine) -> None:
    revise(engine, "a", OTHER)
    revise(engine, "a", STORY, days=3)


def _both_revised(engine: Engine) -> None:
    revise(engine, "a", STORY + "\n编者按：本文有更正。")
    revise(engine, "b", STORY + "\n编者按：本文有更正！", days=3)


def _an_earlier_story_comes_in_between(engine: Engine) -> None:
    """The lowest number names the cluster: sides go with their articles when it changes."""
    merge(engine, "b", "z")


LATER = [
    recluster_all,
    reindex_all,
    _later_copies,
    _between,
    _one_takes_the_text_of_the_other,
    _another_text_and_back,
    _both_revised,
    _an_earlier_story_comes_in_between,
]


@pytest.mark.parametrize("later", LATER, ids=lambda one: one.__name__.strip("_"))
def test_what_is_decided_apart_stays_apart_and_is_listed_no_more(engine: Engine, later: Any) -> None:
    store(engine, article("z", text(9, 300)), article("a", STORY), article("b", DOUBTED))
    assert apart(engine, "a", "b")
    assert doubts(engine) == []
    for deed in (later, recluster_all, reindex_all):
        deed(engine)
        assert not together(engine, "a", "b")
        assert not [one for one in doubts(engine) if {"a", "b"} <= one]
    if later in (recluster_all, reindex_all, _later_copies):
        assert doubts(engine) == []


@pytest.mark.parametrize("later", LATER, ids=lambda one: one.__name__.strip("_"))
def test_what_is_decided_the_same_stays_together_and_is_listed_no_more(engine: Engine, later: Any) -> None:
    store(engine, article("z", text(9, 300)), article("a", STORY), article("b", DOUBTED))
    merge(engine, "a", "b")
    for deed in (later, recluster_all, reindex_all):
        deed(engine)
        assert together(engine, "a", "b")
        assert not [one for one in doubts(engine) if {"a", "b"} <= one]


def test_a_copy_more_of_stories_that_are_apart_is_no_new_doubt(engine: Engine) -> None:
    """The stories are decided, and a copy is a part of its story; a story of its own is another question."""
    store(engine, *copies(["a1", "a2"]), *copies(["b1"], DOUBTED))
    apart(engine, "a1", "b1")
    store(engine, *copies(["a3"]), *copies(["b2", "b3"], DOUBTED))
    assert found(engine) == {frozenset({"a1", "a2", "a3"}), frozenset({"b1", "b2", "b3"})}
    assert doubts(engine) == []
    split(engine, "b3")
    assert doubts(engine) == [{"b3", other} for one in doubts(engine) for other in one - {"b3"}]
    assert len(doubts(engine)) == 1


def test_the_last_word_counts(engine: Engine) -> None:
    store(engine, article("a", STORY), article("b", DOUBTED), article("c", OTHER))
    assert apart(engine, "a", "b")
    assert not apart(engine, "b", "a"), "they were apart already"
    assert count(engine, ClusterSide) == 2
    merge(engine, "a", "b")
    assert together(engine, "a", "b")
    assert count(engine, ClusterSide) == 0
    split(engine, "b")
    recluster_all(engine)
    assert not together(engine, "a", "b")
    assert doubts(engine) == []


def test_several_stories_are_put_apart_each_from_each(engine: Engine) -> None:
    store(engine, *copies(["a1", "a2"]), article("b", DOUBTED), article("c", OTHER), article("d", text(5, 300)))
    apart(engine, "a2", "b", "c")
    revise(engine, "b", OTHER)
    assert {frozenset("b"), frozenset("c")} <= found(engine)
    # Nobody said anything of the fourth.
    revise(engine, "d", OTHER)
    assert frozenset("cd") in found(engine) or frozenset("bd") in found(engine)
    with reading(engine) as connection:
        told = connection.execute(select(ClusterEvent).where(ClusterEvent.kind == "decided_apart")).all()
    assert len(told) == 3


def test_only_those_that_were_put_apart_are(engine: Engine) -> None:
    """Apart from one story, and from another: the two are not apart from each other."""
    store(engine, article("a", STORY), article("b", OTHER), article("c", text(5, 300)))
    apart(engine, "a", "b")
    apart(engine, "b", "c")
    revise(engine, "c", STORY)
    assert together(engine, "a", "c")
    revise(engine, "b", STORY)
    assert frozenset("b") in found(engine)
    merge(engine, "b", "c")
    assert frozenset("abc") in found(engine)


def test_what_makes_no_sense_is_refused(engine: Engine) -> None:
    store(engine, *copies(["a1", "a2"]), article("b", DOUBTED))
    ids = ids_of(engine)
    with writing(engine) as connection:
        for wrong in ([ids["b"]], [ids["b"], ids["b"]]):
            with pytest.raises(UsageError, match="two articles"):
                decisions.apart(connection, wrong, by="林", now=NOW)
        with pytest.raises(UsageError, match="cluster split"):
            decisions.apart(connection, [ids["a1"], ids["a2"], ids["b"]], by="林", now=NOW)
        with pytest.raises(NotFound):
            decisions.apart(connection, [ids["b"], 999], by="林", now=NOW)
    assert count(engine, ClusterSide) == 0


@pytest.mark.parametrize("seed", range(2))
def test_no_machine_unites_what_a_person_put_apart(engine: Engine, seed: int) -> None:
    """Any sequence of copies, revisions, decisions, reclusters and reindexes, against the decisions pair by pair."""
    rng = random.Random(seed)
    bodies = [text(number, 150) for number in (40, 41)]
    texts = [one for body in bodies for one in (body, doubted(spin(body)), f"{body}\n（完）")]
    names = [f"n{number}" for number in range(6)]
    store(engine, *(article(name, rng.choice(texts)) for name in names))
    decided: set[frozenset[str]] = set()
    for step in range(20):
        deed = rng.choice("copy revise revise apart apart merge recluster reindex".split())
        groups = sorted(sorted(group) for group in found(engine))
        if deed == "copy":
            names.append(f"n{len(names)}")
            store(engine, article(names[-1], rng.choice(texts)))
        elif deed == "revise":
            revise(engine, rng.choice(names), rng.choice(texts), days=2 + step)
        elif deed in ("apart", "merge") and len(groups) > 1:
            one, other = rng.sample(groups, 2)
            pairs = {frozenset({a, b}) for a in one for b in other}
            if deed == "apart":
                apart(engine, one[0], other[0])
                decided |= pairs
            else:
                merge(engine, one[0], other[0])
                decided -= pairs
        elif deed == "recluster":
            recluster_all(engine)
        elif deed == "reindex":
            reindex_all(engine)
        assert not [pair for pair in decided for group in found(engine) if pair <= group], (step, deed)
