"""Numbers of articles packed into arrays: eight bytes each, where a list or a dictionary takes a hundred."""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
"""Numbers of articles; of pairs in the shape (pairs, 2)."""

STREAMED: Final = {"yield_per": 5000}
"""Options of a statement of which so many rows are in memory at a time."""
_SOME: Final = 10_000


def each(pairs: Ids) -> Iterator[list[int]]:
    """Pair after pair, some unpacked at a time."""
    for start in range(0, len(pairs), _SOME):
        yield from pairs[start : start + _SOME].tolist()


def numbers(pairs: Iterable[Iterable[int]]) -> Ids:
    """Pairs of numbers, shape (pairs, 2)."""
    return np.fromiter((key for pair in pairs for key in pair), dtype=np.int64).reshape(-1, 2)


def distinct(pairs: Ids) -> Ids:
    """The pairs in order, each once. Sorts those that are given in their place, where np.unique makes a copy more."""
    pairs.view("i8,i8").ravel().sort()
    new = np.ones(len(pairs), dtype=np.bool_)
    new[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
    return pairs[new]
