"""Packed rows come out as they went in, and no filter says "no" of what it holds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from archive.dedup.propose import packed

ROWS = st.lists(st.tuples(st.integers(0, (1 << packed.HASH_BITS) - 1), st.integers(0, (1 << 44) - 1)), max_size=400)

ROWS_WRITTEN = (
    "000000000000000000000000200000000000000000000002a00000000000000000000004e0ffffffffff0f0000000006"
    "010000000000000000000008f394fe72f36e0c000000000affffffffffff0f000000000c"
)
FILTER_WRITTEN = "010808208844831b00000000000000004821030044001350"


def _arrays(rows: list[tuple[int, int]]) -> tuple[packed.Hashes, packed.Ids]:
    made = np.array(rows, dtype=np.uint64).reshape(-1, 2)
    turned = packed.turn(made[:, 0])
    order = np.argsort(turned, kind="stable")
    return turned[order], made[order, 1]


@given(ROWS)
def test_rows_come_out_of_their_blocks_as_they_went_in(rows: list[tuple[int, int]]) -> None:
    turned, ids = _arrays(rows)
    bits = packed.bits_for(len(rows))
    cut = list(packed.blocks(turned, ids, bits))
    assert len({number for number, _ in cut}) == len(cut)
    found = []
    for number, block in cut:
        assert 0 <= number < 1 << bits
        its, keys = packed.unpack(block)
        assert set((its >> np.uint64(packed.HASH_BITS - bits)).tolist()) == {number}
        found += zip(packed.turned_back(its).tolist(), keys.tolist(), strict=True)
    assert sorted(found) == sorted(rows)


@given(ROWS, st.lists(st.integers(0, (1 << packed.HASH_BITS) - 1), max_size=50))
def test_a_filter_never_says_no_of_what_it_holds(rows: list[tuple[int, int]], others: list[int]) -> None:
    turned, _ = _arrays(rows)
    words = packed.empty_filter(len(rows))
    for some in (turned[: len(turned) // 3], turned[len(turned) // 3 :]):
        packed.note(words, some)
    asked = np.concatenate([turned, packed.turn(np.array(others, dtype=np.uint64))])
    bits = packed.bits_of(asked)
    held = (words[packed.places(asked, np.uint64(len(words)))] & bits) == bits
    assert held[: len(turned)].all()


def test_a_filter_says_perhaps_of_few_that_it_does_not_hold() -> None:
    rng = np.random.default_rng(7)
    turned = packed.turn(np.sort(rng.integers(0, 1 << 47, 100_000).astype(np.uint64)))
    words = packed.empty_filter(len(turned))
    packed.note(words, turned)
    others = packed.turn(rng.integers(0, 1 << 47, 100_000).astype(np.uint64))
    bits = packed.bits_of(others)
    wrong = ((words[packed.places(others, np.uint64(len(words)))] & bits) == bits).mean()
    assert 0.0005 < wrong < 0.004
    assert words.nbytes == len(turned) * packed.BITS_OF_SMALL // 8


def test_filters_and_rows_are_read_as_they_were_written_by_every_version() -> None:
    """They stand in archives. Whoever changes what they are makes them anew by a migration: a filter that is read in
    another way than it was written says "no" of what it holds."""
    hashes = np.array([0, 1, 5, (1 << 47) - 1, 1 << 47, 0x9E3779B97F4A7, (1 << 52) - 1], dtype=np.uint64)
    turned = packed.turn(hashes)
    words = packed.empty_filter(len(hashes))
    packed.note(words, turned)
    assert packed.pack(turned, np.arange(7, dtype=np.uint64) << np.uint64(37)).hex() == ROWS_WRITTEN
    assert words.tobytes().hex() == FILTER_WRITTEN
    assert [packed.bits_for(rows) for rows in (0, 1, 150, 151, 300, 301, 50_000, 12_800_000)] == [
        0,
        0,
        0,
        1,
        1,
        2,
        9,
        17,
    ]
