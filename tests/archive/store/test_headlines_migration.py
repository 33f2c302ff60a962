"""An archive from before 0029, whose headlines stood with the texts alone, is upgraded: what is found is the same, also
after the articles are edited; and the index is what `jianbao verify` wants it to be."""

import pytest
from sqlalchemy import Engine

from archive.query.search import Asked, search
from archive.store import schema
from archive.store.db import reading
from crawler.upkeep.verify import fulltext
from tests.archive.make import article, captured, store

pytestmark = pytest.mark.own_database

BEFORE = "0028"
WORDS = ("稀土", "title:稀土", "title:稀", "title:上涨的*", "body:稀土", "-title:稀土", "title:covid*", "石油")


def found(engine: Engine) -> dict[str, list[int]]:
    with reading(engine) as connection:
        assert list(fulltext.check(connection)) == []
        return {word: [hit.id for hit in search(connection, Asked(word)).hits] for word in WORDS}


def test_what_is_found_is_the_same(engine: Engine) -> None:
    store(
        engine,
        captured(article("a:1", "的价格上涨。" * 2000, headline="稀土，稀土上涨的消息")),
        captured(article("a:2", "石油和稀土，COVID-19。", headline="石油"), 1),
        captured(article("a:3", "天气晴朗。", headline=None), 2),
        captured(article("a:4", "天气很晴朗，稀土。", headline="Covid-19 " + "的" * 400), 3),
    )
    before = found(engine)
    assert [len(hits) for hits in before.values()] == [3, 1, 1, 1, 2, 3, 1, 1]
    schema.downgrade(engine, BEFORE)
    schema.upgrade(engine)
    assert found(engine) == before
    store(engine, captured(article("a:1", "没有别的。", headline="石油"), 4))
    now = found(engine)
    assert (now["title:稀土"], now["石油"]) == ([], [2, 1])
