"""An archive from before 0028, whose full-text index had none of single characters, is upgraded: what is found is the
same, also after the articles are edited."""

import pytest
from sqlalchemy import Engine, text

from archive.query.search import Asked, search
from archive.store import schema
from archive.store.db import reading
from tests.archive.make import article, captured, store

pytestmark = pytest.mark.own_database

BEFORE = "0027"
WORDS = ("的", "稀", "稀土", "土的价", "title:稀", "上*", "covid*", "没")


def found(engine: Engine) -> dict[str, list[int]]:
    with reading(engine) as connection:
        return {word: [hit.id for hit in search(connection, Asked(word)).hits] for word in WORDS}


def test_what_is_found_is_the_same(sqlite_engine: Engine) -> None:
    store(
        sqlite_engine,
        captured(article("a:1", "稀土的价格上涨。", headline="稀土")),
        captured(article("a:2", "石油和稀土，COVID-19。"), 1),
        captured(article("a:3", "天气晴朗。"), 2),
    )
    before = found(sqlite_engine)
    assert [len(hits) for hits in before.values()] == [1, 2, 2, 1, 1, 1, 1, 0]
    schema.downgrade(sqlite_engine, BEFORE)
    with reading(sqlite_engine) as connection:
        assert "prefix" not in connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'article_text'"))
    schema.upgrade(sqlite_engine)
    assert found(sqlite_engine) == before
    store(sqlite_engine, captured(article("a:1", "没有别的。", headline="石油"), 3))
    now = found(sqlite_engine)
    assert (now["稀"], now["title:稀"], now["没"]) == ([2], [], [1])
