"""Lists in which somebody forgot to escape something: every other entry is read, and the loss is said."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.template.site import ListError, Listings, Source
from crawler.sites import netease, sohu
from crawler.sites.lists import json_list
from tests.crawler.sites.test_lists import NOW, source, topic

HOW_MANY = 70
GUONEI, TODAY, OLD = source(netease, "guonei"), source(sohu, "politics"), source(sohu, "politics_old")


def address(number: int) -> str:
    return f"https://www.163.com/news/article/KEQVVAU8{number:08d}.html"


def channel_entry(number: int, title: str = "标题") -> str:
    """An entry of NetEase's channel lists as the portal writes it, the title as it comes."""
    return (
        f'{{"title":"{title}","docurl":"{address(number)}","time":"01/31/2025 08:09:10","newstype":"article",'
        f'"keywords":[{{"akey_link":"/keywords/7/7/1.html","keyname":"词"}}],"source":"某报"}}'
    )


def channel(*entries: str, between: str = ",\n") -> str:
    return "data_callback([" + between.join(entries) + "])"


def read(one: Source, text: str) -> Listings:
    listings = one.parse(text, one.urls[0], NOW)
    assert isinstance(listings, Listings)
    return listings


@pytest.mark.parametrize(
    "title",
    [
        '他说"好"了',
        "坏码\\u4e",
        "坏码\\uZZZZ文",
        '"',
        "路径\\q",
        "到这里就断了\\",
        '}],"a":[{"',
    ],
)
def test_one_broken_entry_costs_itself(title: str) -> None:
    entries = [channel_entry(number) for number in range(HOW_MANY)]
    entries[30] = channel_entry(30, title)
    listings = read(GUONEI, channel(*entries))
    assert [one.url for one in listings] == [address(number) for number in range(HOW_MANY) if number != 30]
    assert listings.lost >= 1


@pytest.mark.parametrize("title", ["O\\x27Brien\\x20来", "O\\'Brien 来", "O'Brien\t来", "O'Brien 来"])
def test_what_javascript_writes_costs_nothing(title: str) -> None:
    listings = read(GUONEI, channel(channel_entry(1), channel_entry(2, title)))
    assert [one.title for one in listings] == ["标题", "O'Brien 来"]
    assert listings.lost == 0


def test_an_escaped_backslash_is_no_escape() -> None:
    assert [one.title for one in read(GUONEI, channel(channel_entry(1, "C:\\\\x27"), ""))] == ["C:\\x27"]


@pytest.mark.parametrize(
    "text",
    [
        channel(channel_entry(1), channel_entry(2), between=",,"),
        channel("", channel_entry(1), channel_entry(2), ""),
        "/* 国内 */ " + channel(channel_entry(1), channel_entry(2), between=" // 下一条\n,"),
        f"var list = [{channel_entry(1)},{channel_entry(2)}];",
        f"var list=[{channel_entry(1)},{channel_entry(2)},]; var other = {{'a': 1}}; show(list);",
        f"window.data_list = [{channel_entry(1)},\n{channel_entry(2)}]",
        f"try{{data_callback([{channel_entry(1)},{channel_entry(2)}])}}catch(e){{}}",
        f"if (window.x) {{ show(1) }}\nvar a = [{channel_entry(1)},{channel_entry(2)}];",
        channel(channel_entry(1), channel_entry(2)).replace('"title"', "title"),
        "\ufeff" + channel(channel_entry(1), channel_entry(2)) + "\n<!-- web-07 -->",
    ],
)
def test_code_and_comments_around_are_no_loss(text: str) -> None:
    listings = read(GUONEI, text)
    assert [one.url for one in listings] == [address(1), address(2)]


def test_a_list_that_was_cut_off_gives_what_there_is() -> None:
    text = channel(*(channel_entry(number) for number in range(HOW_MANY)))
    places = [text.index(address(50)), text.index(channel_entry(50)), text.index(channel_entry(50)) - 1]
    for end in places:
        listings = read(GUONEI, text[:end])
        assert [one.url for one in listings] == [address(number) for number in range(50)]
        assert listings.lost >= 1


def test_entries_of_nested_lists_are_found_wherever_the_fault_is() -> None:
    entries = [topic(749000001), topic(749000002), topic(749000003)]
    whole = json.dumps({"code": 0, "msg": "MSG", "data": {"TPL": {"list": entries}}})
    for fault in ('"code": 0, oops', '"msg": "a "b" c"'):
        text = whole.replace('"code": 0' if "code" in fault else '"msg": "MSG"', fault)
        listings = read(TODAY, text)
        assert (len(listings), listings.lost) == (3, 1)
    wrapped = [{"resourceData": {"contentData": one}} for one in entries]
    text = json.dumps({"10935": {"code": "0", "data": wrapped}}).replace('"id": 749000002', '"id": "7"49000002')
    listings = read(OLD, text)
    assert [one.url.partition("/a/")[2].partition("_")[0] for one in listings] == ["749000001", "749000003"]


@pytest.mark.parametrize(
    "text", ["<html>{", 'cb([{"title": "没有地址"}, {"a": "b"c"}])', '{"a": "b"c"}', "{{{{", "[{]"]
)
def test_a_list_without_any_entry_is_an_error(text: str) -> None:
    with pytest.raises(ListError):
        GUONEI.parse(text, GUONEI.urls[0], NOW)


@pytest.mark.parametrize(
    "text",
    ['{"a":' * 200_000, '[{"a":' * 100_000 + '"b"c"', "{" * 1_000_000, '{"a":"\\' * 100_000, '{"a":[1,' * 100_000],
)
def test_a_hostile_list_takes_no_longer_than_some_passes(text: str) -> None:
    before = time.process_time()
    with pytest.raises(ListError):
        json_list(url="u")(text, "https://a.example/", NOW)
    assert time.process_time() - before < 5


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(names, min_size=1, max_size=6), st.data())
def test_whatever_is_broken_no_other_entry_is_lost(titles: list[str], data: st.DataObject) -> None:
    """A stray quote anywhere in one entry's title, any titles."""
    written: list[Any] = [json.dumps(title, ensure_ascii=False)[1:-1] for title in titles]
    broken = data.draw(st.integers(0, len(titles) - 1))
    at = data.draw(st.integers(0, len(titles[broken])))
    written[broken] = json.dumps(titles[broken][:at])[1:-1] + '"好' + json.dumps(titles[broken][at:])[1:-1]
    text = channel(*(channel_entry(number, title) for number, title in enumerate(written)))
    others = [address(number) for number in range(len(titles)) if number != broken]
    if others:
        assert set(others) <= {one.url for one in read(GUONEI, text)}
