"""One recluster: pairs, verdicts, groups; what differs from the clusters that stand; and the change itself.

What is found goes to disk as it comes (`archive.dedup.recluster.found`), and articles are grouped a few at a time that
hang together. So memory holds a few numbers for each article and pair.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

import numpy as np
from attrs import field, frozen
from sqlalchemy import Connection, Engine, delete, insert, select

from archive.dedup.clusters import clusters
from archive.dedup.clusters.links import link_row
from archive.dedup.clusters.partition import partition
from archive.dedup.clusters.sides import Sides
from archive.dedup.clusters.story import Split, Stories, splits
from archive.dedup.clusters.verdicts import Verdicts
from archive.dedup.propose import index
from archive.dedup.recluster.found import Found
from archive.dedup.recluster.hanging import groups, whole
from archive.dedup.recluster.packed import STREAMED, Ids, numbers
from archive.dedup.recluster.twins import article_pairs
from archive.dedup.tables import ClusterSame, ClusterSide, Link
from archive.dedup.verify.compare import Verdict
from archive.dedup.verify.relation import SAME_TEXT
from archive.store.changes import log_clustered
from archive.store.db import reading, writing
from archive.store.keys import chunks, key_in
from archive.store.models import Article

_CHUNK = 1000
_TOLD: Final = 200
"""So many moves and splits are told one by one."""


class PairEngine(Protocol):
    """Where the work is done."""

    def pairs(self) -> Ids:
        """The pairs worth comparing, of articles with different texts, the lower number first, in order."""

    def digests(self) -> tuple[Ids, Ids]:
        """The articles of which something counts, ascending, and the digest of each; after `pairs`."""

    def verdicts(self, pairs: Ids) -> Iterator[tuple[int, int, Verdict]]:
        """The pairs that are related."""


@frozen(kw_only=True, eq=False)
class Outcome:
    """What a recluster found. `ids`: the articles, ascending; `before`, `after`: the cluster of each as it stands, and
    as it is to be. `pairs`: so many were compared. `parts`: so many leave a cluster that mixed stories; `splits`: the
    first of them."""

    ids: Ids = field(repr=False)
    before: Ids = field(repr=False)
    after: Ids = field(repr=False)
    pairs: int
    links: Found = field(repr=False)
    parts: int
    splits: list[Split] = field(repr=False)

    def moved(self, most: int | None = None) -> dict[int, tuple[int, int]]:
        """The articles whose cluster differs, the first ones: the old cluster and the new one."""
        places = np.flatnonzero(self.before != self.after)[:most]
        pairs = zip(self.before[places].tolist(), self.after[places].tolist(), strict=True)
        return dict(zip(self.ids[places].tolist(), pairs, strict=True))

    def as_json(self) -> dict[str, Any]:
        """As `jianbao recluster` prints it."""
        return {
            "articles": len(self.ids),
            "pairs": self.pairs,
            "links": len(self.links),
            "clusters": len(np.unique(self.after)),
            "changed": int(np.count_nonzero(self.before != self.after)),
            "moves": [{"article": key, "from": old, "to": new} for key, (old, new) in self.moved(_TOLD).items()],
            "split": self.parts,
            "splits": [
                {"from": one.cluster, "to": one.to, "articles": list(one.articles), "reason": one.reason}
                for one in self.splits
            ],
        }


def recluster(engine: Engine, work: PairEngine) -> Outcome:
    """Group every article anew. Only reads."""
    texts = work.pairs()
    with reading(engine) as connection:
        ids, before = _standing(connection)
        sides = _sides(connection)
        pairs = article_pairs(connection, texts, work.digests(), sides)
    found = Found()
    found.add(work.verdicts(pairs))
    with reading(engine) as connection:
        after = _grouped(connection, ids, found, sides)
        broken = _broken(connection, ids, after, pairs, found)
    if len(broken):
        found.add(work.verdicts(broken))
        with reading(engine) as connection:
            after = _grouped(connection, ids, found, sides)
    with reading(engine) as connection:
        parted = _Parted.of(connection, ids, before, after, found)
    return Outcome(
        ids=ids,
        before=before,
        after=after,
        pairs=len(pairs) + len(broken),
        links=found,
        parts=parted.parts,
        splits=parted.splits,
    )


def _standing(connection: Connection) -> tuple[Ids, Ids]:
    """All articles, ascending, and the cluster of each."""
    query = select(Article.id, Article.cluster_id).order_by(Article.id)
    found = numbers((key, cluster or key) for key, cluster in connection.execute(query, execution_options=STREAMED))
    return found[:, 0].copy(), found[:, 1].copy()


def _linked(connection: Connection) -> Ids:
    """The pairs of the links that stand by which articles are one story."""
    query = select(Link.article_id, Link.other_id).where(Link.relation.in_(SAME_TEXT))
    return numbers(connection.execute(query, execution_options=STREAMED))


def _broken(connection: Connection, ids: Ids, after: Ids, pairs: Ids, found: Found) -> Ids:
    """The pairs, linked as it stands, that would be in two clusters though nothing compared them: what a look-up found
    among fewer articles, others that came in since may hide from one among all. `pairs` were compared, and some of
    those that are `found`."""
    linked = np.sort(_linked(connection), axis=1)
    linked = linked[np.isin(linked, ids).all(axis=1)]  # others may have come in meanwhile
    first, second = after[np.searchsorted(ids, linked)].T
    apart = np.unique(linked[first != second], axis=0)
    compared = set(map(tuple, pairs[np.isin(pairs[:, 0], apart[:, 0])].tolist()))
    compared.update(found.among(set(apart.ravel().tolist()))[1])
    return numbers(pair for pair in map(tuple, apart.tolist()) if pair not in compared)


def _sides(connection: Connection) -> dict[int, dict[int, int]]:
    """The sides of people's splits: the number of each article's side in each split, of articles that are on one."""
    its = clusters.members_of(connection, set(connection.scalars(select(ClusterSide.cluster_id))))
    return Sides.read(connection, its).numbers()


def _same(connection: Connection) -> Ids:
    """The pairs that people joined."""
    return numbers(connection.execute(select(ClusterSame.article_id, ClusterSame.other_id)))


def _grouped(connection: Connection, ids: Ids, found: Found, sides: Mapping[int, Mapping[int, int]]) -> Ids:
    """The cluster of each article. What the stories are asked for besides is added to what was found."""
    same = _same(connection)
    after = ids.copy()
    for some in groups(ids, np.concatenate((found.same(), same))):
        members = set(some)
        edges, known = found.among(members)
        verdicts = Verdicts(connection, known, stored=False)
        stories = Stories(clusters.facts_of(connection, members), verdicts.why)
        joined = [(one, other) for one, other in same.tolist() if one in members and other in members]
        of = partition(members, edges, joined, {key: sides[key] for key in members & sides.keys()}, stories.unite)
        after[np.searchsorted(ids, list(of))] = list(of.values())
        found.add(verdicts.found)
    return after


@frozen
class _Parted:
    """How many parts leave clusters, and the first of them."""

    parts: int
    splits: list[Split]

    @classmethod
    def of(cls, connection: Connection, ids: Ids, before: Ids, after: Ids, found: Found) -> "_Parted":
        """See `archive.dedup.clusters.story.splits`."""
        parts, told = 0, list[Split]()
        places = np.flatnonzero(np.isin(before, before[before != after]))
        for some in whole(ids[places], before[places]):
            at = np.searchsorted(ids, some)
            old, new = (dict(zip(some, its[at].tolist(), strict=True)) for its in (before, after))
            verdicts = Verdicts(connection, found.among(set(some))[1], stored=False)
            for one in splits(old, new, lambda keys: clusters.facts_of(connection, keys), verdicts.why):
                parts += 1
                if len(told) < _TOLD:
                    told.append(one)
            found.add(verdicts.found)
        return cls(parts, told)


def apply(engine: Engine, outcome: Outcome, *, now: datetime) -> int:
    """Store the links, and settle the clusters by them, in one transaction. Returns how many articles changed."""
    with writing(engine) as connection:
        index.take_turn(connection)
        _store(connection, outcome, now)
        ids, standing = _standing(connection)
        linked = _linked(connection)
        apart = ids != standing
        together = (linked, np.stack((ids[apart], standing[apart]), axis=1), _same(connection))
        changed: set[int] = set()
        for some in groups(ids, np.concatenate(together)):
            changed |= clusters.settle(connection, some, now=now)
        for chunk in chunks(sorted(changed)):
            log_clustered(connection, chunk, now)
        return len(changed)


def _store(connection: Connection, outcome: Outcome, now: datetime) -> None:
    """Make the links that stand those that were found.

    Articles that came in meanwhile keep theirs: the recluster did not see them. On PostgreSQL their numbers may lie
    among those that it saw, since numbers are drawn before their transaction commits.
    """
    known = outcome.ids
    last = int(known[-1]) if len(known) else 0
    there, _ = _standing(connection)
    unseen = np.setdiff1d(there[there <= last], known).tolist()
    for start in range(0, len(known), _CHUNK):
        low, high = int(known[start]), int(known[min(start + _CHUNK, len(known)) - 1])
        rows = [link_row(*link, now) for link in outcome.links.of(low, high)]
        wanted = {(row["article_id"], row["other_id"]): row for row in rows}
        its = select(Link.__table__).where(Link.article_id.between(low, high), Link.other_id <= last)
        its = its.where(Link.article_id.not_in(unseen), Link.other_id.not_in(unseen))
        # A link that is found again stays as it is, with its time: nobody has to be told of it.
        stored = {(row["article_id"], row["other_id"]): row for row in connection.execute(its).mappings()}
        same = {key for key, row in stored.items() if key in wanted and _says_the_same(row, wanted[key])}
        if fallen := stored.keys() - same:
            connection.execute(delete(Link).where(key_in(connection, (Link.article_id, Link.other_id), fallen)))
        if new := [row for key, row in wanted.items() if key not in same]:
            connection.execute(insert(Link), new)


def _says_the_same(stored: Mapping[Any, Any], wanted: dict[str, Any]) -> bool:
    """But for when it was found. The database holds JSON: lists, where a verdict may have tuples."""
    return bool(json.loads(json.dumps({**wanted, "at": None})) == {**stored, "at": None})
