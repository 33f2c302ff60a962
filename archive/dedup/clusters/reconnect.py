"""Keeping together what hangs together when an article between goes away.

A copy is linked to the closest ones of its story, not to all; the copies of one text to the first of them only. When
that hub is revised, or a person takes it out, the others are linked with each other before the cluster is settled anew:

1. Copies of one text, known by its digest, make a chain. Nothing needs to be aligned for that.
2. Of each part that is left, one text is compared with the most central text of all.
3. What does not fit that one is compared with the few texts of other parts that it is most similar to.

Central and similar are guesses from the stored MinHash signatures, for which no text is read; the verdict is that of
the texts, as ever. So the comparisons grow as the parts do, and all other cost as the members.
"""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import islice, pairwise
from typing import Final

import numpy as np
from attrs import define, field
from numpy.typing import NDArray
from sqlalchemy import Connection, insert, select

from archive.dedup.clusters.links import edges_among, link_row, linked_pairs, same_pairs
from archive.dedup.clusters.partition import Parts
from archive.dedup.propose.signature import Values, from_bytes
from archive.dedup.stored import read
from archive.dedup.tables import DedupText, Link
from archive.dedup.verify.compare import Rejection, Verdict, compare
from archive.dedup.verify.relation import SAME_TEXT
from archive.dedup.verify.texts import Text
from archive.store.keys import chunks
from archive.store.models import Article

TRIES: Final = 6
"""So many pairs of texts are compared to find a part its place, after the one with the most central text."""
CONSIDERED: Final = 8
"""So many texts of a part, its most central ones, are considered for that."""
_RANKED: Final = 64
"""So many pairs are ranked to choose from: some of the most similar ones may have been compared before."""
_PAIRS: Final = 100
"""Pairs whose texts are read at once."""

Counts = NDArray[np.int64]


def reconnect(connection: Connection, article_ids: Iterable[int], *, gone: Collection[int], now: datetime) -> None:
    """Add the links that hold these articles together without those that are `gone`: the rest of their one cluster.

    Nothing is asked of what a person joined, also where it is joined through one that is gone.
    """
    ids = sorted(set(article_ids))
    parts = Parts(ids)
    for edge in edges_among(connection, ids):
        parts.unite(edge.first, edge.second)
    _join_decided(parts, same_pairs(connection, {*ids, *gone}))
    if len(parts) < 2:
        return
    judge = _Judge(connection, parts, linked_pairs(connection, ids))
    copies = _copies(connection, ids)
    judge.all((one, other) for (digest, one), (same, other) in pairwise(copies) if digest == same)
    if len(parts) > 1:
        _join(judge, *_texts(connection, parts, copies))
    if judge.found:
        connection.execute(insert(Link), [link_row(late, early, verdict, now) for late, early, verdict in judge.found])


def _join_decided(parts: Parts, pairs: Collection[tuple[int, int]]) -> None:
    joined = Parts({key for pair in pairs for key in pair})
    for pair in pairs:
        joined.unite(*pair)
    first: dict[int, int] = {}
    for key in (key for pair in pairs for key in pair if key in parts):
        parts.unite(key, first.setdefault(joined.find(key), key))


