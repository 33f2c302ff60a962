"""Rich text: headings, lists, tables, quotes, links and images with captions, in the page's order."""

import pytest

from archive.query.render import render
from archive.store.records import ArticleRecord
from crawler.pages.page import Page
from tests.crawler.pages.read import extract

URL = "https://www.163.com/news/article/KC12OUGR0001899O.html"
BODY = """
<p>石桥镇的灯会今晚开幕，<a href="/news/article/KC12OUGR0001899P.html">昨日</a>已有两万人到场。</p>
<p><strong>灯从哪里来</strong></p>
<p>灯匠说，一盏灯要扎七天。</p>
<p class="f_center"><img src="https://nimg.ws.126.net/?url=http%3A%2F%2Fcms.ws.126.net%2Fa.jpg&thumbnail=660"><br>灯匠在扎灯。</p>
<h2>人往哪里去</h2>
<ul><li>东门：步行</li><li>西门：骑车<ul><li>车停桥头</li></ul></li></ul>
<table><tr><th>时辰</th><th>人数</th></tr><tr><td>戌时</td><td>八千</td></tr></table>
<blockquote><p>看灯不如看人。</p></blockquote>
<p><img src="http://cms.ws.126.net/b.jpg"></p>
<p>▲桥头的灯。</p>
<figure><img src="http://cms.ws.126.net/c.jpg"><figcaption>桥尾的灯。</figcaption></figure>
<p><img src="http://cms.ws.126.net/d.jpg"></p>
<p class="img-desc">更夫收灯。</p>
<p>灯会到十五为止。</p>
"""


def read(body: str) -> Page:
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>灯会开幕_网易新闻</title></head><body>
<div class="post_main"><h1 class="post_title">灯会开幕</h1>
<div class="post_info">2025-10-16 20:02:18　来源: 石桥报</div>
<div class="post_content" id="content"><div class="post_body">{body}</div></div></div></body></html>"""
    return extract(html.encode(), url=URL)


def article(body: str) -> ArticleRecord:
    found = read(body).article()
    assert found is not None
    return found


def kinds(body: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in article(body).blocks]


def test_every_kind_in_order() -> None:
    assert kinds(BODY) == [
        ("paragraph", "石桥镇的灯会今晚开幕，昨日已有两万人到场。"),
        ("heading", "灯从哪里来"),
        ("paragraph", "灯匠说，一盏灯要扎七天。"),
        ("image", ""),
        ("caption", "灯匠在扎灯。"),
        ("heading", "人往哪里去"),
        ("list_item", "东门：步行"),
        ("list_item", "西门：骑车"),
        ("list_item", "车停桥头"),
        ("table", "时辰\t人数"),
        ("table", "戌时\t八千"),
        ("quote", "看灯不如看人。"),
        ("image", ""),
        ("caption", "▲桥头的灯。"),
        ("image", ""),
        ("caption", "桥尾的灯。"),
        ("image", ""),
        ("caption", "更夫收灯。"),
        ("paragraph", "灯会到十五为止。"),
    ]


def test_images_have_their_captions() -> None:
    captions = {image.url.rpartition("/")[2]: image.caption for image in article(BODY).images}
    assert captions == {"a.jpg": "灯匠在扎灯。", "b.jpg": "▲桥头的灯。", "c.jpg": "桥尾的灯。", "d.jpg": "更夫收灯。"}


def test_the_text_is_the_same_with_and_without_kinds() -> None:
    record = article(BODY)
    assert record.body == "\n".join(block.text for block in record.blocks if block.text)
    assert record.body.splitlines()[1] == "灯从哪里来"


PLAIN = "<p>灯匠说，一盏灯要扎七天。</p>"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("<p><b>灯从哪里来</b></p>", "heading"),
        ("<p><strong>灯从</strong><strong>哪里来</strong></p>", "heading"),
        ("<p><span><strong>一、灯从哪里来</strong></span></p>", "heading"),
        ("<p>灯从哪里来</p>", "paragraph"),
        ("<p><b>灯匠</b>：七天</p>", "paragraph"),
        ("<p><b>灯匠说，这灯是他扎的。</b></p>", "paragraph"),
        ("<p><b>“这灯是他扎的！”</b></p>", "paragraph"),
        ("<p><b>您的灯从哪里来？</b></p>", "paragraph"),
        ("<p><b>本报记者 叶青</b></p>", "paragraph"),
        ("<p><b>2003年5月</b></p>", "paragraph"),
        (f"<p><b>{'灯' * 41}</b></p>", "paragraph"),
    ],
)
def test_which_bold_lines_are_headings(line: str, kind: str) -> None:
    assert kinds(PLAIN + line + PLAIN)[1][0] == kind


def test_bold_lines_are_no_headings_of_nothing() -> None:
    bold = "<p><b>灯从哪里来</b></p>"
    assert kinds(PLAIN + bold)[-1][0] == "paragraph"
    assert {kind for kind, _ in kinds(PLAIN + bold * 3 + PLAIN)} == {"paragraph"}
    assert [kind for kind, _ in kinds(PLAIN + bold * 2 + PLAIN)] == ["paragraph", "heading", "heading", "paragraph"]


def test_what_follows_an_image_is_not_always_its_caption() -> None:
    image = '<p><img src="http://cms.ws.126.net/b.jpg"></p>'
    assert kinds(image + PLAIN)[1][0] == "paragraph"
    assert kinds(PLAIN + "<p>▲桥头的灯。</p>")[1][0] == "paragraph"
    assert kinds(image + f"<p>▲{'灯' * 200}。</p>")[1][0] == "paragraph"


def test_markdown_and_html() -> None:
    markdown = render(article(BODY).blocks, "markdown", base=URL)
    assert "### 灯从哪里来" in markdown
    assert "## 人往哪里去" in markdown
    assert "[昨日](https://www.163.com/news/article/KC12OUGR0001899P.html)" in markdown
    assert "- 东门：步行\n- 西门：骑车\n  - 车停桥头" in markdown
    assert "![](http://cms.ws.126.net/a.jpg)\n\n*灯匠在扎灯。*" in markdown
    assert "> 看灯不如看人。" in markdown
    assert "| 时辰 | 人数 |" in markdown
    html = render(article(BODY).blocks, "html", base=URL)
    assert "<h3>灯从哪里来</h3>" in html
    assert "<figcaption>灯匠在扎灯。</figcaption>" in html
    assert "<blockquote>" in html
    assert html.index("灯从哪里来") < html.index("a.jpg") < html.index("<table>") < html.index("d.jpg")
