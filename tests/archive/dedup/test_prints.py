"""Prints of one text whose headlines and dates decide: what comes in finds those that a recluster finds."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from archive.dedup.recluster.duck import DuckEngine
from archive.dedup.recluster.run import recluster
from archive.dedup.twins import Twin, beside, within
from archive.dedup.verify.story.another import LONG, SHORT
from archive.store.db import reading
from tests.archive.dedup.copies import groups, record, store, text

NOTICE = "联席会议今天召开全体会议，决定各渡口自即日起按冬季时刻表开航，具体班次以码头公示牌为准。"

SILENT = ("清口粮站十二只铁皮仓验收", "望江渡轮添置雾天航标", "石滩小学的旧课桌找到新主人")


def found(engine: Engine) -> set[frozenset[str]]:
    with reading(engine) as connection:
        return groups(connection)


@pytest.mark.parametrize("body", [text(96, 300), text(103, 200)])
def test_a_print_whose_headline_says_nothing_is_one_with_that_whose_headline_speaks_of_the_text(
    engine: Engine, body: str
) -> None:
    """Weeks after the first print, whose headline says nothing either: by the two of them it may be a notice."""
    store(engine, record(body, "first", headline="清口粮站十二只铁皮仓验收"))
    store(engine, record(body, "speaks", headline=body[:14], days=0.1))
    store(engine, record(body, "later", headline="望江渡轮添置雾天航标", days=15))
    assert found(engine) == {frozenset({"first", "speaks", "later"})}
    assert recluster(engine, DuckEngine(engine, jobs=1)).moved() == {}


def test_of_very_many_prints_of_a_notice_the_one_of_the_day_is_found(engine: Engine) -> None:
    """The same words every few weeks: a second print has to do with that of its own month."""
    headline = "渡口管理处{}日公告"
    store(engine, *(record(NOTICE, f"n{one}", headline=headline.format(one), days=40 * one) for one in range(20)))
    store(engine, record(NOTICE, "again", headline=headline.format(18), days=40 * 18 + 0.5))
    assert found(engine) == {*(frozenset({f"n{one}"}) for one in range(20) if one != 18), frozenset({"n18", "again"})}
    assert recluster(engine, DuckEngine(engine, jobs=1)).moved() == {}


@pytest.mark.parametrize("seed", range(12))
def test_prints_come_in_as_a_recluster_groups_them(engine: Engine, seed: int) -> None:
    """One text of some length, under headlines that speak of it or do not, over some days, in any order."""
    chance = Random(seed)
    body = NOTICE if seed % 4 == 3 else text(chance.randrange(200, 260), chance.choice((120, 250, 400)))
    headlines = (
        body[:14],
        body[20:36],
        "清口粮站十二只铁皮仓验收",
        "望江渡轮添置雾天航标",
        "石滩小学的旧课桌找到新主人",
    )
    prints = [
        record(body, f"p{one}", headline=chance.choice(headlines), days=chance.choice((0, 0.4, 2, 5, 9, 40)))
        for one in range(9)
    ]
    for one in prints:
        store(engine, one)
    assert recluster(engine, DuckEngine(engine, jobs=1)).moved() == {}


A_DAY = 86400.0
LENGTHS = st.sampled_from([SHORT - 1, SHORT, LONG - 1, LONG])
TWINS = st.lists(
    st.tuples(st.sampled_from("甲乙丙"), st.none() | st.integers(0, 60).map(lambda days: days * A_DAY)),
    min_size=2,
    max_size=24,
).map(lambda made: [Twin(key, *told) for key, told in enumerate(made, 1)])


@given(TWINS, LENGTHS)
def test_what_comes_in_is_compared_with_all_that_a_recluster_compares_it_with(twins: list[Twin], length: int) -> None:
    """One after the other, and each of them when it is looked at anew."""
    pairs = {frozenset(pair) for pair in within(twins, length)}
    coming = {
        frozenset({own.article_id, key})
        for place, own in enumerate(twins[1:], 1)
        for key in beside(own, twins[:place], length)
    }
    assert coming >= pairs
    for own in twins[1:]:
        others = [twin for twin in twins if twin is not own]
        anew = {frozenset({own.article_id, key}) for key in beside(own, others, length)}
        assert anew >= {pair for pair in pairs if own.article_id in pair}
        assert frozenset({own.article_id}) not in anew


@given(TWINS)
def test_of_long_texts_only_the_first_is_compared_with_each(twins: list[Twin]) -> None:
    assert {frozenset(pair) for pair in within(twins, LONG)} == {frozenset({1, twin.article_id}) for twin in twins[1:]}
    for place, own in enumerate(twins[1:], 1):
        assert beside(own, twins[:place], LONG) == [1]
