"""What is usual, in rows: runs that end at once take turns."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from archive.errors import DatabaseUnavailable
from archive.store.db import opened, reading, writing
from archive.watch.measures import State, load, save

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = ("netease", "doubtful", "")


def test_the_second_of_two_runs_that_end_at_once_waits(postgres_url: str) -> None:
    """Also where neither knows anything yet: both would write the first row."""
    with opened(postgres_url) as one, opened(postgres_url) as other:
        with writing(one) as first:
            assert load(first, ["netease"]) == {}
            with other.connect() as second:
                second.execute(text("SET lock_timeout = '50ms'"))
                with pytest.raises(DatabaseUnavailable, match="lock timeout"):
                    load(second, ["netease"])
            save(first, {KEY: State(begun_at=NOW, n=3)}, [])
        with writing(other) as second:
            known = load(second, ["netease"])
            save(second, {KEY: State(begun_at=NOW, n=known[KEY].n + 4)}, known)
        with reading(one) as connection:
            assert load(connection, ["netease"])[KEY].n == 7
