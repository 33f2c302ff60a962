"""Stories stay honest as they grow: one link brings no two stories together, and a story that mixes falls apart."""

import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, delete, select, update

from archive.dedup.clusters import decisions
from archive.dedup.clusters.partition import Edge, partition
from archive.dedup.clusters.story import Member, Stories, Story, Why, why_apart
from archive.dedup.recluster.duck import DuckEngine
from archive.dedup.recluster.packed import Ids
from archive.dedup.recluster.run import apply, recluster
from archive.dedup.tables import Cluster, ClusterEvent, Link
from archive.dedup.verify.relation import SAME_TEXT
from archive.store.db import open_engine, reading, writing
from archive.store.models import Article
from crawler.cli import main
from tests.archive.dedup.copies import DAY, groups, record, scanned, store, text

PLAIN = "".join(text(number, 300) for number in range(20, 40)).replace("\n", "")
"""Text enough to cut windows out of it: what two of them share is what their ranges share."""


def found(engine: Engine) -> set[frozenset[str]]:
    with reading(engine) as connection:
        return groups(connection)


def told(engine: Engine, kind: str) -> list[tuple[str, str | None, str | None]]:
    """The events of a kind: of which article, with which, and why."""
    with reading(engine) as connection:
        names = dict(connection.execute(select(Article.id, Article.native_id)).all())
        events = connection.execute(select(ClusterEvent).where(ClusterEvent.kind == kind).order_by(ClusterEvent.id))
        return [(names[one.article_id], names.get(one.other_id or 0), one.reason) for one in events]


CHAIN = {f"t{number}": PLAIN[number * 225 : number * 225 + 1000] for number in range(7)}
"""Each text shares 77 % with the next one, 55 % with the one after it, and the first has nothing of the fifth."""


