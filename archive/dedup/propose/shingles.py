"""Shingles: every run of six folded characters, as numbers; and the small sample of them that the index keeps.

The sample is FracMinHash (Irber and others, 2022): a shingle is kept if its hash is small, whatever text it stands in.
So two texts that share a passage share its sampled shingles, however much longer one of them is. Of short
texts few shingles are small; they keep one more of each part that has none.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from archive.text.fold import Codes

SHINGLE: Final = 6
"""Characters a shingle."""
SCALE_BITS: Final = 5
"""One shingle in 2^5 is sampled."""
WINDOWS: Final = 14
"""A text is parted in so many, and each has a sampled shingle."""
KEEP_MAX: Final = 400

Hashes = NDArray[np.uint64]

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xFF51AFD7ED558CCD)
_MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
_HALF = np.uint64(33)
_LIMIT = np.uint64(1 << (64 - SCALE_BITS))
# What is stored: the upper bits below the limit, which leaves numbers of six bytes in SQLite.
_STORED_BITS = 47
_SHIFT = np.uint64(64 - SCALE_BITS - _STORED_BITS)


def grams(codes: Codes, size: int) -> Hashes:
    """The 64-bit hash of every run of `size` code points, in order; one of the whole for a shorter text."""
    count = len(codes)
    if count == 0:
        return np.empty(0, dtype=np.uint64)
    size = min(size, count)
    wide = codes.astype(np.uint64)
    hashes = wide[: count - size + 1].copy()
    for offset in range(1, size):
        hashes *= _FACTOR
        hashes += wide[offset : count - size + 1 + offset]
    # The finalizer of MurmurHash3: without it, low code points would give low hashes.
    hashes ^= hashes >> _HALF
    hashes *= _MIX_1
    hashes ^= hashes >> _HALF
    hashes *= _MIX_2
    hashes ^= hashes >> _HALF
    return hashes


def sample(hashes: Hashes) -> Hashes:
    """The distinct hashes that the index keeps, ascending, at most 400. `hashes`: in the order of the text.

    Those under the limit; and of each fourteenth of the text that has none, the smallest. So a passage of a seventh of
    a short text holds one for certain, where the smallest of the whole text might all stand elsewhere.
    """
    under = hashes < _LIMIT
    kept = hashes[under]
    if len(kept) < KEEP_MAX and len(hashes) > len(kept):
        starts = np.unique(np.arange(WINDOWS) * len(hashes) // WINDOWS)
        empty = ~np.logical_or.reduceat(under, starts)
        kept = np.concatenate((kept, np.minimum.reduceat(hashes, starts)[empty]))
    return ascending(kept)[:KEEP_MAX]


def sample_many(texts: Sequence[Codes]) -> list[tuple[Hashes, Hashes]]:
    """All shingle hashes and the sample of several folded texts, hashed in one go."""
    joined = np.concatenate(texts) if texts else np.empty(0, dtype=np.uint32)
    hashes = grams(joined, SHINGLE)
    made = []
    start = 0
    for codes in texts:
        count = len(codes) - SHINGLE + 1
        # A text shorter than a shingle has one hash, which the joined text does not show.
        own = hashes[start : start + count] if count > 0 else grams(codes, SHINGLE)
        made.append((own, sample(own)))
        start += len(codes)
    return made


def ascending(hashes: Hashes) -> Hashes:
    """The distinct hashes, sorted. For the few that there are, quicker than `np.unique`."""
    ranked = np.sort(hashes)
    if len(ranked) > 1:
        ranked = ranked[np.concatenate(([True], ranked[1:] != ranked[:-1]))]
    return ranked


def stored(hashes: Hashes) -> Hashes:
    """Hashes as the index stores them: their upper bits. A short text's fillers above the limit need more bits."""
    return hashes >> _SHIFT
