"""An archive from before 0025, in which the text of an article on several pages had no capture, is upgraded: the text
and its history stay what they were, and the last page shows it."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from archive.ingest.prepare import prepare, text_digest
from archive.store import schema
from archive.store.db import reading
from tests.archive.make import DAY, article, captured, store, told

pytestmark = pytest.mark.own_database

BEFORE = "0024"
MINUTE = timedelta(minutes=1)
WHOLE = "第一页。\n第二页。\n第三页。"


def rows(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_the_last_page_shows_the_whole(engine: Engine) -> None:
    first = article("a:1", "第一页。", flags=("paged", "incomplete"))
    pages = [
        captured(None, number / 60, url=f"https://clip.example/a:1_{number}", outcome="not_article", part=number)
        for number in (2, 3)
    ]
    named = [prepare(page) for page in pages]
    for page in named:
        page.capture.update(site="clip", native_id="a:1")  # type: ignore[attr-defined]
    store(engine, captured(first, 1 / 60), *named)  # type: ignore[arg-type]
    store(engine, captured(article("a:2", "别的文章。"), 1 / 60))
    store(engine, told(article("a:3", "只有文字的文章。")))
    whole = prepare(told(article("a:1", WHOLE, flags=("paged",)), DAY + 3 * MINUTE))
    object.__setattr__(whole, "cause", "publisher")
    store(engine, whole)  # type: ignore[arg-type]
    digest = text_digest("一条消息", WHOLE)
    before = rows(engine, "SELECT body, flags, revision, first_captured_at, last_captured_at FROM article ORDER BY id")
    assert [row[0] for row in before] == [WHOLE, "别的文章。", "只有文字的文章。"]
    assert rows(engine, "SELECT capture_id FROM revision WHERE article_id = 1") == [(None,)]

    schema.downgrade(engine, BEFORE)
    schema.upgrade(engine)
    told_of = "SELECT c.part, c.text_digest, r.digest, r.number FROM revision r JOIN capture c ON c.id = r.capture_id"
    assert rows(engine, f"{told_of} WHERE r.article_id = 1") == [(3, digest, digest, 1)]
    assert rows(engine, "SELECT part, article_id, text_digest IS NULL FROM capture WHERE part > 1 ORDER BY part") == [
        (2, None, True),
        (3, 1, False),
    ]
    assert rows(engine, "SELECT capture_id FROM revision WHERE article_id = 3") == [(None,)], "nobody captured it"
    now = rows(engine, "SELECT body, flags, revision, first_captured_at, last_captured_at FROM article ORDER BY id")
    assert now == before

    # What is captured next is told from it.
    store(engine, captured(article("a:1", WHOLE + "\n第四页。"), 30))
    assert rows(engine, "SELECT number FROM revision WHERE article_id = 1 ORDER BY 1") == [(1,), (2,)]
    schema.downgrade(engine, BEFORE)
    assert rows(engine, "SELECT count(*) FROM capture WHERE part > 1 AND text_digest IS NOT NULL") == [(0,)]
