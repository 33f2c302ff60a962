"""The six datasets: what a row holds, in which order, of which articles; the same on both databases."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from archive.export.datasets import DATASETS, Dataset
from archive.export.datasets.articles import of
from archive.export.datasets.articles import rows as articles
from archive.export.datasets.reading import twice
from archive.store.db import reading, writing
from archive.times import BEIJING, Precision, show_time
from tests.archive.export.world import STORY, fill
from tests.archive.make import DAY


@pytest.fixture
def archive(engine: Engine) -> Engine:
    fill(engine)
    return engine


def rows(engine: Engine, name: str) -> list[dict[str, Any]]:
    with reading(engine) as connection:
        return list(DATASETS[name].rows(connection, None))


def check(dataset: Dataset, row: dict[str, Any]) -> None:
    """A row holds what its fields say."""
    assert list(row) == list(dataset.fields)
    for name, field in dataset.fields.items():
        value = row[name]
        assert (value is not None) or field.null, (dataset.name, name)
        if value is not None:
            assert _FITS[field.kind](value), (dataset.name, name, value)


def _objects(*names: str) -> Any:
    return lambda value: all(
        list(one) == list(names) and all(isinstance(x, str) for x in one.values()) for one in value
    )


def _full(micros: int) -> Any:
    return lambda value: value.endswith("+00:00") and len(value) == 25 + micros and datetime.fromisoformat(value)


_FITS: dict[str, Any] = {
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) in (int, float),
    "boolean": lambda value: type(value) is bool,
    "text": lambda value: isinstance(value, str),
    "shown": lambda value: isinstance(value, str),
    "second": _full(0),
    "instant": _full(7),
    "texts": lambda value: all(isinstance(one, str) for one in value),
    "integers": lambda value: all(type(one) is int for one in value),
    "images": _objects("url", "caption"),
    "edits": _objects("kind", "before", "after"),
    "signature": lambda value: len(value) == 128 and all(0 <= one < 2**32 for one in value),
    "json": lambda value: isinstance(json.loads(value), dict),
}


def test_every_row_fits_its_fields_and_comes_in_the_order_of_its_key(archive: Engine) -> None:
    with reading(archive) as connection:
        for dataset in DATASETS.values():
            found = list(dataset.rows(connection, None))
            assert found, dataset.name
            for row in found:
                check(dataset, row)
            keys = [dataset.key_of(row) for row in found]
            assert keys == sorted(set(keys)), dataset.name
            assert list(dataset.rows(connection, keys[::2])) == found[::2]
            assert list(dataset.rows(connection, [])) == []
            assert list(dataset.rows(connection, [(999_999,) * len(dataset.key)])) == []
        assert [row["id"] for row in of(connection, [3, 1, 99])] == [3, 1]


def test_times_stand_twice(archive: Engine) -> None:
    names = ("published_at", "published_at_utc", "published_precision")
    found = {row["native_id"]: tuple(row[name] for name in names) for row in rows(archive, "articles")}
    assert found == {
        "a:1": ("2025-03-01T12:00:00+08:00", "2025-03-01T04:00:00+00:00", "second"),
        "a:4": (None, None, None),
        "a:5": ("2025-03-01", "2025-02-28T16:00:00+00:00", "day"),
        "a:6": ("2025-03-01T12:00+08:00", "2025-03-01T04:00:00+00:00", "minute"),
    }
    stories = {row["cluster_id"]: row for row in rows(archive, "stories")}
    first = ("first_published_at", "first_published_at_utc", "first_published_precision")
    assert tuple(stories[4][name] for name in first) == (None, None, None)
    assert tuple(stories[5][name] for name in first) == found["a:6"] or stories[5]["members"] == [5, 6]


def test_articles(archive: Engine) -> None:
    one, two, *_ = rows(archive, "articles")
    assert (one["headline"], one["revision"], one["authors"], one["images"]) == ("=1+2", 2, [], [])
    assert (two["state"], two["state_after"], two["state_before"]) == (
        "returned",
        "2025-03-02T20:00:00.000000+00:00",
        "2025-03-03T16:00:00.000000+00:00",
    )
    with reading(archive) as connection:
        ours = [row["id"] for row in articles(connection, representatives=True)]
    assert ours == [row["id"] for row in rows(archive, "articles") if row["representative"]] != []


def test_revisions_have_their_texts_the_present_one_too(archive: Engine) -> None:
    found = [row for row in rows(archive, "revisions") if row["article_id"] == 1]
    assert [(row["number"], row["present"], row["headline"]) for row in found] == [
        (1, False, "=1+1"),
        (2, True, "=1+2"),
    ]
    assert found[0]["body"] == STORY
    assert found[1]["body"].endswith("后来又下了一场雨。")


def test_stories_and_links(archive: Engine) -> None:
    found = {row["cluster_id"]: row for row in rows(archive, "stories")}
    assert (found[1]["members"], found[1]["copies"], found[1]["sites"]) == ([1, 2, 3], 3, 3)
    assert found[1]["representative_id"] in found[1]["members"]
    links = rows(archive, "links")
    assert {(row["article_id"], row["other_id"]) for row in links} >= {(1, 2), (1, 3), (3, 2)}
    assert all(json.loads(row["evidence"])["reason"] == row["reason"] for row in links)
    assert not any(7 in (row["article_id"], row["other_id"]) for row in links)


def test_changes_tell_what_was_edited(archive: Engine) -> None:
    found = rows(archive, "changes")
    [edited] = [row for row in found if row["kind"] == "revised"]
    assert (edited["article_id"], edited["revision"], edited["cause"]) == (1, 2, "publisher")
    assert {"kind": "headline", "before": "=1+1", "after": "=1+2"} in edited["edits"]
    assert {one["kind"] for one in edited["edits"]} == {"headline", "punctuation", "paragraph_added"}
    assert edited["weight"] == 11
    assert {row["kind"]: row["weight"] for row in found if row["kind"] != "revised"} == {
        "new": None,
        "missing": 9,
        "vanished": 10,
        "returned": 4,
    }
    assert not [row for row in found if row["article_id"] == 7]


def test_nothing_of_a_withdrawn_article_is_shown(archive: Engine) -> None:
    assert all("s9" not in json.dumps(row) for name in DATASETS for row in rows(archive, name))
    with writing(archive) as connection:
        connection.execute(text("UPDATE article SET withdrawn_at = NULL"))
    assert [row["outcome"] for row in rows(archive, "captures") if "s9" in row["url"]] == ["article", "gone"]


def test_the_list_page_is_a_capture_too(archive: Engine) -> None:
    [row] = [row for row in rows(archive, "captures") if row["outcome"] == "list"]
    assert (row["article_id"], row["site"], row["captured_at"]) == (None, None, "2025-03-01T05:00:00.000000+00:00")


@given(
    st.datetimes(DAY.replace(year=1990, tzinfo=None), DAY.replace(year=2199, tzinfo=None), timezones=st.just(UTC)),
    st.sampled_from(["second", "minute", "day", None]),
)
def test_a_time_by_its_letters_is_the_time(moment: datetime, precision: Precision | None) -> None:
    shown, utc = twice(moment.isoformat(timespec="microseconds"), precision)
    assert shown == show_time(moment, precision)
    assert utc is not None
    exact = {"minute": {"second": 0}, "day": {"hour": 0, "minute": 0, "second": 0}}.get(precision or "second", {})
    begins = moment.astimezone(BEIJING).replace(microsecond=0, **exact)  # type: ignore[arg-type]
    assert utc == begins.astimezone(UTC).isoformat()
