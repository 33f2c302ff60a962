"""The links between articles as they are stored: a machine's, made from verdicts, and those that a person made."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, or_, select

from archive.dedup.clusters.partition import Edge
from archive.dedup.tables import ClusterSame, Link
from archive.dedup.verify.compare import Verdict
from archive.dedup.verify.relation import SAME_TEXT
from archive.store.keys import KEYS, chunks

# Each batch asks these, and to put a statement together costs more than to send it.
_EDGES: Final = select(Link.article_id, Link.other_id, Link.confidence, Link.similarity).where(
    Link.article_id.in_(KEYS), Link.relation.in_(SAME_TEXT)
)
_SAME: Final = select(ClusterSame.article_id, ClusterSame.other_id).where(ClusterSame.article_id.in_(KEYS))


def link_row(article_id: int, other_id: int, verdict: Verdict, now: datetime) -> dict[str, Any]:
    """A verdict as a row of `link`."""
    return {
        "article_id": article_id,
        "other_id": other_id,
        "relation": verdict.relation,
        "marks": list(verdict.marks),
        "similarity": verdict.similarity,
        "coverage": verdict.coverage,
        "other_coverage": verdict.other_coverage,
        "confidence": verdict.confidence,
        "evidence": verdict.evidence,
        "at": now,
    }


def edges_among(connection: Connection, article_ids: Collection[int]) -> list[Edge]:
    """The links of the same text between two of these articles."""
    known = set(article_ids)
    edges = []
    for chunk in chunks(sorted(known)):
        rows = connection.execute(_EDGES, {"keys": chunk})
        edges += [Edge(1 - sure, 1 - like, *sorted((a, b))) for a, b, sure, like in rows if b in known]
    return edges


def link_between(connection: Connection, one: int, other: int) -> tuple[str, float, float] | None:
    """The link of two articles: relation, coverage, other coverage, as seen from the one that it is stored of."""
    columns = select(Link.relation, Link.coverage, Link.other_coverage)
    for pair in ((one, other), (other, one)):
        row = connection.execute(columns.where(Link.article_id == pair[0], Link.other_id == pair[1])).first()
        if row:
            return row.relation, row.coverage, row.other_coverage
    return None


def linked_pairs(connection: Connection, article_ids: Collection[int]) -> set[tuple[int, int]]:
    """The pairs of these articles that have a link of any relation, the lower id first."""
    known = set(article_ids)
    pairs: set[tuple[int, int]] = set()
    for chunk in chunks(sorted(known)):
        rows = connection.execute(select(Link.article_id, Link.other_id).where(Link.article_id.in_(chunk)))
        pairs.update((min(a, b), max(a, b)) for a, b in rows if b in known)
    return pairs


def same_pairs(connection: Connection, article_ids: Collection[int]) -> set[tuple[int, int]]:
    """The pairs of these articles that a person joined, the lower id first."""
    known = set(article_ids)
    pairs: set[tuple[int, int]] = set()
    for chunk in chunks(sorted(known)):
        pairs.update((a, b) for a, b in connection.execute(_SAME, {"keys": chunk}))
    return {pair for pair in pairs if pair[1] in known}


def join_pairs(connection: Connection, pairs: Iterable[tuple[int, int]], now: datetime) -> list[tuple[int, int]]:
    """Note that a person joined these articles, the lower id of each pair first; the pairs of which that is new."""
    wanted = set(pairs)
    new = sorted(wanted - same_pairs(connection, {key for pair in wanted for key in pair}))
    if new:
        connection.execute(
            insert(ClusterSame), [{"article_id": one, "other_id": other, "at": now} for one, other in new]
        )
    return new


def forget_links(connection: Connection, article_ids: Iterable[int]) -> set[int]:
    """Remove articles' links, since their texts are others now; the other articles that they led to."""
    gone = set(article_ids)
    left: set[int] = set()
    for chunk in chunks(sorted(gone)):
        both = or_(Link.article_id.in_(chunk), Link.other_id.in_(chunk))
        for pair in connection.execute(select(Link.article_id, Link.other_id).where(both)):
            left.update(pair)
        connection.execute(delete(Link).where(both))
    return left - gone
