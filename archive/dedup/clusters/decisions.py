"""What people decide of clusters. A decision is kept for good: machines group around it, never against it. A person can
undo it: then stands what would if it had not been made, but for what was decided of the same articles since.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

from attrs import define, field
from sqlalchemy import Connection, delete, insert, or_, select, update

from archive.dedup.clusters.clusters import clusters_of, members_of, settle, tell
from archive.dedup.clusters.links import join_pairs, same_pairs
from archive.dedup.clusters.partition import Parts
from archive.dedup.clusters.reconnect import reconnect
from archive.dedup.clusters.sides import Side, Sides
from archive.dedup.propose import index
from archive.dedup.tables import Cluster, ClusterEvent, ClusterPin, ClusterSame, Decision
from archive.errors import NotFound, UsageError
from archive.store.keys import chunks
from archive.times import show_time

Pair = tuple[int, int]

_D: Any = Decision.__table__


@define
class Before:
    """What it takes to undo a decision. `sides`: a split, the side of it that some articles were on and the one that
    they are on now (None for none), and the articles. `joined`: pairs that were joined by it; `parted`: that were
    before, and since when. `pinned`: the article that was pinned by it; `unpinned`: those that were before, and when.
    `left`: the articles of the story that it took some out of."""

    sides: list[tuple[int, Side | None, Side | None, list[int]]] = field(factory=list)
    joined: list[Pair] = field(factory=list)
    parted: list[tuple[int, int, datetime]] = field(factory=list)
    pinned: int | None = None
    unpinned: list[tuple[int, datetime]] = field(factory=list)
    left: list[int] = field(factory=list)

    def as_json(self) -> dict[str, Any]:
        """As `decision.before` holds it."""
        return {
            "sides": [[split, _side(was), _side(now), keys] for split, was, now, keys in self.sides],
            "joined": self.joined,
            "parted": [[one, other, _moment(at)] for one, other, at in self.parted],
            "pinned": self.pinned,
            "unpinned": [[key, _moment(at)] for key, at in self.unpinned],
            "left": self.left,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Before":
        """The reverse."""
        return cls(
            sides=[(split, _as_side(was), _as_side(now), keys) for split, was, now, keys in told["sides"]],
            joined=[(one, other) for one, other in told["joined"]],
            parted=[(one, other, datetime.fromisoformat(at)) for one, other, at in told["parted"]],
            pinned=told["pinned"],
            unpinned=[(key, datetime.fromisoformat(at)) for key, at in told["unpinned"]],
            left=told["left"],
        )

    @property
    def articles(self) -> set[int]:
        """All that it is about."""
        found = {*self.left, *(key for *_, keys in self.sides for key in keys), *(key for key, _ in self.unpinned)}
        found |= {key for pair in self.joined for key in pair}
        found |= {key for one, other, _ in self.parted for key in (one, other)}
        return found | ({self.pinned} if self.pinned is not None else set())


def merge(
    connection: Connection, article_ids: Sequence[int], *, by: str, note: str | None = None, now: datetime
) -> set[int]:
    """These articles carry the same story, and so do their clusters. Returns the articles whose cluster changed."""
    if len(set(article_ids)) < 2:
        raise UsageError("name two articles at least that carry the same story")
    index.take_turn(connection)
    of = _found(connection, article_ids)
    first, *others = sorted(of)
    sides = Sides.read(connection, members_of(connection, of.values()))
    were = sides.by_article()
    sides.join(connection)
    before = Before(sides=_moved(were, sides.by_article()))
    before.joined = join_pairs(connection, [(first, other) for other in others], now)
    told = {"kind": "decided_same", "cluster_id": min(of.values()), "other_id": first}
    _decided(connection, "merge", of, before, [{**told, "article_id": other} for other in others], by, note, now)
    return settle(connection, of, now=now, by_person=True, sides=sides)


def split(
    connection: Connection, article_ids: Sequence[int], *, by: str, note: str | None = None, now: datetime
) -> set[int]:
    """These articles carry another story than the rest of their cluster. Returns the articles whose cluster changed."""
    index.take_turn(connection)
    of = _found(connection, article_ids)
    if len(set(of.values())) > 1:
        raise UsageError("the articles are in different clusters; split one cluster at a time")
    members = members_of(connection, of.values())
    leaving, rest = sorted(of), sorted(members.keys() - of.keys())
    if not rest:
        raise UsageError("that would leave nothing: name some of the cluster's articles, not all")
    sides = Sides.read(connection, members)
    were = sides.by_article()
    sides.part(connection, leaving, rest, now)
    before = Before(sides=_moved(were, sides.by_article()), left=rest)
    before.parted, before.joined = _part(connection, leaving, rest, now)
    reconnect(connection, rest, gone=(), now=now)
    told = {"kind": "decided_apart", "cluster_id": members[leaving[0]]}
    _decided(connection, "split", of, before, [{**told, "article_id": key} for key in leaving], by, note, now)
    return settle(connection, of, now=now, by_person=True, sides=sides)


def apart(
    connection: Connection, article_ids: Sequence[int], *, by: str, note: str | None = None, now: datetime
) -> bool:
    """The clusters of these articles are different stories, each from each other. Returns whether that is new.

    No cluster changes by it: it is what comes later that no machine brings together.
    """
    if len(set(article_ids)) < 2:
        raise UsageError("name two articles at least, of different stories")
    index.take_turn(connection)
    of = _found(connection, article_ids)
    if len(set(of.values())) < len(of):
        raise UsageError("two of the articles are in one cluster; `jianbao cluster split` takes articles out of it")
    members = members_of(connection, of.values())
    sides = Sides.read(connection, members)
    pairs = list(combinations(sorted(of), 2))
    if all(sides.are_apart(*pair) for pair in pairs):
        return False
    were = sides.by_article()
    sides.keep_apart(connection, [[key for key, own in members.items() if own == one] for one in of.values()], now)
    before = Before(sides=_moved(were, sides.by_article()))
    sides.store(connection, members)
    events = [
        {"kind": "decided_apart", "cluster_id": of[one], "article_id": one, "other_id": other}
        | {"other_cluster_id": of[other]}
        for one, other in pairs
    ]
    _decided(connection, "apart", of, before, events, by, note, now)
    return True


def pin(connection: Connection, article_id: int, *, by: str, note: str | None = None, now: datetime) -> set[int]:
    """This article stands for its cluster, whatever comes in later. Returns the articles that this concerns."""
    index.take_turn(connection)
    (cluster_id,) = _found(connection, [article_id]).values()
    was = connection.scalar(select(Cluster.representative_id).where(Cluster.id == cluster_id))
    if was is None:
        raise UsageError(f"article {article_id} is alone in its cluster and stands for it already")
    before = Before(pinned=article_id, unpinned=_unpin(connection, cluster_id))
    connection.execute(insert(ClusterPin).values(article_id=article_id, at=now))
    connection.execute(
        update(Cluster).where(Cluster.id == cluster_id).values(representative_id=article_id, pinned=True)
    )
    told = {"kind": "pin", "cluster_id": cluster_id, "article_id": article_id, "other_id": was}
    _decided(connection, "pin", [article_id], before, [told], by, note, now)
    return {article_id, was}


def unpin(connection: Connection, article_id: int, *, by: str, note: str | None = None, now: datetime) -> set[int]:
    """The rules say again who stands for this article's cluster. Returns the articles that this concerns."""
    index.take_turn(connection)
    (cluster_id,) = _found(connection, [article_id]).values()
    before = Before(unpinned=_unpin(connection, cluster_id))
    if not before.unpinned:
        raise UsageError(f"no article of cluster {cluster_id} is pinned")
    told = {"kind": "unpin", "cluster_id": cluster_id, "article_id": before.unpinned[-1][0]}
    _decided(connection, "unpin", [article_id], before, [told], by, note, now)
    return settle(connection, [article_id], now=now, by_person=True)


