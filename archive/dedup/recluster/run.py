"""One recluster: pairs, verdicts, groups; what differs from the clusters that stand; and the change itself."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final, Protocol

from attrs import field, frozen
from sqlalchemy import Engine, delete, insert, select

from archive.dedup.clusters import clusters
from archive.dedup.clusters.links import link_row, same_pairs
from archive.dedup.clusters.partition import Edge, partition
from archive.dedup.clusters.sides import Sides
from archive.dedup.clusters.story import Split, Stories, splits
from archive.dedup.clusters.verdicts import Verdicts, carries
from archive.dedup.propose import index
from archive.dedup.recluster.twins import article_pairs
from archive.dedup.tables import Link
from archive.dedup.verify.compare import Verdict
from archive.dedup.verify.relation import SAME_TEXT
from archive.store.changes import log_clustered
from archive.store.db import reading, writing
from archive.store.keys import key_in
from archive.store.models import Article

_CHUNK = 1000
_TOLD: Final = 200
"""So many moves and splits are told one by one."""


class PairEngine(Protocol):
    """Where the work is done. `digests`: of each article of which something counts, filled by `pairs`."""

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
    moved: dict[int, int] = field(repr=False)
    splits: list[Split] = field(repr=False)

    def seen_later(self) -> Iterator[tuple[int, int, Verdict]]:
        """The links as an archive has them: from the article that came in later to the earlier one."""
        for first, second, verdict in self.links:
            yield (second, first, verdict.inverse()) if second > first else (first, second, verdict)

    def as_json(self) -> dict[str, Any]:
        """As `jianbao recluster` prints it."""
        return {
            "articles": self.articles,
            "pairs": self.pairs,
            "links": len(self.links),
            "clusters": len(set(self.groups.values())),
            "changed": len(self.moved),
            "moves": [
                {"article": key, "from": old, "to": self.groups[key]} for key, old in islice(self.moved.items(), _TOLD)
            ],
            "split": len(self.splits),
            "splits": [
                {"from": one.cluster, "to": one.to, "articles": list(one.articles), "reason": one.reason}
                for one in self.splits[:_TOLD]
            ],
        }


def recluster(engine: Engine, work: PairEngine) -> Outcome:
    """Group every article anew. Only reads."""
    texts = work.pairs()
    with reading(engine) as connection:
        rows = connection.execute(select(Article.id, Article.cluster_id))
        present = {key: cluster or key for key, cluster in rows}
        same, sides = same_pairs(connection, present), Sides.read(connection, present).numbers()
        pairs = article_pairs(connection, texts, work.digests, sides)
    links = sorted(work.verdicts(pairs), key=lambda link: link[:2])
    edges = [
        Edge(1 - verdict.confidence, 1 - verdict.similarity, min(pair), max(pair))
        for *pair, verdict in links
        if verdict.relation in SAME_TEXT
    ]
    known = {
        (min(pair), max(pair)): carries(verdict.relation, verdict.coverage, verdict.other_coverage)
        for *pair, verdict in links
    }
    with reading(engine) as connection:
        verdicts = Verdicts(connection, known, stored=False)
        stories = Stories(clusters.facts_of(connection, {key for pair in known for key in pair}), verdicts.why)
        groups = partition(present, edges, same, sides, stories.unite)
        moved = {key: present[key] for key, cluster in sorted(groups.items()) if present[key] != cluster}
        parted = list(splits(present, groups, lambda keys: clusters.facts_of(connection, keys), verdicts.why))
    return Outcome(
        articles=len(present),
        pairs=len(pairs),
        links=[*links, *verdicts.found],
        groups=groups,
        moved=moved,
        splits=parted,
    )


def apply(engine: Engine, outcome: Outcome, *, now: datetime) -> int:
    """Store the links, and settle the clusters by them, in one transaction. Returns how many articles changed."""
    with writing(engine) as connection:
        index.take_turn(connection)
        # Articles that came in meanwhile keep their links: the recluster did not see them. On PostgreSQL their numbers
        # may lie among those that it saw, since numbers are drawn before their transaction commits.
        known = sorted(outcome.groups)
        last = known[-1] if known else 0
        unseen = set(connection.scalars(select(Article.id).where(Article.id <= last))).difference(known)
        rows = [link_row(*link, now) for link in outcome.seen_later()]
        wanted = {(row["article_id"], row["other_id"]): row for row in rows}
        standing: set[tuple[int, int]] = set()
        for start in range(0, len(known), _CHUNK):
            low, high = known[start], known[min(start + _CHUNK, len(known)) - 1]
            its = select(Link.__table__).where(Link.article_id.between(low, high), Link.other_id <= last)
            its = its.where(Link.article_id.not_in(unseen), Link.other_id.not_in(unseen))
            # A link that is found again stays as it is, with its time: nobody has to be told of it.
            stored = {(row["article_id"], row["other_id"]): row for row in connection.execute(its).mappings()}
            same = {key for key, row in stored.items() if key in wanted and _says_the_same(row, wanted[key])}
            standing |= same
            if fallen := stored.keys() - same:
                connection.execute(delete(Link).where(key_in(connection, (Link.article_id, Link.other_id), fallen)))
        new = [row for key, row in wanted.items() if key not in standing]
        for start in range(0, len(new), _CHUNK):
            connection.execute(insert(Link), new[start : start + _CHUNK])
        touched = {*outcome.moved, *(row[key] for row in rows for key in ("article_id", "other_id"))}
        changed = clusters.settle(connection, touched, now=now) if touched else set()
        log_clustered(connection, sorted(changed), now)
        return len(changed)


def _says_the_same(stored: Mapping[Any, Any], wanted: dict[str, Any]) -> bool:
    """But for when it was found. The database holds JSON: lists, where a verdict may have tuples."""
    return bool(json.loads(json.dumps({**wanted, "at": None})) == {**stored, "at": None})
