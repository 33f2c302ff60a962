"""The walk: no visible text is lost, nothing hidden is shown, and what has a mark keeps it, wherever it stands."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.pages.html.blocks import RawBlock
from crawler.pages.html.parse import parse
from crawler.pages.html.selectors import Selector
from crawler.pages.html.walk import walk


def root_of(html: str) -> Any:
    tree = parse(f"<html><body><div>{html}</div></body></html>")
    assert tree is not None
    return tree.find("body/div")


def shown(html: str, **options: Any) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in walk(root_of(html), **options)]


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        ("一<p>二</p>三", [("paragraph", "一"), ("paragraph", "二"), ("paragraph", "三")]),
        ("一<br>二<br><br>三", [("paragraph", "一"), ("paragraph", "二"), ("paragraph", "三")]),
        ("<p>一<b>二</b> 三\n<i>四</i></p>", [("paragraph", "一二 三 四")]),
        ("<h2>一<br>二</h2>", [("heading", "一 二")]),
        ("<h2>一<div>二</div></h2>三", [("heading", "一"), ("heading", "二"), ("paragraph", "三")]),
        ("<blockquote>一<ul><li>二</ul></blockquote>", [("quote", "一"), ("list_item", "二")]),
        (
            "<ul><li>一<blockquote>二</blockquote></ul>三",
            [("list_item", "一"), ("list_item", "二"), ("paragraph", "三")],
        ),
        ("<dl><dt>一<dd>二</dl>", [("list_item", "一"), ("list_item", "二")]),
        ("<pre>一\n  二\n\n三</pre>四", [("code", "一"), ("code", "二"), ("code", "三"), ("paragraph", "四")]),
        ("<pre><p>一\n二</p></pre>", [("code", "一"), ("code", "二")]),
        ("<figure><img src=1><figcaption>一</figcaption></figure>", [("image", ""), ("caption", "一")]),
        ("<p>一<img src=1 alt=图>二</p>", [("paragraph", "一二"), ("image", "图")]),
        ("<p><img src=1>一</p>", [("image", ""), ("paragraph", "一")]),
        ("<img><img src=''><p>一</p>", [("paragraph", "一")]),
        ("<p>一<script>x</script>二<style>x</style></p>", [("paragraph", "一二")]),
        ("<p>一<iframe>x</iframe>二</p>", [("paragraph", "一"), ("paragraph", "二")]),
        ("<p>一<!-- x -->二<?x?></p>", [("paragraph", "一二")]),
        ("<p hidden>一</p><p style='display: none'>二</p><p style='height:0'>三</p>四", [("paragraph", "四")]),
        ("<p>一<span style='visibility:hidden'>二</span>三</p>", [("paragraph", "一三")]),
        ("<p style='line-height:1.5; text-decoration:none'>一</p>", [("paragraph", "一")]),
        ("<p> \u3000 </p><p>\u200b</p><p>&nbsp;一\u3000</p>", [("paragraph", "一")]),
    ],
)
def test_lines(html: str, blocks: list[tuple[str, str]]) -> None:
    assert shown(html) == blocks


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        ("<tr><th>一<th>二<tr><td>三<td>四", [("table", "一\t二"), ("table", "三\t四")]),
        ("<tr><td>一<td><td>三", [("table", "一\t\t三")]),
        ("<tr><td>一", [("paragraph", "一")]),
        ("<tr><td>一<td><h1>二</h1>", [("paragraph", "一"), ("heading", "二")]),
        ("<tr><td>一<td>" + "<p>二</p>" * 4, [("paragraph", "一"), *[("paragraph", "二")] * 4]),
        (f"<tr><td>一<td>{'二' * 2000}", [("paragraph", "一"), ("paragraph", "二" * 2000)]),
        ("<tr><td>一<td hidden>二<td>三", [("table", "一\t三")]),
        ("<tr><td>一<td style='display:none'>二", [("paragraph", "一")]),
        ("<tr>零<td>一<td>二", [("paragraph", "零"), ("paragraph", "一"), ("paragraph", "二")]),
        ("<tr><td>一</td>又<td>二", [("paragraph", "一"), ("paragraph", "又"), ("paragraph", "二")]),
        ("<tr><td>一</td><b>又</b><td>二", [("paragraph", "一"), ("paragraph", "又"), ("paragraph", "二")]),
        ("<tr> <td>一</td>\n<script>x</script><td>二", [("table", "一\t二")]),
        ("<tr><td>一<img src=1><td>二", [("table", "一\t二"), ("image", "")]),
    ],
)
def test_rows(html: str, blocks: list[tuple[str, str]]) -> None:
    assert shown(f"<table>{html}</table>") == blocks


def test_a_space_between_fields() -> None:
    html = "<span>来源</span><em>作者</em><a href=1>一</a><a href=2>二</a><b>三</b>四<img src=1>五"
    assert shown(html)[0] == ("paragraph", "来源作者一二三四五")
    assert shown(html, parted=True)[0] == ("paragraph", "来源 作者 一 二三四 五")
    row = f"<table><tr><td>{html}<td>六</table>"
    assert shown(row, parted=True)[0] == ("table", "来源 作者 一 二三四 五\t六")


def marks(html: str, selector: str) -> list[tuple[str, bool]]:
    one = Selector(selector)
    blocks = walk(root_of(html), lambda element, *_: True if one.matches(element) else None)
    return [(block.text, block.mark is True) for block in blocks]


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        (
            "一<div class=x>二<p>三</p>四</div>五",
            [("一", False), ("二", True), ("三", True), ("四", True), ("五", False)],
        ),
        ("<p>一<span class=x>二</span>三</p>", [("一三", False), ("二", True)]),
        ("<p>一<span class=x>二<br>三</span></p>", [("一", False), ("二", True), ("三", True)]),
        ("<p>一<img class=x src=1 alt=图></p>", [("一", False), ("图", True)]),
        ("<p class=x>一</p>二", [("一", True), ("二", False)]),
        ("<ul><li class=x>一<li>二</ul>", [("一", True), ("二", False)]),
        ("<div class=x>一<div class=x>二</div>三</div>四", [("一", True), ("二", True), ("三", True), ("四", False)]),
        ("<table><tr><td>一<td class=x>二<td>三</table>", [("一\t\t三", False), ("二", True)]),
        ("<table><tr class=x><td>一<td>二</table>", [("一", True), ("二", True)]),
        ("<table><tr><td>一<td><b class=x>二</b></table>", [("一\t", False), ("二", True)]),
        ("<table class=x><tr><td>一<td>二</table>三", [("一\t二", True), ("三", False)]),
    ],
)
def test_what_has_a_mark(html: str, blocks: list[tuple[str, bool]]) -> None:
    assert marks(html, ".x") == blocks


TAGS = "div p span a b h2 ul li blockquote pre figcaption table tr td font center".split()
OPENED = st.sampled_from([f"<{tag}{name}>" for tag in TAGS for name in ("", "", " class=x", " class=y href=1")])
PIECES = st.lists(
    OPENED
    | st.sampled_from(["<br>", "<img src=1>", *(f"</{tag}>" for tag in TAGS), " ", "\n"])
    | st.text("一二三四五六"),
    max_size=30,
)


def letters(blocks: list[RawBlock]) -> str:
    return "".join("".join(block.text.split()) for block in blocks if block.kind != "image")


@settings(max_examples=300)
@given(PIECES)
def test_no_text_is_lost_or_moved(pieces: list[str]) -> None:
    root = root_of("".join(pieces))
    whole = "".join("".join(root.itertext()).split())
    assert letters(walk(root)) == whole
    assert letters(walk(root, parted=True)) == whole


@settings(max_examples=300)
@given(PIECES)
def test_a_mark_is_on_the_text_that_it_names_and_no_other(pieces: list[str]) -> None:
    root = root_of("".join(pieces))
    one = Selector(".x")
    blocks = walk(root, lambda element, *_: True if one.matches(element) else None)
    named = "".join("".join(e.itertext()) for e in one.find(root) if not any(map(one.matches, e.iterancestors())))
    assert sorted(letters([block for block in blocks if block.mark])) == sorted("".join(named.split()))
    assert sorted(letters(blocks)) == sorted("".join("".join(root.itertext()).split()))


@settings(max_examples=300)
@given(PIECES)
def test_links_span_their_text(pieces: list[str]) -> None:
    root = root_of("".join(pieces))
    for block in walk(root):
        assert all(0 <= start < end <= len(block.text) for start, end, _ in block.links)
    linked = "".join(block.text[start:end] for block in walk(root) for start, end, _ in block.links)
    # Links in links, which no page should have, overlap.
    texts = "".join("".join(link.itertext()) for link in root.iter("a"))
    assert sorted("".join(linked.split())) == sorted("".join(texts.split()))
