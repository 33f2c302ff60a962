"""The stories that may be related to the texts of a batch: read in a few statements, verified in order of rarity."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from heapq import nsmallest
from types import MappingProxyType
from typing import Final, NamedTuple

from attrs import frozen
from sqlalchemy import Connection, select

from archive.dedup.propose import index
from archive.dedup.propose.candidates import INGEST, Candidate, Effort, Fair, chosen, fair_share, shortlist
from archive.dedup.propose.passages import divide, without
from archive.dedup.propose.sampling import Sample
from archive.dedup.tables import ClusterSide, DedupText
from archive.dedup.twins import Twin, beside, nearness, seconds
from archive.dedup.verify.compare import Rejection, Verdict, compare
from archive.dedup.verify.relation import SAME_TEXT
from archive.dedup.verify.texts import Text, compared_headline
from archive.store.keys import KEYS
from archive.store.models import Article
from archive.store.people import visible
from archive.text.fold import as_text, fold_many

TWINS: Final = 16
"""Articles with the very same text that are tried: of short texts, headlines and dates tell which are copies."""
COPIES: Final = 8
"""So many copies of one text hold a shingle; more would use up its cap, and the story could no longer be found."""
SIDES: Final = 4
"""Of articles with one text that a person put on several sides of a split, so many sides are compared, the text's own
first: a link to one side holds nothing together on another. Never the clusters themselves, which follow from links."""
_NO_SIDE: Final[frozenset[tuple[int, int]]] = frozenset()
_CHUNK: Final = 4000

# Each batch asks these, and to put a statement together costs more than to send it.
_SIZES: Final = select(
    DedupText.article_id, DedupText.sampled, DedupText.last, DedupText.digest, DedupText.length
).where(DedupText.article_id.in_(KEYS))
_TWINS: Final = (
    select(DedupText.digest, Article.id, Article.headline, Article.published_at)
    .join(Article, Article.id == DedupText.article_id)
    .where(DedupText.digest.in_(KEYS))
)
_SHOWN_TWINS: Final = _TWINS.where(visible())
_SIDES: Final = (
    select(Article.id, ClusterSide.split_id, ClusterSide.side)
    .join(ClusterSide, ClusterSide.cluster_id == Article.cluster_id)
    .where(Article.id.in_(KEYS), Article.id <= ClusterSide.last_id)
)
_TEXTS: Final = (
    select(Article.id, Article.body, Article.published_at, Article.headline, DedupText.left_out, DedupText.length)
    .outerjoin(DedupText, DedupText.article_id == Article.id)
    .where(Article.id.in_(KEYS))
)


class Wanted(NamedTuple):
    """A text of the batch. `article_id`: its article's, None where it is not stored. `furniture`: passages that were
    left out of it, by their hashes."""

    article_id: int | None
    text: Text
    sample: Sample
    digest: int
    furniture: Mapping[int, str] = MappingProxyType({})

    def as_twin(self) -> Twin:
        """What it is among articles with one text."""
        return Twin(self.article_id or 0, self.text.folded_headline, seconds(self.text.published_at))


@frozen
class _Size:
    sampled: int
    last: int
    digest: int
    length: int


class Stories:
    """What the archive, and the batch so far, hold of the batch's shingles.

    `wanted`: the texts of the batch; a text is named by its place in it. `shown`: of articles with one text only those
    count that are not withdrawn.
    """

    def __init__(
        self, connection: Connection, wanted: Sequence[Wanted], effort: Effort = INGEST, *, shown: bool = False
    ) -> None:
        self._connection = connection
        self._wanted = wanted
        self._effort = effort
        self._shown = shown
        self.new_rows: list[tuple[int, int]] = []
        """(hash, article id) rows that `put` found worth storing."""
        self._holders = index.look_up(connection, (value for one in wanted for value in one.sample.looked_up))
        self.outdated: defaultdict[int, set[int]] = defaultdict(set)
        """The articles of which counts what is furniture, as was met with, and those that were compared with them."""
        self._changed: set[int] = set()
        self._sizes: dict[int, _Size] = {}
        self._texts: dict[int, Text] = {}
        self._twins: defaultdict[int, dict[int, Twin]] = defaultdict(dict)
        self._sides: dict[int, frozenset[tuple[int, int]]] = {}
        self._lists = [shortlist(one.sample.looked_up, self._holders, effort) for one in wanted]
        self._read_sizes({one.article_id for found in self._lists for one in found})
        # Nothing is a copy of a text of which nothing counts, and there may be very many.
        self._read_twins({one.digest for one in wanted if one.sample.kept})
        self._first = [self._choose(place) for place in range(len(wanted))]
        likely = {one.article_id for candidates in self._first for one in candidates}
        self._read_twins({self._sizes[key].digest for key in likely}.difference(self._twins))
        self._read_sides({one.article_id for one in wanted if one.article_id is not None})
        self._read({key for place in range(len(wanted)) for key in self._certain(place)})

    def related(self, place: int) -> list[tuple[int, Verdict]]:
        """The articles that the text at `place` is related to, the closest first."""
        return closest(self.compared(place))

    def compared(self, place: int) -> Iterator[tuple[int, Verdict | Rejection]]:
        """The articles that the text at `place` is compared with, the likeliest first, and what came of it."""
        if not len(self._wanted[place].text.codes):
            return
        seen: set[int] = set()
        for twins in self._sided(place):
            certain = self._always(place, twins)
            related = False
            for key in certain:
                seen.add(key)
                verdict = self._compare(place, key)
                yield key, verdict
                related = related or isinstance(verdict, Verdict)
            if related:  # as nearly always; and there may be thousands
                continue
            for key in self._near_twins(place, twins, but=certain):
                seen.add(key)
                verdict = self._compare(place, key)
                yield key, verdict
                if isinstance(verdict, Verdict):
                    break
        for candidate in self._chosen(place):
            for key in self._nearest(place, candidate):
                if key not in seen:
                    seen.add(key)
                    yield key, self._compare(place, key)

    def _compare(self, place: int, key: int) -> Verdict | Rejection:
        """Of the text at `place` with the article's."""
        self._read([key])
        wanted, theirs = self._wanted[place], self._texts[key]
        # A passage in the middle of an article is not noted, so nothing led to it when it became furniture.
        there = any(passage in theirs.body for passage in wanted.furniture.values())
        if there and any(value in wanted.furniture for _, _, value in divide(theirs.body)):
            self.outdated[key].add(wanted.article_id or 0)
        return compare(wanted.text, theirs)

    def put(self, place: int, *, same_as: Iterable[int]) -> None:
        """Make the article at `place` known to the rest of the batch, and note the rows that the index needs.

        What leads to one text leads to its twins. A shingle that several copies of a text hold
        leads to the story already; a capped one leads nowhere.
        """
        key, text, sample, digest, _ = self._wanted[place]
        if key is None:
            raise ValueError("a text without an article leads nowhere")
        self._texts[key] = text
        self._sizes[key] = _Size(len(sample.kept), sample.last, digest, len(text.folded))
        twin_holds = len(self._twins[digest]) > 0
        self._twins[digest][key] = self._wanted[place].as_twin()
        if twin_holds:
            return
        copies = set(same_as)
        for value in sample.kept:
            holders = self._holders[value]
            if holders and (len(holders) >= index.CAP or key in holders):
                continue
            if len(copies) >= COPIES and len(copies.intersection(holders)) >= COPIES:
                continue
            holders.append(key)
            self.new_rows.append((value, key))
        self._changed.update(sample.kept)

    def _chosen(self, place: int) -> list[Candidate]:
        """Those that were chosen at the start, unless the batch itself has added to what they were chosen from."""
        sample = self._wanted[place].sample
        return self._first[place] if self._changed.isdisjoint(sample.looked_up) else self._choose(place)

    def _choose(self, place: int) -> list[Candidate]:
        """The candidates that are compared with the text at `place`, but for those with this very text."""
        _, text, sample, digest, _ = self._wanted[place]
        listed = [one for one in self._shortlist(place) if one.article_id not in self._twins[digest]]
        fair = [one for one in map(partial(self._fair, sample), listed) if one]
        return chosen(fair, len(text.folded), self._effort)

    def _shortlist(self, place: int) -> list[Candidate]:
        """The list that was made at the start, unless the batch itself has added to what it was made from."""
        article_id, _, sample, *_ = self._wanted[place]
        if self._changed.isdisjoint(sample.looked_up):
            return [one for one in self._lists[place] if one.article_id != article_id]
        return shortlist(sample.looked_up, self._holders, self._effort, but=article_id)

    def _by_side(self, article_id: int | None, digest: int) -> list[list[int]]:
        """The articles with this text, side by side: those on the article's own sides first, then the earliest."""
        others = [key for key in sorted(self._twins[digest]) if key != article_id]
        if not self._sides:  # as nearly always; and there may be thousands
            return [others] if others else []
        groups: defaultdict[frozenset[tuple[int, int]], list[int]] = defaultdict(list)
        for key in others:
            groups[self._sides.get(key, _NO_SIDE)].append(key)
        own = self._sides.get(article_id, _NO_SIDE) if article_id is not None else _NO_SIDE
        return [groups[side] for side in sorted(groups, key=lambda side: side != own)[:SIDES]]

    def _sided(self, place: int) -> list[list[int]]:
        """The other articles with the very text at `place`, side by side; none where it has no text."""
        article_id, text, _, digest, _ = self._wanted[place]
        return self._by_side(article_id, digest) if len(text.codes) else []

    def _certain(self, place: int) -> Iterator[int]:
        """The articles that the text at `place` is always compared with, but for those that the batch itself brings."""
        for twins in self._sided(place):
            yield from self._always(place, twins)
        for candidate in self._first[place]:
            yield from self._nearest(place, candidate)

    def _always(self, place: int, twins: Sequence[int]) -> Sequence[int]:
        """Of the articles with the very text at `place` those that it is always compared with: the ones that a
        recluster would, where it is an article's."""
        wanted = self._wanted[place]
        if wanted.article_id is None:
            return twins[:1]
        known = self._twins[wanted.digest]
        return beside(wanted.as_twin(), [known[key] for key in twins], len(wanted.text.folded))

    def _near_twins(self, place: int, twins: Sequence[int], *, but: Sequence[int]) -> list[int]:
        """Of the articles with the very text at `place` the nearest, without some."""
        own, known = self._wanted[place].as_twin(), self._twins[self._wanted[place].digest]
        rest = (key for key in twins if key not in but)
        return nsmallest(TWINS, rest, key=lambda key: (nearness(own, known[key]), key))

    def _nearest(self, place: int, candidate: Candidate) -> list[int]:
        """Of the articles with a candidate's very text, the one of each side that is nearest to the article at `place`;
        the candidate itself where nothing is known of it."""
        key = candidate.article_id
        wanted = self._wanted[place]
        digest = self._sizes[key].digest
        twins = self._twins[digest]
        if twins.keys() <= {key}:
            return [key] if twins or not self._shown else []
        own = wanted.as_twin()
        return [
            min(group, key=lambda other: (nearness(own, twins[other]), other))
            for group in self._by_side(wanted.article_id, digest)
        ]

    def _fair(self, sample: Sample, candidate: Candidate) -> Fair | None:
        if candidate.article_id not in self._sizes:
            self._read_sizes([candidate.article_id])
        size = self._sizes.get(candidate.article_id)
        share = size and fair_share(sample, candidate.shared, size.sampled, size.last, self._effort)
        return Fair(candidate, size.length, share) if size and share else None

    def _read_sizes(self, article_ids: Iterable[int]) -> None:
        for chunk in _chunks(sorted(article_ids)):
            rows = self._connection.execute(_SIZES, {"keys": chunk})
            self._sizes.update({key: _Size(*rest) for key, *rest in rows})

    def _read_twins(self, digests: Iterable[int]) -> None:
        for chunk in _chunks(sorted(digests)):
            rows = self._connection.execute(_SHOWN_TWINS if self._shown else _TWINS, {"keys": chunk}).all()
            headlines = fold_many([compared_headline(row.headline) for row in rows])
            for (digest, key, _, at), headline in zip(rows, headlines, strict=True):
                self._twins[digest][key] = Twin(key, as_text(headline), seconds(at))

    def _read_sides(self, own: set[int]) -> None:
        """Read which sides of people's splits the articles are on, and those with their texts or a candidate's."""
        for chunk in _chunks(sorted(own.union(*self._twins.values()))):
            rows = self._connection.execute(_SIDES, {"keys": chunk})
            for key, split, side in rows:
                self._sides[key] = self._sides.get(key, _NO_SIDE) | {(split, side)}

    def _read(self, article_ids: Iterable[int]) -> None:
        self._texts.update(read(self._connection, [key for key in article_ids if key not in self._texts]))


