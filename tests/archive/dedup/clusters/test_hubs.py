"""The copies of a story stay one story when the article that they are linked to goes away; and only then."""

import time
from datetime import timedelta

import pytest
from attrs import evolve
from sqlalchemy import Engine, delete, func, select

from archive.dedup.clusters import decisions, reconnect
from archive.dedup.propose.furniture import MANY
from archive.dedup.recluster.duck import DuckEngine
from archive.dedup.recluster.run import recluster
from archive.dedup.tables import Cluster, Link
from archive.store.db import reading, writing
from archive.store.models import Article
from archive.store.records import ArticleRecord
from tests.archive.dedup.copies import DAY, groups, record, scanned, spaced, spin, store, text, transcode

STORY, OTHER = text(1, 300), text(2, 300)


COPIES = {
    "verbatim": lambda number: STORY,
    "several digests": lambda number: (STORY, scanned(STORY, 1), scanned(STORY, 2), scanned(STORY, 3))[number % 4],
    "mixed": lambda number: (STORY, spaced(STORY), transcode(STORY), spin(STORY), scanned(STORY, number))[number % 5],
}


def copies(kind: str, count: int) -> list[ArticleRecord]:
    """Copies of a story, c0 to c`count - 1`; the first one is the plain text."""
    return [copy(COPIES[kind](number), number) for number in range(count)]


def copy(body: str, number: int) -> ArticleRecord:
    """The article c`number`. Eight share a site: what a dozen articles of a site begin with would be furniture."""
    return record(body, f"c{number}", site=f"site{number // 8}", days=number / 3000)


def revise(engine: Engine, *revised: tuple[int, str], days: float = 2) -> None:
    """Let articles have other texts, all in one transaction."""
    new = [evolve(copy(body, number), headline=f"更新{days}") for number, body in revised]
    store(engine, *new, now=DAY + timedelta(days=days))


def names(count: int, start: int = 0) -> frozenset[str]:
    return frozenset(f"c{number}" for number in range(start, count))


def found(engine: Engine) -> set[frozenset[str]]:
    with reading(engine) as connection:
        return groups(connection)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "count"),
    [("verbatim", 65), ("verbatim", 100), ("verbatim", 1000), ("several digests", 200), ("mixed", 70)],
)
def test_a_story_stays_one_when_its_hub_is_revised(engine: Engine, kind: str, count: int) -> None:
    store(engine, *copies(kind, count))
    assert found(engine) == {names(count)}
    revise(engine, (0, OTHER))
    assert found(engine) == {names(count, 1), frozenset({"c0"})}
    # The shingles that led to the hub lead to another copy now.
    store(engine, copy(spin(scanned(STORY, 99)), count), record(OTHER, "x"))
    assert found(engine) == {names(count + 1, 1), frozenset({"c0", "x"})}


@pytest.mark.slow
def test_three_thousand_copies_stay_one_story(sqlite_engine: Engine) -> None:
    store(sqlite_engine, *copies("verbatim", 3000))
    revise(sqlite_engine, (0, OTHER))
    assert found(sqlite_engine) == {names(3000, 1), frozenset({"c0"})}


@pytest.mark.slow
def test_a_story_stays_one_when_all_its_hubs_are_revised_at_once(engine: Engine) -> None:
    """Near copies are linked to a dozen others, so that it takes more to part them."""
    store(engine, *(copy(scanned(STORY, number), number) for number in range(70)))
    with reading(engine) as connection:
        often = select(Link.other_id).group_by(Link.other_id).order_by(func.count().desc()).limit(20)
        hubs = connection.scalars(select(Article.native_id).where(Article.id.in_(often))).all()
    numbers = [int(name[1:]) for name in hubs]
    revise(engine, *((number, text(number + 10)) for number in numbers))
    assert found(engine) == {names(70) - set(hubs), *(frozenset({name}) for name in hubs)}


@pytest.mark.slow
def test_one_hub_after_the_other(engine: Engine) -> None:
    store(engine, *copies("verbatim", 70))
    for number in range(60):
        revise(engine, (number, text(number + 10)))
    assert names(70, 60) in found(engine)
    # Nor did what the index holds of the hubs use up its caps.
    store(engine, copy(spin(STORY), 70))
    assert names(71, 60) in found(engine)


def test_a_hub_that_is_revised_twice_and_back(engine: Engine) -> None:
    store(engine, *copies("verbatim", 80))
    revise(engine, (0, OTHER))
    revise(engine, (0, text(3)), days=3)
    assert found(engine) == {names(80, 1), frozenset({"c0"})}
    revise(engine, (0, STORY), days=4)
    assert found(engine) == {names(80)}
    revise(engine, (0, OTHER), days=5)
    assert found(engine) == {names(80, 1), frozenset({"c0"})}


def test_a_correction_keeps_the_hub_in_its_story(engine: Engine) -> None:
    store(engine, *copies("verbatim", 80))
    revise(engine, (0, STORY + "\n（编辑：张三）"))
    assert found(engine) == {names(80)}


def test_a_hub_is_revised_in_the_batch_that_brings_new_copies(engine: Engine) -> None:
    store(engine, *copies("verbatim", 70))
    new = [copy(body, 70 + number) for number, body in enumerate((STORY, spin(STORY), spaced(STORY)))]
    again = [evolve(copy(body, number), headline="更新") for number, body in enumerate((OTHER, text(5)))]
    store(engine, new[0], *again, *new[1:], now=DAY + timedelta(days=2))
    assert found(engine) == {names(73, 2), frozenset({"c0"}), frozenset({"c1"})}


