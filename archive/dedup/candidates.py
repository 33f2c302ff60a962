"""Which stored articles a text may be related to: those that share rare shingles with it, the rarest first.

A shared shingle counts 1 / (number of articles that hold it). A candidate must also hold a fair share of the sampled
shingles that it could hold if the shorter of the two texts stood in the longer one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from attrs import frozen

from archive.dedup.index import CAP
from archive.dedup.shingles import SHINGLE, Hashes, grams, sample, stored
from archive.fold import Codes

LOOK_UP: Final = 64
"""So many of the smallest hashes of a short text are looked up: a short text keeps more than the common share."""
SHORTLIST: Final = 16
VERIFIED: Final = 10
SHARE: Final = 0.11
FEW: Final = 4
"""Where no more than so many shingles could be shared, one is enough."""

# What the sampled hashes of a long text are below.
_LIMIT: Final = 1 << 47


@frozen(eq=False)
class Sample:
    """A text's sampled hashes, and those to look up, ascending, as the index stores them."""

    kept: Hashes
    looked_up: Hashes

    @property
    def last(self) -> int:
        """Up to where the index knows this text's hashes."""
        return max(_LIMIT, int(self.kept[-1])) if len(self.kept) else 0


def take_sample(codes: Codes) -> Sample:
    """The sample of a folded text."""
    hashes = grams(codes, SHINGLE)
    kept = stored(sample(hashes))
    if len(kept) >= LOOK_UP or not len(kept):
        return Sample(kept, kept)
    count = min(LOOK_UP, len(hashes))
    smallest = np.unique(stored(np.partition(hashes, count - 1)[:count]))
    return Sample(kept, np.union1d(kept, smallest))


def shortlist(looked_up: Sequence[int], holders: Mapping[int, Sequence[int]], *, but: int = -1) -> dict[int, float]:
    """The articles that share the rarest shingles, and their weight: the sum of 1 / df. `but`: this one is left out."""
    weight: defaultdict[int, float] = defaultdict(float)
    shared: defaultdict[int, int] = defaultdict(int)
    for value in looked_up:
        who = holders.get(value, ())
        if not who or len(who) >= CAP:
            continue
        part = 1.0 / len(who)
        for article_id in who:
            weight[article_id] += part
            shared[article_id] += 1
    weight.pop(but, None)
    likely = [key for key in weight if shared[key] > 1 or weight[key] >= 1 / FEW]
    likely.sort(key=lambda key: (-weight[key], key))
    return {key: weight[key] for key in likely[:SHORTLIST]}


def shares_enough(
    sample: Sample, holders: Mapping[int, Iterable[int]], article_id: int, sampled: int, last: int
) -> bool:
    """Whether the text and the article, of which `sampled` hashes up to `last` are kept, share what copies share."""
    shared = sum(article_id in holders.get(value, ()) for value in sample.looked_up.tolist())
    ours = int(np.searchsorted(sample.looked_up, last, side="right"))
    theirs = (
        sampled if len(sample.looked_up) == 0 or last <= int(sample.looked_up[-1]) else _below(sample, sampled, last)
    )
    possible = max(1, min(ours, theirs))
    return shared >= SHARE * possible and (shared > 1 or possible <= FEW)


def _below(sample: Sample, sampled: int, last: int) -> int:
    """About how many of the article's hashes stand in the range that was looked up."""
    reach = max(_LIMIT, int(sample.looked_up[-1]))
    return max(1, int(sampled * min(1.0, reach / max(1, last))))
