"""What a revision changed, typed: pure."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.watch.edits import edits
from archive.watch.kinds import WEIGHTS, Edit, Kind, weight
from crawler.demo.world.edits import EDITS
from crawler.demo.world.ids import BEIJING
from tests.portal.stage import Stage

HEADLINE = "城南大桥今日通车"
BODY = (
    "本报讯 记者王晓明报道，城南大桥今天上午正式通车，全长1280米。\n"
    "市交通局局长李建军在通车仪式上说，大桥于3月15日完成验收，总投资6.2亿元。\n"
    "附近居民表示，以后过江不必再绕路，每天能省下半个小时。"
)

FIRST = BODY.partition("\n")[0]


def changed(*swaps: tuple[str, str], headline: str = HEADLINE) -> list[tuple[str, str, str]]:
    after = BODY
    for old, new in swaps:
        assert old in after
        after = after.replace(old, new)
    return [(str(one.kind), one.before, one.after) for one in edits((HEADLINE, BODY), (headline, after))]


def test_nothing_changed() -> None:
    assert changed() == []


def test_each_kind() -> None:
    assert changed(headline="城南大桥昨日通车") == [("headline", HEADLINE, "城南大桥昨日通车")]
    assert changed(("1280米", "1380米")) == [("number", "1280", "1380")]
    assert changed(("6.2亿元", "8.2亿元")) == [("number", "6.2", "8.2")]
    assert changed(("3月15日", "3月18日")) == [("date", "15", "18")]
    assert changed(("李建军", "赵国华")) == [("name", "李建军", "赵国华")]
    assert changed(("过江不必再绕路", "过河用不着绕路"))[0][0] == "wording"
    assert changed(("今天上午正式通车，", "今天上午正式通车；")) == [
        ("punctuation", FIRST, FIRST.replace("通车，", "通车；"))
    ]
    line = BODY.split("\n")[1]
    assert changed(("\n" + line, "")) == [("paragraph_removed", line, "")]
    more = "大桥管理处提醒，货车须从东引桥上桥，限速六十公里。"
    assert changed(("\n" + line, f"\n{line}\n{more}")) == [("paragraph_added", "", more)]


def test_width_and_script_are_no_words() -> None:
    assert [kind for kind, _, _ in changed(("1280米", "１２８０米"))] == ["punctuation"]


def test_a_line_that_is_broken_in_two_is_no_new_paragraph() -> None:
    assert [kind for kind, _, _ in changed(("通车，全长", "通车，\n全长"))] == ["punctuation"]


def test_a_changed_paragraph_beside_a_removed_one_is_told_apart() -> None:
    first, second, third = BODY.split("\n")
    after = "\n".join((first, third.replace("半个小时", "二十分钟")))
    found = edits((HEADLINE, BODY), (HEADLINE, after))
    assert [one.kind for one in found if one.kind is Kind.PARAGRAPH_REMOVED] == [Kind.PARAGRAPH_REMOVED]
    assert {one.before for one in found if one.kind is Kind.PARAGRAPH_REMOVED} == {second}
    assert all("小时" not in one.before or one.kind is not Kind.PARAGRAPH_REMOVED for one in found)


def test_a_revision_weighs_each_kind_once() -> None:
    word = Edit(kind=Kind.WORDING, before="甲", after="乙")
    number = Edit(kind=Kind.NUMBER, before="1", after="2")
    assert weight([word] * 20) == WEIGHTS[Kind.WORDING] < weight([number]) < weight([number, word])
    assert weight([Edit(kind=Kind.PUNCTUATION, before="，", after="；")]) == 0


@pytest.mark.parametrize("kind", EDITS)
def test_what_the_demo_portal_does_is_typed_as_what_it_is(kind: str) -> None:
    stage = Stage(12, 7, datetime(2025, 11, 1, tzinfo=BEIJING))
    typed = []
    for one in stage.published:
        try:
            other = EDITS[kind](one)
        except AssertionError:  # it has no such number, or no such day
            continue
        typed.append({str(edit.kind) for edit in edits((one.headline, one.body), (other.headline, other.body))})
    assert len(typed) >= 6
    assert all(kinds == {kind} for kinds in typed), typed


TEXT = st.text(st.sampled_from("甲乙丙丁戊己庚辛12年月日，。\n"), max_size=80)


@given(TEXT, TEXT)
def test_there_is_an_edit_where_there_is_a_difference_and_none_else(before: str, after: str) -> None:
    found = edits((None, before), (None, after))
    assert bool(found) is (before != after)


@given(TEXT, TEXT)
def test_both_ways_are_the_same_change(before: str, after: str) -> None:
    there, back = edits(("题", before), ("题", after)), edits(("题", after), ("题", before))
    turned = {Kind.PARAGRAPH_ADDED: Kind.PARAGRAPH_REMOVED, Kind.PARAGRAPH_REMOVED: Kind.PARAGRAPH_ADDED}
    wide = {Kind.PARAGRAPH_ADDED, Kind.PARAGRAPH_REMOVED}
    assert {turned[one.kind] for one in there if one.kind in wide} <= {one.kind for one in back} | wide
