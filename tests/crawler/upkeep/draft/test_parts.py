"""The parts of a draft: names that last, the form of addresses, labels, invented text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.pages.html.selectors import Selector
from crawler.sites.declared.patterns import unbounded
from crawler.upkeep.draft.addresses import find_addresses, registered
from crawler.upkeep.draft.labels import fixed_pattern, labels_in, line_pattern
from crawler.upkeep.draft.made.prose import Inventor, han_runs
from crawler.upkeep.draft.seen.names import is_stable, selectors_for, selectors_of


@pytest.mark.parametrize(
    ("name", "lasts"),
    [
        ("story", True),
        ("post_body", True),
        ("post_author", True),
        ("ep-source", True),
        ("endText", True),
        ("col2", True),
        ("article-20251103", False),
        ("index_title__B8mhI", False),
        ("index_main_content_j-HoG", False),
        ("_0u4o3bh76zbp", False),
        ("css-1a2b3c", False),
        ("p", False),
        ("a b", False),
        ("标题", False),
    ],
)
def test_which_names_last(name: str, *, lasts: bool) -> None:
    assert is_stable(name) is lasts


def test_selectors_name_their_element_and_can_be_read() -> None:
    tree = html.fromstring(
        '<html><body><div id="main" class="left"><p class="lead y">一</p><p itemprop="articleBody">二</p>'
        '<div class="box"><span>三</span><span class="on">四</span></div></div></body></html>'
    )
    for element in tree.iter("p", "span", "div"):
        for text in selectors_of(element):
            assert element in list(Selector(text).find(tree)), text
        for text in selectors_for(element, tree):
            assert Selector(text).first(tree) is element
    assert selectors_of(tree.find(".//p"))[0] == "p.lead"
    assert "p[itemprop=articleBody]" in selectors_of(tree.findall(".//p")[1])
    assert "#main" in selectors_of(tree.find(".//div"))


@pytest.mark.parametrize(
    ("urls", "pattern", "query"),
    [
        (["https://w.a.example/a/780060546_458722", "https://w.a.example/a/78006_12100"], r"^/a/(?P<id>\d+)_\d+$", ""),
        (
            [
                "https://a.example/19/0907/13/EOFOC8MJ00258105.html",
                "https://a.example/19/0908/09/EOFBHDHQ0001899N.html",
            ],
            r"^/\d+/\d{4}/\d+/(?P<id>[0-9A-Z]{16})\.html$",
            "",
        ),
        (
            ["http://x.gov.cn/art/2020/3/4/art_1_22.html", "http://x.gov.cn/art/2020/3/4/art_1_230.html"],
            r"^/art/\d{4}/\d+/\d+/art_\d+_(?P<id>\d+)\.html$",
            "",
        ),
        (["http://a.example/view.php?id=3&c=1", "http://a.example/view.php?id=4&c=1"], r"^/view\.php$", "id"),
        (["https://a.example/2025/11/t0301_5.html"], None, ""),
    ],
)
def test_the_form_of_addresses(urls: list[str], pattern: str | None, query: str) -> None:
    found = find_addresses(urls)
    assert pattern is None or found.pattern == pattern
    assert found.query == query
    assert bool(found.unsure) is (pattern is None)
    for url in urls:
        assert re.match(found.pattern, "/" + url.partition("://")[2].partition("/")[2].partition("?")[0])
    assert unbounded(found.pattern) == ""


def test_addresses_of_two_forms_and_of_two_hosts() -> None:
    found = find_addresses(["https://www.a.com.cn/p/1", "https://m.a.com.cn/p/2", "https://m.a.com.cn/x/y/z.html"])
    assert found.hosts == ("a.com.cn",)
    assert found.host == "m.a.com.cn"
    assert found.unsure == ("1 of 3 addresses have another form than the pattern's",)
    assert registered("https://news.qingzhou.example/a") == "qingzhou.example"


@pytest.mark.parametrize(
    ("texts", "fields"),
    [
        (["（原标题：渡口）", "原标题：换了灯"], [{"original_title": "渡口"}, {"original_title": "换了灯"}]),
        (
            ["本文来源：江报 责任编辑：罗文_NN1", "本文来源：海报 责任编辑：沈一"],
            [{"source_name": "江报", "editor": "罗文_NN1"}, {"source_name": "海报", "editor": "沈一"}],
        ),
        (["渡口的灯"], []),
    ],
)
def test_patterns_of_labelled_lines(texts: list[str], fields: list[dict[str, str]]) -> None:
    pattern = line_pattern(texts)
    assert bool(pattern) is bool(fields)
    assert unbounded(pattern) == ""
    for text, want in zip(texts, fields, strict=False):
        found = re.fullmatch(pattern, text)
        assert found is not None
        assert {name: value.strip() for name, value in found.groupdict().items() if value} == want


def test_fixed_lines_and_their_numbers() -> None:
    assert re.fullmatch(fixed_pattern("共 12 条评论（查看）"), "共 345 条评论（查看）")
    assert labels_in("来源：某报 责任编辑：某某") == ["来源", "责任编辑"]


@given(st.text(alphabet="风雨渡口灯塔，。：“”abcXY 0123456789年月日", max_size=80))
def test_invented_text_is_as_long_and_has_the_same_signs(text: str) -> None:
    made = Inventor({}).text(text)
    assert len(made) == len(text)
    assert re.sub(r"\w", "", made) == re.sub(r"\w", "", text)
    assert Inventor({}).text(text) == made
    assert not han_runs(made, 5) & han_runs(text, 5)


def test_times_labels_and_names_of_a_kind_stay_what_they_are() -> None:
    made = Inventor({"江声日报": "medium", "沈一苇": "person", "北京": "place"}).text(
        "2025-11-03 09:28 来源：江声日报 作者：沈一苇 北京 1763630765000"
    )
    assert re.fullmatch(r"2025-11-03 09:28 来源：\w{3}报 作者：\w{3} 江苏 1763630765000", made)
    assert "江声" not in made
    assert "一苇" not in made or "沈一苇" not in made
