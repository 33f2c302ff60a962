"""From pairs of texts to pairs of articles: which of the articles with one text are compared with those of another.

An engine finds pairs of texts, each by the first article with it. Of two texts the articles are compared that are
nearest to each other (`archive.dedup.twins`). Where a person put articles with one text on two sides of a split, each
side is compared by itself: a link to the other side would hold nothing together.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import Final, Self

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from archive.dedup.fingerprints import digest
from archive.dedup.recluster.packed import Ids, each, numbers
from archive.dedup.tables import DedupText
from archive.dedup.twins import Twin, nearest, seconds, within
from archive.store.models import Article
from archive.text.fold import fold_many

_CHUNK: Final = 2000


def article_pairs(
    connection: Connection, texts: Ids, digests: tuple[Ids, Ids], sides: Mapping[int, Mapping[int, int]]
) -> Ids:
    """The pairs of articles to compare, the lower number first, in order.

    `texts`: pairs of articles with different texts, each standing for all with its text. `digests`: the articles of
    which something counts, ascending, and the digest of each. `sides`: by article, then by split (`Sides.numbers`).
    """
    ids, values = digests
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    first, last = (np.searchsorted(ranked, values, side) for side in ("left", "right"))
    several = last - first > 1
    places = np.searchsorted(ids, texts)
    asked = several[places].any(axis=1)
    involved = several.copy()
    involved[places[asked].ravel()] = True
    told = _Told.read(connection, ids[involved])

    @lru_cache(maxsize=256)
    def by_side(start: int, end: int) -> list[list[Twin]]:
        groups: defaultdict[tuple[tuple[int, int], ...], list[Twin]] = defaultdict(list)
        for twin in told.twins(ids[order[start:end]]):
            groups[tuple(sorted(sides.get(twin.article_id, {}).items()))].append(twin)
        return list(groups.values())

    def found() -> Iterator[tuple[int, int]]:
        for one, other in each(places[asked]):
            ours, theirs = (by_side(int(first[place]), int(last[place])) for place in (one, other))
            yield from (nearest(*both) for both in product(ours, theirs))
        for start in np.unique(first[several]).tolist():
            groups = by_side(start, int(last[order[start]]))
            for group in groups:
                yield from within(group, told.length(group[0].article_id))
            yield from ((groups[0][0].article_id, group[0].article_id) for group in groups[1:])

    pairs = np.concatenate((texts[~asked], numbers(found())))
    pairs.sort(axis=1)
    return np.unique(pairs, axis=0)


@frozen
class _Told:
    """What is asked of articles with one text. `ids`: ascending. `headlines`: the digest of each headline, folded.
    `dates`: seconds since 1970, or not a number. `lengths`: characters of its text, folded."""

    ids: Ids
    headlines: Ids
    dates: NDArray[np.float64]
    lengths: Ids

    @classmethod
    def read(cls, connection: Connection, ids: Ids) -> Self:
        """Of these articles."""
        size = len(ids)
        told = cls(ids, np.zeros(size, dtype=np.int64), np.zeros(size), np.zeros(size, dtype=np.int64))
        for start in range(0, size, _CHUNK):
            rows = connection.execute(
                select(Article.headline, Article.published_at, DedupText.length)
                .outerjoin(DedupText, DedupText.article_id == Article.id)
                .where(Article.id.in_(ids[start : start + _CHUNK].tolist()))
                .order_by(Article.id)
            ).all()
            its = slice(start, start + len(rows))
            told.headlines[its] = [digest(codes) for codes in fold_many([row.headline or "" for row in rows])]
            told.dates[its] = [np.nan if (at := seconds(row.published_at)) is None else at for row in rows]
            told.lengths[its] = [row.length or 0 for row in rows]
        return told

    def twins(self, ids: Ids) -> Iterator[Twin]:
        """Some of the articles."""
        places = np.searchsorted(self.ids, ids)
        for key, headline, at in zip(
            ids.tolist(), self.headlines[places].tolist(), self.dates[places].tolist(), strict=True
        ):
            yield Twin(key, headline, None if np.isnan(at) else at)

    def length(self, article_id: int) -> int:
        """Of the text of one of them."""
        return int(self.lengths[np.searchsorted(self.ids, article_id)])
