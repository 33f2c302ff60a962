"""Who reprints whom: how many, how fast, how whole, and in which months."""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from statistics import median
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import Connection, and_, or_, select

from archive.dedup.clusters.related import links_of
from archive.dedup.tables import Cluster
from archive.dedup.verify.relation import SAME_TEXT
from archive.query.stories.copies import COLUMNS, Copy
from archive.query.visible import visible
from archive.store.models import Article
from archive.times import BEIJING

PAGE: Final = 500
"""Copies that are read at a time."""
KEPT: Final = 20_000
"""So many stories are remembered, to know the first copy of each."""


class By(StrEnum):
    """Between whom flows are counted: sites; sources (the medium or account that published, else the site); sites month
    by month."""

    SITE = "site"
    SOURCE = "source"
    MONTH = "month"


@frozen(kw_only=True)
class Flow:
    """What `to` reprinted of `from_`: so many copies of so many stories.

    `lag`: the median time between the stated times, in hours, of those that state one to the minute; `coverage`: the
    median share of the first one's text that a copy carries, 0 to 1, of those that were held against it; None where
    there are none. `months`: copies a month (`2025-11`, Beijing time). `month`: where flows are counted by month.
    """

    from_: str
    to: str
    month: str | None
    copies: int
    stories: int
    lag: float | None
    coverage: float | None
    months: tuple[tuple[str, int], ...]

    def as_json(self) -> dict[str, Any]:
        """As `jianbao flows --json` prints it."""
        return {
            "from": self.from_,
            "to": self.to,
            "month": self.month,
            "copies": self.copies,
            "stories": self.stories,
            "median_lag_hours": self.lag,
            "median_coverage": self.coverage,
            "months": dict(self.months),
        }


@define
class _Sum:
    stories: set[int] = field(factory=set)
    lags: "array[float]" = field(factory=lambda: array("d"))
    coverages: "array[float]" = field(factory=lambda: array("f"))
    months: Counter[str] = field(factory=Counter)


def flows(
    connection: Connection, *, by: By = By.SITE, since: datetime | None = None, until: datetime | None = None
) -> list[Flow]:
    """Who reprints whom, the most copies first. A story flows from the copy with the earliest stated time to each of
    the others; copies that state no time are left out. `since`, `until`: when the copies state to be published (`until`
    not included). Reads every copy of the span, some at a time."""
    sums: dict[tuple[str, str, str | None], _Sum] = {}
    for first, copy, covered in _reprints(connection, since, until):
        month = f"{(copy.published_at or copy.first_captured_at).astimezone(BEIJING):%Y-%m}"
        its = sums.setdefault((_who(first, by), _who(copy, by), month if by is By.MONTH else None), _Sum())
        its.stories.add(copy.cluster_id)
        its.months[month] += 1
        if (lag := _lag(first, copy)) is not None:
            its.lags.append(lag)
        if covered is not None:
            its.coverages.append(covered)
    found = [_flow(*key, its) for key, its in sums.items()]
    return sorted(found, key=lambda one: (one.month is None, _newest(one.month), -one.copies, one.from_, one.to))


def _newest(month: str | None) -> int:
    return -int(month.replace("-", "")) if month else 0


def _flow(from_: str, to: str, month: str | None, its: _Sum) -> Flow:
    return Flow(
        from_=from_,
        to=to,
        month=month,
        copies=its.months.total(),
        stories=len(its.stories),
        lag=round(median(its.lags), 2) if its.lags else None,
        coverage=round(median(its.coverages), 3) if its.coverages else None,
        months=tuple(sorted(its.months.items())),
    )


def _who(copy: Copy, by: By) -> str:
    return copy.account_name or copy.source_name or copy.site if by is By.SOURCE else copy.site


def _lag(first: Copy, copy: Copy) -> float | None:
    """Hours between the stated times; None where one of them is a day's."""
    if "day" in (first.published_precision, copy.published_precision):
        return None
    if first.published_at is None or copy.published_at is None:
        return None
    return (copy.published_at - first.published_at).total_seconds() / 3600


def _reprints(
    connection: Connection, since: datetime | None, until: datetime | None
) -> Iterator[tuple[Copy, Copy, float | None]]:
    """The first copy of a story, another one of the span, and the share of the first one's text that it carries."""
    firsts: dict[int, Copy] = {}
    for some in _pages(connection, since, until):
        if len(firsts) > KEPT:
            firsts.clear()
        _learn(connection, {one.cluster_id for one in some} - firsts.keys(), firsts)
        others = [one for one in some if one.id != firsts[one.cluster_id].id]
        links = links_of(connection, [one.id for one in others])
        for one in others:
            first = firsts[one.cluster_id]
            yield first, one, _covered(links.get(one.id, []), first.id)


def _covered(links: Sequence[Mapping[str, Any]], first: int) -> float | None:
    """The share of the first copy's text that a copy carries, by its link to it; by its best one to another copy where
    the two were never held against each other."""
    same = [link for link in links if link["relation"] in SAME_TEXT]
    direct = [link["other_coverage"] for link in same if link["to"] == first]
    return max(direct or [link["other_coverage"] for link in same], default=None)


def _pages(connection: Connection, since: datetime | None, until: datetime | None) -> Iterator[list[Copy]]:
    """The copies of the span, in the order of their stated times."""
    query = (
        select(*COLUMNS)
        .join(Cluster, Cluster.id == Article.cluster_id)
        .where(Article.published_at.is_not(None), visible())
        .order_by(Article.published_at, Article.id)
        .limit(PAGE)
    )
    query = query if since is None else query.where(Article.published_at >= since)
    query = query if until is None else query.where(Article.published_at < until)
    behind = query
    while some := [Copy.of(row) for row in connection.execute(behind).mappings()]:
        yield some
        last = some[-1]
        later = or_(
            Article.published_at > last.published_at,
            and_(Article.published_at == last.published_at, Article.id > last.id),
        )
        behind = query.where(Article.published_at >= last.published_at, later)


def _learn(connection: Connection, clusters: set[int], firsts: dict[int, Copy]) -> None:
    """The copy with the earliest stated time of each of these stories."""
    ordered = sorted(clusters)
    for start in range(0, len(ordered), PAGE):
        query = select(*COLUMNS).where(
            Article.cluster_id.in_(ordered[start : start + PAGE]), Article.published_at.is_not(None), visible()
        )
        for row in connection.execute(query).mappings():
            copy = Copy.of(row)
            known = firsts.get(copy.cluster_id)
            if known is None or copy.by_time < known.by_time:
                firsts[copy.cluster_id] = copy
