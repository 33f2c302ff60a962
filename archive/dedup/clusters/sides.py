"""The sides of people's splits: which articles no machine brings together.

A split puts the articles of one cluster on two sides, or those of several clusters on a side each. What is stored is
where each side stands: a row for a cluster, however many articles it has, so that a split of three hundred articles is
read as quickly as one of two. The articles of the cluster that were there when the person decided are on its side; what
came in later is on none, and goes where its text belongs. When a machine moves articles to another cluster, their side
goes with them.
An older article that a machine brings to a side's cluster later is on that side from then on: the row cannot tell it
from the others. So it may be kept apart from what nobody parted it from, never the other way round.

What leaves a side later becomes another side of the same split: it is as far from all the others as before.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple, Self

from attrs import define
from sqlalchemy import Connection, delete, insert, select

from archive.dedup.tables import ClusterSide
from archive.store.keys import chunks


class Side(NamedTuple):
    """One side of a split, by its number. It holds articles up to `last_id`. `at`, with a zone: when it was decided."""

    number: int
    last_id: int
    at: datetime


Place = tuple[int, int, int]
"""A split, the number of one of its sides, and a cluster in which articles of that side are."""


@define
class Sides:
    """The sides that the articles of some clusters are on, by article and split; an article on none is left out."""

    _of: dict[int, dict[int, Side]]
    _stored: dict[Place, Side]

    @classmethod
    def read(cls, connection: Connection, members: Mapping[int, int]) -> Self:
        """The sides of all articles of some clusters. `members`: the cluster of each."""
        stored: dict[Place, Side] = {}
        standing: defaultdict[int, dict[int, Side]] = defaultdict(dict)
        for chunk in chunks(sorted(set(members.values()))):
            rows = connection.execute(select(ClusterSide.__table__).where(ClusterSide.cluster_id.in_(chunk)))
            for row in rows:
                side = Side(row.side, row.last_id, row.at)
                stored[row.split_id, row.side, row.cluster_id] = side
                standing[row.cluster_id][row.split_id] = side
        of = {}
        for key, cluster in members.items() if stored else ():
            own = {split: side for split, side in standing[cluster].items() if key <= side.last_id}
            if own:
                of[key] = own
        return cls(of, stored)

    def numbers(self) -> dict[int, dict[int, int]]:
        """The number of each article's side in each split."""
        return {key: {split: side.number for split, side in own.items()} for key, own in self._of.items()}

    def by_article(self) -> dict[int, dict[int, Side]]:
        """The sides as they are now, by article and split: what a decision is held against that is about to be made."""
        return {key: dict(own) for key, own in self._of.items()}

    def put(self, article_id: int, split: int, side: Side | None) -> None:
        """Put an article on a side of a split, or on none."""
        own = self._of.setdefault(article_id, {})
        if side is None:
            own.pop(split, None)
        else:
            own[split] = side

    def are_apart(self, one: int, other: int) -> bool:
        """Whether the two articles are on different sides of one split."""
        ours, theirs = self._of.get(one, {}), self._of.get(other, {})
        return any(split in theirs and theirs[split].number != side.number for split, side in ours.items())

    def part(self, connection: Connection, leaving: Collection[int], rest: Collection[int], now: datetime) -> None:
        """Put all articles of one cluster on two sides."""
        split, number, free = self._split_for(connection, {*leaving, *rest})
        last = max(*leaving, *rest)
        for side, keys in ((number, rest), (free, leaving)):
            for key in keys:
                self._of.setdefault(key, {})[split] = Side(side, last, now)

    def keep_apart(self, connection: Connection, stories: Iterable[Collection[int]], now: datetime) -> None:
        """Put all articles of several clusters on a side each of one new split."""
        split = _free_split(connection)
        for number, keys in enumerate(stories):
            side = Side(number, max(keys), now)
            for key in keys:
                self._of.setdefault(key, {})[split] = side

    def join(self, connection: Connection) -> None:
        """Let all these articles be on one side of every split that they were on several sides of.

        It is a side of its own: where one of the two that are joined has articles elsewhere too, the other one is
        still apart from those.
        """
        numbers: defaultdict[int, set[int]] = defaultdict(set)
        for own in self._of.values():
            for split, side in own.items():
                numbers[split].add(side.number)
        for split in (split for split, several in numbers.items() if len(several) > 1):
            places = _places(connection, split)
            free = max(number for _, number, _ in places) + 1
            elsewhere = not places <= self._stored.keys()
            for own in (own for own in self._of.values() if split in own):
                side = own.pop(split)
                if elsewhere:
                    own[split] = side._replace(number=free)

    def store(self, connection: Connection, groups: Mapping[int, int]) -> None:
        """Note where the sides stand now. `groups`: each article's cluster."""
        wanted: dict[Place, Side] = {}
        for key, own in self._of.items():
            for split, side in own.items():
                place = (split, side.number, groups[key])
                other = wanted.get(place, side)
                wanted[place] = Side(side.number, max(side.last_id, other.last_id), max(side.at, other.at))
        gone = [place for place, side in self._stored.items() if wanted.get(place) != side]
        new = [(place, side) for place, side in wanted.items() if self._stored.get(place) != side]
        for split, number, cluster in gone:
            connection.execute(
                delete(ClusterSide).where(
                    ClusterSide.split_id == split, ClusterSide.side == number, ClusterSide.cluster_id == cluster
                )
            )
        if new:
            connection.execute(
                insert(ClusterSide),
                [
                    {"split_id": split, "side": number, "cluster_id": cluster, "last_id": side.last_id, "at": side.at}
                    for (split, number, cluster), side in new
                ],
            )

    def _split_for(self, connection: Connection, members: Collection[int]) -> tuple[int, int, int]:
        """The split for a decision on one cluster, the number of its side there, and a number that is free.

        A split that the cluster is a side of takes one side more, unless that side has articles elsewhere too, of
        which nothing is decided now, or articles came in since, which nobody put apart from its other sides.
        """
        for split, number, _ in sorted(self._stored):
            if not all(split in self._of.get(key, {}) for key in members):
                continue
            places = _places(connection, split)
            if sum(one == number for _, one, _ in places) == 1:
                return split, number, max(one for _, one, _ in places) + 1
        return _free_split(connection), 0, 1


def _free_split(connection: Connection) -> int:
    last = connection.scalar(select(ClusterSide.split_id).order_by(ClusterSide.split_id.desc()).limit(1))
    return (last or 0) + 1


def _places(connection: Connection, split: int) -> set[Place]:
    columns = select(ClusterSide.split_id, ClusterSide.side, ClusterSide.cluster_id)
    return {
        (row.split_id, row.side, row.cluster_id)
        for row in connection.execute(columns.where(ClusterSide.split_id == split))
    }
