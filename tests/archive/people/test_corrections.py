"""Corrections: they stand on what extraction says, whatever comes in, and undoing puts back what it says now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from archive.dedup.tables import Cluster
from archive.errors import NotFound, UsageError
from archive.ingest.reindex import reindex
from archive.people import correcting, corrections
from archive.query.article import describe, revision_text
from archive.query.changes import Wanted, changes, history
from archive.query.search.asked import Asked
from archive.query.search.paging import search
from archive.store.db import reading, writing
from archive.store.models import Article, Change
from archive.store.records import BlockRecord
from tests.archive.dedup.copies import text
from tests.archive.make import DAY, article, captured, store, told

NOW = DAY + timedelta(days=5)
SAID: dict[str, Any] = {"by": "林", "now": NOW}
FIRST, SECOND = "第一段文字。\n第二段文字。", "第一段文字。\n第二段另有文字。"
COLUMNS = ("headline", "body", "published_at", "published_precision", "authors", "editor", "keywords", "blocks")


def correct(engine: Engine, field: str, value: str, key: int = 1, now: datetime = NOW) -> int:
    with writing(engine) as connection:
        return correcting.correct(connection, key, field, value, by="林", now=now)


def undo(engine: Engine, number: int, key: int = 1, now: datetime = NOW + timedelta(days=20)) -> str:
    with writing(engine) as connection:
        return correcting.undo(connection, key, number, by="秦", now=now)


def row_of(engine: Engine, key: int = 1) -> dict[str, Any]:
    with reading(engine) as connection:
        return dict(connection.execute(select(Article.__table__).where(Article.id == key)).mappings().one())


def texts(engine: Engine, key: int = 1) -> list[tuple[str, str | None, str]]:
    """Cause, headline and last line of each revision."""
    with reading(engine) as connection:
        found = describe(connection, key)["revisions"]
        own = [(one["cause"], *revision_text(connection, key, one["number"])) for one in found]
    return [(cause, headline, body.split("\n")[-1]) for cause, headline, body in own]


@pytest.mark.parametrize(
    ("field", "typed", "columns"),
    [
        ("headline", " 另一个 题目 ", {"headline": "另一个 题目"}),
        ("headline", "", {"headline": None}),
        ("body", "新的一段。\n\n 另一段。", {"body": "新的一段。\n另一段。"}),
        ("original_title", "原题", {"original_title": "原题"}),
        ("published_at", "2024-02-29", {"published_precision": "day"}),
        (
            *("published_at", "2024-02-29 08:30"),
            {"published_at": datetime(2024, 2, 29, 0, 30, tzinfo=UTC), "published_precision": "minute"},
        ),
        ("published_at", "", {"published_at": None, "published_precision": None}),
        ("source_name", "新华社", {"source_name": "新华社"}),
        ("account_name", "某号", {"account_name": "某号"}),
        ("authors", "秦 文海、林;王", {"authors": ["秦 文海", "林", "王"]}),
        ("authors", "", {"authors": []}),
        ("editor", "秦", {"editor": "秦"}),
        ("location", "西安", {"location": "西安"}),
        ("keywords", "水,土，水", {"keywords": ["水", "土"]}),
    ],
)
def test_every_field_is_corrected_and_undone(engine: Engine, field: str, typed: str, columns: dict[str, Any]) -> None:
    store(engine, captured(article(headline="旧题", authors=("甲",))))
    before = row_of(engine)
    number = correct(engine, field, typed)
    after = row_of(engine)
    assert {name: after[name] for name in columns} == columns
    assert undo(engine, number) == field
    assert {**row_of(engine), "revision": 1} == before


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("url", "https://x.example", "'url' is no field that can be corrected; there are headline, body"),
        ("headline", "一行\n两行", "headline is one line"),
        ("headline", "长" * 1001, "headline has 1001 characters; write 1000 at most"),
        ("headline", "环\udcb1保", "headline holds bytes that are no UTF-8; set the terminal to UTF-8"),
        ("published_at", "昨天", "published_at is not a time: '昨天'; write 2025-04-11"),
        ("published_at", "2025-13-01", "published_at is not a time"),
        ("body", " \n ", "the body is empty; `jianbao withdraw` hides an article"),
        ("body", FIRST, "body of article 1 is that already"),
        ("authors", "，" * 1001, "authors has 1001 characters"),
    ],
)
def test_a_value_that_cannot_be_is_an_error(engine: Engine, field: str, typed: str, says: str) -> None:
    store(engine, captured(article()))
    with pytest.raises(UsageError, match=says):
        correct(engine, field, typed)
    assert texts(engine) == [("publisher", "一条消息", "第二段文字。")]


def test_a_correction_outlives_what_comes_in_and_its_field_is_told(engine: Engine) -> None:
    """The publisher's edit of another field comes in; that of the corrected one is kept below, and a person is told."""
    store(engine, captured(article(editor="甲")), captured(None, 1))
    number = correct(engine, "headline", "改正的题")
    also = correct(engine, "editor", "乙")
    assert texts(engine) == [("publisher", "一条消息", "第二段文字。"), ("person", "改正的题", "第二段文字。")]
    # The same page again, from a file too, and an older capture that comes in late: nothing happens.
    for item in (captured(article(editor="甲"), 150), told(article(editor="甲")), captured(article(editor="甲"), -5)):
        assert [one.state for one in store(engine, item, now=NOW)] == ["unchanged"]
    assert len(texts(engine)) == 2
    assert row_of(engine)["editor"] == "乙"
    # Another text, under the same headline: both are revisions, and no doubt.
    store(engine, captured(article(body=SECOND, editor="甲", location="西安"), 200), now=NOW)
    line = SECOND.rsplit("\n", maxsplit=1)[-1]
    assert texts(engine)[2:] == [("publisher", "一条消息", line), ("person", "改正的题", line)]
    assert (row_of(engine)["location"], row_of(engine)["editor"]) == ("西安", "乙")
    with reading(engine) as connection:
        assert corrections.doubtful(connection) == []
    # Another headline, another editor.
    store(engine, captured(article(body=SECOND, headline="新题", editor="丙"), 300), now=NOW)
    assert [cause for cause, *_ in texts(engine)] == ["publisher", "person"] * 3
    assert (row_of(engine)["headline"], row_of(engine)["editor"]) == ("改正的题", "乙")
    with reading(engine) as connection:
        doubts = corrections.doubtful(connection)
        assert {(one["field"], one["value"], one["extracted"]) for one in doubts} == {
            ("headline", "改正的题", "新题"),
            ("editor", "乙", "丙"),
        }
        assert search(connection, Asked(text="改正的题")).total == 1
        assert search(connection, Asked(text="新题")).total == 0
    undo(engine, also)
    undo(engine, number)
    assert (row_of(engine)["headline"], row_of(engine)["editor"]) == ("新题", "丙")
    assert texts(engine)[-1] == ("person", "新题", "第二段另有文字。")
    with reading(engine) as connection:
        assert search(connection, Asked(text="新题")).total == 1
        assert search(connection, Asked(text="改正的题")).total == 0
    # And what comes in then is as if nobody had said anything.
    store(engine, captured(article(body=SECOND, headline="更新的题", editor="丁"), 900), now=NOW)
    assert texts(engine)[-1] == ("publisher", "更新的题", "第二段另有文字。")
    assert row_of(engine)["editor"] == "丁"


