"""The ingest transaction: what becomes of a capture and its article, whatever came before and in which order."""

import copy
import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from archive.ingest.prepare import prepare
from archive.ingest.transaction import ingest
from archive.store.db import open_engine, reading, writing
from archive.store.models import Article, Capture, Change, Revision
from archive.store.table import Base
from tests.archive.make import DAY, article, captured, fill, store, told
from tests.statements import instructions

EARLY, LATE = "早先的文字。", "后来的文字，改过了。"


def rows(engine: Engine, model: type[Base]) -> list[dict[str, Any]]:
    with reading(engine) as connection:
        return [
            dict(row) for row in connection.execute(select(model.__table__).order_by(model.__table__.c.id)).mappings()
        ]


def everything(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with reading(engine) as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)))) for table in Base.metadata.sorted_tables
        }


def revision_texts(engine: Engine) -> list[tuple[int, str | None]]:
    return [(row["number"], row["body"]) for row in rows(engine, Revision)]


def test_a_new_article_with_its_capture(engine: Engine) -> None:
    (stored,) = store(engine, captured(article(keywords=("稀土", "价格"), authors=("某记者",))))
    assert (stored.state, stored.capture_id, stored.article_id, stored.duplicate) == ("new", 1, 1, False)
    (row,) = rows(engine, Article)
    assert row["keywords"] == ["稀土", "价格"]
    assert row["first_captured_at"] == row["last_captured_at"] == DAY
    assert row["revision"] == 1
    assert row["cluster_id"] == stored.cluster_id is not None
    (capture,) = rows(engine, Capture)
    assert capture["article_id"] == 1
    assert revision_texts(engine) == [(1, None)]
    assert [(c["article_id"], c["kind"]) for c in rows(engine, Change)] == [(1, "new")]


def test_a_capture_without_an_article_is_kept(engine: Engine) -> None:
    (stored,) = store(engine, captured(None))
    assert (stored.state, stored.article_id) == ("no_article", None)
    assert [c["outcome"] for c in rows(engine, Capture)] == ["gone"]
    assert rows(engine, Change) == []


def test_the_same_input_twice_changes_nothing(engine: Engine) -> None:
    items = [captured(article()), captured(None, 1), told(article("a:2", "另一条。")), captured(article(body=LATE), 2)]
    store(engine, *items)
    before = everything(engine)
    again = store(engine, *items, now=DAY + timedelta(days=9))
    assert everything(engine) == before
    assert [s.state for s in again] == ["unchanged", "no_article", "unchanged", "unchanged"]
    assert [s.article_id for s in again] == [1, None, 2, 1]


def test_one_batch_may_hold_one_article_and_one_capture_often(engine: Engine) -> None:
    items = [captured(article(body=EARLY)), captured(article(body=EARLY)), captured(article(body=LATE), 1), told()]
    stored = store(engine, *items)
    assert [s.state for s in stored] == ["new", "unchanged", "revised", "revised"]
    assert len(rows(engine, Capture)) == 2
    assert len(rows(engine, Article)) == 1


def test_a_revision_keeps_the_earlier_text(engine: Engine) -> None:
    store(engine, captured(article(body=EARLY, headline="旧题")))
    (stored,) = store(engine, captured(article(body=LATE, headline="新题"), 1))
    assert stored.state == "revised"
    (row,) = rows(engine, Article)
    assert (row["body"], row["headline"], row["revision"]) == (LATE, "新题", 2)
    first, second = rows(engine, Revision)
    assert (first["number"], first["headline"], first["body"], first["capture_id"]) == (1, "旧题", EARLY, 1)
    assert (second["number"], second["headline"], second["body"], second["capture_id"]) == (2, None, None, 2)
    assert [c["kind"] for c in rows(engine, Change)] == ["new", "revised"]


