"""What a body is made of, what of it is nobody's text, and what is left."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.dedup.fingerprints import counted, fingerprint
from archive.dedup.propose.passages import FOOT, LAST, SHORT, divide, left_out, without

STORY = "清口大桥今晨通车，第一批过桥的是赶早市的菜农。桥长一千二百米，设四条车道，两侧留有骑行道。"
TAIL = "小城的灯为谁而亮？一张旧船票背后藏着三代人。年轻人为什么不愿意再排队了？"


def kept(body: str) -> str:
    """What counts of a body of which the archive knows nothing."""
    return without(body, fingerprint(body).left_out)


def test_one_tail_is_the_same_whoever_edited_it_and_wherever_it_begins() -> None:
    bodies = [
        f"{STORY}责任编辑：{name} {TAIL}" for name in ("陈永", "李坚 SF163", "欧阳文山", "王林_NB12", "赵一（A0031）")
    ]
    bodies.append(f"{STORY}\n{TAIL}")
    assert {tuple(value for *_, value in divide(body))[-3:] for body in bodies} == {
        tuple(value for *_, value in divide(TAIL))
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("下午的湖面，很安静，没有风。", "下午的湖面，很安静，没有风！"),
        ("下午的湖面，很安静，没有风。", "下午的湖面，很 安静，没有\u3000风。"),
        ("图片发布于2025-03-01 10:20，请勿外借", "图片发布于2025-03-02 09:05:11，请勿外借"),
        ("图片发布于2025年3月1日，请勿外借", "图片发布于2025年11月21日 9:05，请勿外借"),
    ],
)
def test_what_does_not_make_another_passage(one: str, other: str) -> None:
    assert [value for *_, value in divide(one)] == [value for *_, value in divide(other)]


def test_numbers_make_another_passage() -> None:
    one, other = divide("今日收报12.30元，成交额两亿元。")[0], divide("今日收报12.40元，成交额两亿元。")[0]
    assert one[2] != other[2]


@pytest.mark.parametrize("body", ["央行", "5月1日 12:30", "比亚迪002594", "——————————————", "……"])
def test_what_is_too_short_is_not_told(body: str) -> None:
    assert {value for *_, value in divide(body)} <= {SHORT}


def test_what_is_short_goes_with_what_stands_around_it() -> None:
    body = f"{STORY}\n【详细】\n{TAIL}"
    furniture = {value for *_, value in divide(TAIL)}
    assert without(body, left_out(divide(body), furniture)) == f"{STORY}\n【详细】"
    body = f"【视频】\n{TAIL}\n【详细】\n{TAIL}{STORY}"
    assert without(body, left_out(divide(body), furniture)) == STORY
    body = f"{STORY}{TAIL}（完）"
    assert without(body, left_out(divide(body), furniture)) == STORY


def test_a_list_of_short_lines_counts_wherever_it_stands() -> None:
    names = "\n".join(["甲港(600018)", "乙船(601018)", "丙桥(601228)", "丁灯(002230)"])
    body = f"{TAIL}\n{names}\n{TAIL}"
    assert without(body, left_out(divide(body), {value for *_, value in divide(TAIL)})) == names


def test_where_all_but_a_few_characters_is_furniture_no_text_is_left() -> None:
    known = frozenset(value for *_, value in divide(TAIL))
    for rest in ("", "视频：\n", "图集 3/12。"):
        body = rest + TAIL
        assert counted(body, fingerprint(body), known).folded == ""
    body = STORY + TAIL
    assert counted(body, fingerprint(body), known).folded == fingerprint(STORY).folded


NOTICES = [
    "版权声明：未经本网书面授权，任何单位不得转载、摘编。",
    "免责声明：本文仅代表作者个人观点，与清口网无关。",
    "本站所载稿件的版权归原作者所有，如需转载请注明出处。",
    "凡本网注明来源的稿件，转载时请保留出处。",
    "其内容的真实性本站不作任何保证，请读者仅作参考，本站保留一切权利。",
    "违反上述声明转载者，本站将依法追究其责任。",
    "新闻热线：010-55550137，值班时间每日八时至二十时",
    "举报邮箱：jubao@notice.example",
    "关于我们 | 广告服务 | 联系我们 | 招聘信息 | 网站地图",
    "Copyright © 2003-2025 清口网 All Rights Reserved",
    "清ICP备05550137号 版权所有 联系我们",
    "刊用本网站稿件，务经书面授权。",
    "[视听节目许可证（0555013）][清ICP证055501号][清公网安备：55010137] 总机：010-55550137",
    "广告热线清口：010-55550137，永州：020-55550138，临湖：021-55550139",
]


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_is_no_text_in_the_first_article_already(notice: str) -> None:
    assert kept(f"{STORY}\n{notice}") == STORY
    assert fingerprint(notice).folded == ""


@pytest.mark.parametrize(
    "body",
    [
        "商务部发言人表示，有关言论不代表中方立场。",
        "法院认定，被告未经许可复制软件，应当追究其责任。",
        "专家提醒，转载他人作品应当取得授权，平台不能以技术中立为由免责，更不能在收到通知以后拖延处理，否则要与上传者一道承担责任。",
        "记者拨打客服电话，对方称线路正忙，请他稍后再试，此后一个下午都没有人回电，直到傍晚才接通。",
        "他在信里写道……她没有回答……窗外下着雨……没有人再说话……",
        "一条消息。责任编辑：陈永\n后来的一段文字，讲的是桥上的早市。",
        "关于我们村的那条路，他已经写了三封信。",
        "渡口的经营许可证由区里发放，备案号贴在船舱的门上，去年一共有十七家提出申请，其中五家没有通过，理由写在回执的背面。",
    ],
)
def test_a_story_that_uses_such_words_stays_whole(body: str) -> None:
    assert kept(body) == body


def test_from_the_credit_to_the_copyright_row_stands_the_foot_of_the_page() -> None:
    foot = f"{TAIL}关于我们 广告服务 联系我们 1996-2025 DEMO CORPORATION, All Rights Reserved"
    for before in ("\n进入讨论 责任编辑：陈永 ", "责任编辑：李坚 SF163", " 我要评论 编辑/欧阳文山\n"):
        assert kept(STORY + before + foot) == STORY
    # Above the text stands the credit that begins a page, and far behind the text none that ends it.
    assert STORY in kept(f"责任编辑：陈永\n{STORY}\n© 2025 清口网 All Rights Reserved")
    long = STORY * 12
    assert kept(f"早市。责任编辑：陈永\n{long}\n© 2025 清口网 All Rights Reserved").endswith(long)


def test_beginnings_of_other_articles_are_no_text() -> None:
    starts = [f"{place}的早市从五点开到八点，菜农说这里的摊位一年只收一次租金，周末还有..." for place in "东南西北中"]
    assert kept("\n".join([STORY, *starts])) == STORY
    assert kept("\n".join([STORY, *(f"{start}【详细】清口图集" for start in starts)])) == STORY
    assert kept("\n".join(starts[:3])) == "\n".join(starts[:3])


@given(st.text("早市的灯，亮了。\n 责任编辑：王林Copyright©2025版权转载...本站不代表立场", max_size=300))
def test_passages_are_the_body_in_order(body: str) -> None:
    passages = divide(body)
    assert "".join(body[start:end] for start, end, _ in passages) == body
    spans = left_out(passages, {value for *_, value in passages[::2]})
    assert all(start < end for start, end in spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))
    assert (FOOT in {value for *_, value in passages}) <= bool(fingerprint(body).left_out)


def test_a_body_of_any_size_has_few_passages() -> None:
    body = "\n".join(f"第{number}个摊位上午卖菜下午卖花。" for number in range(50_000))
    passages = divide(body)
    assert len(passages) < 2 * LAST
    assert passages[-1][1] == len(body)
    assert divide(body + "又一行字在这里收尾。")[-1][2] == divide("又一行字在这里收尾。")[0][2]