def test_the_history_tells_who_changed_what(engine: Engine) -> None:
    """What a publisher changed below a correction is held against what he said before."""
    store(engine, captured(article()))
    correct(engine, "headline", "改正的题")
    store(engine, captured(article(body=SECOND), 200), now=NOW + timedelta(days=4))
    with reading(engine) as connection:
        found = history(connection, 1)
        logged = list(changes(connection, Wanted(since=DAY)))
    assert [(one["cause"], {edit["kind"] for edit in one.get("edits", ())} & {"headline"}) for one in found] == [
        ("publisher", set()),
        ("person", {"headline"}),
        ("publisher", set()),
        ("person", {"headline"}),
    ]
    assert [(one["cause"], bool({edit["kind"] for edit in one["edits"]} & {"headline"})) for one in logged] == [
        ("publisher", False),
        ("person", True),
    ]


def test_a_correction_of_fields_alone_is_logged_and_no_revision(engine: Engine) -> None:
    store(engine, captured(article()))
    correct(engine, "editor", "乙")
    with reading(engine) as connection:
        last = connection.execute(select(Change.kind, Change.cause).order_by(Change.id.desc())).first()
    assert last == ("updated", "person")
    assert len(texts(engine)) == 1


def test_a_second_correction_replaces_the_first(engine: Engine) -> None:
    store(engine, captured(article()))
    first, second = correct(engine, "headline", "甲题"), correct(engine, "headline", "乙题")
    with reading(engine) as connection:
        standing = [(one["id"], one["extracted"], one["ended_by"]) for one in corrections.of(connection, 1)]
    assert standing == [(first, "一条消息", "林"), (second, "一条消息", None)]
    with pytest.raises(UsageError, match=f"correction {first} does not stand any longer"):
        undo(engine, first)
    undo(engine, second)
    assert row_of(engine)["headline"] == "一条消息"
    assert [headline for _, headline, _ in texts(engine)] == ["一条消息", "甲题", "乙题", "一条消息"]
    with pytest.raises(NotFound, match="article 1 has no correction 99"):
        undo(engine, 99)


