"""Which articles make one cluster: a pure function of the links between them and of what people decided."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from attrs import frozen

COMPLETE_SHARE: Final = 0.8
"""A member whose text is shorter than this share of the longest one is cut and does not stand for its cluster."""


@frozen(order=True)
class Edge:
    """Two articles with the same text; `doubt` is 1 - confidence, so that edges sort the surest first."""

    doubt: float
    first: int
    second: int


@frozen(kw_only=True)
class Member:
    """What decides who stands for a cluster. `length`: folded characters. `mirror`: flagged as one. Times carry a
    zone."""

    article_id: int
    site: str
    native_id: str
    published_at: datetime | None
    first_captured_at: datetime
    complete: bool
    length: int
    mirror: bool = False


def partition(
    members: Iterable[int],
    edges: Iterable[Edge],
    same: Iterable[tuple[int, int]] = (),
    apart: Sequence[tuple[int, int]] = (),
) -> dict[int, int]:
    """Each article's cluster: the lowest id among those that it hangs together with.

    What a person joined is joined first; then the surest links, but for one that would bring together two articles
    that a person put apart.
    """
    root = {article_id: article_id for article_id in members}

    def find(article_id: int) -> int:
        while root[article_id] != article_id:
            root[article_id] = article_id = root[root[article_id]]
        return article_id

    pairs = [*sorted(same), *((edge.first, edge.second) for edge in sorted(edges))]
    for first, second in pairs:
        if first not in root or second not in root:
            continue
        low, high = sorted((find(first), find(second)))
        if low == high or any({find(a), find(b)} == {low, high} for a, b in apart if a in root and b in root):
            continue
        root[high] = low
    return {article_id: find(article_id) for article_id in root}


def representative(members: Sequence[Member]) -> Member:
    """The earliest publication that is complete, a portal before a mirror; undated ones last.

    A site that is named by its host is a mirror: the portals that Jianbao knows have names of their own. So is an
    article that says so itself.
    """
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
