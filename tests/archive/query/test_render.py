"""Rich text: what was kept comes out in every format, in order, escaped, and with harmless links only."""

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from markdown_it import MarkdownIt

from archive.query.render import FORMATS, render, safe_url
from archive.store.records import BlockRecord

ARTICLE = [
    BlockRecord(kind="paragraph", text="本报讯 港口昨天复工。", links=((4, 6, "https://port.example/a?b=1&c=2"),)),
    BlockRecord(kind="heading", text="背景", level=2),
    BlockRecord(kind="list_item", text="吊机 12 台", level=1),
    BlockRecord(kind="list_item", text="其中新购 3 台", level=2),
    BlockRecord(kind="list_item", text="泊位 4 个", level=1),
    BlockRecord(kind="quote", text="“我们等了半年。”"),
    BlockRecord(kind="table", text="月份\t吨", level=1),
    BlockRecord(kind="table", text="五月\t1,200", level=2),
    BlockRecord(kind="image", text="码头", url="//img.example/1.jpg"),
    BlockRecord(kind="caption", text="码头一角。本报记者 摄"),
    BlockRecord(kind="code", text="print('a')"),
    BlockRecord(kind="code", text="``` # 不是围栏"),
]


def test_text_is_one_block_a_line() -> None:
    assert render(ARTICLE, "text").splitlines()[:3] == ["本报讯 港口昨天复工。", "背景", "吊机 12 台"]
    assert "码头一角" in render(ARTICLE, "text")
    assert render([], "text") == render([], "markdown") == render([], "html") == ""


def test_markdown() -> None:
    assert render(ARTICLE, "markdown", headline="# 复工", base="https://port.example/") == (
        "# \\# 复工\n\n"
        "本报讯 [港口](https://port.example/a?b=1&c=2)昨天复工。\n\n"
        "## 背景\n\n"
        "- 吊机 12 台\n  - 其中新购 3 台\n- 泊位 4 个\n\n"
        "> “我们等了半年。”\n\n"
        "| 月份 | 吨 |\n| --- | --- |\n| 五月 | 1,200 |\n\n"
        "![码头](https://img.example/1.jpg)\n\n"
        "*码头一角。本报记者 摄*\n\n"
        "````\nprint('a')\n``` # 不是围栏\n````\n"
    )


def test_html() -> None:
    assert render(ARTICLE, "html", headline="复工 <b>", base="https://port.example/") == (
        "<article>\n<h1>复工 &lt;b&gt;</h1>\n"
        '<p>本报讯 <a href="https://port.example/a?b=1&amp;c=2" rel="nofollow noopener">港口</a>昨天复工。</p>\n'
        "<h2>背景</h2>\n"
        "<ul><li>吊机 12 台<ul><li>其中新购 3 台</li></ul></li><li>泊位 4 个</li></ul>\n"
        "<blockquote><p>“我们等了半年。”</p></blockquote>\n"
        "<table>\n<tr><td>月份</td><td>吨</td></tr>\n<tr><td>五月</td><td>1,200</td></tr>\n</table>\n"
        '<figure><img src="https://img.example/1.jpg" alt="码头">'
        "<figcaption>码头一角。本报记者 摄</figcaption></figure>\n"
        "<pre><code>print(&#x27;a&#x27;)\n``` # 不是围栏</code></pre>\n"
        "</article>\n"
    )


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="markdown"):
        render(ARTICLE, "pdf")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "http://[",
        "x",
        "",
    ],
)
def test_dangerous_links_are_only_text(url: str) -> None:
    assert safe_url(url) == ""
    block = BlockRecord(kind="paragraph", text="点这里", links=((0, 3, url),))
    image = BlockRecord(kind="image", text="", url=url)
    assert render([block, image], "html") == "<article>\n<p>点这里</p>\n</article>\n"
    assert render([block, image], "markdown") == "点这里\n"


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30).map(
    lambda t: " ".join(t.split())
)
NASTY = st.text(alphabet="*_`[]()!#<>&;|~\\+-.=:1$ab 中", max_size=24).map(lambda t: " ".join(t.split()))


@given(st.lists(TEXT | NASTY, min_size=1, max_size=4))
def test_markdown_reads_back_as_it_was(texts: list[str]) -> None:
    blocks = [BlockRecord(kind="paragraph", text=text) for text in texts]
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(render(blocks, "markdown"))
    paragraphs = [_plain(token) for token in tokens if token.type == "inline"]
    assert paragraphs == [text for text in texts if text]
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}


def _plain(token: Any) -> str:
    return "".join(child.content for child in token.children)


KINDS = st.sampled_from(["paragraph", "heading", "list_item", "quote", "table", "caption", "image", "code"])
LINKS = st.lists(
    st.tuples(st.integers(-3, 30), st.integers(-3, 30), st.sampled_from(["http://a/", "javascript:1", "//b/c", '"x']))
)
BLOCKS = st.lists(
    st.builds(
        BlockRecord,
        kind=KINDS,
        text=TEXT | NASTY,
        level=st.integers(0, 12),
        links=LINKS.map(tuple),
        url=st.just("http://i/"),
    ),
    max_size=8,
)


@given(BLOCKS)
def test_html_is_well_formed_and_carries_every_text(blocks: list[BlockRecord]) -> None:
    made = render(blocks, "html", base="https://site.example/")
    texts = [block.text for block in blocks if block.text and block.kind != "image"]
    if not made:
        assert not texts
        return
    etree.fromstring(re.sub(r"(<img[^>]*)>", r"\1/>", made))  # strict XML: everything that opens closes
    tree = html.fromstring(made)
    squeeze = lambda text: re.sub(r"\s", "", text)  # noqa: E731
    assert squeeze(tree.text_content()) == squeeze("".join(texts))
    assert {name for element in tree.iter() for name in element.attrib} <= {"href", "rel", "src", "alt"}
    assert all(unescape(link).startswith("http") for link in tree.xpath("//@href"))


@given(BLOCKS, st.sampled_from(FORMATS))
def test_no_block_breaks_a_format(blocks: list[BlockRecord], to: Any) -> None:
    assert isinstance(render(blocks, to, headline="题", base="http://["), str)
