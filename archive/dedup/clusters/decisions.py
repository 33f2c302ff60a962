"""What people decide of clusters. A decision is kept for good: machines group around it, never against it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import combinations

from sqlalchemy import Connection, delete, insert, select, update

from archive.dedup.clusters.clusters import clusters_of, members_of, settle, tell
from archive.dedup.clusters.links import chunks, join_pairs, same_pairs
from archive.dedup.clusters.partition import Parts
from archive.dedup.clusters.reconnect import reconnect
from archive.dedup.clusters.sides import Sides
from archive.dedup.propose import index
from archive.dedup.tables import Cluster, ClusterPin, ClusterSame
from archive.errors import NotFound, UsageError


def merge(connection: Connection, article_ids: Sequence[int], *, now: datetime) -> set[int]:
    """These articles carry the same story, and so do their clusters. Returns the articles whose cluster changed."""
    if len(set(article_ids)) < 2:
        raise UsageError("name two articles at least that carry the same story")
    index.take_turn(connection)
    of = _found(connection, article_ids)
    first, *others = sorted(of)
    sides = Sides.read(connection, members_of(connection, of.values()))
    sides.join(connection)
    join_pairs(connection, [(first, other) for other in others], now)
    told = {"kind": "decided_same", "cluster_id": min(of.values()), "other_id": first}
    tell(connection, [{**told, "article_id": other} for other in others], now=now, by_person=True)
    return settle(connection, of, now=now, by_person=True, sides=sides)


def split(connection: Connection, article_ids: Sequence[int], *, now: datetime) -> set[int]:
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
    sides.part(connection, leaving, rest, now)
    _part(connection, leaving, rest, now)
    reconnect(connection, rest, gone=(), now=now)
    told = {"kind": "decided_apart", "cluster_id": members[leaving[0]]}
    tell(connection, [{**told, "article_id": key} for key in leaving], now=now, by_person=True)
    return settle(connection, of, now=now, by_person=True, sides=sides)


def apart(connection: Connection, article_ids: Sequence[int], *, now: datetime) -> bool:
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
    sides.keep_apart(connection, [[key for key, own in members.items() if own == one] for one in of.values()], now)
    sides.store(connection, members)
    events = [
        {"cluster_id": of[one], "article_id": one, "other_id": other, "other_cluster_id": of[other]}
        for one, other in pairs
    ]
    tell(connection, [{"kind": "decided_apart", **event} for event in events], now=now, by_person=True)
    return True


def pin(connection: Connection, article_id: int, *, now: datetime) -> set[int]:
    """This article stands for its cluster, whatever comes in later. Returns the articles that this concerns."""
    index.take_turn(connection)
    (cluster_id,) = _found(connection, [article_id]).values()
    was = connection.scalar(select(Cluster.representative_id).where(Cluster.id == cluster_id))
    if was is None:
        raise UsageError(f"article {article_id} is alone in its cluster and stands for it already")
    for chunk in chunks(sorted(members_of(connection, [cluster_id]))):
        connection.execute(delete(ClusterPin).where(ClusterPin.article_id.in_(chunk)))
    connection.execute(insert(ClusterPin).values(article_id=article_id, at=now))
    connection.execute(
        update(Cluster).where(Cluster.id == cluster_id).values(representative_id=article_id, pinned=True)
    )
    told = {"kind": "pin", "cluster_id": cluster_id, "article_id": article_id, "other_id": was}
    tell(connection, [told], now=now, by_person=True)
    return {article_id, was}


def _found(connection: Connection, article_ids: Iterable[int]) -> dict[int, int]:
    """The cluster of each article. Raises `NotFound`."""
    of = clusters_of(connection, article_ids)
    missing = set(article_ids) - of.keys()
    if missing:
        raise NotFound(f"no article {min(missing)}")
    return of


def _part(connection: Connection, leaving: Collection[int], rest: Collection[int], now: datetime) -> None:
    """Join those that leave with each other, and forget that a person joined any of them with one of the rest.

    What hung together through an article that leaves still does.
    """
    joined = same_pairs(connection, {*leaving, *rest})
    crossing = {pair for pair in joined if len({*pair}.intersection(leaving)) == 1}
    for one, other in crossing:
        connection.execute(delete(ClusterSame).where(ClusterSame.article_id == one, ClusterSame.other_id == other))
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
    join_pairs(connection, pairs, now)
