"""Articles with one text, and which of them another text is compared with.

Dates decide whether two texts are one, and headlines do. So of the articles with one text that one is compared which
another article most likely copied: published within a month of it, under its headline, and of those the closest in
time. Among themselves each is compared with the first; and where the text is not long, so that headlines and dates tell
which are copies, with its neighbours in time, too. What comes in and a recluster choose alike.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import combinations, pairwise
from math import inf
from typing import Final, NamedTuple

from archive.dedup.verify.facts import FAR
from archive.dedup.verify.story.another import CORRECTED_DAYS, LONG, SHORT

ALL_PAIRS: Final = 16
"""So many articles with one very short text are compared each with each."""

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


def within(twins: Sequence[Twin], length: int) -> Iterator[tuple[int, int]]:
    """The pairs of articles with one text, of `length` folded characters, that are compared. `twins`: ascending."""
    first, *rest = twins
    yield from ((first.article_id, twin.article_id) for twin in rest)
    if length >= LONG:
        return
    for ordered in _orders(twins):
        for one, other in pairwise(ordered):
            if _decides(first, one, other, length):
                yield one.article_id, other.article_id
    if length < SHORT:
        yield from combinations([twin.article_id for twin in rest[: ALL_PAIRS - 1]], 2)


def beside(own: Twin, twins: Sequence[Twin], length: int) -> list[int]:
    """Those of `twins`, the other articles with its text, ascending, that `within` pairs an article with that has just
    come in, or is looked at anew and not the first of all; what comes in later only takes neighbours away."""
    first = twins[0]
    found = [first.article_id]
    if length < LONG:
        under = [twin for twin in twins if twin.headline == own.headline]
        around = (twin for some in (under, twins) for twin in _around(own, some))
        found += [twin.article_id for twin in around if _decides(first, own, twin, length)]
    if length < SHORT and sum(twin < own for twin in twins) < ALL_PAIRS:
        found += [twin.article_id for twin in twins[:ALL_PAIRS]]
    return list(dict.fromkeys(found))


def _orders(twins: Iterable[Twin]) -> Iterator[list[Twin]]:
    """All in the order of their dates, and those under each headline."""
    for some in (twins, *_by_headline(twins).values()):
        yield sorted(some, key=_time)


def _around(own: Twin, twins: Iterable[Twin]) -> Iterator[Twin]:
    """Those right before and after an article in the order of their dates."""
    at = _time(own)
    ranked = [(_time(twin), twin) for twin in twins]
    before = max((one for one in ranked if one[0] < at), default=None)
    after = min((one for one in ranked if one[0] > at), default=None)
    yield from (one[1] for one in (before, after) if one)


def _decides(first: Twin, one: Twin, other: Twin, length: int) -> bool:
    """Whether neighbours must be compared with each other: the first may be a copy of one of them, and not of the
    other."""
    return length < SHORT or _apart(first, one) or _apart(first, other)


def _apart(one: Twin, other: Twin) -> bool:
    """Whether articles with one text may be no copies of each other."""
    _, headlines_differ, seconds_apart = nearness(one, other)
    return headlines_differ or seconds_apart > CORRECTED_DAYS * 86400


def _time(twin: Twin) -> tuple[bool, float, int]:
    return twin.at is None, twin.at or 0.0, twin.article_id


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
