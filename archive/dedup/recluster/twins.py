"""From pairs of texts to pairs of articles: which of the articles with one text are compared with those of another.

An engine finds pairs of texts, each by the first article with it. Dates decide too, so of two texts the articles that
were published closest in time are compared. Where a person put articles with one text on two sides of a split, each
side is compared by itself: a link to the other side would hold nothing together.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations, pairwise, product
from typing import Final

from attrs import frozen
from sqlalchemy import Connection, select

from archive.dedup.tables import DedupText
from archive.dedup.verify.story.another import SHORT
from archive.store.keys import chunks
from archive.store.models import Article

ALL_PAIRS: Final = 16
"""So many articles with one very short text are compared each with each."""


@frozen
class _Twin:
    article_id: int
    headline: str
    published_at: datetime | None
    short: bool


def article_pairs(
    connection: Connection,
    texts: Iterable[tuple[int, int]],
    digests: Mapping[int, int],
    sides: Mapping[int, Mapping[int, int]],
) -> list[tuple[int, int]]:
    """The pairs of articles to compare, the lower id first, in order.

    `texts`: pairs of articles with different texts, each standing for all with its text. `digests`: each article's.
    `sides`: by article, then by split (`Sides.numbers`).
    """
    pairs = list(texts)
    same: defaultdict[int, list[int]] = defaultdict(list)
    for key, digest in sorted(digests.items()):
        same[digest].append(key)
    several = {key for keys in same.values() if len(keys) > 1 for key in keys}
    beside = {key for pair in pairs if several.intersection(pair) for key in pair}
    told = _told(connection, several | beside)
    twins = {digest: _by_side([told[key] for key in keys], sides) for digest, keys in same.items() if keys[0] in told}
    found: set[tuple[int, int]] = set()
    for one, other in pairs:
        if one in several or other in several:
            found.update(_nearest(*both) for both in product(twins[digests[one]], twins[digests[other]]))
        else:
            found.add((one, other))
    for groups in twins.values():
        for group in groups:
            found.update(_within(group))
        found.update((groups[0][0].article_id, group[0].article_id) for group in groups[1:])
    return sorted((min(pair), max(pair)) for pair in found)


def _told(connection: Connection, article_ids: Iterable[int]) -> dict[int, _Twin]:
    found = {}
    for chunk in chunks(sorted(article_ids)):
        rows = connection.execute(
            select(Article.id, Article.headline, Article.published_at, DedupText.length)
            .outerjoin(DedupText, DedupText.article_id == Article.id)
            .where(Article.id.in_(chunk))
        )
        found.update({key: _Twin(key, headline or "", at, (length or 0) < SHORT) for key, headline, at, length in rows})
    return found


def _by_side(twins: Iterable[_Twin], sides: Mapping[int, Mapping[int, int]]) -> list[list[_Twin]]:
    groups: defaultdict[tuple[tuple[int, int], ...], list[_Twin]] = defaultdict(list)
    for twin in twins:
        groups[tuple(sorted(sides.get(twin.article_id, {}).items()))].append(twin)
    return list(groups.values())


def _within(twins: Sequence[_Twin]) -> Iterator[tuple[int, int]]:
    """Each with the first. Very short texts are copies only under a like headline, and not more than a month apart: so
    each with its neighbours by headline and date too, and the first few each with each."""
    ids = [twin.article_id for twin in twins]
    yield from ((ids[0], key) for key in ids[1:])
    if not twins[0].short:
        return
    ranked = sorted(twins, key=lambda twin: (twin.headline, twin.published_at is None, _when(twin), twin.article_id))
    yield from ((one.article_id, other.article_id) for one, other in pairwise(ranked))
    yield from combinations(ids[1:ALL_PAIRS], 2)


def _nearest(ours: Sequence[_Twin], theirs: Sequence[_Twin]) -> tuple[int, int]:
    """The two that were published closest in time; the first two where dates are missing."""
    ranked = sorted((_when(twin), twin.article_id) for twin in theirs if twin.published_at is not None)
    dates = [when for when, _ in ranked]
    best: tuple[float, int, int] | None = None
    for twin in (twin for twin in ours if twin.published_at is not None and ranked):
        place = bisect_left(dates, _when(twin))
        before = bisect_left(dates, dates[place - 1]) if place else 0
        for at in {before, min(place, len(ranked) - 1)}:
            apart = (abs(dates[at] - _when(twin)), twin.article_id, ranked[at][1])
            best = min(best, apart) if best else apart
    return best[1:] if best else (ours[0].article_id, theirs[0].article_id)


def _when(twin: _Twin) -> float:
    """Seconds since 1970; 0 without a date."""
    return twin.published_at.timestamp() if twin.published_at else 0.0
