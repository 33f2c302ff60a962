"""One recluster: pairs, verdicts, groups; what differs from the clusters that stand; and the change itself."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from attrs import field, frozen
from sqlalchemy import Connection, Engine, delete, insert, select

from archive.dedup.clusters import clusters
from archive.dedup.clusters.links import link_row
from archive.dedup.clusters.partition import Edge, partition
from archive.dedup.propose import index
from archive.dedup.tables import ClusterDecision, Link
from archive.dedup.verify.compare import Verdict
from archive.dedup.verify.relation import SAME_TEXT
from archive.store.changes import log_clustered
from archive.store.db import reading, writing
from archive.store.models import Article

_CHUNK = 1000


class PairEngine(Protocol):
    """Where the work is done. `digests`: each article's, filled by `pairs`."""

    digests: dict[int, int]

    def pairs(self) -> list[tuple[int, int]]:
        """The pairs worth comparing, of articles with different texts."""

    def verdicts(self, pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, Verdict]]:
        """The pairs that are related."""


@frozen(kw_only=True)
class Outcome:
    """What a recluster found. `groups`: each article's cluster. `moved`: those whose cluster differs, with the old."""

    articles: int
    pairs: int
    links: list[tuple[int, int, Verdict]] = field(repr=False)
    groups: dict[int, int] = field(repr=False)
    moved: dict[int, int | None] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """As `jianbao recluster` prints it."""
        return {
            "articles": self.articles,
            "pairs": self.pairs,
            "links": len(self.links),
            "clusters": len(set(self.groups.values())),
            "changed": len(self.moved),
            "moves": [
                {"article": key, "from": old, "to": self.groups[key]} for key, old in islice(self.moved.items(), 200)
            ],
        }


def recluster(engine: Engine, work: PairEngine) -> Outcome:
    """Group every article anew. Only reads."""
    canonical = work.pairs()
    with reading(engine) as connection:
        present = dict(connection.execute(select(Article.id, Article.cluster_id)).all())
        pairs = _dated(connection, canonical, work.digests)
        same, apart = _decisions(connection)
    links = sorted(work.verdicts(pairs), key=lambda link: link[:2])
    edges = [Edge(1 - verdict.confidence, *sorted(ids)) for *ids, verdict in links if verdict.relation in SAME_TEXT]
    groups = partition(present, edges, same, apart)
    moved = {key: present[key] for key, cluster in sorted(groups.items()) if present[key] != cluster}
    return Outcome(articles=len(present), pairs=len(pairs), links=links, groups=groups, moved=moved)


def apply(engine: Engine, outcome: Outcome, *, now: datetime) -> int:
    """Store the links, and settle the clusters by them, in one transaction. Returns how many articles changed."""
    with writing(engine) as connection:
        index.take_turn(connection)
        # Articles that came in meanwhile keep their links: the recluster did not see them.
        known = sorted(outcome.groups)
        for start in range(0, len(known), _CHUNK):
            low, high = known[start], known[min(start + _CHUNK, len(known)) - 1]
            connection.execute(delete(Link).where(Link.article_id.between(low, high), Link.other_id <= known[-1]))
        rows = []
        for first, second, verdict in outcome.links:
            late, early, seen = (second, first, verdict.inverse()) if second > first else (first, second, verdict)
            rows.append(link_row(late, early, seen, now))
        for start in range(0, len(rows), _CHUNK):
            connection.execute(insert(Link), rows[start : start + _CHUNK])
        touched = {*outcome.moved, *(row[key] for row in rows for key in ("article_id", "other_id"))}
        changed = clusters.settle(connection, touched, now=now) if touched else set()
        log_clustered(connection, sorted(changed), now)
        return len(changed)


def _dated(connection: Connection, pairs: Sequence[tuple[int, int]], digests: dict[int, int]) -> list[tuple[int, int]]:
    """The pairs between texts as pairs of articles: of twins, the two that were published closest in time; and each
    twin with the first of its kind."""
    twins: defaultdict[int, list[int]] = defaultdict(list)
    for key, digest in sorted(digests.items()):
        twins[digest].append(key)
    several = {digest: keys for digest, keys in twins.items() if len(keys) > 1}
    wanted = [key for keys in several.values() for key in keys]
    dates: dict[int, datetime | None] = {}
    single = [key for pair in pairs if {digests[pair[0]], digests[pair[1]]} & several.keys() for key in pair]
    for chunk in _chunks(sorted({*wanted, *single})):
        dates.update(connection.execute(select(Article.id, Article.published_at).where(Article.id.in_(chunk))).all())
    found = set()
    for one, other in pairs:
        ours, theirs = several.get(digests[one], [one]), several.get(digests[other], [other])
        found.add(_nearest(ours, theirs, dates) if len(ours) + len(theirs) > 2 else (one, other))
    for keys in several.values():
        found.update((keys[0], key) for key in keys[1:])
        # Very short texts are copies only under a like headline: each may be one of any other.
        found.update((a, b) for a in keys[1:16] for b in keys[1:16] if a < b)
    return sorted((min(pair), max(pair)) for pair in found)


def _nearest(ours: Sequence[int], theirs: Sequence[int], dates: dict[int, datetime | None]) -> tuple[int, int]:
    best: tuple[float, int, int] | None = None
    for one in ours:
        for other in theirs:
            first, second = dates.get(one), dates.get(other)
            if first is None or second is None:
                continue
            apart = abs((first - second).total_seconds())
            if best is None or (apart, one, other) < best:
                best = (apart, one, other)
    return best[1:] if best else (ours[0], theirs[0])


def _decisions(connection: Connection) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {"same": [], "apart": []}
    for first, second, decision in connection.execute(
        select(ClusterDecision.article_id, ClusterDecision.other_id, ClusterDecision.decision)
    ):
        found[decision].append((first, second))
    return found["same"], found["apart"]


def _chunks(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
