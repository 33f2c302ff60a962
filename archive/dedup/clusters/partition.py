"""Which articles make one cluster: a pure function of the links between them and of what people decided."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, NamedTuple


class Edge(NamedTuple):
    """Two articles with the same text. `doubt` is 1 - confidence, `unlike` 1 - similarity: so edges sort the surest and
    closest first."""

    doubt: float
    unlike: float
    first: int
    second: int


NO_SIDES: Final[Mapping[int, Mapping[int, int]]] = {}


class Parts:
    """Articles that hang together, in parts that only grow; a part is named by its lowest id (a union-find)."""

    def __init__(self, article_ids: Iterable[int]) -> None:
        self._root = {key: key for key in article_ids}
        self._count = len(self._root)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, article_id: int) -> bool:
        return article_id in self._root

    def find(self, article_id: int) -> int:
        """The part that the article is in."""
        root = self._root
        while root[article_id] != article_id:
            root[article_id] = article_id = root[root[article_id]]
        return article_id

    def unite(self, one: int, other: int) -> None:
        """Make one part of the two that these articles are in."""
        low, high = sorted((self.find(one), self.find(other)))
        if low != high:
            self._root[high] = low
            self._count -= 1


def _always(_first: int, _second: int) -> bool:
    return True


def partition(
    members: Collection[int],
    edges: Iterable[Edge],
    same: Iterable[tuple[int, int]] = (),
    sides: Mapping[int, Mapping[int, int]] = NO_SIDES,
    one_story: Callable[[int, int], bool] = _always,
) -> dict[int, int]:
    """Each article's cluster: the lowest id among those that it hangs together with.

    What a person joined (`same`) is joined first; then the closest links, but for two kinds: one that would bring
    together two articles that a person put apart, articles on different `sides` (by article, then by split) of one
    split; and one whose ends share a text that their stories do not share (`one_story`, asked of each link in turn).
    """
    parts = Parts(members)
    held = {article_id: dict(own) for article_id, own in sides.items()}
    decided = [(first, second, True) for first, second in sorted(same)]
    for first, second, by_person in [*decided, *((edge.first, edge.second, False) for edge in sorted(edges))]:
        if first not in parts or second not in parts or parts.find(first) == parts.find(second):
            continue
        ours, theirs = held.get(parts.find(first), {}), held.get(parts.find(second), {})
        if any(theirs.get(split, side) != side for split, side in ours.items()):
            continue
        if by_person or one_story(first, second):
            parts.unite(first, second)
            if ours or theirs:
                held[parts.find(first)] = ours | theirs
    return {article_id: parts.find(article_id) for article_id in members}
