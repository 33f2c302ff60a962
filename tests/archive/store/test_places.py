"""Captures of an archive from before 0009 stay as they are; from then on a place may hold one record after another."""

import pytest
from sqlalchemy import Engine, select, text

from archive.store import schema
from archive.store.db import reading
from archive.store.models import Capture
from tests.archive.make import article, captured, store

pytestmark = pytest.mark.own_database


def rows(engine: Engine) -> list[tuple[object, ...]]:
    with reading(engine) as connection:
        columns = (Capture.id, Capture.url, Capture.captured_at, Capture.digest, Capture.warc_file, Capture.warc_offset)
        return [tuple(row) for row in connection.execute(select(*columns).order_by(Capture.id))]


def test_what_is_there_stays(engine: Engine) -> None:
    one, other = captured(article("a:1"), 1, digest=None), captured(article("a:2"), 2)
    store(engine, one, other)
    schema.downgrade(engine, "0008")
    before = rows(engine)
    assert len(before) == 2
    schema.upgrade(engine)
    assert rows(engine) == before
    assert store(engine, other)[0].state == "unchanged", "known by its content"
    assert rows(engine) == before


def test_a_place_may_come_twice_and_a_capture_from_two_places_is_one(engine: Engine) -> None:
    first = captured(article("a:1"), 1, offset=100)
    anew = captured(article("a:1", "另一段文字，写在同一个地方。"), 2, offset=100)
    later = captured(article("a:1"), 3, offset=100)
    store(engine, first, anew, later)
    assert [row[5] for row in rows(engine)] == [100, 100, 100]
    moved = captured(article("a:1"), 1, offset=900, warc_file="moved.warc.gz")
    assert store(engine, moved)[0].capture_id == rows(engine)[0][0]
    assert len(rows(engine)) == 3
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM revision")).scalar_one() >= 2


def test_one_transaction_holds_a_capture_once(engine: Engine) -> None:
    same = captured(article("a:1"), 1)
    store(engine, same, captured(article("a:1"), 1, warc_file="copy.warc.gz"))
    assert len(rows(engine)) == 1