def read(connection: Connection, article_ids: Iterable[int]) -> dict[int, Text]:
    """Stored articles as they count: without what was left out when they were indexed."""
    texts = {}
    for chunk in _chunks(sorted(article_ids)):
        rows = connection.execute(_TEXTS, {"keys": chunk}).all()
        bodies = ["" if row.length == 0 else without(row.body, row.left_out or ()) for row in rows]
        for row, body, codes in zip(rows, bodies, fold_many(bodies), strict=True):
            texts[row.id] = Text(body, codes, row.published_at, row.headline)
    return texts


def closest(compared: Iterable[tuple[int, Verdict | Rejection]]) -> list[tuple[int, Verdict]]:
    """Those that are related, the closest first: the same text before a part of it, what shares a passage only last;
    then by how much is equal."""
    found = [(key, verdict) for key, verdict in compared if isinstance(verdict, Verdict)]

    def rank(item: tuple[int, Verdict]) -> tuple[bool, bool, float, float, int]:
        key, verdict = item
        equal = float(verdict.evidence.get("equal", 0))
        passage = verdict.relation == "shares_passage"
        return (verdict.relation not in SAME_TEXT, passage, -equal, -verdict.confidence, key)

    return sorted(found, key=rank)


def _chunks(values: Sequence[int]) -> Iterable[Sequence[int]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
