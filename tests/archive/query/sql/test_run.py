"""`jianbao sql`: the views say what the archive holds, and nothing but them can be read, on both databases."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from archive.dedup.tables import Link
from archive.errors import UsageError
from archive.people import correcting, tags, withdrawals
from archive.query.article import describe
from archive.query.sql.run import Answer, columns, run
from archive.query.sql.views import VIEWS
from archive.store.db import open_engine, reading, writing
from archive.store.models import Article
from tests.archive.dedup.copies import text
from tests.archive.make import DAY, article, captured, store

NOW = DAY + timedelta(days=5)


@pytest.fixture(scope="module")
def stored(module_database_url: str) -> Iterator[Engine]:
    """Two copies and a withdrawn one of a story, and a story that was corrected."""
    engine = open_engine(module_database_url)
    one, other = text(1, 200), text(2, 200)
    for number, body in enumerate((one, one, one, other), 1):
        record = article("a:1", body, site=f"s{number}", url=f"https://s{number}.example/1", authors=("秦", "林"))
        store(engine, captured(record, number))
    with writing(engine) as connection:
        said: dict[str, Any] = {"by": "林", "now": NOW}
        correcting.correct(connection, 4, "headline", "改正的题", **said)
        correcting.correct(connection, 4, "published_at", "2025-03-01 12:30", **said)
        tags.add(connection, 4, "环保", **said)
        withdrawals.withdraw(connection, 2, "个人隐私", **said)
    yield engine
    engine.dispose()


def asked(engine: Engine, query: str, limit: int = 100, seconds: float = 20) -> Answer:
    return run(engine, query, limit=limit, seconds=seconds)


def test_the_views_say_what_the_archive_holds(stored: Engine) -> None:
    answer = asked(stored, "SELECT * FROM articles ORDER BY id")
    with reading(stored) as connection:
        for row in answer.rows:
            told = dict(zip(answer.columns, row, strict=True))
            known = describe(connection, told["id"])
            known |= {"authors": "、".join(known["authors"]), "tags": "、".join(one["tag"] for one in known["tags"])}
            assert {
                name: value for name, value in told.items() if value != known[name] and (value or known[name])
            } == {}
    assert [row[0] for row in answer.rows] == [1, 3, 4]
    assert asked(stored, "SELECT published_at, tags FROM articles WHERE id = 4").rows == [
        ("2025-03-01T12:30+08:00", "环保")
    ]
    assert asked(stored, "SELECT cluster_id, representative_id, copies, sites FROM stories ORDER BY 1").rows == [
        (1, 1, 2, 2),
        (4, 4, 1, 1),
    ]
    assert asked(stored, "SELECT article_id, other_id, relation FROM copies").rows == [(3, 1, "exact")]
    assert asked(stored, "SELECT number, headline, cause FROM revisions WHERE article_id = 4 ORDER BY 1").rows == [
        (1, "一条消息", "publisher"),
        (2, "改正的题", "person"),
    ]
    assert asked(stored, "SELECT count(*) FROM revisions WHERE article_id = 2").rows == [(0,)]
    assert asked(stored, "SELECT * FROM doubts;").rows == []


def test_rows_are_bounded_and_it_is_said(stored: Engine) -> None:
    answer = asked(stored, "SELECT id FROM articles ORDER BY id", limit=2)
    assert answer == Answer(("id",), [(1,), (3,)], more=True)
    assert not asked(stored, "SELECT id FROM articles", limit=3).more
    assert set(columns(stored)) == set(VIEWS)


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM article",
        "UPDATE article SET headline = 'x'",
        "INSERT INTO tag SELECT 1, 'x', 'y', 'z'",
        "DROP TABLE article",
        "DROP VIEW articles",
        "CREATE TABLE x (y int)",
        "SELECT 1; DELETE FROM article",
        "WITH x AS (DELETE FROM article RETURNING id) SELECT * FROM x",
        "SELECT id FROM article",
        "WITH articles_x AS (SELECT max(id) AS n FROM article) SELECT n FROM articles_x",
        "SELECT body FROM main.article",
        "SELECT body FROM public.article",
        "SELECT * FROM articles JOIN article ON article.id = articles.id",
        "WITH articles AS (SELECT * FROM article) SELECT * FROM articles",
        "SELECT * FROM articles WHERE id IN (SELECT article_id FROM withdrawal)",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM pg_catalog.pg_authid",
        "SELECT * FROM pragma_table_info('article')",
        "ATTACH 'x.db' AS x",
        "PRAGMA query_only = OFF",
        "COMMIT",
        "SET TRANSACTION READ WRITE",
        "SELECT load_extension('x')",
        "SELECT query_to_xml('SELECT * FROM article', true, true, '')",
        "SELECT table_to_xml('article'::regclass, true, true, '')",
        "SELECT * FROM articles WHERE pg_read_file('/etc/passwd') IS NULL",
        "SELECT * FROM (SELECT max(x) OVER () FROM (SELECT body AS x FROM revision) y) z",
        "COPY article TO '/tmp/x'",
        "VACUUM",
        "SELECT nextval('article_id_seq')",
        "SELECT nothing FROM articles",
        "SELECT '",
        "SELECT \x00",
        "",
        " ; ",
        "-- nothing",
        "SELECT 1 /*",
        "?",
        "SELECT * FROM articles WHERE id = %s",
        "SELECT 1" + " " * 100 + "+ 1" * 40_000,
    ],
)
def test_nothing_else_is_run_and_the_cure_is_said(stored: Engine, query: str) -> None:
    with reading(stored) as connection:
        before = connection.scalar(select(func.count()).select_from(Article))
    with pytest.raises(UsageError) as caught:
        asked(stored, query)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    with reading(stored) as connection:
        assert connection.scalar(select(func.count()).select_from(Article)) == before
        assert connection.scalar(select(func.count()).select_from(Link)) is not None
    assert asked(stored, "SELECT count(*) FROM articles").rows == [(3,)]


def test_a_query_takes_no_longer_than_it_may(stored: Engine) -> None:
    endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) AS count FROM n"
    with pytest.raises(UsageError, match=r"longer than 0\.2 seconds; ask for less, or give it a --timeout"):
        asked(stored, endless, seconds=0.2)


def test_what_is_ordinary_sql_works(stored: Engine) -> None:
    query = """SELECT site, count(*) AS number, 'a%b' AS sign FROM articles WHERE body LIKE '%%' AND headline <> '?'
        GROUP BY site HAVING count(*) > 0 ORDER BY site"""
    assert asked(stored, query).rows == [("s1", 1, "a%b"), ("s3", 1, "a%b"), ("s4", 1, "a%b")]
    assert asked(stored, "WITH x AS (SELECT max(id) AS y FROM articles) SELECT y + 0.5 AS z FROM x").rows == [(4.5,)]


def test_every_column_of_a_view_is_described(stored: Engine) -> None:
    page = (Path(__file__).parents[4] / "docs" / "data.md").read_text("utf-8").partition("## The views")[2]
    for name, its in columns(stored).items():
        part = page.partition(f"\n#### {name}\n")[2].partition("\n#")[0]
        described = set(re.findall(r"`([a-z_]+)`(?=[^|]*\|)", "\n".join(re.findall(r"^\|(.*?\|)", part, re.MULTILINE))))
        assert described == set(its), name
