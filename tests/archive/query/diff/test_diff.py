"""What differs between two texts, as a reader of Chinese would mark it: pure."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.query.diff.pieces import Piece, Text, diff
from archive.query.diff.runs import runs
from archive.query.diff.tokens import tokens

LINES = (
    "本报讯 记者王晓明报道，城南大桥今天上午正式通车，全长1280米。",
    "市交通局局长李建军在通车仪式上说，大桥于3月15日完成验收，总投资6.2亿元。",
    "附近居民表示，以后过江不必再绕路，每天能省下半个小时。",
    "大桥管理处提醒，货车须从东引桥上桥，限速六十公里。",
)
BODY = "\n".join(LINES)


def marked(before: str, after: str) -> str:
    """As wdiff writes it."""
    marks = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
    return "".join(marks[run.tag].format(run.text) for run in runs(before, after))


def applied(pieces: tuple[Piece, ...]) -> tuple[Text, Text]:
    """Both texts, put together of the pieces."""

    def side(which: str, text: str) -> Text:
        its = sorted((one for one in pieces if getattr(one, which) is not None), key=lambda one: getattr(one, which))
        headline = "".join(getattr(one, text) for one in its if one.part == "headline")
        return headline, "\n".join(getattr(one, text) for one in its if one.part == "body")

    return side("before", "old"), side("after", "new")


WORDS = st.sampled_from(
    ["桥", "的", "，", "。", "\n", "12", "3.5", "Rare", "earth", "二十三", "。\n", LINES[0], LINES[2], "é", "𠀀"]
)
BODIES = st.lists(WORDS, max_size=30).map("".join)


@given(st.tuples(BODIES, BODIES), st.tuples(BODIES, BODIES))
@example((("甲"), BODY), ("乙", "\n".join(reversed(LINES))))
def test_the_pieces_give_both_texts(before: Text, after: Text) -> None:
    pieces = diff(before, after)
    if before == after:
        assert pieces == ()
    else:
        assert applied(pieces) == (before, after)
    assert all(
        (one.kind == "same") == (one.old == one.new and one.kind != "moved") for one in pieces if one.old or one.new
    )


@given(BODIES, BODIES)
def test_what_changes_is_told_and_nothing_else(before: str, after: str) -> None:
    found = runs(before, after)
    assert all(run.text for run in found)
    assert all((one.tag, other.tag) != ("insert", "delete") for one, other in pairwise(found))
    assert all(one.tag != other.tag for one, other in pairwise(found))
    assert (before == after) == all(run.tag == "equal" for run in found)


@given(BODIES, BODIES)
def test_no_number_and_no_word_is_cut(before: str, after: str) -> None:
    whole = set(tokens(before)) | set(tokens(after))
    for run in runs(before, after):
        assert set(tokens(run.text)) <= whole


@given(st.text(max_size=60))
def test_tokens_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "3.5",
        "12,000",
        "10:30",
        "2025-11-03",
        "C919",
        "AB-19",
        "don't",
        "6.2%",
        "１２.５％",
        "二十三",
        "Ünïcode",
        "é",
        "五百万",
    ],
)
def test_what_is_one_token(text: str) -> None:
    assert tokens(f"在{text}的") == ["在", text, "的"]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("全长1280米。", "全长1380米。", "全长[-1280-]{+1380+}米。"),
        ("总投资6.2亿元", "总投资8.2亿元", "总投资[-6.2-]{+8.2+}亿元"),
        ("二十三人受伤", "二十五人受伤", "[-二十三-]{+二十五+}人受伤"),
        ("12人3车", "13人4车", "[-12-]{+13+}人[-3-]{+4+}车"),
        ("a rare earth mine", "a rural earth mine", "a [-rare-]{+rural+} earth mine"),
        # Any two sentences share a character; alone it says nothing.
        ("他说今天的天气不错。", "她在昨晚的节目里唱。", "[-他说今天的天气不错-]{+她在昨晚的节目里唱+}。"),
        ("记者王晓明报道，大桥通车。", "记者李建军报道，大桥通车。", "记者[-王晓明-]{+李建军+}报道，大桥通车。"),
        # A sentence more is shown as that sentence, not from its second character to the next one's first.
        ("他来了。他走了。", "他来了。他坐了。他走了。", "他来了。{+他坐了。+}他走了。"),
        ("大桥今天通车，全长十里。", "大桥通车，全长十里。", "大桥[-今天-]通车，全长十里。"),
        ("", "新的", "{+新的+}"),
        ("旧的", "", "[-旧的-]"),
        ("", "", ""),
    ],
)
def test_it_reads_well(before: str, after: str, shown: str) -> None:
    assert marked(before, after) == shown


def test_no_confetti_is_left() -> None:
    """Between two rewritten words no single equal character stands alone."""
    before = "过江不必再绕路，每天能省下半个小时，居民们都说这是一件好事"
    after = "过河用不着绕远，一天可省半小时光景，老百姓无不称这桩事办得好"
    shown = marked(before, after)
    assert not re.search(r"[\]}](.)[\[{]", shown), shown


def kinds(before: str, after: str) -> list[tuple[str, int | None, int | None]]:
    return [(one.kind, one.before, one.after) for one in diff(("题", before), ("题", after)) if one.part == "body"]


def test_paragraphs_come_first() -> None:
    a, b, c, d = LINES
    assert diff(("题", BODY), ("题", BODY)) == ()
    assert kinds(BODY, "\n".join((a, c, d))) == [("same", 0, 0), ("removed", 1, None), ("same", 2, 1), ("same", 3, 2)]
    assert kinds("\n".join((a, b)), BODY) == [("same", 0, 0), ("same", 1, 1), ("added", None, 2), ("added", None, 3)]
    assert kinds("\n".join((a, b)), "\n".join((a, b.replace("6.2", "8.2")))) == [("same", 0, 0), ("changed", 1, 1)]
    [whole] = [one for one in diff((None, a), ("题", a)) if one.kind != "same"]
    assert (whole.part, whole.kind, whole.before, whole.after) == ("headline", "added", None, 0)


def test_a_paragraph_that_moved_is_told_so() -> None:
    a, b, c, d = LINES
    assert kinds(BODY, "\n".join((d, a, b, c))) == [("moved", 3, 0), ("same", 0, 1), ("same", 1, 2), ("same", 2, 3)]
    found = diff((None, BODY), (None, "\n".join((d.replace("六十", "八十"), a, b, c))))
    [moved] = [one for one in found if one.kind == "moved"]
    assert [(run.tag, run.text) for run in moved.runs if run.tag != "equal"] == [("delete", "六十"), ("insert", "八十")]


def test_script_and_width_keep_no_paragraphs_apart() -> None:
    traditional = "附近居民表示，以後過江不必再繞路，每天能省下半個小時。"
    found = diff(("城南大桥", BODY), ("城南大桥", BODY.replace(LINES[2], traditional).replace("1280", "１２８０")))
    assert [(one.kind, one.slight) for one in found] == [
        *(("same", False), ("changed", True), ("same", False), ("changed", True), ("same", False)),
    ]
    assert marked("全长1280米", "全长１２８０米") == "全长[-1280-]{+１２８０+}米"
    [_, moved, *_] = diff(("城南大桥", BODY), ("城南大桥", "\n".join((traditional, *LINES[:2], LINES[3]))))
    assert (moved.kind, moved.before, moved.after, moved.slight) == ("moved", 2, 0, True)


def test_a_paragraph_that_was_broken_in_two_is_no_new_one() -> None:
    assert kinds("\n".join(LINES[:2]), LINES[0] + LINES[1]) == [("changed", 0, 0)]


def test_texts_made_to_cost_much_cost_little() -> None:
    """Many equal lines, many equal characters, and one line of a megabyte."""
    assert diff((None, "甲\n" * 8_000), (None, "乙\n" + "甲\n" * 7_000))
    assert diff((None, "甲乙" * 200_000), (None, "乙丙" * 200_000))
    assert diff((None, "啊" * 300_000), (None, "啊" * 300_001))
    assert diff((None, "\n".join(f"第{n}行" for n in range(6000))), (None, "\n".join(f"第{n}段" for n in range(6000))))
