"""Articles of other sites that go on on further pages: they must not pass as whole."""

import pytest

from crawler.pages.general.goes_on import goes_on
from crawler.pages.html.parse import parse
from tests.crawler.pages.read import extract

URL = "http://www.wangchao.example/news/2016_05_04_1220.shtml"
SHOW = "http://www.wangchao.example/show.php?id=7"
TEXT = "".join(f"<p>港务处长林远舟说，第{n}号吊机今天换好了，码头的水深也挖到了六米半。</p>" for n in range(8))


@pytest.mark.parametrize(
    ("link", "url", "expected"),
    [
        ('<a href="2016_05_04_1220_2.shtml">2</a>', URL, True),
        ('<a href="/news/2016_05_04_1220_2.shtml">【下一页】</a>', URL, True),
        ('<a href="2016_05_04_1220_3.shtml">下一页</a>', URL.replace("1220", "1220_2"), True),
        ('<a href="2016_05_04_1220.shtml">上一页</a>', URL, False),
        ('<a href="/n/1529819/2">2</a>', "http://www.wangchao.example/n/1529819", True),
        ('<a href="?id=7&page=2">[2]</a>', SHOW, True),
        (
            '<a href="?id=7&p=0">上一頁</a><a href="?id=7&p=0">下一頁</a>',
            SHOW,
            False,
        ),
        ('<a href="?id=7&p=1">上一頁</a>', SHOW + "&p=2", True),
        ('<a href="?id=8">下一页</a>', SHOW, False),
        ('<a href="http://comment.wangchao.example/news/2016_05_04_1220_2.shtml">2</a>', URL, False),
        ('<a href="2016_05_04_1221.shtml">下一页</a>', URL, False),
        ('<a href="/review/1220-2.shtml">2</a>', URL, False),
        ('<a href="javascript:;">下一页</a>', URL, False),
        ('<a href="http://[">下一页</a>', URL, False),
        ('<a href="2016_05_04_1220_2.shtml">相关新闻</a>', URL, False),
    ],
)
def test_which_links_are_a_pagers(link: str, url: str, expected: bool) -> None:
    assert goes_on(parse(f"<html><body>{TEXT}<div>{link}</div></body></html>").iter("a"), url) is expected


def test_the_article_says_that_it_is_not_whole() -> None:
    pager = '<div class="pages">1 <a href="2016_05_04_1220_2.shtml">2</a></div>'
    title = "望潮港重新开闸"
    html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div>{TEXT}</div>%s</body></html>"
    paged = extract((html % pager).encode(), url=URL, content_type="text/html; charset=utf-8")
    assert {"paged", "incomplete"} <= set(paged.flags)
    whole = extract((html % "").encode(), url=URL, content_type="text/html; charset=utf-8")
    assert not {"paged", "incomplete"} & set(whole.flags)
    assert paged.body == whole.body
