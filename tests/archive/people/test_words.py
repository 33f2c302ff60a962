"""Tags and notes: what a person has to say of an article or of its story."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from archive.errors import NotFound, UsageError
from archive.people import notes, tags
from archive.store.db import reading, writing
from tests.archive.make import article, store, told

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AT = "2026-01-01T08:00:00+08:00"


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """Two copies of one story, and another article."""
    store(engine, told(article("a:1")), told(article("a:2")), told(article("a:3", "完全不同的另一篇文字。")))
    return engine


def test_tags_are_given_listed_and_taken_away(stored: Engine) -> None:
    with writing(stored) as connection:
        added = [
            tags.add(connection, key, tag, by="林", now=NOW) for key, tag in ((1, "环保"), (2, " 环保\n"), (1, "水"))
        ]
        assert added == [True, True, True]
        assert not tags.add(connection, 1, "环保", by="秦", now=NOW)
        assert tags.every(connection) == [("环保", 2), ("水", 1)]
        assert tags.of(connection, 1) == [{"tag": tag, "by": "林", "at": AT} for tag in ("水", "环保")]
        assert sorted(connection.scalars(tags.tagged("环保"))) == [1, 2]
        assert tags.remove(connection, 1, "水")
        assert not tags.remove(connection, 1, "水")
        assert tags.every(connection) == [("环保", 2)]


@pytest.mark.parametrize(("tag", "says"), [("", "empty"), (" \u2028", "empty"), ("x" * 61, "61 characters; write 60")])
def test_a_tag_is_one_short_line(stored: Engine, tag: str, says: str) -> None:
    with writing(stored) as connection, pytest.raises(UsageError, match=says):
        tags.add(connection, 1, tag, by="林", now=NOW)


def test_a_note_is_on_the_article_or_on_its_story(stored: Engine) -> None:
    with writing(stored) as connection:
        first = notes.add(connection, 1, "数字与原稿\r\n不符\x07", by="林", now=NOW)
        second = notes.add(connection, 1, "同一通稿", story=True, by="秦", now=NOW)
    with reading(stored) as connection:
        own, story = notes.of(connection, 1)
        told = {"id": first, "article_id": 1, "story": False, "text": "数字与原稿\n不符", "by": "林", "at": AT}
        assert own == told
        assert [one["id"] for one in notes.of(connection, 2)] == [second] == [story["id"]]
        assert notes.of(connection, 3) == []
    with writing(stored) as connection:
        notes.remove(connection, 2, second)
        with pytest.raises(NotFound, match="article 2 has no note"):
            notes.remove(connection, 2, first)
        assert notes.of(connection, 1) == [own]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("\n \n", "a note is empty"),
        ("长" * 100_001, "write 100000 at most"),
        ("环\udcb1保", "a note holds bytes that are no UTF-8; set the terminal to UTF-8"),
    ],
)
def test_a_note_says_something(stored: Engine, text: str, says: str) -> None:
    with writing(stored) as connection, pytest.raises(UsageError, match=says):
        notes.add(connection, 1, text, by="林", now=NOW)
