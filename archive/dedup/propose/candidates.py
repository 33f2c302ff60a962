"""Which stored articles a text may be related to: those that share rare shingles with it, the rarest first.

A shared shingle counts 1 / (number of articles that hold it). A candidate must also hold a fair share of the sampled
shingles that it could hold if the shorter of the two texts stood in the longer one.

A short excerpt shares few shingles with a long text, fewer than any other report of the same event does. So of the
candidates that are compared on the text, some are the best of each class of length, whatever the others share.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from heapq import nsmallest
from itertools import islice
from typing import Final

from attrs import frozen

from archive.dedup.propose.index import CAP
from archive.dedup.propose.sampling import LIMIT, Sample


@frozen(kw_only=True)
class Effort:
    """How far a search goes. `listed`: candidates ranked; `verified`: of these, compared on the text, among them the
    best `kept` of each class of length. A candidate must hold the `share` of what it could hold; where that is `few`
    shingles or less, one is enough."""

    listed: int
    verified: int
    kept: int
    share: float
    few: int


INGEST: Final = Effort(listed=64, verified=12, kept=3, share=0.11, few=4)
MATCH: Final = Effort(listed=96, verified=20, kept=5, share=0.06, few=24)
"""A person waits for one text: twice the work for the last half per cent, mostly short passages of long texts."""

OTHER_LENGTH: Final = 2
"""A text this many times as long as another one is of another class."""


@frozen
class Candidate:
    """A stored article that holds `shared` of the hashes; `weight` is the sum of 1 / df over them."""

    article_id: int
    weight: float
    shared: int


def shortlist(
    looked_up: Sequence[int], holders: Mapping[int, Sequence[int]], effort: Effort, *, but: int | None = None
) -> list[Candidate]:
    """The articles that share the rarest shingles, the heaviest first. `but`: this one is left out."""
    weight: dict[int, float] = {}
    shared: dict[int, int] = {}
    for value in looked_up:
        who = holders.get(value)
        if not who or len(who) >= CAP:
            continue
        part = 1.0 / len(who)
        for article_id in who:
            if article_id in weight:
                weight[article_id] += part
                shared[article_id] += 1
            else:
                weight[article_id] = part
                shared[article_id] = 1
    if but is not None:
        weight.pop(but, None)
    least = 1 / effort.few
    likely = sorted((-much, key) for key, much in weight.items() if much >= least or shared[key] > 1)
    return [Candidate(key, -much, shared[key]) for much, key in likely[: effort.listed]]


@frozen
class Fair:
    """A candidate that shares what copies share: `share` of what it could, 0 to 1. `length`: folded characters."""

    candidate: Candidate
    length: int
    share: float


def fair_share(sample: Sample, shared: int, sampled: int, last: int, effort: Effort) -> float | None:
    """How much a text and an article, of which `sampled` hashes up to `last` are kept, share of what they could; None
    where copies share more."""
    reach = max(LIMIT, sample.looked_up[-1])
    ours = bisect_right(sample.looked_up, last)
    theirs = sampled if last <= reach else int(sampled * reach / last)
    possible = max(1, min(ours, theirs))
    enough = shared >= effort.share * possible and (shared > 1 or possible <= effort.few)
    return shared / possible if enough else None


def chosen(fair: Sequence[Fair], length: int, effort: Effort) -> list[Candidate]:
    """Which of the candidates are compared with a text of `length`, in their order.

    That is the first of them, but for the places that are kept for those that are much shorter, much longer, or
    neither: of these, the ones that share the most of what they could.
    """
    if len(fair) <= effort.verified:
        return [one.candidate for one in fair]
    classes: dict[int, list[int]] = {}
    for place, one in enumerate(fair):
        classes.setdefault((one.length > length * OTHER_LENGTH) - (one.length * OTHER_LENGTH < length), []).append(
            place
        )
    places = {place for some in classes.values() for place in nsmallest(effort.kept, some, lambda at: -fair[at].share)}
    rest = (place for place in range(len(fair)) if place not in places)
    places.update(islice(rest, effort.verified - len(places)))
    return [fair[place].candidate for place in sorted(places)]
