"""The steps in which a page without a template is read, each by itself."""

from typing import Any

import attrs
import pytest

from crawler.pages.fields.evidence.gather import Evidence
from crawler.pages.fields.headline import Headline
from crawler.pages.general.fields import read_fields
from crawler.pages.general.finder import nearest_around
from crawler.pages.general.judge import judge, judge_line
from crawler.pages.general.locate import Place, locate
from crawler.pages.general.mark import mark
from crawler.pages.general.result import find_flags, make_page
from crawler.pages.html.blocks import RawBlock
from crawler.pages.html.overview import look_over
from crawler.pages.html.parse import by_id, parse
from crawler.pages.page import Identity, Outcome
from crawler.pages.rules.engine import Judged
from crawler.pages.template.document import Document

URL = "https://www.wangchao.example/n/1.html"
TEXT = (
    "五月三日清晨，停了半年的望潮港重新开闸，第一艘货船载着三百吨水泥驶进内河，岸上的人放了一挂鞭炮。",
    "港务处长林远舟说，过去半年里工人换下了全部十二台吊机，码头的水深也从四米挖到了六米半。",
    "按照计划，望潮港今年要装卸货物一百二十万吨，比停工以前多出三成，其中一半是从下游运来的建材。",
)
PAGE = f"""<html><head><title>望潮港重新开闸_望潮网</title><meta name="keywords" content="港口,货船"></head><body>
<div id="crumbs"><a href="/">首页</a> &gt; <a href="/n/">新闻</a></div>
<h1>望潮港重新开闸</h1>
<div id="info"><span>2020-05-03 09:30</span> <span>来源：望潮晚报</span></div>
<div id="lead"><p>{TEXT[0]}</p></div>
<div id="text"><p>{TEXT[1]}</p><p>{TEXT[2]}</p><p>【打印】</p><p>相关阅读</p>
<p><a href="/n/2.html">渡口的最后一班船</a></p></div>
<div id="foot">责任编辑：秦小满</div>
<div id="legal">关于我们 联系方式</div>
</body></html>"""


def located(html: str = PAGE) -> tuple[Document, Place]:
    document = Document(parse(html), html, URL)
    place = locate(document, look_over(document.tree))
    assert place is not None
    return document, place


def test_locate() -> None:
    document, place = located()
    assert [root.get("id") for root in place.roots] == ["lead", "text"]
    assert place.spot.root is by_id(document.tree, "text")
    assert 0.5 < place.spot.share < 1
    assert [block.text for block in place.blocks] == [*TEXT, "【打印】", "相关阅读", "渡口的最后一班船"]
    assert not any(block.mark for block in place.blocks)
    assert place.headline is not None
    assert (place.headline.text, place.headline.sure) == ("望潮港重新开闸", True)
    assert place.near[0].text == "2020-05-03 09:30 来源：望潮晚报"
    assert [line.text for line in place.above] == ["首页 > 新闻"]
    assert [line.text for line in place.below] == ["责任编辑：秦小满"]


def test_nothing_is_located_without_a_sentence() -> None:
    html = "<title>望潮网</title><a href=/1>渡口的最后一班船</a>"
    document = Document(parse(html), html, URL)
    assert locate(document, look_over(document.tree)) is None


def test_mark_and_judge() -> None:
    _, place = located()
    mark(place.blocks, place.roots, "望潮港重新开闸")
    marks = {block.text: block.mark.id for block in place.blocks if block.mark is not None}
    assert marks["相关阅读"] == marks["渡口的最后一班船"] == "open.related"
    judged = judge(place.blocks)
    assert judged.lines == list(TEXT)
    assert [block.rule for block in judged.blocks if not block.kept][1:] == ["open.related", "open.related"]


def test_a_line_by_itself() -> None:
    assert judge_line(RawBlock("paragraph", TEXT[0], None)).kept
    line = judge_line(RawBlock("paragraph", "责任编辑：秦小满", None))
    assert (line.kept, line.field) == (False, "editor")


def test_fields() -> None:
    document, place = located()
    found = read_fields(
        place,
        judge(place.blocks),
        metas=document.metas,
        scripts=document.tree.iter("script"),
        title="",
        captured_at=None,
    )
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2020-05-03T09:30:00+08:00"
    assert (found.source_name, found.editor, found.keywords) == ("望潮晚报", "秦小满", ("港口", "货船"))


@pytest.mark.parametrize(
    ("site", "rule", "below", "lost", "flags"),
    [
        (None, "body", [], [], []),
        (None, "general.back_to_sohu", [], [], ["mirror"]),
        ("sohu", "general.back_to_sohu", [], [], []),
        (None, "body", [], ["![]()"], ["images_lost"]),
        (None, "body", ["剩余60%内容需付费阅读"], [], ["paywall"]),
    ],
)
def test_flags(site: str | None, rule: str, below: list[str], lost: list[str], flags: list[str]) -> None:
    judged = judge([RawBlock("paragraph", line, None) for line in TEXT])
    judged.blocks[-1] = attrs.evolve(judged.blocks[-1], rule=rule)
    assert find_flags(judged, list(TEXT), Identity(site=site), below=below, lost=lost) == flags


def test_the_page() -> None:
    judged = Judged()
    arguments: dict[str, Any] = {"template": "generic", "judged": judged, "found": Evidence(), "confidence": 0.5}
    identity = Identity(site="wangchao.example", native_id="u:1", canonical_url=URL)
    page = make_page(
        URL,
        identity,
        verdict=(Outcome.ARTICLE, None),
        headline=Headline(text="望潮港"),
        flags=["b", "a", "b"],
        **arguments,
    )
    assert (page.headline, page.flags, page.site, page.native_id) == ("望潮港", ("b", "a"), "wangchao.example", "u:1")
    assert make_page(URL, identity, verdict=(Outcome.EMPTY, "x"), headline=None, flags=(), **arguments).detail == "x"


@pytest.mark.parametrize(
    ("names", "around"), [(["a"], "a"), (["a", "b"], "both"), (["a", "c"], "all"), (["both", "b"], "both")]
)
def test_nearest_around(names: list[str], around: str) -> None:
    tree = parse("<div id=all><div id=both><p id=a>1</p><p id=b>2</p></div><p id=c>3</p></div>")
    assert nearest_around([by_id(tree, name) for name in names]).get("id") == around
