"""What is due for the next batch: noted with every change, whoever makes it, and only where a chain was begun."""

from collections import defaultdict

import pytest
from sqlalchemy import Engine, delete, func, select, text

from archive.export.chain.due import ANEW, CAPTURES_OF, begin, triggers
from archive.export.tables import ExportDue
from archive.people import correcting, withdrawals
from archive.store import schema
from archive.store.db import reading, writing
from tests.archive.make import DAY, article, captured, store, told

TEXT = "第一段文字。" * 30


def due(engine: Engine) -> dict[str, set[tuple[int, int]]]:
    """What is due, by dataset; and nothing is any more."""
    found: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
    with writing(engine) as connection:
        for row in connection.execute(select(ExportDue.__table__)):
            found[row.dataset].add((row.key, row.other))
        connection.execute(delete(ExportDue))
    return dict(found)


def test_nothing_is_noted_before_a_chain_is_begun(engine: Engine) -> None:
    store(engine, captured(article()))
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(ExportDue)) == 0
    assert begin(engine)
    assert due(engine) == {ANEW: {(0, 0)}}
    assert not begin(engine)


def test_what_each_change_makes_due(engine: Engine) -> None:
    begin(engine)
    due(engine)
    store(engine, captured(article("a:1", TEXT)))
    new = {"articles": {(1, 0)}, "captures": {(1, 0)}, "revisions": {(1, 1)}, "changes": {(1, 0)}, "stories": {(1, 0)}}
    assert due(engine) == new

    store(engine, captured(article("a:2", TEXT), 1))
    found = due(engine)
    assert found["links"] == {(2, 1)}
    assert found["stories"] == {(1, 0), (2, 0)}
    assert found["articles"] == {(2, 0)}

    store(engine, captured(article("a:2", TEXT + "第二段。"), 2))
    found = due(engine)
    assert found["revisions"] == {(2, 1), (2, 2)}
    assert found["captures"] == {(3, 0)}

    store(engine, captured(article("a:3", "别的事情。" * 30), 3))
    due(engine)
    with writing(engine) as connection:
        withdrawals.withdraw(connection, 2, "一个理由", by="me", now=DAY)
    found = due(engine)
    assert found[CAPTURES_OF] == {(2, 0)}
    assert found["revisions"] == {(2, 1), (2, 2)}
    assert found["links"] == {(2, 1)}
    assert found["stories"] >= {(1, 0)}
    with reading(engine) as connection:
        mine = "SELECT id FROM change WHERE article_id = 2"
        assert found["changes"] >= {(key, 0) for key in connection.scalars(text(mine))}

    with writing(engine) as connection:
        correcting.correct(connection, 3, "headline", "另一个题目", by="me", now=DAY)
    assert due(engine)["revisions"] == {(3, 1), (3, 2)}


def test_what_is_rolled_back_is_not_due(engine: Engine) -> None:
    begin(engine)
    due(engine)
    with engine.connect() as connection:
        connection.execute(text("INSERT INTO change (article_id, kind, at) VALUES (7, 'new', '2025-01-01 00:00:00')"))
        connection.rollback()
    assert due(engine) == {}


def test_a_trigger_that_is_lost_makes_all_due(engine: Engine) -> None:
    begin(engine)
    due(engine)
    name = triggers()[0].name
    with writing(engine) as connection:
        sqlite = engine.dialect.name == "sqlite"
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"' + ("" if sqlite else " ON article"))
    store(engine, told())
    due(engine)
    assert begin(engine)
    assert due(engine) == {ANEW: {(0, 0)}}


@pytest.mark.own_database
def test_going_back_before_the_chain_leaves_no_trigger(engine: Engine) -> None:
    begin(engine)
    store(engine, told())
    schema.downgrade(engine, "0026")
    with writing(engine) as connection:
        connection.execute(text("UPDATE article SET headline = '别的'"))
    schema.upgrade(engine)
    store(engine, told(article("a:2")))
    assert due(engine) == {}
