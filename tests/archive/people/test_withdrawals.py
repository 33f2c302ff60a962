"""What is withdrawn is hidden in every door, its story goes on without it, and taking it back restores all of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from archive.dedup.clusters import decisions
from archive.dedup.clusters.describe import describe_cluster
from archive.dedup.clusters.doubts import open_doubts
from archive.dedup.matching import Query, match
from archive.dedup.tables import Cluster
from archive.errors import NotFound, UsageError
from archive.export.apart import write_package
from archive.export.datasets.articles import rows as articles
from archive.export.package import Style
from archive.people import notes, tags, withdrawals
from archive.query.article import describe, revision_text
from archive.query.changes import Wanted, changes, history
from archive.query.lookup import find_article
from archive.query.statistics import statistics
from archive.store.db import reading, writing
from archive.store.models import Change
from tests.archive.dedup.copies import text
from tests.archive.make import DAY, article, captured, store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STORY, OTHER = text(1), text(2)
WHY = "个人隐私"


@pytest.fixture
def stored(engine: Engine) -> Engine:
    """Three copies of one story, and another one, each at a site of its own; the first and the last were revised."""
    for number, body in enumerate((STORY, STORY, STORY, OTHER), 1):
        store(engine, captured(article("a:1", body, site=f"s{number}", url=f"https://s{number}.example/1"), number))
    for number, body in ((1, STORY), (4, OTHER)):
        record = article("a:1", body + "\n后来又下了一场雨。", site=f"s{number}", url=f"https://s{number}.example/1")
        store(engine, captured(record, 10 + number))
    return engine


def nothing(url: str) -> None:
    """No portal is known."""


def doors(connection: Connection) -> dict[str, Any]:
    """What every door that lists shows."""
    shown = {"stats": statistics(connection), "export": [row["id"] for row in articles(connection)]}
    shown["stats"].pop("database_bytes")
    shown["stories"] = [row["id"] for row in articles(connection, representatives=True)]
    answers = match(connection, [Query(id="x", body=STORY), Query(id="y", body=OTHER)])
    shown["match"] = [sorted(one.article_id for one in answer.matches) for answer in answers]
    shown["changes"] = [one["article_id"] for one in changes(connection, Wanted(since=DAY))]
    shown["cluster"] = [one["id"] for one in describe_cluster(connection, 2)["members"]]
    shown["doubts"] = open_doubts(connection).total
    return json.loads(json.dumps(shown))  # type: ignore[no-any-return]


def doors_of(engine: Engine) -> dict[str, Any]:
    with reading(engine) as connection:
        return doors(connection)


def asked(connection: Connection, key: int) -> Iterator[Any]:
    """What every door says that is asked for one article."""
    yield lambda: find_article(connection, str(key), nothing)
    yield lambda: find_article(connection, f"https://s{key}.example/1", nothing)
    yield lambda: describe(connection, key)
    yield lambda: history(connection, key)
    yield lambda: revision_text(connection, key, 1)
    yield lambda: notes.of(connection, key)


def test_what_is_withdrawn_is_hidden_and_taken_back(stored: Engine) -> None:
    before = doors_of(stored)
    assert before["export"] == [1, 2, 3, 4]
    assert before["stories"] == [1, 4]
    for key in (1, 4):
        with writing(stored) as connection:
            assert withdrawals.withdraw(connection, key, WHY, by="林", now=NOW)
            assert not withdrawals.withdraw(connection, key, WHY, by="林", now=NOW)
    hidden = doors_of(stored)
    assert (hidden["export"], hidden["stories"], hidden["match"]) == ([2, 3], [2], [[2], []])
    assert (hidden["changes"], hidden["cluster"]) == ([], [2, 3])
    numbers = {name: hidden["stats"][name] for name in ("articles", "stories", "copies", "withdrawn", "sites")}
    assert numbers == {"articles": 2, "stories": 1, "copies": 1, "withdrawn": 2, "sites": {"s2": 1, "s3": 1}}
    with reading(stored) as connection:
        for key in (1, 4):
            for ask in asked(connection, key):
                with pytest.raises(
                    NotFound, match=f"article {key} was withdrawn by 林, 2026-01-01T08:00:00.*: 个人隐私"
                ):
                    ask()
        assert find_article(connection, "1", nothing, withdrawn=True) == 1
    for key in (1, 4):
        with writing(stored) as connection:
            assert withdrawals.restore(connection, key, by="林", now=NOW)
            assert not withdrawals.restore(connection, key, by="林", now=NOW)
    assert doors_of(stored) == before
    with reading(stored) as connection:
        logged = connection.execute(select(Change.article_id, Change.kind, Change.cause).where(Change.at == NOW)).all()
        assert {("withdrawn", "person"), ("restored", "person")} <= {(kind, cause) for _, kind, cause in logged}
        assert [(one["by"], one["reason"], one["ended_by"]) for one in withdrawals.of(connection, 1)] == [
            ("林", WHY, "林")
        ]


def test_a_story_all_of_which_is_withdrawn_is_no_story(stored: Engine) -> None:
    for key in (1, 2, 3):
        with writing(stored) as connection:
            withdrawals.withdraw(connection, key, WHY, by="林", now=NOW)
    with reading(stored) as connection:
        assert connection.scalar(select(Cluster.size)) == 0
        numbers = statistics(connection)
    assert (numbers["articles"], numbers["stories"], numbers["copies"]) == (1, 1, 0)
    with writing(stored) as connection:
        withdrawals.restore(connection, 3, by="林", now=NOW)
    with reading(stored) as connection:
        assert connection.execute(select(Cluster.size, Cluster.representative_id)).one() == (1, 3)


def test_what_is_withdrawn_stays_so_when_it_is_captured_again(stored: Engine) -> None:
    with writing(stored) as connection:
        decisions.pin(connection, 1, by="林", now=NOW)
        withdrawals.withdraw(connection, 1, WHY, by="林", now=NOW)
    again = article("a:1", STORY + "\n又有新的一段。", site="s1", url="https://s1.example/1")
    store(stored, captured(again, 40), now=NOW)
    with reading(stored) as connection:
        assert [row["id"] for row in articles(connection, representatives=True)] == [2, 4]
        assert connection.execute(select(Cluster.size, Cluster.pinned)).one() == (2, False)
    with writing(stored) as connection:
        withdrawals.restore(connection, 1, by="林", now=NOW)
    with reading(stored) as connection:
        assert describe(connection, 1)["body"].endswith("又有新的一段。")
        assert connection.execute(select(Cluster.size, Cluster.representative_id, Cluster.pinned)).one() == (3, 1, True)


def test_a_text_is_matched_by_the_copies_that_are_shown(stored: Engine) -> None:
    """Though what leads to the text in the index is the withdrawn one."""
    near = STORY.replace("的", "地", 1)
    for key, left in ((2, [[1, 3], [1, 3]]), (3, [[1], [1]])):
        with writing(stored) as connection:
            withdrawals.withdraw(connection, key, WHY, by="林", now=NOW)
            answers = list(match(connection, [Query(id="x", body=STORY), Query(id="y", body=near)]))
        assert [sorted(one.article_id for one in answer.matches) for answer in answers] == left


def test_the_export_tells_how_many_are_withdrawn(stored: Engine, tmp_path: Path) -> None:
    with writing(stored) as connection:
        withdrawals.withdraw(connection, 4, WHY, by="林", now=NOW)
    with reading(stored) as connection:
        made = write_package(connection, tmp_path, ["articles"], Style(), NOW).manifest
    assert (made["resources"][0]["rows"], made["withdrawn"]) == (3, 1)


@pytest.mark.parametrize("reason", ["", "  \n", "\x00"])
def test_a_reason_must_be_said(stored: Engine, reason: str) -> None:
    with writing(stored) as connection, pytest.raises(UsageError, match="the reason is empty"):
        withdrawals.withdraw(connection, 1, reason, by="林", now=NOW)


def test_tags_and_notes_are_hidden_with_the_article(stored: Engine) -> None:
    with writing(stored) as connection:
        tags.add(connection, 4, "环保", by="林", now=NOW)
        withdrawals.withdraw(connection, 4, WHY, by="林", now=NOW)
        assert tags.every(connection) == []
        with pytest.raises(NotFound, match="was withdrawn"):
            tags.add(connection, 4, "水", by="林", now=NOW)
        with pytest.raises(NotFound, match="no article 99"):
            withdrawals.withdraw(connection, 99, WHY, by="林", now=NOW)