@define
class _Judge:
    """Compares articles that are not together yet; those that carry the same text are then.

    `judged`: pairs that are not compared (again), the lower id first. `found`: the links, as seen from the later one.
    """

    connection: Connection
    parts: Parts
    judged: set[tuple[int, int]]
    found: list[tuple[int, int, Verdict]] = field(factory=list)
    _texts: dict[int, Text] = field(factory=dict)

    def all(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Compare all these pairs."""
        left = iter(pairs)
        while some := list(islice(left, _PAIRS)):
            self.read({key for pair in some for key in pair})
            for one, other in some:
                self.unites(one, other)

    def read(self, article_ids: Collection[int]) -> None:
        """Have just these texts in memory."""
        self._texts = {key: self._texts[key] for key in article_ids if key in self._texts}
        self._texts |= read(self.connection, [key for key in article_ids if key not in self._texts])

    def knows(self, one: int, other: int) -> bool:
        """Whether the two were compared already."""
        return (min(one, other), max(one, other)) in self.judged

    def unites(self, one: int, other: int) -> bool:
        """Compare two articles whose texts are read, unless that is needless; whether it put two parts together."""
        early, late = sorted((one, other))
        if self.knows(early, late) or self.parts.find(early) == self.parts.find(late):
            return False
        self.judged.add((early, late))
        verdict = compare(self._texts[late], self._texts[early])
        if isinstance(verdict, Rejection):
            return False
        self.found.append((late, early, verdict))
        if verdict.relation in SAME_TEXT:
            self.parts.unite(early, late)
        return verdict.relation in SAME_TEXT


def _copies(connection: Connection, ids: Sequence[int]) -> list[tuple[int, int]]:
    """(digest, id) of articles, in an order in which copies of one text are neighbours.

    Very short texts are copies only under a like headline, and not more than a month apart (`compare`): so they stand
    by headline and by date.
    """
    rows = []
    for chunk in chunks(ids):
        found = connection.execute(
            select(DedupText.digest, Article.headline, Article.published_at, Article.id)
            .join(Article, Article.id == DedupText.article_id)
            .where(DedupText.article_id.in_(chunk))
        )
        rows += [(digest, headline or "", at.timestamp() if at else 0.0, key) for digest, headline, at, key in found]
    return [(digest, key) for digest, _, _, key in sorted(rows)]


def _texts(connection: Connection, parts: Parts, copies: Iterable[tuple[int, int]]) -> tuple[list[int], Values]:
    """One article for each text of each part, and their signatures, shape (articles, 128)."""
    first: dict[tuple[int, int], int] = {}
    for digest, key in copies:
        first.setdefault((digest, parts.find(key)), key)
    ids = sorted(first.values())
    stored: dict[int, bytes] = {}
    for chunk in chunks(ids):
        columns = select(DedupText.article_id, DedupText.signature).where(DedupText.article_id.in_(chunk))
        stored.update(connection.execute(columns).all())
    return ids, np.stack([from_bytes(stored[key]) for key in ids])


def _join(judge: _Judge, ids: Sequence[int], signatures: Values) -> None:
    """Compare texts of different parts, the likeliest pairs first. `ids`: whose the signatures are."""
    central = _central(signatures)
    hub = int(central.argmax())
    part = _part_of(judge.parts, ids)
    nearest: dict[int, int] = {}
    for place in np.argsort(-_alike(signatures, hub), kind="stable"):
        nearest.setdefault(int(part[place]), int(place))
    judge.all((ids[hub], ids[place]) for place in nearest.values() if place != hub)
    part = _part_of(judge.parts, ids)
    waiting = deque(sorted(set(part.tolist())))
    while waiting and len(judge.parts) > 1:
        own = waiting.popleft()
        if own != judge.parts.find(own) or own == judge.parts.find(ids[hub]):
            continue
        texts = np.flatnonzero(part == own)
        texts = texts[np.argsort(-central[texts], kind="stable")[:CONSIDERED]]
        likely = [
            pair for pair in _likeliest(signatures, texts, part == own) if not judge.knows(*(ids[at] for at in pair))
        ][:TRIES]
        judge.read({ids[place] for pair in likely for place in pair})
        fits = next((other for one, other in likely if judge.unites(ids[one], ids[other])), None)
        if fits is not None:
            part[(part == own) | (part == part[fits])] = judge.parts.find(own)
            waiting.append(judge.parts.find(own))


def _part_of(parts: Parts, ids: Sequence[int]) -> Counts:
    return np.array([parts.find(key) for key in ids])


def _likeliest(signatures: Values, texts: Counts, own: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Pairs of one of these texts and one that is not `own`, as places, the most similar first."""
    alike = np.stack([_alike(signatures, int(place)) for place in texts])
    alike[:, own] = -1
    flat = -alike.ravel()
    best = np.argpartition(flat, min(_RANKED, len(flat)) - 1)[:_RANKED]
    best = best[np.argsort(flat[best], kind="stable")]
    return [(int(texts[row]), int(other)) for row, other in (divmod(at, len(own)) for at in best) if not own[other]]


def _alike(signatures: Values, place: int) -> Counts:
    """How many values each signature shares with the one at `place`."""
    return np.asarray((signatures == signatures[place]).sum(axis=1))


def _central(signatures: Values) -> Counts:
    """How many values each signature shares with all of them together: counted by column, not pair by pair."""
    total = np.zeros(len(signatures), dtype=np.int64)
    for column in signatures.T:
        _, which, times = np.unique(column, return_inverse=True, return_counts=True)
        total += times[which]
    return total
