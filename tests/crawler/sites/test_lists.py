"""List answers in every shape that the portals give, and in shapes that nobody should."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.times import BEIJING
from crawler.pages.template.site import ListError, Source
from crawler.sites import netease, sohu
from crawler.sites.lists import MAX_CHARACTERS, html_links, json_list, list_address, load
from crawler.sites.registry import load_sites

NOW = datetime(2026, 3, 4, 4, 30, tzinfo=UTC)  # 12:30 in Beijing
TEXTS_OF_2023 = 16
DOCID = "KEQVVAU8000G440O"


def source(site: Any, name: str) -> Source:
    return next(one for one in site.SITE.sources if one.name == name)


def test_a_channel_list_with_a_trailing_comma() -> None:
    text = (
        'data_callback( [{"title":"稀土&amp;新材料 <em>报价</em>","docurl":"https://www.163.com/news/article/'
        + DOCID
        + '.html?clickfrom=w_yw","time":"01/31/2025 08:09:10","newstype":"article","source":"某报"},'
        '{"title":"组图, ]","docurl":"https://www.163.com/photoview/1.html","newstype":"photoset"},\n] );'
    )
    guonei = source(netease, "guonei")
    [entry] = guonei.parse(text, guonei.urls[0], NOW)
    assert entry.url == f"https://www.163.com/news/article/{DOCID}.html?clickfrom=w_yw"
    assert entry.title == "稀土&新材料 报价"
    assert entry.published_at == datetime(2025, 1, 31, 8, 9, 10, tzinfo=BEIJING)
    assert entry.source_name == "某报"


def test_a_mobile_list_leaves_out_what_is_no_article() -> None:
    entries = [
        {"docid": DOCID, "url": "", "title": "甲", "ptime": "2021-01-29 18:38:24"},
        {"docid": "V12345678", "url": None, "skipType": "video"},
        {"docid": "../../etc", "url": ""},
        {"docid": DOCID[::-1], "url": f"https://3g.163.com/news/article/{DOCID[::-1]}.html", "title": "乙"},
    ]
    mobile = source(netease, "mobile_news")
    got = mobile.parse(f"artiList({json.dumps({'BBM54PGAwangning': entries})})", mobile.urls[0], NOW)
    assert [entry.url for entry in got] == [
        f"https://www.163.com/dy/article/{DOCID}.html",
        f"https://3g.163.com/news/article/{DOCID[::-1]}.html",
    ]
    assert mobile.parse('{"BBM54PGAwangning": []}', mobile.urls[0], NOW) == []


def test_the_hot_list_builds_addresses_from_docids() -> None:
    text = json.dumps({"code": 200, "data": {"list": [{"docid": DOCID, "title": "热"}, 5, None]}})
    hot = source(netease, "hot")
    assert [entry.url for entry in hot.parse(text, hot.urls[0], NOW)] == [
        f"https://www.163.com/dy/article/{DOCID}.html"
    ]
    with pytest.raises(ListError):
        hot.parse('{"code": 503}', hot.urls[0], NOW)


def test_a_sohu_feed() -> None:
    entries = [
        {"id": 749000001, "authorId": 121000001, "title": "", "mobileTitle": "标题", "publicTime": 1704379583000},
        {"id": 749000002, "title": "专题"},
        {"id": "1/../..", "authorId": 121000001},
        {"id": True, "authorId": 121000001},
    ]
    news = source(sohu, "news")
    [entry] = news.parse(json.dumps(entries), news.urls[0], NOW)
    assert entry.url == "https://www.sohu.com/a/749000001_121000001"
    assert entry.title == "标题"
    assert entry.published_at == datetime(2024, 1, 4, 22, 46, 23, tzinfo=BEIJING)


def topic(number: int, **others: Any) -> dict[str, Any]:
    """An entry of the lists that Sohu's channel pages post for."""
    return {
        "id": number,
        "title": "标题",
        "url": f"/a/{number}_121000001?scm=1101.topic:438647",
        "icon": "",
        "extraInfoList": [{"text": "某号"}, {"text": "3小时前"}],
        "postTime": 1704379583000,
        **others,
    }


def test_a_sohu_topic_of_today() -> None:
    entries = [
        topic(749000001),
        topic(749000002, icon="video"),
        topic(749000003, extraInfoList=[], url=None),
        topic(749000004, extraInfoList=[5], postTime="昨天"),
    ]
    politics = source(sohu, "politics")
    text = json.dumps({"code": 0, "data": {"AD_1": {"code": 500}, "TPLFeedMul_2_9_feedData": {"list": entries}}})
    first, fourth = politics.parse(text, politics.urls[0], NOW)
    assert (first.title, first.source_name) == ("标题", "某号")
    assert first.published_at == datetime(2024, 1, 4, 22, 46, 23, tzinfo=BEIJING)
    assert sohu.target(first.url) == sohu.target("https://www.sohu.com/a/749000001_121000001")
    assert fourth.source_name is None
    with pytest.raises(ListError):
        politics.parse('{"code": 0, "data": {"AD_1": {"code": 500}}}', politics.urls[0], NOW)


