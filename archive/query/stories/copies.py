"""The copies of one story, as everything in this room asks of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, Integer, bindparam, func, select

from archive.errors import NotFound
from archive.query.visible import visible
from archive.store.models import Article
from archive.times import Precision, show_time
from archive.watch.states import AWAY, THERE, Event, Look, State, events

MAX_COPIES: Final = 500
"""So many copies of one story are looked at, those with the earliest stated times."""
CHUNK: Final = 500
"""Rows that are looked up at a time."""

LIVING: Final = tuple(map(str, THERE))
GONE: Final = tuple(map(str, AWAY))
"""The states of articles that are at their site, and of those that are no more."""

COLUMNS: Final = (
    Article.id,
    Article.cluster_id,
    Article.site,
    Article.native_id,
    Article.url,
    Article.headline,
    Article.published_at,
    Article.published_precision,
    Article.source_name,
    Article.account_name,
    Article.state,
    Article.first_captured_at,
    Article.revision,
)


@frozen(kw_only=True)
class Copy:
    """One article of a story. The fields are those of the export (docs/data.md); times carry a zone."""

    id: int
    cluster_id: int
    site: str
    native_id: str
    url: str
    headline: str | None
    published_at: datetime | None
    published_precision: Precision | None
    source_name: str | None
    account_name: str | None
    state: str
    first_captured_at: datetime
    revision: int

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> "Copy":
        """Out of a row with `COLUMNS`."""
        return cls(**{column.key: row[column.key] for column in COLUMNS})

    @property
    def by_time(self) -> tuple[bool, datetime, int]:
        """What puts copies in the order of their stated times; those that state none come last, as they came in."""
        return self.published_at is None, self.published_at or self.first_captured_at, self.id

    def as_json(self) -> dict[str, Any]:
        """As the commands of this room print an article."""
        return {
            "id": self.id,
            "site": self.site,
            "native_id": self.native_id,
            "url": self.url,
            "headline": self.headline,
            "published_at": show_time(self.published_at, self.published_precision),
            "source_name": self.source_name,
            "account_name": self.account_name,
            "state": self.state,
            "first_captured_at": show_time(self.first_captured_at),
        }


@frozen(kw_only=True)
class Interval:
    """When something happened: after the one capture and before the other, at no time that is known better. `after_at`
    is None where nobody looked before; the capture ids are None where no capture showed it."""

    after_at: datetime | None
    before_at: datetime
    after_capture_id: int | None = None
    before_capture_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The times in Beijing time."""
        return {
            "after_at": show_time(self.after_at),
            "before_at": show_time(self.before_at),
            "after_capture_id": self.after_capture_id,
            "before_capture_id": self.before_capture_id,
        }


def interval(event: Event) -> Interval:
    """Between which two looks a state began."""
    return Interval(
        after_at=event.after.at if event.after is not None else None,
        before_at=event.before.at,
        after_capture_id=event.after.capture_id if event.after is not None else None,
        before_capture_id=event.before.capture_id,
    )


def last_gone(seen: Sequence[Look]) -> Interval | None:
    """When an article went the last time, by all looks at it; None where it never did."""
    went = [event for event in events(seen) if event.state is State.MISSING]
    return interval(went[-1]) if went else None


_ITS: Final = (Article.cluster_id == bindparam("cluster"), visible())
_STORY: Final = select(Article.cluster_id).where(Article.id == bindparam("article"))
_COPIES: Final = (
    select(*COLUMNS)
    .where(*_ITS)
    .order_by(Article.published_at.is_(None), Article.published_at, Article.id)
    .limit(bindparam("most", type_=Integer))
)
_COPY: Final = select(*COLUMNS).where(Article.id == bindparam("article"), *_ITS)
_SIZE: Final = select(func.count()).select_from(Article).where(*_ITS)
_TEXTS: Final = select(Article.id, Article.headline, Article.body).where(
    Article.id.in_(bindparam("articles", expanding=True)), visible()
)


def story_of(connection: Connection, article_id: int) -> int:
    """The number of the story that an article is in. Raises `NotFound`."""
    found = connection.scalar(_STORY, {"article": article_id})
    if found is None:
        raise NotFound(f"no article {article_id}")
    return found


def copies(connection: Connection, cluster_id: int, *, also: int | None = None) -> list[Copy]:
    """The copies of a story, in the order of their stated times; `also`: this one in any case. Raises `NotFound` where
    there is none."""
    found = [
        Copy.of(row) for row in connection.execute(_COPIES, {"cluster": cluster_id, "most": MAX_COPIES}).mappings()
    ]
    if also is not None and also not in {one.id for one in found}:
        its = {"cluster": cluster_id, "article": also}
        found += [Copy.of(row) for row in connection.execute(_COPY, its).mappings()]
    if not found:
        raise NotFound(f"no story {cluster_id}; `jianbao cluster ID` tells which story an article is in")
    return sorted(found, key=lambda one: one.by_time)


def size_of(connection: Connection, every: Sequence[Copy]) -> int:
    """How many copies a story has, of which these are looked at."""
    if len(every) < MAX_COPIES:
        return len(every)
    return connection.scalar(_SIZE, {"cluster": every[0].cluster_id}) or 0


def texts(connection: Connection, article_ids: Collection[int]) -> dict[int, tuple[str | None, str]]:
    """The headline and the body of each of these articles, as they are now."""
    found: dict[int, tuple[str | None, str]] = {}
    for some in chunks(article_ids):
        found |= {row.id: (row.headline, row.body) for row in connection.execute(_TEXTS, {"articles": some})}
    return found


def coverage(lost: str, living: str) -> float:
    """The share of one body that another one holds, 0 to 1, as links between copies have it (docs/duplicates.md)."""
    if lost == living:
        return 1.0
    from archive.dedup.verify.facts import look
    from archive.dedup.verify.texts import prepare

    return round(look(prepare(lost), prepare(living)).cover, 3)


def chunks(values: Collection[int]) -> Iterator[list[int]]:
    """The values in order, some at a time."""
    ordered = sorted(values)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
