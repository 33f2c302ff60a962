"""States and causes in the archive: what captures bring about, in whatever order, on both databases."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from archive.ingest.reindex import upgrade
from archive.store import schema
from archive.store.db import reading
from archive.store.models import Article, Change, Revision
from archive.store.records import Item
from tests.archive.make import DAY, article, captured, store, told

KEY = {"site": "clip", "native_id": "a:1"}


def seen(hours: float, body: str = "第一段文字。") -> Item:
    return captured(article(body=body), hours)


def gone(hours: float, outcome: str = "gone") -> Item:
    return captured(None, hours, url="https://clip.example/a:1", outcome=outcome, **KEY)


def state(engine: Engine) -> str:
    with reading(engine) as connection:
        return str(connection.execute(select(Article.state)).scalar_one())


def log(engine: Engine) -> list[tuple[Any, ...]]:
    """The change log: kind, cause, and the hours after `DAY` between which it happened."""
    with reading(engine) as connection:
        rows = connection.execute(select(Change.__table__).order_by(Change.id)).all()
    return [
        (
            row.kind,
            row.cause,
            *((at - DAY) / timedelta(hours=1) if at else None for at in (row.after_at, row.before_at)),
        )
        for row in rows
    ]


def test_every_state_is_logged_once_with_its_interval_and_its_captures(engine: Engine) -> None:
    for item in (seen(0), seen(4), gone(10), gone(11), gone(40), gone(10 + 24 * 14), seen(500), seen(501)):
        store(engine, item)
    assert log(engine) == [
        ("new", "publisher", None, None),
        ("missing", None, 4, 10),
        ("vanished", None, 4, 10),
        ("removed", None, 4, 10),
        ("returned", None, 346, 500),
    ]
    assert state(engine) == "returned"
    with reading(engine) as connection:
        ends = text(
            "SELECT change.kind, a.captured_at = change.after_at, a.outcome, b.captured_at = change.before_at, "
            "b.outcome FROM change JOIN capture a ON a.id = after_capture_id "
            "JOIN capture b ON b.id = before_capture_id ORDER BY change.id"
        )
        assert [tuple(row) for row in connection.execute(ends)] == [
            *((kind, 1, "article", 1, "gone") for kind in ("missing", "vanished", "removed")),
            ("returned", 1, "gone", 1, "article"),
        ]


def test_whatever_the_order_the_state_is_the_same(engine: Engine) -> None:
    for number, order in enumerate(itertools.permutations([0, 10, 40, 500])):
        record = article(f"a:{number}")
        key = {"url": record.url, "site": "clip", "native_id": f"a:{number}"}
        for hours in order:
            store(engine, captured(None, hours, outcome="gone", **key) if hours else captured(record, 0))
    with reading(engine) as connection:
        assert set(connection.execute(select(Article.state)).scalars()) == {"removed"}


def test_a_capture_that_comes_in_late_dates_a_deletion_more_closely(engine: Engine) -> None:
    store(engine, seen(0), gone(10))
    store(engine, seen(7))
    assert log(engine)[1:] == [("missing", None, 0, 10), ("missing", None, 7, 10)]


@pytest.mark.parametrize(
    "outcome", ["blocked", "broken", "empty", "incomplete", "not_article", "unknown_template", "too_large", "list"]
)
def test_what_is_no_deletion_changes_nothing(sqlite_engine: Engine, outcome: str) -> None:
    store(sqlite_engine, seen(0))
    for hours in (1, 40, 500):
        store(sqlite_engine, gone(hours, outcome))
    assert state(sqlite_engine) == "live"
    assert [kind for kind, *_ in log(sqlite_engine)] == ["new"]


def test_another_articles_deletion_is_its_own(sqlite_engine: Engine) -> None:
    store(sqlite_engine, seen(0))
    other = {"url": "https://clip.example/a:2", "outcome": "gone"}
    store(sqlite_engine, captured(None, 5, site="clip", native_id="a:2", **other))
    store(sqlite_engine, captured(None, 6, site="other", native_id="a:1", **other))
    store(sqlite_engine, captured(None, 7, **other))
    assert state(sqlite_engine) == "live"


def test_a_revision_has_a_cause_and_the_log_the_captures_that_it_lies_between(engine: Engine) -> None:
    store(engine, told(article(body="听说的。"), DAY - timedelta(days=1)))
    store(engine, seen(0), seen(3), seen(5, "改过的文字。"), seen(6, "改过的文字。"))
    with reading(engine) as connection:
        causes = connection.execute(select(Revision.number, Revision.cause).order_by(Revision.number)).all()
    assert [tuple(row) for row in causes] == [(1, "import"), (2, "publisher"), (3, "publisher")]
    assert log(engine) == [
        ("new", "import", None, None),
        ("revised", "publisher", -24, 0),
        ("revised", "publisher", 3, 5),
    ]


def test_a_cause_that_is_named_stays_with_its_revision(engine: Engine) -> None:
    improved = Item(capture=seen(5, "读得更好。").capture, article=article(body="读得更好。"), cause="extractor")
    store(engine, seen(0), improved, seen(9, "又改了。"), seen(2))
    with reading(engine) as connection:
        causes = connection.execute(select(Revision.cause).order_by(Revision.number)).scalars().all()
    assert causes == ["publisher", "extractor", "publisher"]


@pytest.mark.own_database
def test_an_older_archive_gets_the_causes_and_states_that_can_be_known(engine: Engine) -> None:
    spans = {"live": [], "missing": [5], "vanished": [5, 30], "removed": [5, 400], "returned": [-3]}
    for name, hours in spans.items():
        record = article(name, body=f"{name} 的文字。")
        store(engine, captured(record, 0))
        for at in hours:
            moment = captured(None, at, url=record.url, site="clip", native_id=name, offset=int(at * 100 + 7))
            store(engine, moment)
    store(engine, captured(article("returned", body="returned 的文字。"), -9, offset=1))
    store(engine, told(article("told", body="听说的。")), told(article("paged", body="几页。", flags=("paged",))))
    schema.downgrade(engine, "0010")
    upgrade(engine, now=DAY)
    with reading(engine) as connection:
        states = dict(connection.execute(select(Article.native_id, Article.state)).all())
        causes = dict(
            connection.execute(
                select(Article.native_id, Revision.cause).join(Revision, Revision.article_id == Article.id)
            ).all()
        )
    assert states == {**{name: name for name in spans}, "told": "live", "paged": "live"}
    assert causes == {**dict.fromkeys(spans, "publisher"), "told": "import", "paged": "publisher"}
