"""What a story is: the text of the article that stands for it, or what most of its texts share.

Near copies make chains: each is like the next one, and the first has nothing of the last. So one link is not enough to
bring two parts together where either has several texts. The article that would stand for both must carry one text with
most of a few of the other part's; or most of a few texts of the one must do so with those of the other. Which few
follows from the texts alone, not from the order in which they came.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import nsmallest
from itertools import product
from math import isqrt
from typing import Final, Self

from attrs import frozen

from archive.dedup.clusters.partition import Parts

COMPLETE_SHARE: Final = 0.8
"""A member whose text is shorter than this share of the longest one is cut and does not stand for its cluster."""
ASKED: Final = 9
"""So many pairs of texts are asked at most, of two stories that may be one."""


@frozen(kw_only=True)
class Member:
    """What decides who stands for a cluster. `digest`: of its text, as `dedup_text` has it. `length`: folded
    characters. `mirror`: flagged as one. `withdrawn`: hidden by a person. `pinned_at`: when a person chose it.
    Times carry a zone."""

    article_id: int
    site: str
    native_id: str
    published_at: datetime | None
    first_captured_at: datetime
    complete: bool
    length: int
    digest: int = 0
    mirror: bool = False
    withdrawn: bool = False
    pinned_at: datetime | None = None


REASONS: Final = 12
"""Of so many parts of a cluster that falls apart it is asked why."""

Rank = tuple[bool, bool, bool, datetime, str, str]

Why = Callable[[int, int], str | None]
"""Why two articles do not carry one text; None where they do."""


def representative(members: Sequence[Member]) -> Member:
    """What a person chose last; else the earliest publication that is complete, a portal before a mirror; undated ones
    last. What is withdrawn stands for nothing that is not.

    A site that is named by its host is a mirror: the portals that Jianbao knows have names of their own. So is an
    article that says so itself.
    """
    members = [member for member in members if not member.withdrawn] or members
    pinned = [(member.pinned_at, member.article_id, member) for member in members if member.pinned_at is not None]
    return max(pinned)[-1] if pinned else _first(members, max(member.length for member in members))


def _first(members: Iterable[Member], longest: int) -> Member:
    return min(members, key=lambda member: _rank(member, longest))


def _rank(member: Member, longest: int) -> Rank:
    return (
        not _complete(member, longest),
        member.mirror or "." in member.site,
        member.published_at is None,
        member.published_at or member.first_captured_at,
        member.site,
        member.native_id,
    )


def _complete(member: Member, longest: int) -> bool:
    return member.complete and member.length >= COMPLETE_SHARE * longest


@frozen
class Story:
    """What machines brought together: one member for each text, by digest, and the one that stands for them, whatever
    a person pinned. `longest`: folded characters."""

    texts: dict[int, Member]
    first: Member
    longest: int

    @classmethod
    def of(cls, member: Member) -> Self:
        """The story of one article."""
        return cls({member.digest: member}, member, member.length)

    def joined(self, other: "Story") -> "Story":
        """The two as one."""
        longest = max(self.longest, other.longest)
        texts = self.texts | other.texts
        for digest in self.texts.keys() & other.texts.keys():
            texts[digest] = _first((self.texts[digest], other.texts[digest]), longest)
        # The one of the shorter texts may be cut beside the longer: then the next of them has to be found.
        still = all(_complete(one.first, longest) for one in (self, other) if one.longest < longest)
        return Story(texts, _first((self.first, other.first) if still else texts.values(), longest), longest)

    def some(self, most: int) -> list[int]:
        """The articles with a few of the texts: any, but the same ones in whatever order they came."""
        return [self.texts[digest].article_id for digest in nsmallest(most, self.texts)]


@frozen
class Refused:
    """A link that brought nothing together. `reason`: why the two articles that stand for the stories of its ends do
    not carry one text."""

    first: int
    second: int
    reason: str


class Stories:
    """The stories of articles as links bring them together. What a person joined may be two texts, and is two here.

    `facts`: of each article that has a link.
    """

    def __init__(self, facts: Mapping[int, Member], why: Why) -> None:
        self._why = why
        self._facts = facts
        self._parts = Parts(facts)
        self._stories: dict[int, Story] = {}
        self.refused: list[Refused] = []

    def unite(self, first: int, second: int) -> bool:
        """Whether the stories of two articles that are linked are one; from now on they are, if so."""
        ours, theirs = self._of(first), self._of(second)
        both = ours.joined(theirs)
        reason = why_apart(ours, theirs, both, self._why)
        if reason is not None:
            self.refused.append(Refused(first, second, reason))
            return False
        self._parts.unite(first, second)
        self._stories[self._parts.find(first)] = both
        return True

    def _of(self, article_id: int) -> Story:
        root = self._parts.find(article_id)
        if root not in self._stories:
            self._stories[root] = Story.of(self._facts[root])
        return self._stories[root]


def why_apart(ours: Story, theirs: Story, both: Story, why: Why) -> str | None:
    """Why two stories with a link between them are not one, which would be `both`; None where they are."""
    if len(ours.texts) == len(theirs.texts) == 1:
        return None
    first = both.first.article_id
    other = ours if any(member.article_id == first for member in theirs.texts.values()) else theirs
    led = [(first, key) for key in other.some(isqrt(ASKED))]
    few, many = sorted((ours, theirs), key=lambda story: len(story.texts))
    less = few.some(isqrt(ASKED))
    pairs = list(product(less, many.some(ASKED // len(less))))
    if _most(led, why) or _most(pairs, why):
        return None
    return next(filter(None, (why(*pair) for pair in [(ours.first.article_id, theirs.first.article_id), *led])))


def _most(pairs: Sequence[tuple[int, int]], why: Why) -> bool:
    """Whether more than half of the pairs carry one text; no more are asked than decide it."""
    left, needed = len(pairs), len(pairs) // 2 + 1
    for pair in pairs:
        left -= 1
        needed -= why(*pair) is None
        if not needed or needed > left:
            break
    return not needed


@frozen(kw_only=True)
class Split:
    """Articles that leave their cluster together, for another one (`to`).

    `reason`: why the article that stands for them does not carry the text of the one that stands for the rest, as
    `jianbao match` names it (docs/duplicates.md); None where it does, since what is not proposed has no link, and of
    all but the first `REASONS` parts.
    """

    cluster: int
    to: int
    articles: tuple[int, ...]
    reason: str | None


def splits(
    before: Mapping[int, int],
    after: Mapping[int, int],
    facts: Callable[[Sequence[int]], Mapping[int, Member]],
    why: Why,
) -> Iterator[Split]:
    """The parts that leave, by cluster; the part with the lowest article number stays.

    `before`, `after`: the cluster of each article. `facts`: what decides who stands for a cluster, of articles.
    """
    clusters: defaultdict[int, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    changed = {cluster for key, cluster in before.items() if after[key] != cluster}
    for key, cluster in sorted(before.items()):
        if cluster in changed:
            clusters[cluster][after[key]].append(key)
    for cluster, parts in sorted(clusters.items()):
        if len(parts) < 2:
            continue
        told = facts([key for keys in parts.values() for key in keys])
        stay, *leaving = (representative([told[key] for key in keys]).article_id for keys in parts.values())
        for place, (stands, (to, keys)) in enumerate(zip(leaving, list(parts.items())[1:], strict=True)):
            reason = why(stands, stay) if place < REASONS else None
            yield Split(cluster=cluster, to=to, articles=tuple(keys), reason=reason)
