"""Pairs that a recluster finds a part of the archive after the other are those of all at once."""

import random

import pytest

from archive.dedup.propose.index import CAP
from archive.dedup.propose.sampling import LIMIT
from archive.dedup.recluster import duck, work
from archive.dedup.recluster.packed import Ids
from archive.dedup.recluster.pairs_sql import STEPS

STORIES = 40
EVERYWHERE = range(4)
"""Shingles of each second text: more than the cap."""


def _rows() -> list[work.Row]:
    """Stories of four texts, one of them twice, that share most shingles; numbers with gaps."""
    chance = random.Random(1)
    made: list[work.Row] = []
    for story in range(STORIES):
        its = [chance.randrange(LIMIT) for _ in range(24)]
        for place in range(4):
            kept = sorted({*chance.sample(its, 12), *(EVERYWHERE if place % 2 else ())})
            looked_up = sorted({*kept, *chance.sample(its, 4)})
            for digest in [story * 4 + place] * (2 if place == 3 else 1):
                key = 3 * len(made) + 5
                made.append(work.Row(key, digest, len(kept), LIMIT, len(looked_up), 500, kept, looked_up))
    return [*made, work.Row(9_000, 9_000, 0, 0, 0, 0, [], [])]


def _by_parts() -> tuple[Ids, tuple[Ids, Ids]]:
    rows = _rows()
    with duck.scratch() as database:
        return duck.pairs_of(database, [rows[:100], rows[100:]])


def test_pairs_of_parts_are_those_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with duck.scratch() as database:
        duck._put(database, [_rows()])
        for name, query in STEPS:
            database.execute(f"CREATE VIEW {name} AS {query}")
        whole = database.execute("SELECT one, other FROM pairs ORDER BY one, other").fetchall()
        assert database.execute(f"SELECT COUNT(*) FROM frequency WHERE holders >= {CAP}").fetchone() == (4,)
    assert len(whole) >= 6 * STORIES
    pairs, (ids, digests) = _by_parts()
    assert list(map(tuple, pairs.tolist())) == whole
    monkeypatch.setattr(duck, "PART", 7)
    monkeypatch.setattr(duck, "COUNTED", 10)
    again, (same_ids, same_digests) = _by_parts()
    assert again.tolist() == pairs.tolist()
    assert ids.tolist() == same_ids.tolist() == [row.article_id for row in _rows()[:-1]]
    assert digests.tolist() == same_digests.tolist() == [row.digest for row in _rows()[:-1]]
