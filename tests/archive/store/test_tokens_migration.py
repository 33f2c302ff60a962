"""An archive from before 0035, in which PostgreSQL kept tokens, from before 0034, in which it had them alone, or from
before 0033, in which it kept every place of a token, is upgraded: what is found is the same, also after the articles
are edited; and the index is what `jianbao verify` wants it to be."""

import pytest
from sqlalchemy import Engine, text

from archive.query.search import Asked, search
from archive.store import schema
from archive.store.db import open_engine, reading
from crawler.upkeep.verify import fulltext
from tests.archive.make import article, captured, store

pytestmark = pytest.mark.own_database

KEPT = {
    "0034": (
        "SELECT tokens || convert_from(written, 'UTF8') FROM article_text WHERE article_id = 3",
        "消息 息 稀土 土 covid 19 消息 稀土 covid 19 ",
    ),
    "0033": ("SELECT tokens FROM article_text WHERE article_id = 3", "消息 息 稀土 土 covid 19"),
    "0032": (
        "SELECT document::text FROM article_text WHERE article_id = 3",
        "'19':9 'covid':8 '土':2A,7 '息':5 '消息':4 '稀土':1A,6",
    ),
}
"""What an archive of each schema has of a text."""
FOUND = {
    "稀土": [3, 2, 1],
    "稀土消息": [2],  # not across the border of headline and body
    "土价上涨": [1],
    "title:稀土": [2, 3],
    "title:土价": [],
    "body:稀土": [3, 1],
    "body:稀*": [3, 1],
    "covid*": [3],
    "稀土，covid": [3],
    "“的价格的价格”": [1],
    "“石油结尾”": [1],  # the last words of a long text
    "末": [],
    "晴": [4],
}


def found(engine: Engine) -> dict[str, list[int]]:
    with reading(engine) as connection:
        assert list(fulltext.check(connection)) == []
        return {word: [hit.id for hit in search(connection, Asked(word)).hits] for word in FOUND}


@pytest.mark.parametrize("before", KEPT)
def test_what_is_found_is_the_same(postgres_url: str, before: str) -> None:
    engine = open_engine(postgres_url)
    store(
        engine,
        captured(article("a:1", f"稀土价上涨。{'的价格' * 3000}，石油结尾", headline="长篇")),
        captured(article("a:2", "没有别的。", headline="稀土消息"), 1),
        captured(article("a:3", "消息：稀土，COVID-19。", headline="稀土"), 2),
        captured(article("a:4", "天气晴。", headline=None), 3),
        captured(article("a:5", "", headline=None), 4),
    )
    assert found(engine) == FOUND
    schema.downgrade(engine, before)
    query, kept = KEPT[before]
    with reading(engine) as connection:
        assert connection.scalar(text(query)) == kept
    schema.upgrade(engine)
    assert found(engine) == FOUND
    store(engine, captured(article("a:3", "石油结尾", headline="石油"), 5))
    now = found(engine)
    assert (now["title:稀土"], now["covid*"], now["“石油结尾”"]) == ([2], [], [3, 1])
    engine.dispose()
