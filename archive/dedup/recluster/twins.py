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
from archive.dedup.recluster.packed import Ids, distinct, each, numbers
from archive.dedup.tables import DedupText
from archive.dedup.twins import Twin, nearest, seconds, within
from archive.dedup.verify.texts import compared_headline
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
    places = np.searchsorted(ids, texts)
    asked = _several(values)[places].any(axis=1)
    places = places[asked]
    pairs = np.concatenate((texts[~asked], numbers(_of_twins(connection, places, digests, sides))))
    del places, asked
    pairs.sort(axis=1)
    return distinct(pairs)


def _of_twins(
    connection: Connection, texts: Ids, digests: tuple[Ids, Ids], sides: Mapping[int, Mapping[int, int]]
) -> Iterator[tuple[int, int]]:
    """The pairs among articles with one text; and for `texts`, pairs of places among the articles, those of articles
    with the one and with the other."""
    ids, values = digests
    order, first, last = _ranked(values)
    several = last - first > 1
    involved = several.copy()
    involved[texts.ravel()] = True
    told = _Told.read(connection, ids[involved])

    @lru_cache(maxsize=256)
    def by_side(start: int, end: int) -> list[list[Twin]]:
        groups: defaultdict[tuple[tuple[int, int], ...], list[Twin]] = defaultdict(list)
        for twin in told.twins(ids[order[start:end]]):
            groups[tuple(sorted(sides.get(twin.article_id, {}).items()))].append(twin)
        return list(groups.values())

    for pair in each(texts):
        ours, theirs = (by_side(int(first[place]), int(last[place])) for place in pair)
        yield from (nearest(*both) for both in product(ours, theirs))
    for start in np.unique(first[several]).tolist():
        groups = by_side(start, int(last[order[start]]))
        for group in groups:
            yield from within(group, told.length(group[0].article_id))
        yield from ((groups[0][0].article_id, group[0].article_id) for group in groups[1:])


def _ranked(digests: Ids) -> tuple[Ids, Ids, Ids]:
    """The places of the articles in the order of their digests; and of each article, where in that order those with
    its digest begin and where they end."""
    order = np.argsort(digests, kind="stable")
    ranked = digests[order]
    return order, np.searchsorted(ranked, digests, "left"), np.searchsorted(ranked, digests, "right")


def _several(digests: Ids) -> NDArray[np.bool_]:
    """Of each article, whether others have its digest."""
    _, first, last = _ranked(digests)
    return last - first > 1


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
            headlines = fold_many([compared_headline(row.headline) for row in rows])
            told.headlines[its] = [digest(codes) for codes in headlines]
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
