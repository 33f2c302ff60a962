"""PostgreSQL looks words up in the index: it never reads the texts of many articles in its place. SQLite reads of hits
what stands in an index."""

from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from archive.query.search import Asked, Sort, facets, search
from archive.store.db import opened, reading
from crawler.demo.world.articles import story
from tests.archive.make import DAY, article, store, told


@pytest.mark.parametrize("gathered", [False, True])
def test_no_text_is_read_by_its_key(postgres_url: str, gathered: bool) -> None:
    """Also while texts wait to be taken in, which makes the index dear, and before the database has seen its tables."""
    with opened(postgres_url) as engine:
        texts = [f"{story(3, number).text}\n网上流传稀土消息。" for number in range(60)]
        store(engine, *(told(article(f"a:{n}", body, source_name="新华社")) for n, body in enumerate(texts)))
        if gathered:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))
        with reading(engine) as connection:
            plans = _plans(connection)
        read = [plan for plan in plans if "article_text" in plan]
        assert len(read) > 5
        for plan in read:
            assert "Seq Scan on article_text " not in plan, plan
            assert "pk_article_text on" not in plan, plan
            # Nor does it look a word up again for each row that another condition leaves.
            looked_up = [line for line in plan.splitlines() if "Index Scan on ix_article_text" in line]
            assert all("loops=1)" in line or "never executed" in line for line in looked_up), plan


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (Asked("稀土"), "keyed"),
        (Asked("稀土消息"), "keyed"),
        (Asked("稀土 -上海", every_copy=True), "keyed"),
        (Asked("稀土", sort=Sort.COPIES), "keyed"),
        (Asked("稀土", since=DAY), "keyed"),
        (Asked("稀土", ("a",)), "shown"),
        (Asked("稀土 is:vanished"), "shown"),
    ],
)
def test_no_row_is_read_of_a_hit_that_is_put_in_order(sqlite_url: str, asked: Asked, index: str) -> None:
    plans: list[str] = []

    def explain(made: Connection, cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("WITH"):
            planned = made.connection.cursor()
            planned.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in planned.fetchall())

    with opened(sqlite_url) as engine:
        store(engine, told(article("a:1", "稀土消息。")))
        with reading(engine) as connection:
            event.listen(connection, "before_cursor_execute", explain)
            search(connection, asked)
    read = [plan for plan in plans if plan.startswith(("SEARCH article USING", "SCAN article USING"))]
    assert read
    for plan in read:
        assert f"COVERING INDEX ix_article_{index} " in plan, plans


def _plans(connection: Connection) -> list[str]:
    """Of what is sent, as it is planned when it is sent, and how often each part of it ran."""
    plans: list[str] = []

    def explain(made: Connection, cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            with made.connection.driver_connection.cursor() as own:  # type: ignore[union-attr]
                planned = own.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {statement}", parameters)
                plans.append("\n".join(row[0] for row in planned))

    event.listen(connection, "before_cursor_execute", explain)
    for words in ("上流", "的", "稀土 source:新华社", "title:的", "-的", "的 date:2025", "source:新华社 -(-body:网)"):
        search(connection, Asked(words))
        facets(connection, Asked(words))
    event.remove(connection, "before_cursor_execute", explain)
    return plans


def test_a_wide_word_is_planned_as_one_however_often_was_asked(postgres_url: str) -> None:
    """A statement that a connection has sent ten times is planned once for all words, unless it is told not to."""
    counted = "SELECT generic_plans FROM pg_prepared_statements WHERE statement LIKE '%article_text%'"
    with opened(postgres_url) as engine:
        store(engine, told(article("a:1", "稀土消息。")))
        with reading(engine) as connection:
            for _ in range(15):
                facets(connection, Asked("稀土"))
            plans = list(connection.scalars(text(counted)))
    assert plans
    assert set(plans) == {0}
