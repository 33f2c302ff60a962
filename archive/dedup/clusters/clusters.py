"""Clusters in the database: settled again when links or decisions change, every change an event in their history."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from archive.dedup.clusters.links import chunks, edges_among
from archive.dedup.clusters.partition import Member, partition, representative
from archive.dedup.tables import Cluster, ClusterDecision, ClusterEvent, DedupText
from archive.flags import is_complete
from archive.store.models import Article


def settle(connection: Connection, article_ids: Iterable[int], *, now: datetime, by_person: bool = False) -> set[int]:
    """Group the clusters of these articles anew by the links and decisions that stand; the articles that changed.

    Changed is an article whose cluster is another one now, or that stands for its cluster, or no longer does.
    """
    members = _members_of_clusters(connection, article_ids)
    if not members:
        return set()
    same, apart = _decisions(connection, members)
    grouped = partition(members, edges_among(connection, members), same, apart)
    moved = {key: cluster for key, cluster in grouped.items() if members[key] != cluster}
    for cluster, keys in _by_value(moved).items():
        for chunk in chunks(keys):
            connection.execute(update(Article).where(Article.id.in_(chunk)).values(cluster_id=cluster))
    events = list(_moves(members, grouped))
    stands = _represent(connection, members, grouped, events)
    if events:
        connection.execute(
            insert(ClusterEvent), [{"other_id": None, **event, "by_person": by_person, "at": now} for event in events]
        )
    return {key for key in moved if members[key] is not None} | stands


def _members_of_clusters(connection: Connection, article_ids: Iterable[int]) -> dict[int, int | None]:
    """Every article of the clusters that these articles are in, with its cluster; those without one too."""
    wanted = sorted(set(article_ids))
    found: dict[int, int | None] = {}
    for chunk in chunks(wanted):
        found.update(connection.execute(select(Article.id, Article.cluster_id).where(Article.id.in_(chunk))).all())
    for chunk in chunks(sorted({cluster for cluster in found.values() if cluster is not None})):
        found.update(
            connection.execute(select(Article.id, Article.cluster_id).where(Article.cluster_id.in_(chunk))).all()
        )
    return found


def _decisions(connection: Connection, members: Iterable[int]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    if connection.scalar(select(ClusterDecision.article_id).limit(1)) is None:
        return [], []
    found: dict[str, list[tuple[int, int]]] = {"same": [], "apart": []}
    for chunk in chunks(sorted(members)):
        rows = connection.execute(
            select(ClusterDecision.article_id, ClusterDecision.other_id, ClusterDecision.decision).where(
                ClusterDecision.article_id.in_(chunk)
            )
        )
        for first, second, decision in rows:
            found[decision].append((first, second))
    return found["same"], found["apart"]


def _moves(  # noqa: C901 (the three kinds of event are told apart in one place)
    before: dict[int, int | None], after: dict[int, int]
) -> Iterator[dict[str, Any]]:
    """What happened, as events: an article joined, a cluster merged into another, a part split off."""
    sizes: defaultdict[int, int] = defaultdict(int)
    for cluster in after.values():
        sizes[cluster] += 1
    for old, keys in sorted(_by_value(before).items(), key=lambda item: (item[0] is None, item[0] or 0)):
        went = _by_value({key: after[key] for key in keys})
        if old is None or len(keys) == 1:
            for key in keys:
                if after[key] != key or (old is not None and old != after[key]):
                    yield {"kind": "join", "cluster_id": after[key], "article_id": key}
                elif old is None and sizes[key] > 1:
                    yield {"kind": "join", "cluster_id": key, "article_id": key}
            continue
        if len(went) == 1:
            (new,) = went
            if new != old:
                yield {"kind": "merge", "cluster_id": new, "article_id": min(keys), "other_id": old}
            continue
        for new, part in sorted(went.items()):
            if new != old:
                yield {"kind": "split", "cluster_id": new, "article_id": min(part), "other_id": old}


def _represent(
    connection: Connection, before: dict[int, int | None], after: dict[int, int], events: list[dict[str, Any]]
) -> set[int]:
    """Bring the cluster rows up to date; the articles that stand for their cluster now, or did and do no longer."""
    groups = _by_value(after)
    ids = sorted({*groups, *(cluster for cluster in before.values() if cluster is not None)})
    rows: dict[int, dict[str, Any]] = {}
    for chunk in chunks(ids):
        found = connection.execute(select(Cluster.__table__).where(Cluster.id.in_(chunk))).mappings()
        rows.update({row["id"]: dict(row) for row in found})
    gone = [key for key in rows if len(groups.get(key, ())) < 2]
    pins = {row["representative_id"] for row in rows.values() if row["pinned"]}
    told = _facts(connection, [key for keys in groups.values() if len(keys) > 1 for key in keys])
    changed: set[int] = set()
    wanted: list[dict[str, Any]] = []
    for cluster, keys in groups.items():
        if len(keys) < 2:
            continue
        pinned = sorted(pins.intersection(keys))
        stands = pinned[0] if pinned else representative([told[key] for key in keys]).article_id
        old = rows.get(cluster)
        was = old["representative_id"] if old else cluster
        if was != stands:
            changed |= {was, stands}
            if old:
                events.append({"kind": "represent", "cluster_id": cluster, "article_id": stands, "other_id": was})
        row = {"id": cluster, "representative_id": stands, "size": len(keys), "pinned": bool(pinned)}
        if old is None or row != old:
            wanted.append(row)
    for chunk in chunks(sorted({*gone, *(row["id"] for row in wanted)})):
        connection.execute(delete(Cluster).where(Cluster.id.in_(chunk)))
    if wanted:
        connection.execute(insert(Cluster), wanted)
    # Who stood for a cluster that is gone is told by the change of its members.
    return changed & set(after)


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
            )
            .outerjoin(DedupText, DedupText.article_id == Article.id)
            .where(Article.id.in_(chunk))
        )
        for key, site, native_id, published_at, captured_at, flags, length in rows:
            found[key] = Member(
                article_id=key,
                site=site,
                native_id=native_id,
                published_at=published_at,
                first_captured_at=captured_at,
                complete=is_complete(flags or ()),
                length=length or 0,
                mirror="mirror" in (flags or ()),
            )
    return found


def own_clusters(connection: Connection, article_ids: Iterable[int]) -> None:
    """New articles are clusters of their own until they are linked."""
    for chunk in chunks(sorted(article_ids)):
        connection.execute(
            update(Article).where(Article.id.in_(chunk), Article.cluster_id.is_(None)).values(cluster_id=Article.id)
        )


def _by_value(values: dict[int, Any]) -> dict[Any, list[int]]:
    groups: defaultdict[Any, list[int]] = defaultdict(list)
    for key in sorted(values):
        groups[values[key]].append(key)
    return dict(groups)