def test_a_pin_stays_when_the_hub_is_revised(engine: Engine) -> None:
    store(engine, *copies("verbatim", 80))
    with writing(engine) as connection:
        decisions.pin(connection, _id(engine, "c40"), by="林", now=DAY)
    revise(engine, (0, OTHER))
    assert found(engine) == {names(80, 1), frozenset({"c0"})}
    assert _stands(engine) == {"c40"}


@pytest.mark.slow
def test_a_hub_that_a_person_takes_out(engine: Engine) -> None:
    store(engine, *copies("several digests", 90))
    with writing(engine) as connection:
        decisions.split(connection, [_id(engine, "c0")], by="林", now=DAY)
    assert found(engine) == {names(90, 1), frozenset({"c0"})}
    # What was decided stays so when the next hub goes, and when the one that was taken out comes back by itself.
    revise(engine, (1, OTHER), (0, STORY + "\n（完）"))
    assert found(engine) == {names(90, 2), frozenset({"c0"}), frozenset({"c1"})}


def test_furniture_that_disturbs_a_hub(engine: Engine) -> None:
    line = "\n清口早餐铺的灯每天五点亮起，陪赶路的人喝完第一碗热粥再上船。"
    store(engine, evolve(copy(STORY + line, 0), site="portal"), *copies("verbatim", 80)[1:])
    assert found(engine) == {names(80)}
    store(engine, *(record(text(10 + number, 300) + line, f"s{number}", site="portal") for number in range(MANY)))
    assert found(engine) == {names(80), *(frozenset({f"s{number}"}) for number in range(MANY))}
    with reading(engine) as connection:
        hub = _id(engine, "c0")
        assert connection.scalars(select(Link.relation).where(Link.article_id == hub)).all() == ["exact"]


def test_what_only_the_hub_held_together_is_two_stories_without_it(engine: Engine) -> None:
    """Each part is a cut copy of the hub, and shares too little with the other."""
    whole = text(7, 1500)
    store(engine, record(whole, "hub"))
    for side, body in (("a", whole[: len(whole) // 2]), ("b", whole[len(whole) * 7 // 25 :])):
        store(engine, *(record(body, f"{side}{number}", site=f"{side}{number // 8}") for number in range(40)))
    sides = [frozenset(f"{side}{number}" for number in range(40)) for side in "ab"]
    assert found(engine) == {frozenset({"hub"}).union(*sides)}
    store(engine, record(OTHER, "hub"), now=DAY + timedelta(days=2))
    assert found(engine) == {*sides, frozenset({"hub"})}
    assert recluster(engine, DuckEngine(engine, jobs=1)).moved() == {}


def test_short_notices_under_other_headlines_are_other_stories(engine: Engine) -> None:
    """A notice without a headline may be a copy of any; when it goes, only those under like headlines are."""
    notice = "该内容已被发布者删除，或者正在审核之中，请稍后再来查看，谢谢您的支持。"
    heads = ["清口大桥今日通车", "望江公园樱花盛开", "省图书馆延长开放"]
    store(engine, record(notice, "hub", headline=None))
    for number in range(30):
        store(engine, *(record(notice, f"{head}{number}", headline=head, days=number / 30) for head in heads))
    stories = [frozenset(f"{head}{number}" for number in range(30)) for head in heads]
    assert found(engine) == {frozenset({"hub"}).union(*stories)}
    store(engine, record(OTHER, "hub"), now=DAY + timedelta(days=2))
    assert found(engine) == {*stories, frozenset({"hub"})}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["verbatim", "scanned"])
def test_the_comparisons_grow_as_the_copies(engine: Engine, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Also where the others have no link but the one to their hub."""
    made = [STORY if kind == "verbatim" else scanned(STORY, number) for number in range(90)]
    store(engine, copy(STORY, 0), *(copy(body, place) for place, body in enumerate(made[1:], 1)))
    with writing(engine) as connection:
        connection.execute(delete(Link).where(Link.other_id != _id(engine, "c0")))
    compared = []
    real = reconnect.compare

    def counted(one: object, other: object) -> object:
        compared.append(1)
        return real(one, other)  # type: ignore[arg-type]

    monkeypatch.setattr(reconnect, "compare", counted)
    revise(engine, (0, OTHER))
    assert found(engine) == {names(90, 1), frozenset({"c0"})}
    assert 0 < len(compared) < 2 * 90


@pytest.mark.slow
def test_the_cost_grows_as_the_copies(sqlite_engine: Engine) -> None:
    taken = []
    for count in (100, 800):
        body = text(20 + count)
        store(
            sqlite_engine, *(record(body, f"{count}.{place}", site=f"{count}.{place // 8}") for place in range(count))
        )
        began = time.process_time()
        store(sqlite_engine, record(OTHER, f"{count}.0", site=f"{count}.0"), now=DAY + timedelta(days=2))
        taken.append((time.process_time() - began) / count)
    assert taken[1] < 2 * taken[0]


def _id(engine: Engine, name: str) -> int:
    with reading(engine) as connection:
        return connection.scalars(select(Article.id).where(Article.native_id == name)).one()


def _stands(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(Article.native_id).join(Cluster, Cluster.representative_id == Article.id)))
