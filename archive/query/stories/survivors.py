"""What vanished at its source, which copies of it still live, and what each of them still says."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, func, select

from archive.query.stories.copies import COLUMNS, GONE, LIVING, Copy, Interval, coverage, last_gone, texts
from archive.query.visible import visible
from archive.store.keys import key_in
from archive.store.models import Article, Capture
from archive.text.fold import fold
from archive.watch.pairs import pairs
from archive.watch.presence import is_gone, looks

MAX_SURVIVORS: Final = 50
"""So many living copies of one lost article are held against it, those with the earliest stated times."""
_PAGE: Final = 100


@frozen(kw_only=True)
class Survivor:
    """A copy that still lives. `coverage`: the share of the lost text that it carries, 0 to 1. `lacks`: the paragraphs
    of the lost text that it has not, nor in other words."""

    copy: Copy
    coverage: float
    lacks: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """A copy's fields, and what it still says."""
        return {**self.copy.as_json(), "coverage": self.coverage, "lacks": list(self.lacks)}


@frozen(kw_only=True)
class Lost:
    """An article that is no more at its source.

    `gone`: between which looks it went; the copy's `state`: how certain that is (docs/changes.md). `survivors`: the
    living copies of its story, the most whole first, of `living` in all. `saved`: the share of the lost text that the
    best of them carries, 0 where none lives. `nowhere`: the paragraphs of it that no living copy has.
    """

    copy: Copy
    gone: Interval
    living: int
    survivors: tuple[Survivor, ...]

    @property
    def saved(self) -> float:
        """See above."""
        return max((one.coverage for one in self.survivors), default=0.0)

    @property
    def nowhere(self) -> tuple[str, ...] | None:
        """See above; None where no copy lives, since then it is the whole text."""
        if not self.survivors:
            return None
        return tuple(line for line in self.survivors[0].lacks if all(line in one.lacks for one in self.survivors))

    def as_json(self) -> dict[str, Any]:
        """As `jianbao survivors --json` prints it."""
        return {
            **self.copy.as_json(),
            "cluster_id": self.copy.cluster_id,
            "gone": self.gone.as_json(),
            "living": self.living,
            "saved": self.saved,
            "nowhere": None if self.nowhere is None else list(self.nowhere),
            "survivors": [one.as_json() for one in self.survivors],
        }


def survivors(
    connection: Connection,
    *,
    sites: Collection[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Lost]:
    """The articles that are missing, vanished or removed at their source, those that went last first, each with its
    living copies. `sites`: of the lost articles. `since`, `until`: they may have gone in this time, as far as it is
    known (`until` not included)."""
    found = list(_lost(connection, sites, since, until))
    found.sort(key=lambda one: (one[1].before_at, one[0].id), reverse=True)
    for start in range(0, len(found), _PAGE):
        yield from _told(connection, found[start : start + _PAGE])


def _lost(
    connection: Connection, sites: Collection[str], since: datetime | None, until: datetime | None
) -> Iterator[tuple[Copy, Interval]]:
    query = select(Capture.site, Capture.native_id, func.max(Capture.captured_at)).where(is_gone())
    query = query.where(Capture.site.in_(sites)) if sites else query
    # The last look that missed it is no earlier than the one before which it went.
    grouped = query.group_by(Capture.site, Capture.native_id)
    grouped = grouped.having(func.max(Capture.captured_at) >= since) if since is not None else grouped
    keys = [(site or "", native_id or "") for site, native_id, _ in connection.execute(grouped)]
    for start in range(0, len(keys), _PAGE):
        some = keys[start : start + _PAGE]
        rows = connection.execute(
            select(*COLUMNS).where(key_in(connection, (Article.site, Article.native_id), some), visible())
        ).mappings()
        its = {row["id"]: Copy.of(row) for row in rows if row["state"] in GONE}
        for key, seen in looks(connection, {one.id: (one.site, one.native_id) for one in its.values()}).items():
            gone = last_gone(seen)
            if gone is not None and _in_span(gone, since, until):
                yield its[key], gone


def _in_span(gone: Interval, since: datetime | None, until: datetime | None) -> bool:
    earliest = gone.after_at or gone.before_at
    return (since is None or gone.before_at >= since) and (until is None or earliest < until)


def _told(connection: Connection, lost: Sequence[tuple[Copy, Interval]]) -> Iterator[Lost]:
    living: defaultdict[int, list[Copy]] = defaultdict(list)
    query = select(*COLUMNS).where(
        Article.cluster_id.in_(sorted({one.cluster_id for one, _ in lost})), Article.state.in_(LIVING), visible()
    )
    for row in connection.execute(query).mappings():
        living[row["cluster_id"]].append(Copy.of(row))
    for one, gone in lost:
        its = sorted(living[one.cluster_id], key=lambda copy: copy.by_time)
        said = texts(connection, [one.id, *(copy.id for copy in its[:MAX_SURVIVORS])])
        told = [_survivor(copy, said[copy.id][1], said[one.id][1]) for copy in its[:MAX_SURVIVORS] if copy.id in said]
        told.sort(key=lambda survivor: -survivor.coverage)
        yield Lost(copy=one, gone=gone, living=len(its), survivors=tuple(told))


def _survivor(copy: Copy, body: str, lost: str) -> Survivor:
    return Survivor(copy=copy, coverage=coverage(lost, body), lacks=tuple(lacking(lost, body)))


def lacking(lost: str, body: str) -> Iterator[str]:
    """The paragraphs of a text that stand for none of another one, whatever the script."""
    lines = lost.split("\n")
    old, new = ([fold(line) for line in text.split("\n")] for text in (lost, body))
    whole = "\n".join(new)
    for pair in pairs(old, new):
        for at in range(pair.start, pair.end) if pair.other_start == pair.other_end else ():
            if old[at] and old[at] not in whole:
                yield lines[at]
