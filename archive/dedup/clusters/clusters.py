"""Clusters in the database: settled again when links or decisions change, every change an event in their history."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from archive.dedup.clusters.links import edges_among, link_row, same_pairs
from archive.dedup.clusters.partition import partition
from archive.dedup.clusters.sides import Sides
from archive.dedup.clusters.story import Member, Stories, representative, splits
from archive.dedup.clusters.verdicts import Verdicts
from archive.dedup.tables import Cluster, ClusterEvent, ClusterPin, DedupText, Link
from archive.flags import is_complete
from archive.store.keys import KEYS, chunks
from archive.store.models import Article

KEPT_APART: Final = "kept_apart"
_A: Any = Article.__table__
_C: Any = Cluster.__table__
# Each batch asks these, and to put a statement together costs more than to send it.
_MOVED: Final = update(_A).where(_A.c.id == bindparam("key")).values(cluster_id=bindparam("cluster_id"))
_CLUSTERS_OF: Final = select(Article.id, Article.cluster_id).where(Article.id.in_(KEYS))
_MEMBERS_OF: Final = select(Article.id, Article.cluster_id).where(Article.cluster_id.in_(KEYS))
_ROWS_OF: Final = select(Cluster.__table__).where(Cluster.id.in_(KEYS))
_FACTS_OF: Final = (
    select(
        Article.id,
        Article.site,
        Article.native_id,
        Article.published_at,
        Article.first_captured_at,
        Article.flags,
        Article.withdrawn_at,
        DedupText.length,
        DedupText.digest,
        ClusterPin.at,
    )
    .outerjoin(DedupText, DedupText.article_id == Article.id)
    .outerjoin(ClusterPin, ClusterPin.article_id == Article.id)
    .where(Article.id.in_(KEYS))
)

Event = dict[str, Any]
"""Columns of `cluster_event`: `kind`, `cluster_id` and `article_id`; `other_id`, `other_cluster_id` and `reason` where
they tell."""


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
    facts = facts_of(connection, members)
    verdicts = Verdicts(connection, {(edge.first, edge.second): None for edge in edges}, stored=True)
    stories = Stories(facts, verdicts.why)
    grouped = partition(members, edges, same, sides.numbers(), stories.unite)
    moved = {key: cluster for key, cluster in grouped.items() if members[key] != cluster}
    if moved:
        connection.execute(_MOVED, [{"key": key, "cluster_id": moved[key]} for key in sorted(moved)])
    sides.store(connection, grouped)
    stands, replaced = _represent(connection, members, grouped, facts)
    reasons = (
        {} if by_person else {one.to: one.reason for one in splits(members, grouped, lambda _: facts, verdicts.why)}
    )
    told = [*_moves(members, grouped, reasons), *replaced, *_kept_apart(connection, grouped, stories)]
    tell(connection, told, now=now, by_person=by_person)
    if verdicts.found:
        rows = [link_row(late, early, verdict, now) for late, early, verdict in verdicts.found]
        connection.execute(insert(Link), rows)
    return {*moved, *stands}


def clusters_of(connection: Connection, article_ids: Iterable[int]) -> dict[int, int]:
    """The cluster of each of these articles; those that are not there are left out."""
    found: dict[int, int] = {}
    for chunk in chunks(sorted(set(article_ids))):
        rows = connection.execute(_CLUSTERS_OF, {"keys": chunk})
        found.update((key, cluster or key) for key, cluster in rows)
    return found


def members_of(connection: Connection, cluster_ids: Iterable[int]) -> dict[int, int]:
    """Every article of these clusters, with its cluster."""
    found: dict[int, int] = {}
    for chunk in chunks(sorted(set(cluster_ids))):
        rows = connection.execute(_MEMBERS_OF, {"keys": chunk})
        found.update((key, cluster or key) for key, cluster in rows)
    return found


def facts_of(connection: Connection, article_ids: Iterable[int]) -> dict[int, Member]:
    """What decides who stands for a cluster, and what its story is, of each of these articles."""
    found = {}
    for chunk in chunks(sorted(article_ids)):
        rows = connection.execute(_FACTS_OF, {"keys": chunk})
        for key, site, native_id, published_at, captured_at, flags, withdrawn_at, length, digest, pinned_at in rows:
            found[key] = Member(
                article_id=key,
                site=site,
                native_id=native_id,
                published_at=published_at,
                first_captured_at=captured_at,
                complete=is_complete(flags or ()),
                length=length or 0,
                digest=digest or 0,
                mirror="mirror" in (flags or ()),
                withdrawn=withdrawn_at is not None,
                pinned_at=pinned_at,
            )
    return found


def tell(
    connection: Connection,
    events: Sequence[Event],
    *,
    now: datetime,
    by_person: bool,
    decision_id: int | None = None,
) -> None:
    """Add events to the history of clusters. `decision_id`: of the decision that they tell of."""
    rest: Event = {"other_id": None, "other_cluster_id": None, "reason": None, "by_person": by_person, "at": now}
    rest["decision_id"] = decision_id
    if events:
        connection.execute(insert(ClusterEvent), [rest | event for event in events])


def _moves(before: dict[int, int], after: dict[int, int], reasons: Mapping[int, str | None]) -> Iterator[Event]:
    """What happened: an article joined, a cluster merged into another, parts split off. `reasons`: why, by cluster."""
    for old, keys in sorted(_by_value(before).items()):
        parts = _by_value({key: after[key] for key in keys})
        kind = "join" if len(keys) == 1 else "split" if len(parts) > 1 else "merge"
        for new, part in sorted(parts.items()):
            if new != old:
                came: Event = {} if kind == "join" else {"other_cluster_id": old}
                why = {"reason": reasons.get(new)} if kind == "split" else {}
                yield {"kind": kind, "cluster_id": new, "article_id": min(part), **came, **why}


def _kept_apart(connection: Connection, after: dict[int, int], stories: Stories) -> Iterator[Event]:
    """Links that brought nothing together, told once of two clusters."""
    found: dict[tuple[int, int], tuple[int, int, str]] = {}
    for refused in stories.refused:
        ends = sorted((after[key], key) for key in (refused.first, refused.second))
        (cluster, key), (other_cluster, other_key) = ends
        if cluster != other_cluster:
            found.setdefault((cluster, other_cluster), (key, other_key, refused.reason))
    for chunk in chunks({cluster for cluster, _ in found}):
        columns = select(ClusterEvent.cluster_id, ClusterEvent.other_cluster_id)
        before = connection.execute(columns.where(ClusterEvent.kind == KEPT_APART, ClusterEvent.cluster_id.in_(chunk)))
        for one, other in before:
            found.pop((one, other or 0), None)
    for (cluster, other_cluster), (key, other_key, reason) in sorted(found.items()):
        told = {"cluster_id": cluster, "article_id": key, "other_id": other_key, "other_cluster_id": other_cluster}
        yield {"kind": KEPT_APART, **told, "reason": reason, "by_person": False}


def _represent(
    connection: Connection, before: dict[int, int], after: dict[int, int], told: Mapping[int, Member]
) -> tuple[set[int], list[Event]]:
    """Bring the cluster rows up to date; the articles that stand for their cluster now, or did and do no longer, and
    what happened to clusters that stay."""
    groups = {cluster: keys for cluster, keys in _by_value(after).items() if len(keys) > 1}
    rows: dict[int, dict[str, Any]] = {}
    for chunk in chunks(sorted({*groups, *before.values()})):
        found = connection.execute(_ROWS_OF, {"keys": chunk}).mappings()
        rows.update({row["id"]: dict(row) for row in found})
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
        pinned = stands.pinned_at is not None and not stands.withdrawn
        size = sum(not told[member].withdrawn for member in keys)
        wanted[cluster] = {"id": cluster, "representative_id": key, "size": size, "pinned": pinned}
    for chunk in chunks(sorted(rows.keys() - wanted.keys())):
        connection.execute(delete(Cluster).where(Cluster.id.in_(chunk)))
    if new := [row for cluster, row in wanted.items() if cluster not in rows]:
        connection.execute(insert(Cluster), new)
    if other := [{**row, "key": row["id"]} for cluster, row in wanted.items() if row != rows.get(cluster, row)]:
        values: dict[str, Any] = {name: bindparam(name) for name in ("representative_id", "size", "pinned")}
        connection.execute(update(_C).where(_C.c.id == bindparam("key")).values(values), other)
    # Who stood for a cluster that is gone is told by the change of its members.
    return changed & set(after), events


def _by_value(values: dict[int, Any]) -> dict[Any, list[int]]:
    groups: defaultdict[Any, list[int]] = defaultdict(list)
    for key in sorted(values):
        groups[values[key]].append(key)
    return dict(groups)