def test_a_publisher_that_comes_to_agree_is_no_doubt(engine: Engine) -> None:
    store(engine, captured(article()))
    correct(engine, "headline", "改正的题")
    store(engine, captured(article(headline="改正的题"), 200), now=NOW)
    with reading(engine) as connection:
        assert corrections.doubtful(connection) == []
        assert corrections.of(connection, 1)[0]["extracted"] == "改正的题"
    assert texts(engine)[-1] == ("publisher", "改正的题", "第二段文字。")


def test_a_corrected_text_moves_the_article_to_its_story(engine: Engine) -> None:
    """The duplicate index and the story follow, there and back, and so they do when all is indexed anew."""
    one, other = text(1), text(2)
    for number, body in enumerate((one, one, other), 1):
        store(engine, captured(article("a:1", body, site=f"s{number}", url=f"https://s{number}.example/1"), number))
    with writing(engine) as connection:
        number = correcting.correct(connection, 2, "body", other, **SAID)
    assert [row_of(engine, key)["cluster_id"] for key in (1, 2, 3)] == [1, 2, 2]
    with writing(engine) as connection:
        reindex(connection, now=NOW, progress=lambda step, done, total: None)
    assert [row_of(engine, key)["cluster_id"] for key in (1, 2, 3)] == [1, 2, 2]
    undo(engine, number, 2)
    assert [row_of(engine, key)["cluster_id"] for key in (1, 2, 3)] == [1, 1, 3]
    with reading(engine) as connection:
        assert connection.execute(select(Cluster.id, Cluster.size)).all() == [(1, 2)]


def test_a_corrected_body_keeps_its_blocks_where_their_lines_stay(engine: Engine) -> None:
    blocks = (
        BlockRecord(kind="heading", text="小题", level=2),
        BlockRecord(kind="image", text="", url="https://clip.example/1.jpg"),
        BlockRecord(kind="paragraph", text="甲段。"),
        BlockRecord(kind="table", text="一\t二\n三\t四"),
    )
    body = "\n".join(block.text for block in blocks if block.text)
    store(engine, captured(article(body=body, blocks=blocks)))
    correct(engine, "body", body.replace("甲段。", "乙段。\n丙段。"))
    made = row_of(engine)["blocks"]
    assert [(one["kind"], one["text"]) for one in made] == [
        ("heading", "小题"),
        ("image", ""),
        ("paragraph", "乙段。"),
        ("paragraph", "丙段。"),
        ("table", "一\t二\n三\t四"),
    ]
    correct(engine, "body", body.replace("三\t四", "三\t五"))
    assert [one["kind"] for one in row_of(engine)["blocks"]] == ["heading", "image", "paragraph", *["paragraph"] * 2]


def test_an_imported_article_is_corrected_and_captured_later(engine: Engine) -> None:
    store(engine, told(article(), DAY), now=DAY)
    correct(engine, "headline", "改正的题")
    store(engine, captured(article(body=SECOND), 300), now=NOW)
    assert texts(engine)[-1] == ("person", "改正的题", "第二段另有文字。")
    assert row_of(engine)["revision"] == len(texts(engine))
