"""Which of a text's shingles the index keeps, and which are looked up."""

from typing import Final

import numpy as np
from attrs import frozen

from archive.dedup.propose.shingles import SHINGLE, Hashes, ascending, grams, sample, stored
from archive.text.fold import Codes

LOOK_UP: Final = 64
"""So many of the smallest hashes of a short text are looked up: a short text keeps more than the common share."""
LOOK_UP_AT_INGEST: Final = 32
# What the sampled hashes of a long text are below.
LIMIT: Final = 1 << 47


@frozen(eq=False)
class Sample:
    """A text's sampled hashes, and those to look up, ascending, as the index stores them."""

    kept: list[int]
    looked_up: list[int]

    def narrowed(self) -> "Sample":
        """With fewer hashes to look up: half the look-ups find all but the shortest passages."""
        return Sample(self.kept, sorted({*self.kept, *self.looked_up[:LOOK_UP_AT_INGEST]}))

    @property
    def last(self) -> int:
        """Up to where the index knows this text's hashes."""
        return max(LIMIT, self.kept[-1]) if self.kept else 0


def take_sample(codes: Codes) -> Sample:
    """The sample of a folded text."""
    hashes = grams(codes, SHINGLE)
    return as_sample(hashes, sample(hashes))


def as_sample(hashes: Hashes, sampled: Hashes) -> Sample:
    """The sample of a text from all its shingle hashes and those that `sample` keeps."""
    kept = stored(sampled)
    if len(kept) >= LOOK_UP or not len(kept):
        return Sample(kept.tolist(), kept.tolist())
    count = min(LOOK_UP, len(hashes))
    smallest = ascending(stored(np.partition(hashes, count - 1)[:count]))
    return Sample(kept.tolist(), ascending(np.concatenate((smallest, kept))).tolist())