@pytest.mark.parametrize(
    "order", [sorted(CHAIN), sorted(CHAIN, reverse=True), ["t3", "t0", "t6", "t2", "t5", "t4", "t1"]]
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_chain_of_near_copies_is_no_story(engine: Engine, order: Sequence[str], at_once: bool) -> None:
    records = [record(CHAIN[name], name, days=int(name[1]) / 10) for name in order]
    for some in [records] if at_once else [[one] for one in records]:
        store(engine, *some)
    for story in found(engine):
        numbers = [int(name[1]) for name in story]
        assert max(numbers) - min(numbers) <= 3, "each carries one text with most of the others"
    united = select(Link.article_id, Link.other_id).where(Link.relation.in_(SAME_TEXT))
    with reading(engine) as connection:
        names = dict(connection.execute(select(Article.id, Article.native_id)).all())
        linked = {frozenset(names[key] for key in pair) for pair in connection.execute(united)}
    assert linked >= {frozenset(pair) for pair in pairwise(sorted(CHAIN))}, "the links stay what they are"


class Neighbours(DuckEngine):
    """One that proposes neighbours alone."""

    def pairs(self) -> Ids:
        found = super().pairs()
        return found[found[:, 1] - found[:, 0] == 1]


def test_a_link_that_no_longer_holds_is_compared_once(engine: Engine) -> None:
    """By a recluster, or while it asks whether two stories are one."""
    for number, name in enumerate(sorted(CHAIN)):
        store(engine, record(CHAIN[name], name, days=number / 10))
    with writing(engine) as connection:
        connection.execute(update(Link).values(relation="revised"))
    outcome = recluster(engine, Neighbours(engine, jobs=1))
    assert outcome.moved() == {}
    found = {link[:2]: link[2].relation for link in outcome.links}
    assert len(found) == len(outcome.links) == 15
    assert {pair for pair, relation in found.items() if relation in SAME_TEXT} == {
        (key + 1, key) for key in range(1, 7)
    }


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_a_report_that_grows_is_one_story(engine: Engine, order: Sequence[str]) -> None:
    """The first lines are a small part of the last version, and stand in it."""
    versions = {"a": PLAIN[:600], "b": PLAIN[:1000], "c": PLAIN[:1700]}
    for name in order:
        store(engine, record(versions[name], name, days=ord(name) / 1000))
    assert found(engine) == {frozenset("abc")}
    assert recluster(engine, DuckEngine(engine, jobs=1)).moved() == {}


def test_two_stories_are_not_one_since_two_variants_are_alike(engine: Engine) -> None:
    """Of each story there are copies, and one that lacks its beginning or its end: these two share four fifths."""
    starts = {"a": 0, "b": 630}
    for side, start in starts.items():
        store(engine, *(record(scanned(PLAIN[start : start + 1000], number), f"{side}{number}") for number in range(4)))
    stories = [frozenset(f"{side}{number}" for number in range(4)) for side in starts]
    store(engine, record(PLAIN[210:1210], "a'"), record(PLAIN[420:1420], "b'"))
    assert found(engine) == {stories[0] | {"a'"}, stories[1] | {"b'"}}
    assert told(engine, "kept_apart") == [("a'", "b'", told(engine, "kept_apart")[0][2])]
    assert recluster(engine, DuckEngine(engine, jobs=1)).moved() == {}


def test_what_holds_only_the_tail_of_many_brings_them_not_together(engine: Engine) -> None:
    """The tail alone carries most of each; they have nothing else in common."""
    tail = PLAIN[:260]
    leads = [text(number, 140)[:140] for number in range(70, 76)]
    store(engine, *(record(lead + tail, f"n{place}", headline=lead[:9]) for place, lead in enumerate(leads)))
    store(engine, record(tail, "tail", headline="要闻汇总"))
    assert max(len(story) for story in found(engine)) <= 2


@pytest.mark.parametrize("merged_first", [True, False])
def test_what_a_person_joined_is_asked_for_by_its_parts(engine: Engine, merged_first: bool) -> None:
    """Two texts in one story by a person's word: copies of either join it."""
    texts = {"a": text(81, 400), "b": text(82, 400)}
    ids = [one.article_id for one in store(engine, *(record(body, name) for name, body in texts.items()))]

    def copies() -> None:
        for name, body in texts.items():
            store(engine, *(record(scanned(body, number), f"{name}{number}", days=1) for number in range(3)))

    def merge() -> None:
        with writing(engine) as connection:
            decisions.merge(connection, ids, by="林", now=DAY)

    for step in (merge, copies) if merged_first else (copies, merge):
        step()
    assert found(engine) == {frozenset(["a", "b", *(f"{side}{number}" for side in "ab" for number in range(3))])}
    assert recluster(engine, DuckEngine(engine, jobs=1)).moved() == {}


def test_why_a_link_brought_nothing_together_is_told_once(engine: Engine) -> None:
    store(engine, *(record(CHAIN[name], name, days=int(name[1]) / 10) for name in ("t0", "t1")))
    store(engine, record(CHAIN["t2"], "t2", days=0.2))
    assert {frozenset({"t0", "t2"}) & story for story in found(engine)} == {frozenset({"t0"}), frozenset({"t2"})}
    ((*linked, reason),) = once = told(engine, "kept_apart")
    assert "t1" in linked
    assert reason
    store(engine, record(scanned(CHAIN["t0"], 1), "copy", days=1), record(scanned(CHAIN["t2"], 1), "another", days=1))
    assert told(engine, "kept_apart")[:1] == once
    pair = select(ClusterEvent.cluster_id, ClusterEvent.other_cluster_id).where(ClusterEvent.kind == "kept_apart")
    with reading(engine) as connection:
        pairs = connection.execute(pair).all()
    assert len(pairs) == len(set(pairs))


def mixed(engine: Engine) -> None:
    """A story of two texts, as an earlier version may have left it."""
    one, other = text(91, 400), text(92, 400)
    store(engine, *(record(scanned(one, number), f"a{number}") for number in range(3)))
    store(engine, *(record(scanned(other, number), f"b{number}") for number in range(2)))
    with writing(engine) as connection:
        first = connection.scalar(select(Article.id).order_by(Article.id).limit(1))
        connection.execute(delete(Cluster))
        connection.execute(update(Article).values(cluster_id=first))


def test_a_recluster_splits_a_story_that_mixes_and_says_why(engine: Engine) -> None:
    mixed(engine)
    outcome = recluster(engine, DuckEngine(engine, jobs=1))
    (split,) = outcome.splits
    assert (split.cluster, split.to, split.articles, split.reason) == (1, 4, (4, 5), "nothing in common")
    assert told(engine, "split") == []
    apply(engine, outcome, now=DAY)
    assert found(engine) == {frozenset({"a0", "a1", "a2"}), frozenset({"b0", "b1"})}
    assert told(engine, "split") == [("b0", None, "nothing in common")]


def test_the_command_says_what_falls_apart_and_why(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    mixed(engine)
    engine.dispose()
    arguments = ["--home", str(Path(sqlite_url.removeprefix("sqlite:///")).parent), "recluster", "--jobs", "1"]
    lines = CliRunner().invoke(main, [*arguments, "--dry-run"]).output.splitlines()
    assert lines[-2:] == [
        "1 part would leave a cluster that mixed stories",
        "  cluster 1: 4, 5 to 4: the texts have no passage in common",
    ]
    told = json.loads(CliRunner().invoke(main, [*arguments, "--json"]).output)
    assert told["splits"] == [{"from": 1, "to": 4, "articles": [4, 5], "reason": "nothing in common"}]
    assert (told["split"], told["applied"]) == (1, True)


def member(number: int, digest: int, length: int = 100) -> Member:
    at = DAY + timedelta(hours=number)
    return Member(
        article_id=number,
        site="clip",
        native_id=f"{number:05}",
        published_at=at,
        first_captured_at=at,
        complete=True,
        length=length,
        digest=digest,
    )


def apart(ours: Story, theirs: Story, why: Why) -> str | None:
    return why_apart(ours, theirs, ours.joined(theirs), why)


def story(numbers: range) -> Story:
    first, *rest = (Story.of(member(number, number)) for number in numbers)
    for one in rest:
        first = first.joined(one)
    return first


def test_two_large_stories_cost_few_comparisons() -> None:
    asked: list[tuple[int, int]] = []

    def never(one: int, other: int) -> str:
        asked.append((one, other))
        return "nothing in common"

    assert apart(story(range(1, 300)), story(range(300, 900)), never) == "nothing in common"
    assert len(asked) <= 10


@pytest.mark.parametrize(("spoilt", "reason"), [({1}, None), ({6}, None), ({1, 6}, "spoilt")])
def test_most_of_a_few_texts_are_enough_where_the_first_one_disagrees(spoilt: set[int], reason: str | None) -> None:
    """The one that stands for a story may be the one copy that is spoilt."""
    ours, theirs = story(range(1, 6)), story(range(6, 11))
    assert apart(ours, theirs, lambda one, other: "spoilt" if spoilt & {one, other} else None) == reason


def test_one_that_is_like_one_of_two_is_apart() -> None:
    ours, theirs = story(range(1, 3)), story(range(3, 4))
    assert apart(ours, theirs, lambda one, other: None if {one, other} == {2, 3} else "another") == "another"
    assert apart(ours, theirs, lambda one, other: None if {one, other} == {1, 3} else "another") is None


def test_copies_of_one_text_are_one_text() -> None:
    facts = {number: member(number, digest=7) for number in range(1, 500)}
    stories = Stories(facts, lambda _one, _other: pytest.fail("nothing to compare"))
    edges = [Edge(0, 0, number, number + 1) for number in range(1, 499)]
    assert set(partition(facts, edges, one_story=stories.unite).values()) == {1}


def test_no_article_is_asked_of_itself() -> None:
    """Two stories may have copies of one text, of which the one in the second is the earliest."""
    ours = Story.of(member(2, digest=1)).joined(Story.of(member(3, digest=2)))
    theirs = Story.of(member(1, digest=1)).joined(Story.of(member(4, digest=4)))
    asked: list[tuple[int, int]] = []

    def never(one: int, other: int) -> str:
        asked.append((one, other))
        return "nothing in common"

    assert apart(ours, theirs, never) == apart(theirs, ours, never) == "nothing in common"
    assert all(one != other for one, other in asked)


def test_who_stands_for_a_story_is_found_again_when_a_longer_text_joins() -> None:
    """Of a report's first lines and its later whole text, the latter stands for it, whichever came first."""
    lines, whole, later = Story.of(member(1, 1, 50)), Story.of(member(2, 2, 100)), Story.of(member(3, 3, 95))
    for one, other, third in permutations([lines, whole, later]):
        assert one.joined(other).joined(third).first.article_id == 2
        assert one.joined(other.joined(third)).first.article_id == 2
