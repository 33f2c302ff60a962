"""The kinds of real reprints and real look-alikes, five variations and more of each, on invented texts."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.dedup.verify.compare import Rejection, Verdict, compare
from archive.dedup.verify.gaps import Gap
from archive.dedup.verify.numbers import Numbers, are_other_numbers
from archive.dedup.verify.relation import SAME_TEXT
from archive.dedup.verify.story.occasions import announces, is_another_of_a_series
from archive.dedup.verify.texts import Text, prepare
from tests.archive.dedup.copies import DAY, text
from tests.archive.dedup.verify.templates import (
    AUDIT,
    CHESS,
    CHINA,
    COUNCIL,
    COURT,
    EDITION,
    ENVOY,
    MUSEUM,
    QUOTE,
    TRUCE,
    VERDICT,
    VISIT,
)


def said(one: Text, other: Text) -> str:
    """The relation, or `apart`."""
    found = compare(one, other)
    return found.relation if isinstance(found, Verdict) else "apart"


def at(body: str, days: float = 0, headline: str | None = None) -> Text:
    return prepare(body, DAY + timedelta(days=days), headline)


@pytest.mark.parametrize(
    ("place", "other"),
    [("浙江", "福建"), ("日本", "印度尼西亚"), ("清远", "梅州"), ("法国", "德国"), ("四川", "贵州")],
)
def test_a_place_that_was_corrected_in_a_long_text(place: str, other: str) -> None:
    one = at(f"设计者来自{place}。{MUSEUM}{QUOTE}", 0, "展厅完成改造")
    assert said(one, at(f"设计者来自{other}。{MUSEUM}{QUOTE}", 0.5, "展厅完成改造")) == "near"
    # Another one under a headline that names it, weeks later, or in a short text.
    mine = at(f"设计者来自{place}。{MUSEUM}{QUOTE}", 0, f"{place}设计者完成展厅改造")
    assert said(mine, at(f"设计者来自{other}。{MUSEUM}{QUOTE}", 0.5, f"{other}设计者完成展厅改造")) == "apart"
    assert said(one, at(f"设计者来自{other}。{MUSEUM}{QUOTE}", 20, "展厅完成改造")) == "apart"


@pytest.mark.parametrize("told", ["苏某", "苏某某", "苏女士", "苏某甲", "苏XX"])
def test_a_name_that_was_redacted(told: str) -> None:
    whole = at(AUDIT.format(name="苏砚青") + MUSEUM)
    assert said(whole, at(AUDIT.format(name=told) + MUSEUM, 0.3)) in SAME_TEXT


@pytest.mark.parametrize("told", ["罗砚青", "苏某豪", "周某", "罗女士"])
def test_another_name_is_not_redacted(told: str) -> None:
    other = at(AUDIT.format(name=told), 20)
    assert said(at(AUDIT.format(name="苏砚青")), other) not in ("exact", "near")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("15时", "下午3点"),
        ("15时", "下午三点"),
        ("9月12日20时", "今晚8点"),
        ("9月12日20时", "12日晚8时"),
        ("15时30分", "下午3点半"),
        ("15时", "1500"),
        ("上午10时许", "10点"),
        ("凌晨1时", "1点"),
    ],
)
def test_an_hour_written_otherwise(ours: str, theirs: str) -> None:
    assert not are_other_numbers(Numbers(ours, theirs))
    assert not are_other_numbers(Numbers(theirs, ours))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("15时", "下午4点"),
        ("9月12日20时", "9月13日20时"),
        ("上午9时", "晚上9点"),
        ("15时30分", "下午3点"),
        ("9时", "9人"),
    ],
)
def test_another_hour(ours: str, theirs: str) -> None:
    numbers = Numbers(ours, theirs)
    assert are_other_numbers(numbers) or numbers.digits == numbers.other_digits


@given(st.integers(0, 23), st.integers(0, 59))
def test_an_hour_of_24_is_one_of_12(hour: int, minute: int) -> None:
    part = "上午" if hour < 12 else "下午"
    of_12 = hour if hour < 13 else hour - 12
    assert not are_other_numbers(Numbers(f"{hour}时{minute}分", f"{part}{of_12}点{minute}分"))


@pytest.mark.parametrize(
    "moved",
    [
        "清口博物馆发言人在5月9日的例行发布会上说，",
        "清口博物馆在例行发布会上通报（5月9日），",
        "据记者从5月9日发布会上了解，",
        "本报讯，5月9日的发布会上，",
        "清口日报消息：在5月9日，",
    ],
)
def test_a_number_that_moved_to_another_clause(moved: str) -> None:
    rest = VISIT.format(lead="检查组")
    one = at(f"5月9日，清口博物馆举行例行发布会。{rest}")
    found = compare(one, at(moved + rest, 0.2))
    assert isinstance(found, Verdict)
    assert found.relation in SAME_TEXT
    assert found.evidence["numbers"] == 0


@pytest.mark.parametrize("language", ["俄文", "英文", "西班牙文", "阿拉伯语", "维吾尔文", "世界语"])
@pytest.mark.parametrize("headlines", [True, False])
def test_editions_in_two_languages(language: str, headlines: bool) -> None:
    kind = "文" if language.endswith("文") else "语"
    ours, theirs = (
        at(
            EDITION.format(work="《船歌集》", language=name),
            days,
            f"《船歌集》{name}版出版" if headlines else None,
        )
        for name, days in ((language, 0), (f"法{kind}", 30))
    )
    assert said(ours, theirs) == "apart"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("第三次", "第四次"), ("第十二届", "第十三届"), ("第2场", "第3场"), ("第二轮", "第三轮"), ("第101期", "第102期")],
)
def test_two_of_a_series(ours: str, theirs: str) -> None:
    one, other = COUNCIL.replace("{which}次", ours), COUNCIL.replace("{which}次", theirs)
    assert said(at(one), at(other, 1)) == "apart"
    found = compare(at(one), at(other, 1))
    assert isinstance(found, Rejection)
    assert found.reason == "another of a series"


def test_an_ordinal_that_lost_a_digit_to_noise_is_no_other() -> None:
    assert not is_another_of_a_series("在第2期上", "在第27期上", Gap("number", 2, 2, "2", "27"))
    assert is_another_of_a_series("在第2期上", "在第3期上", Gap("number", 2, 2, "2", "3"))
    assert not is_another_of_a_series("在第2期上", "在第3届上", Gap("number", 2, 2, "2", "3"))


@pytest.mark.parametrize("when", ["将于后天", "定于5日", "拟于周五", "即将", "将在本周"])
def test_announced_and_happened(when: str) -> None:
    before = at(VERDICT.format(when=when, result=""), 0, "古城墙被凿案将宣判")
    after = at(VERDICT.format(when="昨天", result="判处有期徒刑二年。"), 3, "凿城墙者获刑二年")
    assert said(before, after) == "apart"
    # Within the hour it is one notice, put otherwise; and the later one does not announce what the earlier one tells.
    assert said(before, at(VERDICT.format(when="", result=""), 0.05, "古城墙被凿案将宣判")) in SAME_TEXT
    late = at(VERDICT.format(when=when, result=""), 6, "凿城墙者获刑二年")
    assert said(late, after) in SAME_TEXT


@pytest.mark.parametrize("word", ["将其移交", "将军", "将信将疑", "大将"])
def test_jiang_that_announces_nothing(word: str) -> None:
    assert not announces(f"他{word}。", 1, 2)


@pytest.mark.parametrize(
    ("guest", "other"),
    [
        ("尼山国总理奥列加", "缅山国代总统敏登莱"),
        ("柏溪国国王哈桑尼", "东明国外交大臣穆罕默德"),
        ("使馆公使阮文明", "使馆参赞金哲洙"),
        ("国会议长亚历山大·卢申科维奇", "国会议长米哈伊尔·卡韦拉什"),
        ("岛国总督格林伍德", "岛国总督奥康奈尔"),
    ],
)
def test_two_guests_are_received_in_the_same_words(guest: str, other: str) -> None:
    ours = at(ENVOY.format(guest=guest), 0, f"市长会见{guest}")
    assert said(ours, at(ENVOY.format(guest=other), 4, f"市长会见{other}")) == "apart"


@pytest.mark.parametrize(("name", "other"), [("逯砚青", "苟明礼"), ("鹿心怡", "应勇毅"), ("计春生", "邸国庆")])
def test_officials_with_rare_family_names(name: str, other: str) -> None:
    assert said(at(AUDIT.format(name=name)), at(AUDIT.format(name=other), 9)) == "apart"


@pytest.mark.parametrize(("work", "other"), [("水利思想", "海洋思想"), ("船歌", "渔歌"), ("外交文选", "法治文选")])
def test_two_works_of_one_series(work: str, other: str) -> None:
    ours = at(EDITION.format(work=f"《{work}选编》", language="中文"), 0, f"《{work}选编》出版发行")
    assert (
        said(ours, at(EDITION.format(work=f"《{other}选编》", language="中文"), 9, f"《{other}选编》出版发行"))
        == "apart"
    )


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_lead_that_is_printed_twice(number: int) -> None:
    lead, rest = text(number)[:120], text(number + 10)
    short = f"{lead}\n{rest[:60]}"
    dossier = f"（摘要）{lead}\n{lead}\n{rest[:60]}\n{text(number + 20)}"
    assert said(at(short), at(dossier, 0.2)) == "excerpt_of"
    assert said(at(lead), at(dossier, 0.2)) == "excerpt_of"


@pytest.mark.parametrize(
    ("one", "other"),
    [(COURT, TRUCE), (TRUCE, CHINA), (CHESS, VISIT), (VISIT, COURT), (COURT + CHESS, CHINA + VISIT)],
)
def test_one_statement_in_two_reports(one: str, other: str) -> None:
    found = compare(at(f"{one}\n{QUOTE}\n{MUSEUM}"), at(f"{other}\n{QUOTE}\n{other[::-1]}", 1))
    assert isinstance(found, Verdict)
    assert found.relation == "shares_passage"
    assert QUOTE[:-1] in found.evidence["passage"]
    assert found.reason == found.evidence["reason"] == "common passage"


@pytest.mark.parametrize(
    ("days", "relation"), [(0, "doubtful"), (0.5, "doubtful"), (4, "apart"), (40, "apart"), (795, "apart")]
)
def test_a_notice_under_two_headlines(days: float, relation: str) -> None:
    assert said(at(QUOTE, 0, "清口大桥合龙"), at(QUOTE, days, "永州区举办灯会")) == relation
    assert said(at(QUOTE, 0, "渡轮公司致歉"), at(QUOTE, 0.5, "公司道歉并退票款")) == "exact"
