"""`--map`: what it takes, what it refuses, and what it makes of a record."""

from typing import Any

import pytest

from archive.errors import UsageError
from archive.load.articles import Asked, articles_of
from archive.load.forms.piece import Piece
from archive.load.names import NAMES, Renamed
from archive.load.records import Read

ROW: dict[str, Any] = {"url": "https://x.cn/1", "ti": "标题一", "title": "别的", "nr": "正文。", "text": "别的正文。"}


def read(record: dict[str, Any], *mapped: str, site: str | None = None) -> Read:
    piece = Piece(1, 0, record)
    (found,) = articles_of(piece, Asked(lambda url: None, site, Renamed.of(mapped)))
    assert isinstance(found, Read)
    return found


def test_a_name_counts_and_no_other_for_its_field() -> None:
    found = read(ROW, "headline=ti", "body=nr")
    assert found.item.article is not None
    assert (found.item.article.headline, found.item.article.body) == ("标题一", "正文。")
    assert found.unknown == {"title": "别的", "text": "别的正文。"}
    assert (found.names["headline"], found.names["body"]) == ("ti", "nr")


@pytest.mark.parametrize(
    ("record", "mapped", "headline"),
    [
        ({"TI": "一"}, ["headline=ti"], "一"),
        ({"t_i": "一"}, ["headline=ti"], "一"),
        ({"a": "", "b": "二"}, ["headline=a", "headline=b"], "二"),
        ({"content": {"title": {"rendered": "三"}}}, ["headline=content.title.rendered"], "三"),
        ({"a.b": "四"}, ["headline=a.b"], "四"),
        ({"标 题": "五"}, [" headline = 标题 "], "五"),
        ({"a": {"b": [1]}}, ["headline=a.c"], None),
    ],
)
def test_names_however_they_are_written(record: dict[str, Any], mapped: list[str], headline: str | None) -> None:
    found = read({"url": "https://x.cn/1", "body": "文。", **record}, *mapped)
    assert found.item.article is not None
    assert found.item.article.headline == headline


@pytest.mark.parametrize(
    ("mapped", "said"),
    [
        (["headline"], "write it as FIELD=NAME"),
        (["=ti"], "write it as FIELD=NAME"),
        (["headline="], "write it as FIELD=NAME"),
        (["ti=headline"], "the field comes first: --map headline=ti"),
        (["titel=ti"], "there is no field titel; the fields are url, headline, body"),
        (["headline=ti", "body=TI"], "TI is headline already"),
    ],
)
def test_what_is_refused(mapped: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Renamed.of(mapped)


def test_every_field_can_be_named() -> None:
    renamed = Renamed.of([f"{name}=x{place}" for place, name in enumerate(NAMES)])
    assert [renamed.field_of(f"X_{place}") for place in range(len(NAMES))] == list(NAMES)


def test_what_no_record_had_is_known() -> None:
    renamed = Renamed.of(["headline=ti", "body=content.rendered"])
    assert renamed.missing({"ti"}) == ["content.rendered"]
    assert renamed.missing({"ti", "content"}, inside=True) == []
    assert renamed.missing(set()) == ["ti", "content.rendered"]


@pytest.mark.parametrize(
    ("record", "mapped", "native_id"),
    [
        ({"id": 7}, [], "7"),
        ({"bh": "007"}, ["id=bh"], "007"),
        ({"bh": "8", "id": "9"}, ["native_id=bh"], "8"),
        ({"id": ""}, [], "t:"),
        ({}, [], "t:"),
    ],
)
def test_what_names_an_article_of_a_corpus_without_addresses(
    record: dict[str, Any], mapped: list[str], native_id: str
) -> None:
    text = {"title": "题", "body": "文。"}
    first, again = (read({**text, **record}, *mapped, site="old").item.article for _ in range(2))
    other = read({**text, "body": "另。", **record}, *mapped, site="old").item.article
    assert first
    assert again
    assert other
    assert (first.site, first.url) == ("old", "")
    assert first.native_id == again.native_id
    assert first.native_id.startswith(native_id)
    assert (other.native_id == first.native_id) is (native_id != "t:")
