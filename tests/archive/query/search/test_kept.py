"""Facets and the time line; searches that are frozen or saved; pages that follow each other."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from archive.dedup.clusters.decisions import merge
from archive.errors import NotFound, UsageError
from archive.ingest.reindex import reindex
from archive.people.withdrawals import restore, withdraw
from archive.query.search import Asked, Sort, facets, freeze, rows, saved, search, thaw, timeline
from archive.query.search.described import frozen_texts
from archive.query.search.resolved import resolve
from archive.store.db import reading, writing
from archive.store.models import Article
from archive.times import parse_time
from tests.archive.make import DAY, article, captured, fill, store, told
from tests.statements import instructions


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Thirty articles of two sites over three months, each with a text of its own."""
    store(
        engine,
        *(
            told(
                article(
                    f"a:{n}",
                    f"{'稀土' if n % 2 else '石油'}消息，第{n}号，{chr(0x4E00 + 97 * n)}{chr(0x5E00 + 31 * n)}。",
                    site=f"s{n % 3}",
                    source_name=["新华社", None, "某报"][n % 3],
                    flags=("truncated",) if n % 5 == 0 else (),
                    published_at=parse_time(f"2025-0{1 + n % 3}-10")[0],
                )
            )
            for n in range(30)
        ),
    )
    return engine


def test_facets_count_what_is_left_with_each_value(filled: Engine) -> None:
    asked = Asked("稀土", every_copy=True)
    with reading(filled) as connection:
        counted = facets(connection, asked)
        assert {one.value: one.count for one in counted["site"]} == {"s0": 5, "s1": 5, "s2": 5}
        assert [(one.month, one.count) for one in timeline(connection, asked)] == [
            *(("2025-01", 5), ("2025-02", 5), ("2025-03", 5))
        ]
        for name in ("site", "month"):
            for one in counted[name]:
                assert search(connection, Asked(f"稀土 {one.query}", every_copy=True)).total == one.count, one
        assert {one.value: one.count for one in counted["flag"]} == {"truncated": 3}
        with pytest.raises(UsageError, match="write one of"):
            facets(connection, asked, ["colour"])


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("text", ["", "稀土"])
def test_pages_rows_and_frozen_hits_are_the_same(filled: Engine, sort: Sort, text: str) -> None:
    asked = Asked(text, sort=sort)
    with reading(filled) as connection:
        whole = [hit.id for hit in search(connection, asked, limit=100).hits]
        paged, cursor = [], None
        while True:
            page = search(connection, asked, limit=4, cursor=cursor)
            assert page.total == len(whole)
            paged += [hit.id for hit in page.hits]
            if (cursor := page.next_cursor) is None:
                break
        assert paged == whole
        assert [row["id"] for row in rows(connection, asked)] == whole
        by_offset = [search(connection, asked, limit=7, offset=n).hits for n in range(0, 35, 7)]
        assert [hit.id for page in by_offset for hit in page] == whole
    with writing(filled) as connection:
        query_id = freeze(connection, asked, by="甲", now=DAY)
        assert freeze(connection, asked, by="乙", now=DAY) == query_id
    with reading(filled) as connection:
        frozen = thaw(connection, query_id)
        assert [hit.id for hit in search(connection, frozen, limit=100).hits] == whole
        assert [row["id"] for row in rows(connection, frozen)] == whole
        with pytest.raises(NotFound):
            thaw(connection, "q000")


def test_a_frozen_hit_keeps_its_text(engine: Engine) -> None:
    store(engine, captured(article(body="稀土价格上涨。")), captured(article("a:2", body="天气晴朗。"), 1))
    with writing(engine) as connection:
        query_id = freeze(connection, Asked("稀土"), by="甲", now=DAY)
    store(engine, captured(article(body="石油价格下跌。"), 2))
    with reading(engine) as connection:
        assert search(connection, Asked("稀土")).total == 0
        (hit,) = search(connection, thaw(connection, query_id)).hits
        assert (hit.revision, hit.snippet.marked()) == (1, "【稀土】价格上涨。")
        (row,) = rows(connection, thaw(connection, query_id))
        assert (row["revision"], row["body"]) == (1, "稀土价格上涨。")


