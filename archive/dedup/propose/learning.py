"""Which passages of articles are furniture, as their stories and headlines tell.

An article is a copy of another that holds the passage if they share most of their first and last passages, unless
neither headline has anything to do with the other, nor with what is shared: it counts with that one. Else it is another
story; and if their headlines are unlike, and neither has to do with what is shared, one that its headline tells apart.

Of every article the first and last passages are noted, for that is where furniture stands. What else three stories
share that have made a passage furniture, becomes furniture with it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from attrs import define, field, frozen
from sqlalchemy import Connection, select, text

from archive.dedup.propose.furniture import (
    DELETE,
    HOLDERS,
    SETTLED,
    STORIES,
    TEXT,
    Holders,
    is_furniture,
    look_up,
)
from archive.dedup.propose.passages import FOOT, SHORT, Passage, divide
from archive.dedup.tables import DedupPassage
from archive.store.models import Article
from archive.store.table import insert_rows

HEAD: Final = 2
TAIL: Final = 4
_COPY: Final = 0.75  # of an article's first and last passages
_ALIKE: Final = 0.15  # of the pairs of characters of the shorter headline, but two at least
_TELLING: Final = 5  # pairs of characters of a headline
_ABOUT: Final = 0.15  # of a headline's pairs of characters
_NOT_HAN: Final = re.compile(r"[^\u3400-\u9fff]+")

Pairs = frozenset[str]
"""A headline, as the pairs of Han characters in it."""


@frozen(eq=False)
class Arrival:
    """An article whose passages are to be noted. `revised`: it had another text before."""

    article_id: int
    headline: str | None
    body: str
    passages: Sequence[Passage]
    revised: bool = False


def learn(connection: Connection, arrivals: Sequence[Arrival]) -> tuple[frozenset[int], set[int]]:
    """Note the passages of articles, whose rows are stored. Returns those of them that are furniture; and the articles,
    noted before, of which a passage has become furniture or is text again: they must be looked at anew.

    So it does not matter whether an article came in before its furniture was known.
    """
    lesson = _Lesson.begin(connection, arrivals)
    for arrival in sorted(arrivals, key=lambda one: one.article_id):
        lesson.note(arrival)
    lesson.take_along()
    lesson.write()
    return lesson.furniture(), lesson.again().difference(one.article_id for one in arrivals)


@define(eq=False)
class _Lesson:
    """What a batch of articles teaches. `holders`: by hash, as they are noted; `before`: as they were."""

    connection: Connection
    holders: dict[int, Holders]
    before: dict[int, Holders] = field(factory=dict)
    headlines: dict[int, Pairs] = field(factory=dict)

    @classmethod
    def begin(cls, connection: Connection, arrivals: Sequence[Arrival]) -> "_Lesson":
        hashes = {value for one in arrivals for _, _, value in one.passages} - {SHORT, FOOT}
        lesson = cls(connection, look_up(connection, hashes))
        lesson._take_back([one.article_id for one in arrivals if one.revised])
        ids = {key for holders in lesson.holders.values() for key in holders if key > 0}
        for chunk in _chunks(sorted(ids)):
            rows = connection.execute(select(Article.id, Article.headline).where(Article.id.in_(chunk)))
            lesson.headlines.update((key, _pairs(headline or "")) for key, headline in rows)
        return lesson

    def note(self, arrival: Arrival) -> None:
        """Note which passages an article holds: its first and last ones, and those that others hold."""
        own = [(start, end, value) for start, end, value in arrival.passages if value not in (SHORT, FOOT)]
        edges = {value for _, _, value in (own if len(own) <= HEAD + TAIL else own[:HEAD] + own[-TAIL:])}
        self.headlines[arrival.article_id] = _pairs(arrival.headline or "")
        shared: defaultdict[int, set[int]] = defaultdict(set)
        for _, _, value in own:
            for key in self.holders.get(value, ()):
                shared[key].add(value)
        shared.pop(arrival.article_id, None)
        texts = {value: arrival.body[start:end] for start, end, value in own} if shared else {}
        told = {key: self._relation(arrival, key, those, edges, texts) for key, those in shared.items() if key > 0}
        for value in edges.union(*shared.values()):
            self._add(value, arrival.article_id, told)

    def take_along(self) -> None:
        """What else the stories share that have just made a passage furniture."""
        done = set()
        for value, before in list(self.before.items()):
            holders = self.holders[value]
            if not is_furniture(holders) or is_furniture(before):
                continue
            first = {story: key for key, story in reversed(holders.items()) if story > 0}
            group = tuple(sorted(islice(first.values(), STORIES)))
            if len(group) < STORIES or group in done:
                continue
            done.add(group)
            self._share(group)

    def furniture(self) -> frozenset[int]:
        """What is furniture now, of all that was looked at."""
        return frozenset(value for value, holders in self.holders.items() if is_furniture(holders))

    def again(self) -> set[int]:
        """The articles that hold what has changed."""
        changed = (
            {*before, *self.holders[value]}
            for value, before in self.before.items()
            if is_furniture(before) != is_furniture(self.holders[value])
        )
        return {key for keys in changed for key in keys if key > 0}

    def write(self) -> None:
        """Store it; what is settled as one row."""
        gone, rows = [], []
        for value, before in sorted(self.before.items()):
            now = self.holders[value]
            if len(now) >= HOLDERS:
                now = {SETTLED if is_furniture(now) else TEXT: 0}
            gone += [{"hash": value, "article_id": key} for key in before if before[key] != now.get(key)]
            rows += [(value, key, story) for key, story in now.items() if story != before.get(key)]
        if gone:
            self.connection.execute(text(DELETE), gone)
        if rows and self.connection.dialect.name == "sqlite":
            # The driver's own executemany: SQLAlchemy's costs as much again for each row.
            self.connection.exec_driver_sql(
                "INSERT INTO dedup_passage (hash, article_id, story) VALUES (?, ?, ?)", rows
            )
        else:
            names = ("hash", "article_id", "story")
            insert_rows(self.connection, DedupPassage, [dict(zip(names, row, strict=True)) for row in rows])

    def _touch(self, value: int) -> Holders:
        holders = self.holders.setdefault(value, {})
        self.before.setdefault(value, dict(holders))
        return holders

    def _take_back(self, article_ids: Sequence[int]) -> None:
        """Forget what articles held that have another text now."""
        for chunk in _chunks(article_ids):
            held = select(DedupPassage.hash).where(DedupPassage.article_id.in_(chunk))
            found = set(self.connection.scalars(held))
            self.holders.update(look_up(self.connection, found.difference(self.holders)))
            for value in found:
                holders = self._touch(value)
                for key in holders.keys() & set(chunk):
                    del holders[key]

    def _add(self, value: int, key: int, told: Mapping[int, bool | None]) -> None:
        """Note one holder. `told`: of the articles that share something with it, whether it is a copy; None: another
        text under an alike headline."""
        holders = self.holders.get(value, {})
        if key in holders or len(holders) >= HOLDERS or not holders.keys().isdisjoint((SETTLED, TEXT)):
            return
        story = key
        for other, its in holders.items():
            if told[other]:
                story = its
                break
            if told[other] is None:
                story = -key
        self._touch(value)[key] = story

    def _relation(
        self, arrival: Arrival, other: int, shared: set[int], edges: set[int], texts: Mapping[int, str]
    ) -> bool | None:
        ours, theirs = self.headlines[arrival.article_id], self.headlines.get(other, frozenset())
        copy = len(shared & edges) >= _COPY * len(edges)
        if _unlike(ours, theirs):
            said = arrival.body if copy else "".join(texts[value] for value in shared)
            if _apart_from((ours, theirs), said):
                return False
        return True if copy else None

    def _share(self, group: Sequence[int]) -> None:
        """Make furniture of all that these articles share, unless it is what their headlines tell of."""
        rows = self.connection.execute(select(Article.id, Article.headline, Article.body).where(Article.id.in_(group)))
        held = {
            key: ({value: body[start:end] for start, end, value in divide(body)}, _pairs(headline or ""))
            for key, headline, body in rows
        }
        common = set.intersection(*(set(texts) for texts, _ in held.values())) - {SHORT, FOOT}
        texts = next(iter(held.values()))[0]
        if not _apart_from([pairs for _, pairs in held.values()], "".join(texts[value] for value in common)):
            return
        self.holders.update(look_up(self.connection, common.difference(self.holders)))
        for value in common:
            if is_furniture(self.holders.get(value, {})) or TEXT in self.holders.get(value, {}):
                continue
            holders = self._touch(value)
            holders.update((key, key) for key in group)


def _pairs(words: str) -> Pairs:
    """The pairs of Han characters next to each other, as if nothing else stood there."""
    letters = _NOT_HAN.sub("", words)
    return frozenset(letters[place : place + 2] for place in range(len(letters) - 1))


def _unlike(one: Pairs, other: Pairs) -> bool:
    """Whether two headlines tell of different things; not where one of them is missing, or too short to tell."""
    least = min(len(one), len(other))
    both = len(one & other)
    return least >= _TELLING and (both < 2 or both < _ALIKE * least)


def _apart_from(headlines: Iterable[Pairs], said: str) -> bool:
    """Whether no headline has to do with what is said."""
    pairs = _pairs(said)
    return all(len(one & pairs) < _ABOUT * len(one) for one in headlines if one)


def _chunks(values: Sequence[int]) -> Iterable[Sequence[int]]:
    for start in range(0, len(values), 4000):
        yield values[start : start + 4000]
