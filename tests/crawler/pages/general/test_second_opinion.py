"""Pages without a sentence: trafilatura says where the text stands, and only there."""

from lxml import html

from crawler.pages.general.second_opinion import ask_trafilatura
from crawler.pages.page import Outcome
from tests.crawler.pages.read import extract

VERSES = (
    "我在码头数过三百盏灯",
    "一盏给远行的渔船",
    "一盏给守望的妇人",
    "还有一盏给那条没有名字的路",
    "潮水来时我不说话",
    "潮水去时我也不说话",
    "只把旧网一寸一寸地收好",
    "等风从北边绕回来",
    "等孩子们把贝壳排成一行",
    "等锅里的粥慢慢变稠",
    "那时我才肯开口",
    "说今年的鱼比去年更沉",
)


def poem(filler: str = "") -> str:
    lines = "".join(f"<p>{line}</p>" for line in VERSES)
    return (
        "<html><head><title>海风谣</title></head><body><div class=nav><a href=/>首页</a> <a href=/p>诗歌</a></div>"
        f"<h1>海风谣</h1><div class=verse>{lines}</div><div class=foot><a href=/a>关于我们</a></div>{filler}"
        "</body></html>"
    )


def test_verse_without_punctuation_is_an_article_of_low_confidence() -> None:
    page = extract(poem().encode(), url="https://verse.example/1")
    assert page.outcome is Outcome.ARTICLE
    assert page.headline == "海风谣"
    assert page.body.splitlines() == list(VERSES)
    assert page.confidence < 0.35


def test_a_list_of_links_is_none() -> None:
    links = "".join(f"<p><a href=/{n}>第{n}条标题里的新闻内容</a></p>" for n in range(60))
    page = extract(f"<html><body>{links}</body></html>".encode(), url="https://verse.example/list")
    assert page.outcome is Outcome.NOT_ARTICLE


def test_a_page_that_would_cost_too_much_is_not_asked_about() -> None:
    small, large = poem(), poem(filler="<i></i>" * 20_001)
    assert ask_trafilatura(html.document_fromstring(small), small) is not None
    assert ask_trafilatura(html.document_fromstring(large), large) is None
