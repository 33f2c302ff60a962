"""Keeping together what hangs together when an article between goes away.

A copy is linked to the closest one of a story, not to all. When that one is revised, or a person takes it out, the
others are compared with each other before the cluster is settled anew.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from archive.dedup.clusters.partition import Edge, partition
from archive.dedup.stored import read
from archive.dedup.tables import Link
from archive.dedup.verify.compare import Verdict, compare
from archive.dedup.verify.rules import SAME_TEXT

MOST: Final = 64
"""So many members of a cluster are compared; of more, `jianbao recluster` finds what hangs together."""
TRIES: Final = 6
"""So many members of one part are compared with one of another."""


def reconnect(connection: Connection, article_ids: Iterable[int], *, now: datetime) -> None:
    """Add the links that hold these articles, all of one cluster, together without any other article."""
    ids = sorted(set(article_ids))[:MOST]
    if len(ids) < 2:
        return
    rows = connection.execute(
        select(Link.article_id, Link.other_id, Link.relation).where(Link.article_id.in_(ids), Link.other_id.in_(ids))
    ).all()
    linked = {frozenset((one, other)) for one, other, _ in rows}
    edges = [Edge(0.0, one, other) for one, other, relation in rows if relation in SAME_TEXT]
    if len(set(partition(ids, edges).values())) == 1:
        return
    texts = read(connection, ids)
    found = []
    for place, key in enumerate(ids):
        tries = 0
        for other in ids[:place]:
            part = partition(ids, edges)
            if part[key] == part[other] or frozenset((key, other)) in linked or tries == TRIES:
                continue
            tries += 1
            verdict = compare(texts[key], texts[other])
            if isinstance(verdict, Verdict):
                found.append(link_row(key, other, verdict, now))
                if verdict.relation in SAME_TEXT:
                    edges.append(Edge(0.0, other, key))
    if found:
        connection.execute(insert(Link), found)


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
