"""Any page on earth: a recorded outcome, never an exception; and what the portals' odd answers are."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.identity import hashed_id
from crawler.pages.extract import extract as pure_extract
from crawler.pages.html.decode import MAX_BYTES, decode
from crawler.pages.page import Outcome
from tests.crawler.pages.read import extract
from tests.crawler.pages.stored import PORTALS

POST = "https://www.163.com/news/article/KC12OUGR0001899O.html"
MP = "https://www.sohu.com/a/749000001_121000001"
BODY = (
    "<div class='post_main'><h1 class='post_title'>石桥</h1>"
    "<div id='content'><div class='post_body'>{}</div></div></div>"
)


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        (b"", Outcome.EMPTY),
        (b"  \n ", Outcome.EMPTY),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), Outcome.NOT_ARTICLE),
        (b"%PDF-1.7", Outcome.NOT_ARTICLE),
        (gzip.compress(b"x" * 1000, mtime=0), Outcome.NOT_ARTICLE),
        (bytes(5000), Outcome.NOT_ARTICLE),
        (b"x" * (MAX_BYTES + 1), Outcome.TOO_LARGE),
        (b"<br>" * 90_000, Outcome.TOO_LARGE),
        (b"<div>" * 10_000, Outcome.EMPTY),
        (b"\xff\xfe\x00\xd8" * 50, Outcome.NOT_ARTICLE),
        (BODY.format("").encode(), Outcome.EMPTY),
        (BODY.format("<img src='//x/1.jpg'>").encode(), Outcome.GALLERY),
        (BODY.format("<video src='1.mp4'></video>").encode(), Outcome.VIDEO),
        (BODY.format("<p>一行</p>").encode(), Outcome.ARTICLE),
    ],
    ids=lambda value: str(value)[:24],
)
def test_odd_bytes(data: bytes, outcome: Outcome) -> None:
    assert extract(data, url=POST).outcome is outcome


@pytest.mark.parametrize("status", [206, 404, 410, 403, 429, 500, 302])
def test_status(status: int) -> None:
    wanted = {
        206: Outcome.INCOMPLETE,
        404: Outcome.GONE,
        410: Outcome.GONE,
        403: Outcome.BLOCKED,
        429: Outcome.BLOCKED,
        500: Outcome.BROKEN,
    }
    page = extract(BODY.format("<p>一行</p>").encode(), url=POST, status=status)
    assert page.outcome is wanted.get(status, Outcome.NOT_ARTICLE)
    assert page.native_id == "KC12OUGR0001899O"
    assert page.article() is None


@pytest.mark.parametrize(
    ("url", "html", "outcome"),
    [
        ("https://www.sohu.com/404.html", "<title>页面不存在</title><p>您访问的页面不存在</p>", Outcome.GONE),
        ("https://m.sohu.com/404_2.html", "<p>x</p>", Outcome.GONE),
        (MP, "<title>页面不存在</title><body>抱歉，您访问的文章不存在或已被删除</body>", Outcome.GONE),
        (MP, "<title>安全验证</title><body>请拖动滑块完成安全验证</body>", Outcome.BLOCKED),
        (POST, "<title>访问异常</title><body>您的访问过于频繁，请输入验证码</body>", Outcome.BLOCKED),
        (MP, "<script>window.sohu_mp.article_video({url:'x'})</script><h1>集市</h1>", Outcome.VIDEO),
        ("https://www.sohu.com/picture/815143309", "<h1>十张老照片</h1>", Outcome.GALLERY),
        ("https://news.163.com/", "<a href='/1'>头条</a>", Outcome.LIST),
        ("https://www.163.com/v/video/VKA1B2C3D.html", "<h1>大风</h1>", Outcome.VIDEO),
        ("https://live.163.com/room/123456.html", "<h1>直播</h1>", Outcome.LIVE),
        ("https://www.163.com/x/y/z.cgi", "<p>短</p>", Outcome.NOT_ARTICLE),
        (POST, "<h1>新版式</h1><main>新的一代页面，谁也没有见过。</main>", Outcome.UNKNOWN_TEMPLATE),
    ],
)
def test_outcome(url: str, html: str, outcome: Outcome) -> None:
    page = extract(html.encode(), url=url)
    assert page.outcome is outcome
    assert page.detail


def test_an_unknown_template_is_read_but_does_not_pass() -> None:
    text = "".join(
        f"<p>第{n}段，讲的是一座谁也没有见过的桥，桥下的水往两边流，岸上的人向中间走。</p>" for n in "一二三四五"
    )
    html = f"<h1>谁也没有见过的桥，终于有人画了下来</h1><div class='brandnew'>{text}</div>"
    page = extract(html.encode(), url=POST)
    assert page.outcome is Outcome.UNKNOWN_TEMPLATE
    assert page.article() is None
    assert page.confidence <= 0.5
    assert "桥下的水往两边流" in page.body


def test_contradictions_are_flagged() -> None:
    html = (
        "<html data-publishtime='2025-10-18 21:00:00'><link rel=canonical"
        " href='https://www.163.com/news/article/KC99OUGR0001899O.html'>" + BODY.format("<p>一行</p>")
    )
    page = extract(html.encode(), url=POST)
    assert {"id_contradicts", "time_contradicts_id"} <= set(page.flags)
    assert page.native_id == "KC12OUGR0001899O"
    assert page.confidence == 0.5


def test_the_id_gives_the_time_where_the_page_does_not() -> None:
    page = extract(BODY.format("<p>一行</p>").encode(), url=POST)
    assert page.published_at is not None
    assert page.published_at.isoformat() == "2025-10-16T20:02:18+08:00"
    assert "time_from_id" in page.flags


def test_a_portal_page_that_names_itself_nowhere_is_kept() -> None:
    url = "https://www.163.com/saved/page.html"
    page = extract(BODY.format("<p>一行</p>").encode(), url=url)
    assert (page.site, page.native_id, page.outcome) == ("netease", hashed_id(url), Outcome.ARTICLE)
    assert "no_id" in page.flags


def test_an_unknown_host_is_a_site_of_its_own() -> None:
    page = extract(b"<p>x</p>", url="https://www.mirror.example/a/1.html#top")
    assert page.site == "mirror.example"
    assert page.native_id == hashed_id("https://www.mirror.example/a/1.html")
    assert len(page.native_id) == 18


@pytest.mark.parametrize("url", ["", "not a url", "http://[::1", "javascript:alert(1)", "\x00\ud800"])
def test_odd_addresses(url: str) -> None:
    assert extract(b"<p>x</p>", url=url).url == url


PARTS = st.sampled_from(
    [
        *"<p> </p> <table><tr><td> </table> <br> <!-- --> <script> </script> &#xD800; \x00 \ud800 </a> <ul><li> <pre>"
        " <svg> <template> <style> ]]> <?xml <video> 返回搜狐，查看更多 特别声明：以上内容 （原标题： 来源：".split(),
        "<div class=post_body>",
        "<div id=content>",
        "<div id=mp-editor>",
        "<div id=endText>",
        "<h1 class=post_title>",
        "<a href='//x'>",
        "<img src=x>",
        "post_main post_body",
        "<html data-publishtime='2025-99-99 99:99:99'>",
        "<html data-publishtime='0000-00-00 00:00:00'>",
        '<script type=\'application/ld+json\'>[{"@type":"Article"}]</script>',
    ]
)


JSON_INSTEAD = "JSON where a page should be"
"""What is said of `[]`, which a server in trouble answers with."""


@settings(max_examples=150)
@given(
    st.lists(PARTS | st.text(max_size=12), max_size=40),
    st.sampled_from([POST, MP, "https://a.example/1", "http://money.163.com/15/0703/15/ATJVVCJR00254TFQ.html"]),
)
def test_no_page_raises(parts: list[str], url: str) -> None:
    page = extract("".join(parts).encode("utf-8", "surrogatepass"), url=url)
    assert page.outcome is not Outcome.BROKEN or page.detail == JSON_INSTEAD, page.detail
    page.body.encode()  # no lone surrogate comes through


@settings(max_examples=100)
@given(
    st.binary(max_size=400),
    st.sampled_from([None, "text/html; charset=gbk", "text/html; charset=big5", "text/plain", "x"]),
)
def test_no_bytes_raise(data: bytes, content_type: str | None) -> None:
    page = extract(data, url=POST, content_type=content_type)
    assert page.outcome is not Outcome.BROKEN or page.detail == JSON_INSTEAD, page.detail
    decode(data, content_type).text.encode()


TEXT = "石匠说，桥是石头自己站起来的。這座橋在河上站了三百年，沒有人知道是誰修的。"


@pytest.mark.parametrize(
    ("data", "content_type", "encoding"),
    [
        (TEXT.encode(), None, "utf-8"),
        (TEXT.encode(), "text/html; charset=gb2312", "utf-8"),
        (TEXT.encode("gb18030"), None, "gb18030"),
        (TEXT.encode("gb18030"), "text/html; charset=gb2312", "gb18030"),
        (TEXT.encode("gb18030"), "text/html; charset=iso-8859-1", "gb18030"),
        (b"<meta charset=gbk>" + TEXT.encode("gb18030"), None, "gb18030"),
        ("這座橋在河上站了三百年，沒有人知道是誰修的。".encode("big5"), None, "big5"),
        (b"<meta charset=utf-8>" + "這座橋在河上站了三百年，沒有人知道是誰修的。".encode("big5"), None, "big5"),
        (TEXT.encode("utf-16"), None, "utf-16le"),
        (b"caf\xe9 au lait", "text/html; charset=iso-8859-1", "cp1252"),
        (TEXT.encode()[:-1], None, "utf-8"),
    ],
)
def test_encoding(data: bytes, content_type: str | None, encoding: str) -> None:
    assert decode(data, content_type).encoding == encoding


def test_a_torn_end_loses_only_itself() -> None:
    assert decode(TEXT.encode()[:-1]).text == TEXT[:-1] + "\ufffd"


@pytest.mark.slow
def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    """Another process has other hash seeds: nothing may depend on the order of a set."""
    folder = PORTALS
    manifest = tmp_path / "pages.jsonl"
    manifest.write_text(
        "".join(f'{{"file": "{file}", "url": "{POST}"}}\n' for file in sorted(folder.glob("*.html"))), encoding="utf-8"
    )
    code = "import sys; from crawler.cli import main; main(['extract', '--batch', sys.argv[1]])"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, manifest], capture_output=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_the_desk_line_is_read_beside_the_content_as_well() -> None:
    source = (PORTALS / "netease-post-news.html").read_text(encoding="utf-8")
    start = source.index('<div class="post_author">')
    line_end = source.index("\n", start)
    end = source.index("</div>", line_end)
    beside = source[:start] + "</div>" + source[start:line_end] + source[end + len("</div>") :]
    url = "https://www.163.com/news/article/KAAAAAAA0001899O.html"
    inside, outside = extract(source.encode(), url=url), extract(beside.encode(), url=url)
    assert beside != source
    assert outside.editor == inside.editor == "周小满"
    assert outside.source_name == inside.source_name


def test_the_site_is_handed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Extraction is a pure function: the same bytes, address and site give the same page, whatever the environment."""
    before = pure_extract(b"<p>x</p>", site=None, url=POST)
    monkeypatch.setenv("JIANBAO_SITES", "/nowhere")
    assert pure_extract(b"<p>x</p>", site=None, url=POST) == before
    assert before.site == "163.com"
