"""A time that a page or a list declares is the same moment, whatever zone and form it is written in."""

import json
from datetime import UTC, datetime

import pytest

from archive.times import Precision, show_time
from crawler.pages.extract import extract
from crawler.pages.template.readers import Reader, attribute, json_ld, meta, text
from crawler.pages.template.site import Site, Target
from crawler.pages.template.template import Template
from crawler.sites.lists import json_list
from tests.crawler.pages.fields.test_clock import DECLARED

URL = "https://www.example.com/a/1.html"
PAGE = """<html><head><meta property="article:published_time" content="{time}">
<script type="application/ld+json">{{"@type": "NewsArticle", "datePublished": {quoted}}}</script></head>
<body><time datetime="{time}">{time}</time>
<div class="story"><p>船在清晨进了港，岸上的人都来看。</p></div></body></html>"""


def published(reader: Reader, written: str) -> str | None:
    template = Template(name="example", body=("div.story",), fields=(("published_at", reader),))
    site = Site(
        name="example",
        title="例",
        hosts=("example.com",),
        target=lambda url: Target(kind="article", native_id="1", url=url),
        templates=(template,),
    )
    page = extract(PAGE.format(time=written, quoted=json.dumps(written)).encode(), url=URL, site=site)
    return show_time(page.published_at, page.published_precision)


@pytest.mark.parametrize(("written", "shown"), DECLARED)
@pytest.mark.parametrize(
    "reader", [meta("article:published_time"), attribute("time", "datetime"), text("time"), json_ld("datePublished")]
)
def test_a_template_reads_the_moment_that_the_page_declares(reader: Reader, written: str, shown: str) -> None:
    assert published(reader, written) == shown


@pytest.mark.parametrize(("written", "shown"), DECLARED)
def test_a_list_gives_the_moment_that_its_entry_declares(written: str, shown: str) -> None:
    answer = json.dumps([{"link": URL, "time": written}])
    [entry] = json_list(url="link", time="time")(answer, URL, datetime(2026, 1, 1, tzinfo=UTC))
    precision: Precision = "day" if len(shown) == 10 else "second" if shown.count(":") == 3 else "minute"
    assert show_time(entry.published_at, precision) == shown


OPEN = """<html><head><title>渡口的灯换了新的</title>{head}</head><body><h1>渡口的灯换了新的</h1>
<div class="info">{info}</div><div class="story">
<p>三号渡口的十二盏灯上周全部换成了新灯，夜里十点的末班船靠岸时，甲板上看得清缆绳。</p>
<p>换灯花了四个晚上，费用由航道所和渡口各出一半，船工说比从前亮得多。</p></div></body></html>"""


def published_openly(info: str, head: str = "") -> str | None:
    page = extract(OPEN.format(info=info, head=head).encode(), url=URL, site=None)
    return show_time(page.published_at, page.published_precision)


@pytest.mark.parametrize(
    ("info", "shown"),
    [
        ('<time datetime="2025-01-02T09:30:00+08:00">3小时前</time>', "2025-01-02T09:30:00+08:00"),
        ('<time datetime="2025-01-02T01:30:00Z">1月2日</time>', "2025-01-02T09:30:00+08:00"),
        (
            '<time datetime="2025-01-02T01:30:00.000Z" itemprop="datePublished"></time> 来源：望潮报',
            "2025-01-02T09:30:00+08:00",
        ),
        ('<time datetime="2025-01-02">02/01/2025</time>', "2025-01-02"),
        (
            '更新于 <time datetime="2025-03-02T01:30:00Z">3月</time> <time datetime="2025-01-02T01:30:00Z">1月</time>',
            "2025-01-02T09:30:00+08:00",
        ),
        (
            '<time class=updated datetime="2025-03-02T01:30Z">3</time><time datetime="2025-01-02T01:30:00Z">1</time>',
            "2025-01-02T09:30:00+08:00",
        ),
        ('<time datetime="soon">2025-01-02 09:30</time>', "2025-01-02T09:30+08:00"),
        ('<time datetime="2025-01-02T01:30:00Z">2025-01-02 09:30</time>', "2025-01-02T09:30+08:00"),
    ],
)
def test_a_time_element_tells_on_a_page_without_a_template(info: str, shown: str) -> None:
    assert published_openly(info) == shown


ARTICLE = {"@type": "NewsArticle", "datePublished": "2025-01-02T01:30:00Z"}


@pytest.mark.parametrize(
    "objects",
    [
        [{"@type": "WebPage", "datePublished": "2020-01-01"}, ARTICLE],
        [{"@type": "WebSite", "headline": "网", "datePublished": "2020-01-01"}, {"@graph": [ARTICLE]}],
        [{"@type": "Event", "datePublished": "2020-01-01"}, {**ARTICLE, "@type": ["CreativeWork", "Article"]}],
        [{"@type": "WebPage", "datePublished": "2020-01-01"}, {"pubDate": "2025-01-02T01:30:00Z", "title": "x"}],
        [{"@type": "Article", "name": "x"}, ARTICLE],
        [{"@type": "WebPage", "headline": "页"}, {"@type": "VideoObject", "datePublished": "2025-01-02T01:30:00Z"}],
    ],
)
def test_the_object_that_describes_the_article_tells(objects: list[object]) -> None:
    head = f'<script type="application/ld+json">{json.dumps(objects)}</script>'
    assert published_openly("", head) == "2025-01-02T09:30:00+08:00"


@pytest.mark.parametrize("first", ["undefined", "0", "null", "", "刚刚", "2025-13-45"])
def test_a_value_that_is_no_time_hides_none(first: str) -> None:
    template = Template(
        name="example",
        body=("div.story",),
        fields=(("published_at", attribute("time", "data-val")), ("published_at", text("time"))),
    )
    site = Site(
        name="example",
        title="例",
        hosts=("example.com",),
        target=lambda url: Target(kind="article", native_id="1", url=url),
        templates=(template,),
    )
    page = extract(
        f'<time data-val="{first}">2025-01-02 09:30</time><div class="story"><p>船在清晨进了港。</p></div>'.encode(),
        url=URL,
        site=site,
    )
    assert show_time(page.published_at, page.published_precision) == "2025-01-02T09:30+08:00"
