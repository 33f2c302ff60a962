"""Rows of the index, (hash, article id), packed: sorted in blocks, and a filter of their hashes. Pure, by numpy.

A row is 12 bytes. The 47 lower bits of a hash, below which a text's sampled hashes are evenly spread, are turned to
the front: the number that comes of it is the row's `turned` hash. A run of rows is sorted by it and cut where its
first bits change, into 2^`bits` blocks of some hundred rows. So a hash says by itself in which block of a run it
stands.

The filter is Bloom's (1970), blocked (Putze and others, 2007): each hash sets five bits in one word of 64, so that one
access to memory answers. It never says "no" of a hash that is there; of what is not there it says "perhaps" twice in a
thousand, four times in a large run (Dayan and others, 2017: bits are spent best on small ones), and more often in one
of more than 16 million rows, since no filter is larger than 32 MB.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Ids = NDArray[np.uint64]
Words = NDArray[np.uint64]

ROW: Final = 12
"""Bytes a row: 52 bits of the turned hash, 44 of the article's id."""
BLOCK: Final = 150
"""Rows a block holds on average at most, and half as many at least: PostgreSQL keeps up to 2 KB in the row itself."""
BITS: Final = 16
"""Of the filter, a row; and of a small run's, which many are to be looked into and few bytes are saved by."""
BITS_OF_SMALL: Final = 20
SMALL: Final = 4_000_000
MOST_WORDS: Final = 1 << 22

HASH_BITS: Final = 52
_EVEN: Final = np.uint64(47)
_ABOVE: Final = np.uint64(HASH_BITS - 47)
_BELOW: Final = np.uint64((1 << 47) - 1)
_LOW: Final = np.uint64(0xFFFFFFFF)
_HIGH: Final = np.uint64(0xFFFFF)
_TWELVE: Final = np.uint64(12)
_TWENTY: Final = np.uint64(20)
_HALF: Final = np.uint64(32)
_ID: Final = np.uint64(0xFFF)
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
_FIELDS: Final = tuple(np.uint64(place) for place in (34, 40, 46, 52, 58))
_SIX: Final = np.uint64(63)
_ONE: Final = np.uint64(1)


def turn(hashes: Hashes) -> Hashes:
    """Hashes of 52 bits, as rows are sorted by."""
    return ((hashes & _BELOW) << _ABOVE) | (hashes >> _EVEN)


def turned_back(turned: Hashes) -> Hashes:
    """The hashes again."""
    return (turned >> _ABOVE) | ((turned & np.uint64((1 << int(_ABOVE)) - 1)) << _EVEN)


def pack(turned: Hashes, ids: Ids) -> bytes:
    """Rows as they are stored, little-endian."""
    made = np.empty((len(turned), 3), dtype="<u4")
    made[:, 0] = turned & _LOW
    made[:, 1] = (turned >> _HALF) | ((ids & _ID) << _TWENTY)
    made[:, 2] = ids >> _TWELVE
    return made.tobytes()


def unpack(packed: bytes) -> tuple[Hashes, Ids]:
    """The turned hashes and the ids of rows."""
    read = np.frombuffer(packed, dtype="<u4").reshape(-1, 3).astype(np.uint64)
    return read[:, 0] | ((read[:, 1] & _HIGH) << _HALF), (read[:, 1] >> _TWENTY) | (read[:, 2] << _TWELVE)


def bits_for(rows: int) -> int:
    """How many first bits of a turned hash name its block, in a run of so many rows."""
    return max(0, -(-rows // BLOCK) - 1).bit_length()


def blocks(turned: Hashes, ids: Ids, bits: int) -> Iterator[tuple[int, bytes]]:
    """Sorted rows, cut in blocks; without the empty ones."""
    if not len(turned):
        return
    packed = pack(turned, ids)
    numbers = turned >> np.uint64(HASH_BITS - bits)
    starts = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1])))
    ends = np.append(starts[1:], len(numbers))
    for number, start, end in zip(numbers[starts].tolist(), starts.tolist(), ends.tolist(), strict=True):
        yield number, packed[start * ROW : end * ROW]


def empty_filter(rows: int) -> Words:
    """The filter of a run that will have so many rows."""
    bits = rows * (BITS if rows >= SMALL else BITS_OF_SMALL)
    return np.zeros(max(1, min(MOST_WORDS, -(-bits // 64))), dtype=np.uint64)


def bits_of(turned: Hashes) -> Words:
    """The five bits that each hash sets in its word."""
    mixed = turned * _FACTOR
    made = np.zeros(len(turned), dtype=np.uint64)
    for place in _FIELDS:
        made |= _ONE << ((mixed >> place) & _SIX)
    return made


def places(turned: Hashes, size: NDArray[np.uint64] | np.uint64) -> NDArray[np.uint64]:
    """In which word of a filter of `size` words each hash has its bits. It is there where the word has all of them."""
    return ((turned >> _TWENTY) * size) >> _HALF


def note(words: Words, turned: Hashes) -> None:
    """Add hashes to a filter. Sorted ones are quick: they set bits one after the other."""
    np.bitwise_or.at(words, places(turned, np.uint64(len(words))), bits_of(turned))
