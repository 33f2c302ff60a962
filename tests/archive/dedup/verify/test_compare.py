"""Verdicts on pairs of texts: what is a copy, as what, and what only looks like one."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.dedup.relations import INVERSE
from archive.dedup.verify.align import Anchored, align
from archive.dedup.verify.compare import Rejection, Verdict, compare
from archive.dedup.verify.differences import differences
from archive.dedup.verify.texts import MAX_HEADLINE, Text, prepare
from archive.text.fold import as_codes, fold
from tests.archive.dedup.copies import DAY, RESIGNATION, cut, noisy, notice, reordered, spaced, spin, text, transcode

CLUTTER = "首页 > 新闻 > 正文\n分享到\n"


def related(one: Text, other: Text) -> Verdict:
    """The verdict on two texts that are related."""
    found = compare(one, other)
    assert isinstance(found, Verdict), found
    return found


def apart(one: Text, other: Text) -> str:
    """The reason why two texts are not related."""
    found = compare(one, other)
    assert isinstance(found, Rejection), found
    return found.reason


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
    verdict = related(prepare(copy(body), DAY + timedelta(days=2)), prepare(body, DAY))  # type: ignore[operator]
    assert verdict.relation in relations
    assert marks <= set(verdict.marks)
    assert 0 < verdict.confidence <= 1


@pytest.mark.parametrize("days", [0, 1, 400])
def test_other_numbers_are_another_story(days: int) -> None:
    for seed in range(5):
        reason = apart(prepare(notice(seed), DAY + timedelta(days=days)), prepare(notice(seed + 50), DAY))
        assert reason in ({"other numbers far apart"} if days > 30 else {"many other numbers", "moved day"})


@pytest.mark.parametrize("days", [0, 1, 400])
def test_other_names_are_another_story(days: int) -> None:
    one = RESIGNATION.format(company="清口发展集团", name="马磊敏")
    other = RESIGNATION.format(company="清口发展集团", name="周志强")
    assert apart(prepare(one, DAY), prepare(other, DAY + timedelta(days=days))) == "other names"


def test_one_corrected_number_within_days_is_a_revision() -> None:
    body = text(4, 600)
    place = next(index for index, char in enumerate(body) if char.isdigit())
    changed = body[:place] + str((int(body[place]) + 1) % 10) + body[place + 1 :]
    soon = related(prepare(changed, DAY + timedelta(hours=5)), prepare(body, DAY))
    assert soon.relation == "revised"
    assert soon.evidence["numbers"] == 1
    later = prepare(changed, DAY + timedelta(days=365))
    assert apart(later, prepare(body, DAY)) == "other numbers far apart"


def test_different_stories_are_not_related() -> None:
    texts = [prepare(text(number), DAY) for number in range(12)]
    assert {apart(a, b) for a in texts for b in texts if a is not b} == {"nothing in common", "many other numbers"}


@pytest.mark.parametrize("nothing", ["", " \n", "……！"])
def test_without_a_text_there_is_nothing_to_compare(nothing: str) -> None:
    assert apart(prepare(nothing, DAY), prepare(text(1), DAY)) == "no text"
    assert apart(prepare(nothing, DAY), prepare(nothing, DAY)) == "no text"


def test_a_rejection_says_what_it_rests_on() -> None:
    one = prepare(RESIGNATION.format(company="清口发展集团", name="马磊敏"), DAY)
    other = prepare(RESIGNATION.format(company="清口发展集团", name="周志强"), DAY + timedelta(days=1))
    found = compare(one, other)
    assert isinstance(found, Rejection)
    assert found.evidence["days"] == 1.0
    assert found.evidence["equal"] == len(one.folded) - 5 * len("马磊敏")
    assert ["name", "马磊敏", "周志强"] in found.evidence["differences"]
    assert found.coverage == found.other_coverage == 1.0


def test_very_short_texts_need_like_headlines() -> None:
    notice = "此视频暂无文字稿，请点击上方播放按钮观看完整内容。"
    one, other = prepare(notice, DAY, "清口大桥合龙"), prepare(notice, DAY, "永州区举办灯会")
    assert apart(one, other) == "unlike headlines"
    assert related(one, prepare(notice, DAY, "清口大桥今日合龙")).relation == "exact"


def test_of_a_headline_without_end_the_beginning_is_compared() -> None:
    """Of two that hold a whole article each, all that follows would take hours."""
    notice = "此视频暂无文字稿，请点击上方播放按钮观看完整内容。"
    most, rest = text(1, 600)[:MAX_HEADLINE], (text(2) * 40, text(3) * 40)
    one, other = (prepare(notice, DAY, most + its) for its in rest)
    assert one.folded_headline == other.folded_headline == fold(most)
    assert related(one, other).relation == "exact"
    assert apart(prepare(notice, DAY, rest[0]), prepare(notice, DAY, rest[1])) == "unlike headlines"


def test_undated_copies_are_recognised() -> None:
    body = text(5, 600)
    assert related(prepare(spin(body)), prepare(body)).relation in ("spun", "near")


PIECES = st.lists(st.integers(0, 7), min_size=1, max_size=6)


def _made_of(pieces: list[int]) -> str:
    return "\n".join(text(piece)[:150] for piece in pieces)


@settings(max_examples=40, deadline=None)
@given(PIECES, PIECES)
def test_verdicts_are_symmetric(first: list[int], second: list[int]) -> None:
    one, other = prepare(_made_of(first), DAY), prepare(_made_of(second), datetime(2025, 3, 2, tzinfo=UTC))
    _assert_symmetric(one, other)


HEADLINES = st.sampled_from([None, "", "清口大桥合龙", "清口大桥今日合龙", "永州区举办灯会"])
LOOK_ALIKES = st.sampled_from(
    ["", "！", "清口大桥今日合龙，市民前往观看。", *(notice(seed) for seed in range(3)), notice(1)[:90], text(3)]
    + [RESIGNATION.format(company=firm, name="马磊敏") for firm in ("清口集团", "北岸重工股份")]
    + [RESIGNATION.format(company="清口集团", name="周志强")]
)
TEXTS = st.builds(
    prepare,
    st.lists(LOOK_ALIKES, min_size=1, max_size=2).map("\n".join),
    st.sampled_from([None, *(DAY + timedelta(days=days) for days in (0, 1, 2, 60))]),
    HEADLINES,
)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_look_alikes_are_judged_alike_from_both_sides(one: Text, other: Text) -> None:
    _assert_symmetric(one, other)


def _assert_symmetric(one: Text, other: Text) -> None:
    there, back = compare(one, other), compare(other, one)
    assert (there.coverage, there.other_coverage) == (back.other_coverage, back.coverage)
    assert there.evidence == back.inverse().evidence
    if isinstance(there, Verdict):
        assert isinstance(back, Verdict)
        assert there.relation == INVERSE.get(back.relation, back.relation)
        assert (there.marks, there.confidence) == (back.marks, back.confidence)
    else:
        assert isinstance(back, Rejection)
        assert there.reason == back.reason


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


SHOP = (
    "{city}市消费者协会通报，原告{one}与被告{two}因预付卡退款发生纠纷，协会依法组织双方调解。经调解，双方就退款方式和期限达成一致，"
    "并当场签署调解协议。协会提醒消费者，办理预付卡前应当查看商家证照，索要书面合同，妥善保管付款凭证，遇到商家关门或者拒绝退款的，"
    "及时向有关部门投诉举报，依法维护自己的权益，切勿轻信口头承诺。"
)
PRAISE = (
    "经单位推荐和公示，决定授予{name}同志先进个人称号。{name}同志参加工作以来，始终坚守在基层一线，任劳任怨，受到干部群众的一致好评。"
    "希望{name}同志珍惜荣誉，再接再厉，在今后的工作中作出更大的贡献。各单位要以{name}同志为榜样，立足岗位，扎实做好各项工作。"
)
RATING = (
    "研究报告维持{firm}的评级不变。报告认为，{firm}渠道优势明显，技术积累深厚，业绩有望保持稳健增长。考虑到行业景气回升，"
    "预计未来三年盈利能力持续改善。风险提示：原材料价格波动，市场竞争加剧，需求不及预期，汇率波动等。"
)


@pytest.mark.parametrize("days", [0, 1, 20])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SHOP.format(city="清口", one="朱晨", two="廖宁"), SHOP.format(city="清口", one="江波磊", two="韩勇浩")),
        (PRAISE.format(name="廖欣"), PRAISE.format(name="马芳欣")),
        (PRAISE.format(name="丁国勇"), PRAISE.format(name="丁国涛")),
        (PRAISE.format(name="白波"), PRAISE.format(name="袁丽")),
        (RATING.format(firm="恒通物流"), RATING.format(firm="瑞丰能源")),
    ],
)
def test_other_people_and_companies_in_a_template_are_another_story(one: str, other: str, days: int) -> None:
    assert apart(prepare(one, DAY + timedelta(days=days)), prepare(other, DAY)) in ("other names", "another company")


def test_a_day_that_moves_with_the_publication_is_another_days_notice() -> None:
    notice = (
        "清口大桥管理处{day}日通报，当日大桥通行秩序平稳，未发生较大事故，维修班组完成例行检查。管理处提醒司机保持车距，"
        "雨天减速慢行，遇有情况及时拨打服务热线，听从现场人员指挥，共同维护通行安全。"
    )
    one, later = notice.format(day=6), notice.format(day=7)
    assert apart(prepare(later, DAY + timedelta(days=1)), prepare(one, DAY)) == "moved day"
    assert apart(prepare(later, DAY + timedelta(hours=1)), prepare(one, DAY)) == "many other numbers"


def test_who_wrote_it_down_does_not_make_another_story() -> None:
    body = text(6, 500)
    one, other = f"东川晚报讯（记者 杨艳）{body}", f"北岸日报讯（记者 张一鸣）{body}"
    assert related(prepare(one, DAY), prepare(other, DAY + timedelta(hours=3))).relation == "near"


TALKS = (
    "据当地媒体报道，{a}11日在{b}出席会议时说，双方将在9月18日前恢复谈判，涉及金额2100万美元。{a}说，会谈取得进展，各方同意继续接触。"
    "此前双方已经举行三轮会谈，就航运、渔业和边境口岸等问题交换意见，但在赔偿问题上仍有分歧。分析人士认为，谈判前景取决于各方能否"
    "在核心问题上作出让步，短期内达成全面协议的可能性不大，不过恢复接触本身有助于缓和紧张局势，避免误判。"
)


def test_names_and_numbers_written_otherwise_are_the_same() -> None:
    body = TALKS.format(a="特朗普", b="悉尼")
    other = TALKS.format(a="川普", b="雪梨").replace("11日", "2025年9月11日").replace("2100万", "21000000")
    verdict = related(prepare(other, DAY + timedelta(days=9)), prepare(body, DAY))
    assert verdict.evidence["numbers"] == 0


def test_a_piece_of_a_longer_text_needs_no_like_headline() -> None:
    body = text(7, 700)
    piece = body[200:270]
    assert related(prepare(piece, DAY, "另一个标题"), prepare(body, DAY, "清口大桥合龙")).relation == "excerpt_of"


def test_a_digit_that_mojibake_swallowed_is_noise() -> None:
    body = TALKS.format(a="特朗普", b="悉尼")
    torn = body.replace("举行三轮会谈，就航运", "涓捐疆浼氳皥锛屽氨").replace("2100万", "210万")
    assert related(prepare(torn, DAY + timedelta(days=9)), prepare(body, DAY)).relation == "near"
