"""Rows by keys of several columns: the right ones, and found in the index, on both databases."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, select

from archive.store.db import open_engine, reading, writing
from archive.store.keys import key_in
from archive.store.models import Capture, Sighting
from tests.archive.make import DAY
from tests.statements import instructions, recorded, too_much

Key = tuple[str | int | None, ...]
PLACE = (Capture.warc_file, Capture.warc_offset)


def put(engine: Engine, places: Sequence[tuple[str | None, int | None]]) -> None:
    rows = [
        {"url": "https://clip.example/", "captured_at": DAY, "outcome": "gone", "warc_file": file, "warc_offset": at}
        for file, at in places
    ]
    with writing(engine) as connection:
        connection.execute(delete(Capture))
        if rows:
            connection.execute(insert(Capture), rows)


def found(engine: Engine, columns: Sequence[Any], keys: Sequence[Key]) -> set[tuple[Any, ...]]:
    with reading(engine) as connection:
        return set(map(tuple, connection.execute(select(*columns).where(key_in(connection, columns, keys)))))


# What `archive.text.clean` leaves of any text.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
places = st.tuples(texts, st.integers(0, 2**63 - 1))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stored=st.sets(places, max_size=6), asked=st.lists(places, max_size=6), some=st.data())
def test_the_rows_of_the_keys_and_no_others(
    engine: Engine, stored: set[tuple[str, int]], asked: list[tuple[str, int]], some: st.DataObject
) -> None:
    if stored:
        asked += some.draw(st.lists(st.sampled_from(sorted(stored)), max_size=4))
    put(engine, sorted(stored))
    assert found(engine, PLACE, asked) == stored & set(asked)


@pytest.mark.parametrize("text", ["'", '"', "\\", "[]", "a:b", "%s", ":x", "剪报", "🗞", "", " ", "null", "1"])
def test_no_text_is_taken_for_something_else(engine: Engine, text: str) -> None:
    put(engine, [(text, 1), ("other", 1)])
    assert found(engine, PLACE, [(text, 1), (text, 2)]) == {(text, 1)}
    assert found(engine, PLACE, [(text + "x", 1)]) == set()


def test_a_column_that_is_null_is_found_by_no_key(engine: Engine) -> None:
    put(engine, [(None, None), ("file", None), ("file", 1)])
    assert found(engine, PLACE, [(None, None), ("file", None)]) == set()


def test_keys_of_three_columns(engine: Engine) -> None:
    columns = (Sighting.site, Sighting.native_id, Sighting.source)
    keys = [("clip", "a:1", "front"), ("clip", "a:1", "sport"), ("clip", "a:2", "front")]
    with writing(engine) as connection:
        values = {"url": "https://clip.example/", "first_seen_at": DAY, "last_seen_at": DAY}
        connection.execute(insert(Sighting), [{"site": a, "native_id": b, "source": c, **values} for a, b, c in keys])
    assert found(engine, columns, [*keys[:2], ("clip", "a:2", "sport")]) == set(keys[:2])


@pytest.mark.parametrize("count", [0, 1, 2, 3, 400, 40_000])
def test_any_number_of_keys_is_one_search(engine: Engine, count: int) -> None:
    """SQLite and PostgreSQL take 32,766 and 65,535 parameters; keys are one, or one for each column."""
    put(engine, [("file", 7), ("file", 8)])
    with recorded() as sent:
        rows = found(engine, PLACE, [("file", number) for number in range(8, 8 + count)])
    assert rows == ({("file", 8)} if count else set())
    assert too_much(engine, sent) == {}


def test_the_work_does_not_grow_with_the_table(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    counted = []
    for rows in (100, 5000):
        put(engine, [("file", number) for number in range(rows)])
        with instructions(engine) as spent:
            assert found(engine, PLACE, [("file", 3), ("file", 50), ("no", 3)]) == {("file", 3), ("file", 50)}
        counted.append(spent[0])
    engine.dispose()
    assert counted[0] == counted[1]
