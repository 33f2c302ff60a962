"""JSON-LD in the shapes that sites give it, and in shapes that nobody should."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from archive.times import show_time
from crawler.pages.extract import extract
from crawler.pages.fields.linked_data import linked_authors, linked_text, read_linked_data
from crawler.pages.html.parse import parse
from crawler.pages.template.readers import json_ld
from crawler.pages.template.site import Site, Target
from crawler.pages.template.template import Template

ARTICLE = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "渡口的灯换了新的",
    "datePublished": "2025-11-03T01:28:40Z",
    "author": {"@type": "Person", "name": "沈一苇"},
    "publisher": {"@type": "Organization", "name": "青舟网"},
}
WEBSITE = {"@type": "WebSite", "name": "青舟网", "headline": "青舟网首页"}


def scripts(*written: str) -> list[Any]:
    made = []
    for text in written:
        script = etree.Element("script", type="application/ld+json")
        script.text = text
        made.append(script)
    return made


def read(*values: Any) -> dict[str, Any]:
    return read_linked_data(scripts(*(value if isinstance(value, str) else json.dumps(value) for value in values)))


PLAIN = json.dumps(ARTICLE, ensure_ascii=False)
SHAPES = {
    "alone": PLAIN,
    "in an array": f"[{json.dumps(WEBSITE)}, {PLAIN}]",
    "in a graph": json.dumps({"@context": "https://schema.org", "@graph": [WEBSITE, ARTICLE]}),
    "in an array of graphs": json.dumps([{"@graph": [WEBSITE]}, {"@graph": [ARTICLE]}]),
    "a graph of one": json.dumps({"@graph": ARTICLE}),
    "what a page is about": json.dumps({"@type": "WebPage", "headline": "页", "mainEntity": ARTICLE}),
    "a list of types": json.dumps({**ARTICLE, "@type": ["CreativeWork", "ReportageNewsArticle"]}),
    "a type with its address": json.dumps({**ARTICLE, "@type": "http://schema.org/BlogPosting"}),
    "values in lists": json.dumps({**ARTICLE, "headline": [ARTICLE["headline"]], "author": [ARTICLE["author"]]}),
    "values with a language": json.dumps({**ARTICLE, "headline": {"@value": ARTICLE["headline"], "@language": "zh"}}),
    "references": json.dumps(
        {
            "@graph": [
                {**ARTICLE, "author": {"@id": "#a"}, "publisher": {"@id": "#p"}},
                {"@type": "Person", "@id": "#a", "name": "沈一苇"},
                {"@type": "Organization", "@id": "#p", "name": "青舟网"},
            ]
        }
    ),
    "commas too many": PLAIN.replace("}}", "},}").replace('苇"}', '苇",\n }'),
    "an HTML comment": f"<!--\n{PLAIN}\n-->",
    "a comment that hides the comment": f"<!--//--><![CDATA[//><!--\n{PLAIN}\n//--><!]]>",
    "CDATA": f"//<![CDATA[\n{PLAIN}\n//]]>",
    "CDATA in a comment": f"/*<![CDATA[*/ {PLAIN} /*]]>*/",
    "a semicolon": f"{PLAIN};\n",
    "a mark of the byte order": f"\ufeff{PLAIN}",
    "a line break in a string": PLAIN.replace("渡口的灯", "渡口的灯\n"),
    "quotes as entities": PLAIN.replace('"', "&quot;"),
    "no type": json.dumps({name: value for name, value in ARTICLE.items() if name != "@type"}),
}


@pytest.mark.parametrize("written", SHAPES.values(), ids=list(SHAPES))
def test_the_article_is_found_and_read(written: str) -> None:
    found = read(written)
    assert linked_text(found, "headline").replace(" ", "") == "渡口的灯换了新的"
    assert linked_text(found, "datePublished") == "2025-11-03T01:28:40Z"
    assert linked_text(found, "publisher") == "青舟网"
    assert linked_text(found, "author") == "沈一苇"
    assert linked_authors(found) == ("沈一苇",)
    assert linked_text(found, "dateModified") == ""


@pytest.mark.parametrize("written", SHAPES.values(), ids=list(SHAPES))
def test_pages_with_and_without_a_template_read_the_same(written: str) -> None:
    page = (
        f'<html><head><title>渡口的灯换了新的</title><script type="application/ld+json">{written}</script></head>'
        '<body><div class="story"><h1>渡口的灯换了新的</h1>'
        "<p>三号渡口的十二盏灯上周全部换成了新灯，夜里十点的末班船靠岸时，甲板上看得清缆绳。</p>"
        "<p>换灯花了四个晚上，费用由航道所和渡口各出一半，船工说比从前亮得多。</p></div></body></html>"
    ).encode()
    url = "https://www.example.com/a/1.html"
    fields = (("published_at", json_ld("datePublished")), ("authors", json_ld("author")))
    site = Site(
        name="example",
        title="例",
        hosts=("example.com",),
        target=lambda url: Target(kind="article", native_id="1", url=url),
        templates=(Template(name="example", body=("div.story",), fields=fields),),
    )
    pages = [extract(page, url=url, site=one) for one in (site, None)]
    assert [one.template for one in pages] == ["example", "generic"]
    for one in pages:
        assert show_time(one.published_at, one.published_precision) == "2025-11-03T09:28:40+08:00"
        assert one.authors == ("沈一苇",)


def test_an_article_comes_before_what_only_has_its_properties() -> None:
    assert read(WEBSITE, {"@type": "JobPosting", "datePublished": "2020-01-01"}, ARTICLE)["@type"] == "NewsArticle"
    assert read({"@type": "Organization", "name": "青舟网"}) == {}


def test_what_baidus_search_wants() -> None:
    found = read({"appid": 1, "title": "题", "pubDate": "2025-11-03T09:28:40", "upDate": "2025-11-04T09:28:40"})
    assert linked_text(found, "pubDate") == "2025-11-03T09:28:40"


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("沈一苇", ["沈一苇"]),
        (["沈一苇", {"@type": ["Person"], "name": "罗文"}], ["沈一苇", "罗文"]),
        ({"@type": "Person", "name": ["沈一苇", "罗文"]}, ["沈一苇", "罗文"]),
        ({"@type": "Organization", "name": "沈一苇"}, []),
        ({"@type": "Person", "name": "青舟网"}, []),
        ([None, 5, {"@type": "Person"}, {"@type": "Person", "name": 7}], []),
        (None, []),
    ],
)
def test_authors_are_persons(author: Any, names: list[str]) -> None:
    assert list(linked_authors(read({**ARTICLE, "author": author}))) == names


@pytest.mark.parametrize(
    "written",
    [
        "", "null", "5", '"a"', "[]", "{}", "{", '{"@type": "NewsArticle"', "<!-- -->", "[" * 100_000,
        '{"@graph":' * 50_000, '{"headline": "' + "题" * 200_001 + '"}', '{"datePublished": ' + "1" * 5_000 + "}",
    ],
    ids=range(13),
)  # fmt: skip
def test_what_is_no_article_is_empty(written: str) -> None:
    assert read(written) == {}


def test_what_is_broken_hides_nothing_else() -> None:
    assert linked_text(read("{", "[" * 5_000, ARTICLE), "headline") == "渡口的灯换了新的"


def test_only_scripts_of_its_type_are_read() -> None:
    tree = parse(f'<script>{PLAIN}</script><script type="application/LD+JSON; charset=utf-8">{PLAIN}</script>')
    plain, linked = tree.iter("script")
    assert read_linked_data([plain]) == {}
    assert read_linked_data([plain, linked]) == ARTICLE


def test_no_page_costs_much() -> None:
    started = time.process_time()
    read(*['{"@graph": [' + ",".join(["{}"] * 60_000) + "]}"] * 100)
    read(*['{"a": "' + "//" * 90_000 + '"'] * 100)
    read({**ARTICLE, "author": [[["沈一苇"] * 1_000] * 100] * 10})
    assert time.process_time() - started < 10


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@graph", "@type", "@id", "@value", "name", "author", "headline", "mainEntity"]),
            inner | st.sampled_from(["NewsArticle", "Person", "#a"]),
            max_size=4,
        )
    ),
    max_leaves=30,
)


@given(VALUES)
def test_no_value_breaks_it(value: Any) -> None:
    found = read(json.dumps(value))
    linked_authors(found)
    assert all(isinstance(linked_text(found, name), str) for name in found)
