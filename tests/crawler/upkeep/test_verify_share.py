"""A share a day: every byte within the cycle, oldest first, on a clock that the test moves."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from archive.store.db import open_engine
from crawler.upkeep.verify.finding import Finding
from crawler.upkeep.verify.passes import known, verified_since
from crawler.upkeep.verify.run import Verification
from crawler.upkeep.verify.share import Rolling
from crawler.warc.writer import Exchange, Position
from tests.crawler.upkeep.small import BEGIN, Small, exchange, make, spoil

DAY = timedelta(days=1)
CYCLE = 8


class Noting(Verification):
    """A verification that remembers which bytes it read."""

    read: list[tuple[str, int, int]]

    def look_at_file(self, check: Any) -> Iterator[Finding]:
        yield from super().look_at_file(check)
        self.read.append((check.file.name, check.start, check.at))


def run(small: Small, day: int, share: float = 1 / CYCLE) -> tuple[Noting, list[Finding]]:
    check = Noting(home=small.home, engine=small.engine)
    check.read = []
    rolling = Rolling(check, share, now=lambda: BEGIN + day * DAY, cycle=CYCLE * DAY)
    return check, list(rolling.run())


def robots(number: int) -> Exchange:
    """An answer that has no row."""
    return evolve(exchange(number), url="https://news.example.cn/robots.txt")


def age(small: Small, day: int) -> None:
    """New files were written on this day."""
    for path in small.home.warc.iterdir():
        if path.stat().st_mtime > (BEGIN + day * DAY).timestamp():
            os.utime(path, times=((BEGIN + day * DAY).timestamp(),) * 2)


def test_every_byte_within_the_cycle(small: Small) -> None:
    age(small, 0)
    small.write(*(robots(number) for number in range(10, 22)))
    small.write(robots(30))
    age(small, 0)
    seen: dict[tuple[str, int], int] = {}
    written: dict[str, int] = {}
    shares = []
    for day in range(3 * CYCLE):
        if day % 3 == 0:
            small.write(robots(100 + day))
            age(small, day)
        sizes = {path.name: path.stat().st_size for path in small.home.warc.iterdir()}
        for name in sizes:
            written.setdefault(name, day)
        check, found = run(small, day)
        assert found == []
        for name, start, end in check.read:
            seen.update(((name, byte), day) for byte in range(start, end))
        shares.append(sum(end - start for _, start, end in check.read) / sum(sizes.values()))
        for name, size in sizes.items():
            oldest = min(seen.get((name, byte), written[name]) for byte in range(size))
            assert day - oldest <= CYCLE, (day, name)
    # And not much more than the share, since a record is read whole.
    assert sum(shares) / len(shares) < 2 / CYCLE
    with small.engine.connect() as connection:
        since = verified_since(connection)
        parts = known(connection)
    assert since is not None
    assert BEGIN + (3 * CYCLE - 1) * DAY - since <= CYCLE * DAY
    assert {"articles", "database"} < set(parts)


def test_a_file_is_gone_on_with_where_the_last_run_ended(small: Small, places: list[Position]) -> None:
    age(small, 0)
    run(small, 0)
    check, _ = run(small, 1)
    [(name, start, end)] = check.read
    assert name == places[0].file
    assert 0 < start < end
    spoil(small.path(places[3]), places[3].offset + 300)
    kinds: list[str] = []
    for day in range(2, CYCLE + 2):
        kinds += [one.kind for one in run(small, day)[1]]
    assert set(kinds) == {"record_broken"}


def test_the_whole_is_verified_from_the_beginning(small: Small) -> None:
    run(small, 0)
    check, _ = run(small, 1, share=1)
    assert [start for _, start, _ in check.read] == [0]
    with small.engine.connect() as connection:
        assert all(at == 0 and ended_at == BEGIN + DAY for at, ended_at in known(connection).values())


def test_a_file_that_is_no_more_is_forgotten(small: Small) -> None:
    [place] = small.write(exchange(40))
    small.take_in()
    run(small, 0, share=1)
    small.path(place).unlink()
    small.execute("DELETE FROM revision WHERE capture_id = 5")
    small.execute("DELETE FROM capture WHERE id = 5")
    run(small, 1)
    with small.engine.connect() as connection:
        assert f"warc:{place.file}" not in known(connection)


def test_overdue_articles_are_all_looked_at(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.upkeep.verify.articles.BATCH", 1)
    assert [run(small, day, share=1 / 4)[0].articles for day in range(3)] == [1, 1, 1]
    # After a long pause.
    assert run(small, 20)[0].articles == 1
    assert run(small, 40)[0].articles == 4


def test_two_homes_on_one_database(postgres_url: str, tmp_path: Path) -> None:
    """Each verifies the files of its own; what is gone of them is found all the same."""
    engine = open_engine(postgres_url)
    one, places = make(postgres_url, tmp_path, engine, 1)
    two = Small(evolve(one.home, path=tmp_path / "two"), engine)
    two.write(exchange(5))
    two.take_in()
    for small in (one, two):
        check, found = run(small, 0, share=1)
        assert found == []
        assert [note for note in check.notes if "another crawler's home" in note]
    one.path(places[0]).unlink()
    assert [finding.kind for finding in run(one, 1, share=1)[1]] == ["file_missing"]
    assert run(two, 1, share=1)[1] == []
    engine.dispose()