def test_frozen_hits_are_the_same_after_new_rules_and_new_groups(filled: Engine) -> None:
    with writing(filled) as connection:
        query_id = freeze(connection, Asked("稀土"), by="甲", now=DAY)
        frozen = [hit.id for hit in search(connection, thaw(connection, query_id), limit=100).hits]
        merge(connection, frozen[:5], by="甲", now=DAY)
    store(filled, *(told(article(f"a:{n}", f"改成石油的第{n}条。", site=f"s{n % 3}")) for n in range(1, 30, 2)))
    with writing(filled) as connection:
        reindex(connection, now=DAY, progress=lambda *_: None)
    with reading(filled) as connection:
        # Told of the same time, some of the new texts come before the old ones, whose revisions get another number.
        assert 0 < search(connection, Asked("稀土"), limit=100).total < len(frozen)
        hits = search(connection, thaw(connection, query_id), limit=100).hits
        assert [hit.id for hit in hits] == frozen
        assert all("稀土" in hit.snippet.text for hit in hits)


def test_many_frozen_hits_cost_no_more_each(sqlite_engine: Engine) -> None:
    spent, texts = [], []
    for _ in range(2):
        fill(sqlite_engine, 300)
        with writing(sqlite_engine) as connection:
            query_id = freeze(connection, Asked(), by="甲", now=DAY)
        with instructions(sqlite_engine) as counted, reading(sqlite_engine) as connection:
            search(connection, thaw(connection, query_id))
        spent.append(counted[0])
        with instructions(sqlite_engine) as counted, reading(sqlite_engine) as connection:
            frozen_texts(connection, resolve(connection, thaw(connection, query_id)), range(1, 21))
        texts.append(counted[0])
    assert spent[1] < 2.5 * spent[0]
    assert texts[1] < 1.2 * texts[0]  # of twenty hits, however many there are


def test_frozen_hits_are_exact_after_edits_and_withdrawals(filled: Engine) -> None:
    """Edited there and back, withdrawn and shown again: the rows of then, in every door, and no withdrawn one."""
    asked = Asked("稀土", every_copy=True)
    with writing(filled) as connection:
        query_id = freeze(connection, asked, by="甲", now=DAY)
        before = [(row["id"], row["headline"], row["body"]) for row in rows(connection, thaw(connection, query_id))]
    edited, gone = before[2][0], before[4][0]
    for number, body in enumerate(["石油。", before[2][2], "石油。"], 1):
        with reading(filled) as connection:
            site, native_id = connection.execute(
                select(Article.site, Article.native_id).where(Article.id == edited)
            ).one()
        store(filled, captured(article(native_id, body, site=site, headline=before[2][1]), 100 + number))
    with writing(filled) as connection:
        withdraw(connection, gone, "法院判决", by="甲", now=DAY)
    kept = [row for row in before if row[0] != gone]
    with reading(filled) as connection:
        frozen = thaw(connection, query_id)
        page = search(connection, frozen, limit=100)
        assert [hit.id for hit in page.hits] == [key for key, *_ in kept]
        assert page.total == len(kept)
        assert sum(one.count for one in facets(connection, frozen)["site"]) == len(kept)
        assert [(row["id"], row["headline"], row["body"]) for row in rows(connection, frozen)] == kept
        assert next(hit for hit in page.hits if hit.id == edited).snippet.text == before[2][2]
    with writing(filled) as connection:
        restore(connection, gone, by="甲", now=DAY)
    with reading(filled) as connection:
        assert [(row["id"], row["headline"], row["body"]) for row in rows(connection, frozen)] == before


def test_months_are_of_one_offset(engine: Engine) -> None:
    """Also in the years in which Beijing had daylight saving, as a search by date has them."""
    at = parse_time("1987-05-31T15:30:00Z")[0]
    store(engine, told(article("a:1", "稀土消息。", published_at=at)))
    with reading(engine) as connection:
        assert [month.month for month in timeline(connection, Asked("稀土"))] == ["1987-05"]
        assert search(connection, Asked("稀土 date:1987-05")).total == 1


def test_what_is_new_in_a_saved_search_is_told_once(engine: Engine) -> None:
    store(engine, captured(article(body="稀土价格上涨。")))
    with writing(engine) as connection:
        saved.add(connection, "每日", Asked("稀土"), by="甲", now=DAY)
        with pytest.raises(UsageError, match="there is a saved search"):
            saved.add(connection, "每日", Asked("稀土"), by="甲", now=DAY)
    for expected in ([], ["a:2"], []):
        if expected:
            store(engine, captured(article("a:2", body="又一条稀土消息，说的是别的事。"), 1))
        with writing(engine) as connection:
            assert [hit.native_id for hit in saved.new(connection, "每日", now=DAY + timedelta(1))] == expected
    with writing(engine) as connection:
        assert [one["name"] for one in saved.listed(connection)] == ["每日"]
        saved.remove(connection, "每日")
        assert saved.listed(connection) == []
        with pytest.raises(NotFound):
            saved.new(connection, "每日", now=DAY)
