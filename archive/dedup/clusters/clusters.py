"""Clusters in the database: settled again when links or decisions change, every change an event in their history."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from archive.dedup.clusters.links import chunks, edges_among, same_pairs
from archive.dedup.clusters.partition import Member, partition, representative
from archive.dedup.clusters.sides import Sides
from archive.dedup.tables import Cluster, ClusterEvent, ClusterPin, DedupText
from archive.flags import is_complete
from archive.store.models import Article

Event = dict[str, Any]
"""Columns of `cluster_event`: `kind`, `cluster_id` and `article_id`; `other_id`, `other_cluster_id` where they tell."""


def settle(
    connection: Connection,
    article_ids: Iterable[int],
    *,
    now: datetime,
    by_person: bool = False,
    sides: Sides | None = None,
) -> set[int]:
    """Group the clusters of these articles anew by the links and decisions that stand; the articles that changed.

    Changed is an article whose cluster is another one now, or that stands for its cluster, or no longer does. `sides`:
    those of all members of the clusters, where a person is just changing them.
    """
    members = members_of(connection, clusters_of(connection, article_ids).values())
    sides = sides or Sides.read(connection, members)
    edges, same = edges_among(connection, members), same_pairs(connection, members)
    grouped = partition(members, edges, same, sides.numbers())
    moved = {key: cluster for key, cluster in grouped.items() if members[key] != cluster}
    for cluster, keys in _by_value(moved).items():
        for chunk in chunks(keys):
            connection.execute(update(Article).where(Article.id.in_(chunk)).values(cluster_id=cluster))
    sides.store(connection, grouped)
    stands, replaced = _represent(connection, members, grouped)
    tell(connection, [*_moves(members, grouped), *replaced], now=now, by_person=by_person)
    return {*moved, *stands}


def clusters_of(connection: Connection, article_ids: Iterable[int]) -> dict[int, int]:
    """The cluster of each of these articles; those that are not there are left out."""
    found: dict[int, int] = {}
    for chunk in chunks(sorted(set(article_ids))):
        rows = connection.execute(select(Article.id, Article.cluster_id).where(Article.id.in_(chunk)))
        found.update((key, cluster or key) for key, cluster in rows)
    return found


def members_of(connection: Connection, cluster_ids: Iterable[int]) -> dict[int, int]:
    """Every article of these clusters, with its cluster."""
    found: dict[int, int] = {}
    for chunk in chunks(sorted(set(cluster_ids))):
        rows = connection.execute(select(Article.id, Article.cluster_id).where(Article.cluster_id.in_(chunk)))
        found.update((key, cluster or key) for key, cluster in rows)
    return found


def tell(connection: Connection, events: Sequence[Event], *, now: datetime, by_person: bool) -> None:
    """Add events to the history of clusters."""
    rest = {"other_id": None, "other_cluster_id": None, "by_person": by_person, "at": now}
    if events:
        connection.execute(insert(ClusterEvent), [rest | event for event in events])


def _moves(before: dict[int, int], after: dict[int, int]) -> Iterator[Event]:
    """What happened: an article joined, a cluster merged into another, parts split off."""
    for old, keys in sorted(_by_value(before).items()):
        parts = _by_value({key: after[key] for key in keys})
        kind = "join" if len(keys) == 1 else "split" if len(parts) > 1 else "merge"
        for new, part in sorted(parts.items()):
            if new != old:
                came = {} if kind == "join" else {"other_cluster_id": old}
                yield {"kind": kind, "cluster_id": new, "article_id": min(part), **came}


def _represent(connection: Connection, before: dict[int, int], after: dict[int, int]) -> tuple[set[int], list[Event]]:
    """Bring the cluster rows up to date; the articles that stand for their cluster now, or did and do no longer, and
    what happened to clusters that stay."""
    groups = {cluster: keys for cluster, keys in _by_value(after).items() if len(keys) > 1}
    rows: dict[int, dict[str, Any]] = {}
    for chunk in chunks(sorted({*groups, *before.values()})):
        found = connection.execute(select(Cluster.__table__).where(Cluster.id.in_(chunk))).mappings()
        rows.update({row["id"]: dict(row) for row in found})
    told = _facts(connection, [key for keys in groups.values() for key in keys])
    changed: set[int] = set()
    events: list[Event] = []
    wanted: dict[int, dict[str, Any]] = {}
    for cluster, keys in groups.items():
        stands = representative([told[key] for key in keys])
        key = stands.article_id
        was = rows[cluster]["representative_id"] if cluster in rows else cluster
        if was != key:
            changed |= {was, key}
            if cluster in rows:
                events.append({"kind": "represent", "cluster_id": cluster, "article_id": key, "other_id": was})
        pinned = stands.pinned_at is not None
        wanted[cluster] = {"id": cluster, "representative_id": key, "size": len(keys), "pinned": pinned}
    new = [row for cluster, row in wanted.items() if row != rows.get(cluster)]
    for chunk in chunks(sorted(cluster for cluster, row in rows.items() if row != wanted.get(cluster))):
        connection.execute(delete(Cluster).where(Cluster.id.in_(chunk)))
    if new:
        connection.execute(insert(Cluster), new)
    # Who stood for a cluster that is gone is told by the change of its members.
    return changed & set(after), events


def _facts(connection: Connection, article_ids: Sequence[int]) -> dict[int, Member]:
    found = {}
    for chunk in chunks(article_ids):
        rows = connection.execute(
            select(
                Article.id,
                Article.site,
                Article.native_id,
                Article.published_at,
                Article.first_captured_at,
                Article.flags,
                DedupText.length,
                ClusterPin.at,
            )
            .outerjoin(DedupText, DedupText.article_id == Article.id)
            .outerjoin(ClusterPin, ClusterPin.article_id == Article.id)
            .where(Article.id.in_(chunk))
        )
        for key, site, native_id, published_at, captured_at, flags, length, pinned_at in rows:
            found[key] = Member(
                article_id=key,
                site=site,
                native_id=native_id,
                published_at=published_at,
                first_captured_at=captured_at,
                complete=is_complete(flags or ()),
                length=length or 0,
                mirror="mirror" in (flags or ()),
                pinned_at=pinned_at,
            )
    return found


def _by_value(values: dict[int, Any]) -> dict[Any, list[int]]:
    groups: defaultdict[Any, list[int]] = defaultdict(list)
    for key in sorted(values):
        groups[values[key]].append(key)
    return dict(groups)