def test_an_older_capture_becomes_an_earlier_revision(engine: Engine) -> None:
    store(engine, captured(article(body=LATE), 5))
    (stored,) = store(engine, captured(article(body=EARLY), 1))
    assert stored.state == "revised"
    (row,) = rows(engine, Article)
    assert (row["body"], row["revision"]) == (LATE, 2)
    assert row["first_captured_at"] == DAY + timedelta(hours=1)
    assert row["last_captured_at"] == DAY + timedelta(hours=5)
    assert revision_texts(engine) == [(1, EARLY), (2, None)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_order_of_arrival_does_not_matter(sqlite_url: str, order: tuple[int, ...]) -> None:
    from archive.store.db import open_engine

    items = [
        captured(article(body=EARLY, editor="甲"), 1),
        captured(article(body=LATE, editor="乙"), 2),
        captured(article(body=EARLY, editor="丙"), 3),
        told(article(body="别处的文字。"), DAY + timedelta(hours=9)),
    ]
    engine = open_engine(sqlite_url)
    for place in order:
        store(engine, items[place])
    (row,) = rows(engine, Article)
    assert (row["body"], row["editor"], row["revision"]) == (EARLY, "丙", 4)
    assert revision_texts(engine) == [(1, "别处的文字。"), (2, EARLY), (3, LATE), (4, None)]
    assert [r["captured_at"] for r in rows(engine, Revision)] == [DAY + timedelta(hours=h) for h in (9, 1, 2, 3)]
    engine.dispose()


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_part_never_replaces_the_whole(sqlite_url: str, order: tuple[int, ...]) -> None:
    """Page 1 of an article on several pages, captured before and after the whole, and told of by a file."""
    from archive.store.db import open_engine

    part = article(body=EARLY, flags=("paged", "incomplete"))
    whole = article(body=f"{EARLY}\n{LATE}", flags=("paged",))
    items = [captured(part, 1), captured(whole, 2), captured(part, 3), told(part, DAY + timedelta(hours=9))]
    engine = open_engine(sqlite_url)
    for place in order:
        store(engine, items[place])
    (row,) = rows(engine, Article)
    assert (row["body"], row["flags"], row["revision"]) == (f"{EARLY}\n{LATE}", ["paged"], 1)
    assert revision_texts(engine) == [(1, None)]
    assert (row["first_captured_at"], row["last_captured_at"]) == (DAY + timedelta(hours=1), DAY + timedelta(hours=3))
    before = everything(engine)
    store(engine, told(part), now=DAY + timedelta(days=40))
    assert everything(engine) == before
    engine.dispose()


def test_the_whole_that_we_were_told_stands_before_a_part_that_we_captured(engine: Engine) -> None:
    store(engine, captured(article(body=EARLY, flags=("incomplete",)), 5))
    assert rows(engine, Article)[0]["body"] == EARLY
    (stored,) = store(engine, told(article(body=LATE), DAY))
    assert stored.state == "revised"
    store(engine, captured(article(body=EARLY, flags=("incomplete",)), 6))
    (row,) = rows(engine, Article)
    assert (row["body"], row["revision"]) == (LATE, 1)


def test_fields_may_change_without_the_text(engine: Engine) -> None:
    store(engine, captured(article(editor=None)))
    (stored,) = store(engine, captured(article(editor="责编"), 1))
    assert stored.state == "unchanged"
    (row,) = rows(engine, Article)
    assert (row["editor"], row["revision"]) == ("责编", 1)
    assert [c["kind"] for c in rows(engine, Change)] == ["new", "updated"]


def test_what_we_captured_outranks_what_we_were_told(engine: Engine) -> None:
    store(engine, captured(article(body=LATE)))
    store(engine, told(article(body=EARLY)), now=DAY + timedelta(days=300))
    (row,) = rows(engine, Article)
    assert (row["body"], row["revision"]) == (LATE, 2)
    assert revision_texts(engine) == [(1, EARLY), (2, None)]


def test_texts_that_a_database_would_refuse_are_cleaned(engine: Engine) -> None:
    bad = article(
        body="上\x00文\ud800\n\n  下文\x1b[31m \r\n", headline="标\n题\x00", keywords=("词\x00",), flags=("f\udfff",)
    )
    store(engine, captured(bad, detail="d\x00"))
    (row,) = rows(engine, Article)
    assert row["body"] == "上文\ufffd\n下文[31m"
    assert (row["headline"], row["keywords"], row["flags"]) == ("标 题", ["词"], ["f\ufffd"])


def test_a_failure_in_the_middle_leaves_nothing_behind(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    store(engine, captured(article("a:0", "先前的。")))
    before = everything(engine)

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("stop")

    monkeypatch.setattr("archive.ingest.round.link", fail)
    with pytest.raises(RuntimeError, match="stop"):
        store(engine, captured(article(), 1))
    assert everything(engine) == before


def test_writers_of_the_same_articles_take_turns(engine: Engine) -> None:
    """Four threads store the same articles, each in its own order: every article once, and no lock left unsolved."""
    from concurrent.futures import ThreadPoolExecutor

    items = [told(article(f"a:{n}", f"第{n}条消息，说的是第{n}件事。"), DAY) for n in range(40)]

    def run(turn: int) -> None:
        mixed = items[turn * 10 :] + items[: turn * 10]
        for start in range(0, 40, 8):
            with writing(engine) as connection:
                ingest(connection, mixed[start : start + 8], run_id=None, now=DAY)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(Article)) == 40
        assert connection.scalar(select(func.count()).select_from(Change).where(Change.kind == "new")) == 40
        assert connection.scalar(text("SELECT count(*) FROM article_text")) == 40


def test_what_is_handed_in_stays_as_it_was(engine: Engine) -> None:
    """One prepared item may be stored in two archives, and told about after it was stored."""
    store(engine, captured(article("a:1", EARLY)))
    items = [
        prepare(item)
        for item in (captured(article("a:1", LATE), 1), captured(article("a:2"), 2), captured(None, 3), told())
    ]
    before = copy.deepcopy([(item.capture, item.article) for item in items])
    for _ in range(2):
        with writing(engine) as connection:
            ingest(connection, items, run_id=None, now=DAY)
        assert [(item.capture, item.article) for item in items] == before


def test_the_work_does_not_grow_with_the_archive(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    counted = []
    for rows in (50, 2000):
        fill(engine, rows)
        items = [captured(article(f"{rows}:{n}", f"第{n}条消息，{rows}。" * 9), rows + n) for n in range(4)]
        with instructions(engine) as spent:
            store(engine, *items)
            store(engine, *items, told(article(f"old:{rows}", "另一条。")))
        counted.append(spent[0])
    engine.dispose()
    assert counted[1] < counted[0] * 1.2
