"""The stories that may be related to the texts of a batch: read in a few statements, verified in order of rarity."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from attrs import define, frozen
from sqlalchemy import Connection, select

from archive.dedup import index
from archive.dedup.candidates import VERIFIED, Sample, shares_enough, shortlist
from archive.dedup.rules import SAME_TEXT
from archive.dedup.tables import DedupText
from archive.dedup.verify import Text, Verdict, compare, prepare
from archive.models import Article

_CHUNK: Final = 4000


@frozen
class _Size:
    sampled: int
    last: int
    digest: int


@define(eq=False)
class Story:
    """A stored article to compare with. `text` is made when it is first needed."""

    article_id: int
    body: str
    published_at: datetime | None
    text: Text | None = None

    def prepared(self) -> Text:
        if self.text is None:
            self.text = prepare(self.body, self.published_at)
        return self.text


class Stories:
    """What the archive, and the batch so far, hold of the batch's shingles."""

    def __init__(self, connection: Connection, wanted: Sequence[tuple[Sample, int]]) -> None:
        self._connection = connection
        self.new_rows: list[tuple[int, int]] = []
        """(hash, article id) rows that `put` found worth storing."""
        self._holders = index.look_up(
            connection, (value for sample, _ in wanted for value in sample.looked_up.tolist())
        )
        self._sizes: dict[int, _Size] = {}
        self._stories: dict[int, Story] = {}
        self._twins: defaultdict[int, dict[int, datetime | None]] = defaultdict(dict)
        lists = [(sample, shortlist(sample.looked_up.tolist(), self._holders)) for sample, _ in wanted]
        self._read_sizes({key for _, keys in lists for key in keys})
        likely = {key for sample, keys in lists for key in keys if self._shares_enough(sample, key)}
        self._read_twins({*(digest for _, digest in wanted), *(self._sizes[key].digest for key in likely)})
        self._read(likely)

    def related(self, article_id: int, text: Text, sample: Sample, digest: int) -> list[tuple[int, Verdict]]:
        """The articles that the text is related to, the closest first. `article_id`: its own, or -1."""
        found: list[tuple[int, Verdict]] = []
        twins = sorted(key for key in self._twins[digest] if key != article_id)
        if twins and text.folded:
            self._read(twins[:1])
            verdict = compare(text, self._stories[twins[0]].prepared())
            if verdict is not None:
                found.append((twins[0], verdict))
        verified = 0
        for key in shortlist(sample.looked_up.tolist(), self._holders, but=article_id):
            if key in self._twins[digest] or not self._shares_enough(sample, key):
                continue
            if verified == VERIFIED:
                break
            verified += 1
            key, other = self._nearest_twin(key, text.published_at)
            verdict = compare(text, other)
            if verdict is not None:
                found.append((key, verdict))
        return sorted(found, key=lambda item: (*_closeness(item[1]), item[0]))

    def put(self, story: Story, sample: Sample, digest: int, *, same_as: Iterable[int]) -> None:
        """Make a new article known to the rest of the batch, and note the rows that the index needs.

        A shingle that a copy of the same text holds already leads to the story; a capped one leads nowhere.
        """
        self._stories[story.article_id] = story
        self._sizes[story.article_id] = _Size(len(sample.kept), sample.last, digest)
        self._twins[digest][story.article_id] = story.published_at
        copies = set(same_as)
        for value in sample.kept.tolist():
            holders = self._holders[value]
            if len(holders) < index.CAP and copies.isdisjoint(holders) and story.article_id not in holders:
                holders.append(story.article_id)
                self.new_rows.append((value, story.article_id))

    def _nearest_twin(self, article_id: int, published_at: datetime | None) -> tuple[int, Text]:
        """Of the articles with this one's very text, the one that was published closest in time: dates decide too."""
        self._read([article_id])
        text = self._stories[article_id].prepared()
        twins = self._twins[self._sizes[article_id].digest]
        if len(twins) < 2 or published_at is None:
            return article_id, text
        distances = [(abs(date - published_at), key) for key, date in twins.items() if date is not None]
        if not distances:
            return article_id, text
        nearest = min(distances)[1]
        return nearest, text.dated(twins[nearest])

    def _shares_enough(self, sample: Sample, article_id: int) -> bool:
        if article_id not in self._sizes:
            self._read_sizes([article_id])
        size = self._sizes.get(article_id)
        return size is not None and shares_enough(sample, self._holders, article_id, size.sampled, size.last)

    def _read_sizes(self, article_ids: Iterable[int]) -> None:
        for chunk in _chunks(sorted(article_ids)):
            rows = self._connection.execute(
                select(DedupText.article_id, DedupText.sampled, DedupText.last, DedupText.digest).where(
                    DedupText.article_id.in_(chunk)
                )
            )
            self._sizes.update({key: _Size(*rest) for key, *rest in rows})

    def _read_twins(self, digests: Iterable[int]) -> None:
        for chunk in _chunks(sorted(digests)):
            rows = self._connection.execute(
                select(DedupText.digest, Article.id, Article.published_at)
                .join(Article, Article.id == DedupText.article_id)
                .where(DedupText.digest.in_(chunk))
            )
            for digest, key, published_at in rows:
                self._twins[digest][key] = published_at

    def _read(self, article_ids: Iterable[int]) -> None:
        for chunk in _chunks(sorted(key for key in article_ids if key not in self._stories)):
            rows = self._connection.execute(
                select(Article.id, Article.body, Article.published_at).where(Article.id.in_(chunk))
            )
            self._stories.update({key: Story(key, body, published_at) for key, body, published_at in rows})


def _closeness(verdict: Verdict) -> tuple[bool, float, float]:
    """Sorts the closest first: the same text before a part of it, then by how much is equal."""
    equal = float(verdict.evidence.get("equal", 0))
    return (verdict.relation not in SAME_TEXT, -equal, -verdict.confidence)


def _chunks(values: Sequence[int]) -> Iterable[Sequence[int]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
