"""What people decide of clusters. A decision is kept for good: machines group around it, never against it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from archive.dedup.clusters import clusters
from archive.dedup.clusters.reconnect import reconnect
from archive.dedup.propose import index
from archive.dedup.tables import Cluster, ClusterDecision, ClusterEvent
from archive.errors import NotFound, UsageError
from archive.store.models import Article


def merge(connection: Connection, article_ids: Sequence[int], *, now: datetime) -> set[int]:
    """These articles carry the same story, and so do their clusters. Returns the articles whose cluster changed."""
    if len(set(article_ids)) < 2:
        raise UsageError("name two articles at least that carry the same story")
    index.take_turn(connection)
    of = _clusters_of(connection, article_ids)
    first, *others = sorted(set(article_ids))
    # Whoever was put apart from a member before is so no longer.
    members = _members(connection, set(of.values()))
    _forget(connection, members, "apart")
    _decide(connection, [(first, other) for other in others], "same", now)
    return clusters.settle(connection, article_ids, now=now, by_person=True)


def split(connection: Connection, article_ids: Sequence[int], *, now: datetime) -> set[int]:
    """These articles carry another story than the rest of their cluster. Returns the articles whose cluster changed."""
    of = _clusters_of(connection, article_ids)
    if len(set(of.values())) > 1:
        raise UsageError("the articles are in different clusters; split one cluster at a time")
    index.take_turn(connection)
    leaving = sorted(set(article_ids))
    rest = sorted(_members(connection, set(of.values())).difference(leaving))
    if not rest:
        raise UsageError("that would leave nothing: name some of the cluster's articles, not all")
    pairs = [(min(a, b), max(a, b)) for a in leaving for b in rest]
    _forget_pairs(connection, pairs)
    reconnect(connection, rest, now=now)
    _decide(connection, pairs, "apart", now)
    if len(leaving) > 1:
        _decide(connection, [(leaving[0], other) for other in leaving[1:]], "same", now)
    return clusters.settle(connection, article_ids, now=now, by_person=True)


def pin(connection: Connection, article_id: int, *, now: datetime) -> set[int]:
    """This article stands for its cluster, whatever comes in later. Returns the articles that this concerns."""
    index.take_turn(connection)
    (cluster_id,) = _clusters_of(connection, [article_id]).values()
    row = connection.execute(select(Cluster.representative_id).where(Cluster.id == cluster_id)).first()
    if row is None:
        raise UsageError(f"article {article_id} is alone in its cluster and stands for it already")
    connection.execute(
        update(Cluster).where(Cluster.id == cluster_id).values(representative_id=article_id, pinned=True)
    )
    _tell(connection, "pin", cluster_id, article_id, row.representative_id, now)
    return {article_id, row.representative_id}


def _clusters_of(connection: Connection, article_ids: Iterable[int]) -> dict[int, int]:
    wanted = set(article_ids)
    rows = connection.execute(select(Article.id, Article.cluster_id).where(Article.id.in_(wanted))).all()
    missing = wanted.difference(key for key, _ in rows)
    if missing:
        raise NotFound(f"no article {min(missing)}")
    return {key: cluster or key for key, cluster in rows}


def _members(connection: Connection, cluster_ids: set[int]) -> set[int]:
    return set(connection.scalars(select(Article.id).where(Article.cluster_id.in_(cluster_ids))))


def _forget(connection: Connection, members: set[int], decision: str) -> None:
    connection.execute(
        delete(ClusterDecision).where(
            ClusterDecision.article_id.in_(members),
            ClusterDecision.other_id.in_(members),
            ClusterDecision.decision == decision,
        )
    )


def _forget_pairs(connection: Connection, pairs: Sequence[tuple[int, int]]) -> None:
    """The last word counts: an earlier decision on the same two articles goes."""
    for first, second in pairs:
        connection.execute(
            delete(ClusterDecision).where(ClusterDecision.article_id == first, ClusterDecision.other_id == second)
        )


def _decide(connection: Connection, pairs: Sequence[tuple[int, int]], decision: str, now: datetime) -> None:
    _forget_pairs(connection, pairs)
    connection.execute(
        insert(ClusterDecision),
        [{"article_id": first, "other_id": second, "decision": decision, "at": now} for first, second in pairs],
    )
    for first, second in pairs:
        _tell(connection, f"decided_{decision}", first, first, second, now)


def _tell(
    connection: Connection, kind: str, cluster_id: int, article_id: int, other_id: int | None, now: datetime
) -> None:
    connection.execute(
        insert(ClusterEvent).values(
            kind=kind, cluster_id=cluster_id, article_id=article_id, other_id=other_id, by_person=True, at=now
        )
    )