def undo(
    connection: Connection, article_id: int, number: int | None = None, *, by: str, now: datetime
) -> tuple[dict[str, Any], set[int]]:
    """Undo a decision on an article's story: the newest that stands, or the one of that number. Returns it, as
    `decided` tells it, and the articles whose cluster changed. Raises `NotFound`, `UsageError`."""
    index.take_turn(connection)
    _found(connection, [article_id])
    known = decided(connection, article_id)
    found = [one for one in known if (one["undone_at"] is None if number is None else one["id"] == number)]
    if not found:
        what = "no decision that stands" if number is None else f"no decision {number}"
        raise NotFound(f"the story of article {article_id} has {what}; `jianbao cluster {article_id}` tells them")
    one = found[-1]
    if one["undone_at"] is not None:
        raise UsageError(f"decision {one['id']} was undone already, {one['undone_at']} by {one['undone_by']}")
    before = Before.from_json(connection.execute(select(_D.c.before).where(_D.c.id == one["id"])).scalar_one())
    touched = before.articles | set(one["articles"])
    of = clusters_of(connection, touched)
    sides = _take_back(connection, before, members_of(connection, of.values()))
    connection.execute(update(_D).where(_D.c.id == one["id"]).values(undone_at=now, undone_by=by))
    first = {of[key]: key for key in sorted(one["articles"], reverse=True) if key in of}
    told = [{"kind": "undone", "cluster_id": cluster, "article_id": key} for cluster, key in sorted(first.items())]
    tell(connection, told, now=now, by_person=True, decision_id=one["id"])
    return one, settle(connection, of, now=now, by_person=True, sides=sides)


