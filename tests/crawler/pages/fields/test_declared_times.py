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
