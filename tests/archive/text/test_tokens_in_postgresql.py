"""PostgreSQL cuts what it keeps of a text into the tokens that `archive.text.tokens` made of the text."""

import pytest
from sqlalchemy import text

from archive.store import fulltext
from archive.store.db import opened, reading, writing
from archive.text.tokens import tokens
from crawler.demo.world.articles import story
from tests.archive.make import article, store, told

TEXTS = (
    "稀土价上涨。",
    "上。COVID-19疫情，2025年a",
    "《红楼梦》《西游记》 “十四五”规划",
    "𠮷野家 한국 ア",
    "only words",
    "一",
    "。",
    story(3, 1).text,
)


@pytest.mark.parametrize("body", TEXTS)
def test_the_tokens_of_what_is_kept_are_those_of_the_text(postgres_url: str, body: str) -> None:
    with opened(postgres_url) as engine:
        headline = body.splitlines()[0]
        store(engine, told(article("a:1", body, headline=headline)))
        for table, words in ((fulltext.TABLE, body), (fulltext.HEADLINES, headline)):
            with reading(engine) as connection:
                made = f"SELECT unnest(tsvector_to_array(article_text_tokens(written))) FROM {table}"
                found = list(connection.scalars(text(made)))
            assert sorted(one.rstrip() for one in found) == sorted(set(tokens(words).split()))
            # A character that ends a run has the space behind it, and nothing else has one.
            assert all(len(one.rstrip()) == 1 for one in found if one.endswith(" "))


def test_the_function_goes_with_the_tables(postgres_url: str) -> None:
    with opened(postgres_url) as engine, writing(engine) as connection:
        fulltext._drop(None, connection)
        fulltext._create(None, connection)