def decided(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """What people decided of the story that an article is in, oldest first: columns of `decision`, but for `before`."""
    (cluster_id,) = _found(connection, [article_id]).values()
    numbers: set[int] = set()
    members = sorted(members_of(connection, [cluster_id]))
    there = ClusterEvent.decision_id.is_not(None)
    for chunk in chunks(members):
        query = select(ClusterEvent.decision_id).where(there, ClusterEvent.article_id.in_(chunk))
        numbers.update(filter(None, connection.scalars(query)))
    own = or_(ClusterEvent.cluster_id == cluster_id, ClusterEvent.other_cluster_id == cluster_id)
    numbers.update(filter(None, connection.scalars(select(ClusterEvent.decision_id).where(there, own))))
    columns = [column for column in _D.c if column.name != "before"]
    rows = connection.execute(select(*columns).where(_D.c.id.in_(sorted(numbers))).order_by(_D.c.id)).mappings()
    return [{**row, "at": show_time(row["at"]), "undone_at": show_time(row["undone_at"])} for row in rows]


def _decided(
    connection: Connection,
    kind: str,
    article_ids: Iterable[int],
    before: Before,
    events: Sequence[dict[str, Any]],
    by: str,
    note: str | None,
    now: datetime,
) -> None:
    """Note a decision, and tell of it in the history."""
    values = {"kind": kind, "articles": sorted(article_ids), "by": by, "note": note, "at": now}
    made = insert(_D).values(**values, before=before.as_json()).returning(_D.c.id)
    tell(connection, events, now=now, by_person=True, decision_id=connection.execute(made).scalar_one())


def _take_back(connection: Connection, before: Before, members: Mapping[int, int]) -> Sides:
    """Write what was before, where nothing else was decided since; the sides, for `settle` to store."""
    sides = Sides.read(connection, members)
    present = sides.by_article()
    for split, was, became, keys in before.sides:
        for key in keys:
            side = present.get(key, {}).get(split)
            if (side and side.number) == (became and became.number) and key in members:
                sides.put(key, split, was)
    for one, other in before.joined:
        connection.execute(delete(ClusterSame).where(ClusterSame.article_id == one, ClusterSame.other_id == other))
    for one, other, at in before.parted:
        join_pairs(connection, [(one, other)], at)
    if before.pinned is not None:
        connection.execute(delete(ClusterPin).where(ClusterPin.article_id == before.pinned))
    there = set(connection.scalars(select(ClusterPin.article_id).where(ClusterPin.article_id.in_(before.articles))))
    for key, at in before.unpinned:
        if key not in there:
            connection.execute(insert(ClusterPin).values(article_id=key, at=at))
    return sides


def _moved(
    before: Mapping[int, Mapping[int, Side]], after: Mapping[int, Mapping[int, Side]]
) -> list[tuple[int, Side | None, Side | None, list[int]]]:
    """Which articles are on other sides now."""
    found: defaultdict[tuple[int, Side | None, Side | None], list[int]] = defaultdict(list)
    for key in sorted({*before, *after}):
        was, now = before.get(key, {}), after.get(key, {})
        for split in sorted({*was, *now}):
            if was.get(split) != now.get(split):
                found[split, was.get(split), now.get(split)].append(key)
    return [(*places, keys) for places, keys in found.items()]


def _side(side: Side | None) -> list[Any] | None:
    return None if side is None else [side.number, side.last_id, _moment(side.at)]


def _as_side(told: Sequence[Any] | None) -> Side | None:
    return None if told is None else Side(told[0], told[1], datetime.fromisoformat(told[2]))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _unpin(connection: Connection, cluster_id: int) -> list[tuple[int, datetime]]:
    """Take a cluster's pins away; those that there were, the one that counted last."""
    found: list[tuple[int, datetime]] = []
    for chunk in chunks(sorted(members_of(connection, [cluster_id]))):
        its = ClusterPin.article_id.in_(chunk)
        found += [(key, at) for key, at in connection.execute(select(ClusterPin.article_id, ClusterPin.at).where(its))]
        connection.execute(delete(ClusterPin).where(its))
    return sorted(found, key=lambda one: one[1])


def _found(connection: Connection, article_ids: Iterable[int]) -> dict[int, int]:
    """The cluster of each article. Raises `NotFound`."""
    of = clusters_of(connection, article_ids)
    missing = set(article_ids) - of.keys()
    if missing:
        raise NotFound(f"no article {min(missing)}")
    return of


def _part(
    connection: Connection, leaving: Collection[int], rest: Collection[int], now: datetime
) -> tuple[list[tuple[int, int, datetime]], list[Pair]]:
    """Join those that leave with each other, and forget that a person joined any of them with one of the rest: the
    pairs that were forgotten, and those that are new.

    What hung together through an article that leaves still does.
    """
    joined = same_pairs(connection, {*leaving, *rest})
    crossing = {pair for pair in joined if len({*pair}.intersection(leaving)) == 1}
    parted = []
    for one, other in sorted(crossing):
        its = (ClusterSame.article_id == one, ClusterSame.other_id == other)
        parted += [(one, other, at) for at in connection.scalars(select(ClusterSame.at).where(*its))]
        connection.execute(delete(ClusterSame).where(*its))
    before, after = Parts({*leaving, *rest}), Parts({*leaving, *rest})
    for pair in joined:
        before.unite(*pair)
    for pair in joined - crossing:
        after.unite(*pair)
    stay: defaultdict[int, set[int]] = defaultdict(set)
    for key in {key for pair in crossing for key in pair}.difference(leaving):
        stay[before.find(key)].add(after.find(key))
    first, *others = sorted(leaving)
    pairs = [(first, other) for other in others]
    for parts in stay.values():
        first, *others = sorted(parts)
        pairs += [(first, other) for other in others]
    return parted, join_pairs(connection, pairs, now)
