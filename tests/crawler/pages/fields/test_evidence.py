"""What the lines around a text and the head of its page are evidence of."""

from datetime import UTC, datetime
from typing import Any

import pytest

from archive.times import show_time
from crawler.pages.fields.evidence.gather import Evidence, gather
from crawler.pages.html.blocks import RawBlock
from crawler.pages.html.parse import parse

BODY = ("望潮港昨天重新开闸，第一艘货船驶进了内河。", "岸上的人都来看。")


def lines(*texts: str) -> list[RawBlock]:
    return [RawBlock("paragraph", text, None) for text in texts]


def read(*near: str, tail: tuple[str, ...] = (), body: tuple[str, ...] = BODY, **known: Any) -> Evidence:
    return gather(lines(*near), (), lines(*tail), body, **known)


def times(found: Evidence) -> tuple[str | None, str | None, float]:
    return (
        show_time(found.published_at, found.published_precision),
        show_time(found.modified_at, "minute"),
        found.agreement,
    )


META = {"article:published_time": "2024-05-13T00:49:12Z"}


@pytest.mark.parametrize(
    ("near", "tail", "metas", "wanted"),
    [
        (["2024-05-13 08:49"], [], {}, ("2024-05-13T08:49+08:00", None, 1.0)),
        (
            ["更新时间：2024-05-14 08:49 发布时间：2024-05-13 08:49"], [], {},
            ("2024-05-13T08:49+08:00", "2024-05-14T08:49+08:00", 1.0),
        ),
        (
            ["2024/5/13 08:49（2024/5/13 09:30 更新）"], [], {},
            ("2024-05-13T08:49+08:00", "2024-05-13T09:30+08:00", 1.0),
        ),
        (["已修改：2024-05-14"], [], {}, ("2024-05-14", None, 1.0)),
        ([], ["发布时间：2024-05-13 08:49"], {}, ("2024-05-13T08:49+08:00", None, 1.0)),
        ([], ["船在2024年5月13日进港"], {}, (None, None, 1.0)),
        ([], [], META, ("2024-05-13T08:49:12+08:00", None, 1.0)),
        (["2024-05-13"], [], META, ("2024-05-13T08:49:12+08:00", None, 1.0)),
        (["2024-05-13"], [], {"pubdate": "2024-05-13 00:00:00"}, ("2024-05-13", None, 1.0)),
        (["2024-05-13 08:40"], [], META, ("2024-05-13T08:40+08:00", None, 1.0)),
        (["2024-05-10 08:40"], [], META, ("2024-05-10T08:40+08:00", None, 0.5)),
        (["2024-05-13 08:40"], [], {"lastmod": "2024-05-12"}, ("2024-05-13T08:40+08:00", None, 1.0)),
        (["2024-05-13 08:40"], [], {"lastmod": "1715641200"}, ("2024-05-13T08:40+08:00", "2024-05-14T07:00+08:00", 1)),
        (["2031-01-01 08:00"], [], META, ("2024-05-13T08:49:12+08:00", None, 1.0)),
    ],
)  # fmt: skip
def test_times(near: list[str], tail: list[str], metas: dict[str, str], wanted: tuple[Any, ...]) -> None:
    captured = datetime(2025, 1, 1, tzinfo=UTC)
    assert times(read(*near, tail=tuple(tail), metas=metas, captured_at=captured)) == wanted


@pytest.mark.parametrize(
    ("near", "tail", "source"),
    [
        (["2024-05-13 08:49 来源：望潮报"], [], "望潮报"),
        (["2024-05-13 08:49", "轉載自：望潮報"], [], "望潮報"),
        (["2024-05-13 08:49 望潮晚报 评论 12"], [], "望潮晚报"),
        (["望潮在线", "2024-05-13 08:49"], [], "望潮在线"),
        (["2024-05-13 08:49 小 中 大 打印"], [], None),
        (["2024-05-13 08:49 国际新闻"], [], None),
        (["2024-05-13 08:49 工作汇报"], [], "工作汇报"),
        (["昨日工作汇报", "2024-05-13 08:49"], [], None),
        (["2024-05-13 08:49 沈一苇"], [], None),
        (["2024-05-13 08:49"], ["来源：望潮报"], "望潮报"),
        ([], [], None),
    ],
)
def test_source(near: list[str], tail: list[str], source: str | None) -> None:
    assert read(*near, tail=tuple(tail)).source_name == source


@pytest.mark.parametrize(
    ("markup", "source", "authors"),
    [
        ('<p class="source">小望说</p>', "小望说", ()),
        ('<div><span class="author-name">叨叨姐</span></div>', None, ("叨叨姐",)),
        ('<p class="author">望潮新闻中心</p>', None, ()),
        ("<address>沈一苇</address>", None, ("沈一苇",)),
    ],
)
def test_a_class_says_what_its_element_holds(markup: str, source: str | None, authors: tuple[str, ...]) -> None:
    tree = parse(markup)
    assert tree is not None
    element = tree.find("body")[0]
    found = gather([RawBlock("paragraph", "".join(element.itertext()), element)], (), (), BODY)
    assert (found.source_name, found.authors) == (source, authors)


@pytest.mark.parametrize(
    ("near", "tail", "body", "authors", "editor"),
    [
        (["2024-05-13 08:49 作者：沈一苇"], [], BODY, ["沈一苇"], None),
        (["2024-05-13 08:49 望潮报 沈一苇 罗文"], [], BODY, ["沈一苇", "罗文"], None),
        (["2024-05-13"], [], ("望潮报记者 沈一苇", *BODY), ["沈一苇"], None),
        (["2024-05-13"], [], (*BODY, "（编辑：罗文）"), [], "罗文"),
        (["2024-05-13 编辑 罗文 校对 沈一苇"], ["责任编辑：寇祥"], BODY, [], "寇祥"),
        (["2024-05-13 罗文 摄影 沈一苇"], [], BODY, ["罗文"], None),
        (["2024-05-13"], [], (*BODY, "望潮财经小编 罗文"), [], None),
        (["2024-05-13"], ["编辑：罗文 责任编辑：寇祥"], BODY, [], "寇祥"),
        (["2024-05-13"], [], (*BODY[:1], "岸上的人都来看。（沈一苇）"), ["沈一苇"], None),
    ],
)
def test_people(
    near: list[str], tail: list[str], body: tuple[str, ...], authors: list[str], editor: str | None
) -> None:
    found = read(*near, tail=tuple(tail), body=body)
    assert (list(found.authors), found.editor) == (authors, editor)


def test_keywords_of_a_label_come_before_those_of_the_head() -> None:
    metas = {"keywords": "港口 货船，内河 货船"}
    assert read(metas=metas).keywords == ("港口 货船", "内河 货船")
    assert read(metas={"keywords": "港口 货船 港口"}).keywords == ("港口", "货船")
    assert read(tail=("关键词：Mate 60、渡口",), metas=metas).keywords == ("Mate 60", "渡口")


def test_location() -> None:
    assert read("2024-05-13 08:49 发布于：浙江省").location == "浙江"
    assert read("IP属地：望潮").location == "望潮"