def test_a_sohu_topic_of_2023() -> None:
    wrapped = [
        {"resourceData": {"contentData": topic(749000001, authorName="某号")}},
        {"resourceData": None},
        {"adData": {}},
        {"resourceData": {"contentData": topic(749000002, url="/na/749000002_121000001", authorName=5)}},
    ]
    old = source(sohu, "politics_old")
    text = json.dumps({"10935": {"code": "0", "count": 4, "data": wrapped}})
    first, last = old.parse(text, old.urls[0], NOW)
    assert (first.title, first.source_name) == ("标题", "某号")
    target = sohu.target(last.url)
    assert target is not None
    assert (target.kind, target.native_id) == ("article", "a:749000002")
    assert last.source_name is None


def test_the_real_sohu_topic_of_2023(shared: Path) -> None:
    text = (shared / "pages2" / "lists" / "so_region_2023.json").read_text(encoding="utf-8")
    old = source(sohu, "politics_old")
    listings = old.parse(text, old.urls[0], NOW)
    targets = [target for entry in listings if (target := sohu.target(entry.url))]
    # Of its twenty entries some are adverts, which have no `contentData`.
    assert len(targets) == len(listings) == TEXTS_OF_2023
    assert {target.kind for target in targets} == {"article"}
    assert all(entry.published_at and entry.source_name and entry.title for entry in listings)


def test_each_page_of_a_posted_list_has_its_own_text() -> None:
    for site in load_sites().values():
        for one in site.sources:
            assert not one.posts or len(set(one.posts)) == len(one.posts) == len(one.urls)
    with pytest.raises(ValueError, match="source x: 1 urls, but 2 posts; give one each"):
        Source(name="x", urls=("https://a.example/",), posts=("{}", "[]"), parse=html_links)


def test_html_links_take_the_words_beside_the_picture() -> None:
    page = (
        '<div><a href="/a/1000001_2?spm=x#c"><img src="x.jpg"></a><a href="/a/1000001_2?spm=x">一条&lt;新闻</a>'
        '<a href="javascript:alert(1)">x</a><a href="http://[bad">y</a><a>z</a>'
        '<a href="//www.sohu.com/a/2_3" title="二">'
    )
    links = html_links(page, "https://www.sohu.com/", NOW)
    assert [(link.url, link.title) for link in links] == [
        ("https://www.sohu.com/a/1000001_2?spm=x", "一条<新闻"),
        ("https://www.sohu.com/a/2_3", "二"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cb(",
        "cb([1,2)",
        "<html>",
        "[" * 200_000,
        '{"a":' * 100_000,
        "cb(alert(1))",
        "1" * 10_000,
        "[" + "\\" * 9999,
    ],
)
def test_what_is_no_list_is_a_list_error(text: str) -> None:
    with pytest.raises(ListError):
        json_list(url="u")(text, "https://a.example/", NOW)


def test_a_list_that_is_too_large_is_not_read() -> None:
    with pytest.raises(ListError, match="characters"):
        load(" " * (MAX_CHARACTERS + 1))
    with pytest.raises(ListError, match="characters"):
        html_links(" " * (MAX_CHARACTERS + 1), "https://a.example/", NOW)


def test_an_unclosed_string_full_of_quotes_takes_no_longer_than_its_length() -> None:
    with pytest.raises(ListError):
        load('["' + '\\"' * 1_000_000)
    with pytest.raises(ListError):
        load("[" + ", \n" * 300_000)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(values)
@example("(")
@example(["a(b"])
def test_jsonp_and_trailing_commas_change_no_value(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    assert load(text) == value
    assert load(f"data_callback( {text} );") == value
    if text.endswith("\n]"):
        assert load(f"cb({text[:-2]},\n])") == value


entries = st.lists(
    st.dictionaries(
        st.sampled_from(["docurl", "url", "docid", "id", "authorId", "title", "time", "ptime", "publicTime", "link"]),
        st.none() | st.integers() | st.text(max_size=30) | st.lists(st.integers(), max_size=2) | st.booleans(),
    ),
    max_size=4,
)


@given(entries, st.sampled_from([one for site in load_sites().values() for one in site.sources]))
def test_no_entry_breaks_a_source(found: list[dict[str, Any]], one: Source) -> None:
    for shape in (
        found,
        {"data": found},
        {"data": {"list": found, "items": found, "pcArticleVOS": found}},
        {"X": found},
    ):
        try:
            listings = one.parse(json.dumps(shape), one.urls[0], NOW)
        except ListError:
            continue
        assert all(entry.url.startswith(("http://", "https://")) for entry in listings)


@given(st.text(max_size=200))
def test_no_text_breaks_a_source(text: str) -> None:
    for parse in (html_links, json_list(url="u", time="t")):
        try:
            parse(text, "https://news.163.com/", NOW)
        except ListError:
            continue


@given(st.text(max_size=60))
def test_no_link_raises(text: str) -> None:
    address = list_address(text, "https://news.163.com/x/")
    assert address is None or address.startswith(("http://", "https://"))
