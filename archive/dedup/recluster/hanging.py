"""Articles that hang together, a few of such groups at a time: what is decided within one depends on nothing else.

Of an archive of any size so much is in memory as a number takes for each article.
"""

from array import array
from collections.abc import Iterator
from typing import Final

import numpy as np

from archive.dedup.recluster.packed import Ids, each

SOME: Final = 1000
"""So many articles and more are handed over at a time, but for the last."""


def groups(article_ids: Ids, pairs: Ids) -> Iterator[list[int]]:
    """The articles that are in a pair, with all that they hang together with; the groups whole, in the order of their
    lowest articles. `article_ids`: ascending. `pairs`: shape (pairs, 2); those of other articles do not count."""
    places = np.searchsorted(article_ids, pairs)
    there = (places < len(article_ids)).all(axis=1)
    places, pairs = places[there], pairs[there]
    places = places[(article_ids[places] == pairs).all(axis=1)] if len(places) else places
    root = array("l", range(len(article_ids)))
    for one, other in each(places):
        low, high = sorted((_find(root, one), _find(root, other)))
        root[high] = low
    inside = np.zeros(len(article_ids), dtype=np.bool_)
    inside[places.ravel()] = True
    members = np.flatnonzero(inside)
    of = np.array(root)
    while not np.array_equal(of, above := of[of]):
        of = above
    return whole(article_ids[members], of[members])


def whole(article_ids: Ids, of: Ids) -> Iterator[list[int]]:
    """The articles by groups, a few of which are handed over at a time. `of`: the group of each."""
    order = np.argsort(of, kind="stable")
    ranked = of[order]
    ends = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]) + 1, len(ranked)).tolist()
    start = 0
    for end in ends:
        if end - start >= SOME or (end == len(ranked) and end > start):
            yield article_ids[order[start:end]].tolist()
            start = end


def _find(root: "array[int]", place: int) -> int:
    while root[place] != place:
        root[place] = place = root[root[place]]
    return place
