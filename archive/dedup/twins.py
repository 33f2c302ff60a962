"""Articles with one text, and which of them another text is compared with.

Dates decide whether two texts are one, and headlines do. So of the articles with one text that one is compared which
another article most likely copied: published within a month of it, under its headline, and of those the closest in
time. What comes in and a recluster choose alike.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from math import inf
from typing import Final, NamedTuple

from archive.dedup.verify.facts import FAR

_MONTH: Final = FAR * 86400

Nearness = tuple[bool, bool, float]
"""Whether they are more than a month apart, whether their headlines differ, and the seconds between them, infinite
where a date is missing: the lower, the nearer."""


class Twin(NamedTuple):
    """An article of those with one text. `headline`: what tells it, folded, from others. `at`: when it was published,
    in seconds since 1970."""

    article_id: int
    headline: str | int
    at: float | None


def seconds(published_at: datetime | None) -> float | None:
    """A time as a twin has it."""
    return None if published_at is None else published_at.timestamp()


def nearness(one: Twin, other: Twin) -> Nearness:
    """How near two articles are, whatever their texts."""
    apart = inf if one.at is None or other.at is None else abs(one.at - other.at)
    return apart > _MONTH, one.headline != other.headline, apart


def nearest(ours: Sequence[Twin], theirs: Sequence[Twin]) -> tuple[int, int]:
    """The two articles, one of each text, that are nearest to each other; of several such the first."""
    if len(ours) == len(theirs) == 1:
        return ours[0].article_id, theirs[0].article_id
    under, under_theirs = _by_headline(ours), _by_headline(theirs)
    pairs = [(min(ours), min(theirs)), *_closest(ours, theirs)]
    for headline in under.keys() & under_theirs.keys():
        own, other = under[headline], under_theirs[headline]
        pairs += [(min(own), min(other)), *_closest(own, other)]
    best = min(pairs, key=lambda pair: (nearness(*pair), pair[0].article_id, pair[1].article_id))
    return best[0].article_id, best[1].article_id


def _by_headline(twins: Iterable[Twin]) -> dict[str | int, list[Twin]]:
    found: defaultdict[str | int, list[Twin]] = defaultdict(list)
    for twin in twins:
        found[twin.headline].append(twin)
    return found


def _closest(ours: Iterable[Twin], theirs: Iterable[Twin]) -> Iterator[tuple[Twin, Twin]]:
    """Each of ours with the ones of theirs that were published right before and after it, or when it was."""
    ranked = sorted((twin.at, twin.article_id, twin) for twin in theirs if twin.at is not None)
    dates = [at for at, *_ in ranked]
    for twin in ours:
        if twin.at is None or not ranked:
            continue
        place = bisect_left(dates, twin.at)
        before = bisect_left(dates, dates[place - 1]) if place else 0
        yield from ((twin, ranked[at][-1]) for at in {before, min(place, len(ranked) - 1)})
