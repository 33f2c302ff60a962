"""Verdicts on pairs of texts: what is a copy, as what, and what only looks like one."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.dedup.align import Anchored, align
from archive.dedup.differences import differences
from archive.dedup.verify import INVERSE, compare, prepare
from archive.fold import as_codes, fold
from tests.dedup.copies import (
    DAY,
    RESIGNATION,
    cut,
    noisy,
    notice,
    reordered,
    spaced,
    spin,
    text,
    transcode,
)

CLUTTER = "首页 > 新闻 > 正文\n分享到\n"


@pytest.mark.parametrize(
    ("copy", "relations", "marks"),
    [
        (spaced, {"exact"}, set()),
        (transcode, {"exact", "near"}, {"transcoded"}),
        (lambda body: CLUTTER + body + "\n更多精彩内容请关注本报客户端", {"near", "revised"}, set()),
        (lambda body: cut(body, 0.8), {"near", "revised"}, set()),
        (cut, {"revised", "near"}, {"cut"}),
        (noisy, {"near"}, {"damaged"}),
        (reordered, {"near", "revised"}, set()),
        (spin, {"spun", "near"}, set()),
        (lambda body: transcode(spin(cut(body, 0.7))), {"spun", "revised", "near"}, {"transcoded"}),
        (lambda body: "\n".join(body.split("\n")[2:5]), {"excerpt_of"}, set()),
        (lambda body: "\n".join([text(81), body, text(82), text(83)]), {"contains"}, set()),
    ],
)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_copies(copy: object, relations: set[str], marks: set[str], number: int) -> None:
    body = text(number, 700)
    verdict = compare(prepare(copy(body), DAY + timedelta(days=2)), prepare(body, DAY))  # type: ignore[operator]
    assert verdict is not None
    assert verdict.relation in relations
    assert marks <= set(verdict.marks)
    assert 0 < verdict.confidence <= 1


@pytest.mark.parametrize("days", [0, 1, 400])
def test_other_numbers_are_another_story(days: int) -> None:
    for seed in range(5):
        assert compare(prepare(notice(seed), DAY + timedelta(days=days)), prepare(notice(seed + 50), DAY)) is None


@pytest.mark.parametrize("days", [0, 1, 400])
def test_other_names_are_another_story(days: int) -> None:
    one = RESIGNATION.format(company="清口发展集团", name="马磊敏")
    other = RESIGNATION.format(company="清口发展集团", name="周志强")
    assert compare(prepare(one, DAY), prepare(other, DAY + timedelta(days=days))) is None


def test_one_corrected_number_within_days_is_a_revision() -> None:
    body = text(4, 600)
    place = next(index for index, char in enumerate(body) if char.isdigit())
    changed = body[:place] + str((int(body[place]) + 1) % 10) + body[place + 1 :]
    soon = compare(prepare(changed, DAY + timedelta(hours=5)), prepare(body, DAY))
    assert soon is not None
    assert soon.relation == "revised"
    assert soon.evidence["numbers"] == 1
    assert compare(prepare(changed, DAY + timedelta(days=365)), prepare(body, DAY)) is None


def test_different_stories_are_not_related() -> None:
    texts = [prepare(text(number), DAY) for number in range(12)]
    assert not [1 for a in texts for b in texts if a is not b and compare(a, b) is not None]


def test_very_short_texts_need_like_headlines() -> None:
    notice = "此视频暂无文字稿，请点击上方播放按钮观看完整内容。"
    one, other = prepare(notice, DAY, "清口大桥合龙"), prepare(notice, DAY, "永州区举办灯会")
    assert compare(one, other) is None
    assert compare(one, prepare(notice, DAY, "清口大桥今日合龙")) is not None


def test_undated_copies_are_recognised() -> None:
    body = text(5, 600)
    verdict = compare(prepare(spin(body)), prepare(body))
    assert verdict is not None
    assert verdict.relation in ("spun", "near")


PIECES = st.lists(st.integers(0, 7), min_size=1, max_size=6)


def _made_of(pieces: list[int]) -> str:
    return "\n".join(text(piece)[:150] for piece in pieces)


@settings(max_examples=40, deadline=None)
@given(PIECES, PIECES)
def test_verdicts_are_symmetric(first: list[int], second: list[int]) -> None:
    one, other = prepare(_made_of(first), DAY), prepare(_made_of(second), datetime(2025, 3, 2, tzinfo=UTC))
    there, back = compare(one, other), compare(other, one)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there.relation == INVERSE.get(back.relation, back.relation)
        assert (there.coverage, there.other_coverage) == (back.other_coverage, back.coverage)
        assert there.confidence == back.confidence


@settings(max_examples=60, deadline=None)
@given(st.text("甲乙丙丁戊12", max_size=120), st.text("甲乙丙丁戊12", max_size=120))
def test_runs_say_the_truth_and_do_not_overlap(first: str, second: str) -> None:
    ours, theirs = fold(first), fold(second)
    used: set[int] = set()
    other_used: set[int] = set()
    for run in align(Anchored(ours, as_codes(ours)), Anchored(theirs, as_codes(theirs))):
        for op in run:
            if op.tag == "equal":
                assert ours[op.start : op.end] == theirs[op.other_start : op.other_end]
            assert not used.intersection(range(op.start, op.end))
            assert not other_used.intersection(range(op.other_start, op.other_end))
            used.update(range(op.start, op.end))
            other_used.update(range(op.other_start, op.other_end))
        for before, after in pairwise(run):
            assert (before.end, before.other_end) == (after.start, after.other_start)


def test_differences_are_shown_in_the_texts_own_characters() -> None:
    body = "清口大桥昨日正式通车，全长三公里，桥面设有非机动车道与观景平台，市民可步行前往对岸的码头公园。"
    other = "清口大橋昨日正式通車，全長三公里，橋面設有非機動車道與觀景長廊，市民可步行前往對岸的碼頭公園。"
    (found,) = differences(body, other)
    assert "观景[-平台-]{+長廊+}" in found.marked()
    assert (found.ours, found.theirs, found.kind) == ("平台", "長廊", "word")
