"""Rows written together: what comes back is what was given, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import StatementError

from archive.dedup.tables import DedupPassage, DedupText, Link
from archive.store.changes import entry
from archive.store.db import reading, writing
from archive.store.models import Article, Change, Revision
from archive.store.table import insert_rows
from tests.archive.make import DAY, article, store, told

HOSTILE = 'a\\b\tc\nd"e\'f{"g": [1]}\\N \\x41 NULL null :rows %s 𠮷'


def test_rows_come_back_as_they_were_given(engine: Engine) -> None:
    store(engine, told(article("a:1")), told(article("a:2", "别的文字，说的是另一件事情。")))
    beijing = datetime(2025, 3, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    first = {"article_id": 1, "number": 2, "capture_id": None, "captured_at": beijing, "headline": HOSTILE, "body": ""}
    second = {**first, "number": 3, "captured_at": DAY, "headline": None, "body": HOSTILE}
    revisions = [{**one, "digest": "d", "cause": "import"} for one in (first, second)]
    links = [
        {
            "article_id": 2,
            "other_id": 1,
            "relation": HOSTILE,
            "marks": [HOSTILE, 1, None, {"深": [0.1]}],
            "similarity": 0.1 + 0.2,
            "coverage": 1e-300,
            "other_coverage": 1.0,
            "confidence": 0.0,
            "evidence": {HOSTILE: [1.5, True]},
            "at": beijing,
        }
    ]
    passages = [{"hash": value, "article_id": 1, "story": -1} for value in (-(2**63), 2**63 - 1)]
    with writing(engine) as connection:
        for model, rows in ((Revision, revisions), (Link, links), (DedupPassage, passages)):
            insert_rows(connection, model, rows)
        insert_rows(connection, Article, [])
    with reading(engine) as connection:
        for model, rows in ((Revision, revisions), (Link, links), (DedupPassage, passages)):
            columns = [model.__table__.c[name] for name in rows[0]]
            found = connection.execute(select(*columns).where(model.article_id <= 2)).mappings().all()  # type: ignore[attr-defined]
            assert all(row in [dict(one) for one in found] for row in rows)
        assert connection.scalar(select(Revision.captured_at).where(Revision.number == 2)) == beijing.astimezone(UTC)


def test_bytes_and_what_is_nothing_come_back(engine: Engine) -> None:
    store(engine, told(article("a:1")))
    with writing(engine) as connection:
        row = dict(connection.execute(select(DedupText.__table__)).mappings().one())
        connection.execute(DedupText.__table__.delete())
        for its in ({"signature": bytes(range(256)) * 2, "left_out": [[0, 3]]}, {"signature": b"", "left_out": None}):
            insert_rows(connection, DedupText, [{**row, **its}])
            assert dict(connection.execute(select(DedupText.__table__)).mappings().one()) == {**row, **its}
            nothing = select(DedupText.article_id).where(DedupText.left_out.is_(None))
            assert (connection.scalar(nothing) is None) == (its["left_out"] is not None)
            connection.execute(DedupText.__table__.delete())
        insert_rows(connection, DedupText, [row])


def test_rows_get_their_numbers_in_their_order(engine: Engine) -> None:
    store(engine, told(article("a:1")))
    kinds = [f"kind {number}" for number in range(300)]
    with writing(engine) as connection:
        insert_rows(connection, Change, [entry(1, kind, DAY) for kind in kinds])
        told_of = connection.scalars(select(Change.kind).where(Change.kind.like("kind %")).order_by(Change.id)).all()
    assert told_of == kinds


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises((ValueError, StatementError), match="without a zone"), writing(engine) as connection:
        insert_rows(connection, Change, [entry(1, "new", datetime(2025, 3, 1))])  # noqa: DTZ001
