"""Which articles make one cluster: a pure function of the links between them and of what people decided."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from attrs import frozen

COMPLETE_SHARE: Final = 0.8
"""A member whose text is shorter than this share of the longest one is cut and does not stand for its cluster."""


class Edge(NamedTuple):
    """Two articles with the same text. `doubt` is 1 - confidence, `unlike` 1 - similarity: so edges sort the surest and
    closest first."""

    doubt: float
    unlike: float
    first: int
    second: int


@frozen(kw_only=True)
class Member:
    """What decides who stands for a cluster. `length`: folded characters. `mirror`: flagged as one. `pinned_at`: when a
    person chose it. Times carry a zone."""

    article_id: int
    site: str
    native_id: str
    published_at: datetime | None
    first_captured_at: datetime
    complete: bool
    length: int
    mirror: bool = False
    pinned_at: datetime | None = None


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


def partition(
    members: Collection[int],
    edges: Iterable[Edge],
    same: Iterable[tuple[int, int]] = (),
    sides: Mapping[int, Mapping[int, int]] = NO_SIDES,
) -> dict[int, int]:
    """Each article's cluster: the lowest id among those that it hangs together with.

    What a person joined (`same`) is joined first; then the closest links, but for one that would bring together two
    articles that a person put apart: articles on different `sides` (by article, then by split) of one split.
    """
    parts = Parts(members)
    held = {article_id: dict(own) for article_id, own in sides.items()}
    for first, second in [*sorted(same), *((edge.first, edge.second) for edge in sorted(edges))]:
        if first not in parts or second not in parts:
            continue
        ours, theirs = held.get(parts.find(first), {}), held.get(parts.find(second), {})
        if all(theirs.get(split, side) == side for split, side in ours.items()):
            parts.unite(first, second)
            if ours or theirs:
                held[parts.find(first)] = ours | theirs
    return {article_id: parts.find(article_id) for article_id in members}


def representative(members: Sequence[Member]) -> Member:
    """What a person chose last; else the earliest publication that is complete, a portal before a mirror; undated ones
    last.

    A site that is named by its host is a mirror: the portals that Jianbao knows have names of their own. So is an
    article that says so itself.
    """
    pinned = [(member.pinned_at, member.article_id, member) for member in members if member.pinned_at is not None]
    if pinned:
        return max(pinned)[-1]
    longest = max(member.length for member in members)

    def rank(member: Member) -> tuple[bool, bool, bool, datetime, str, str]:
        return (
            not member.complete or member.length < COMPLETE_SHARE * longest,
            member.mirror or "." in member.site,
            member.published_at is None,
            member.published_at or member.first_captured_at,
            member.site,
            member.native_id,
        )

    return min(members, key=rank)
