"""Which captures are read anew, and what the archive holds of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, Engine, Result, and_, func, or_, select

from archive.ingest.corrected import as_extracted
from archive.raw import Place
from archive.store.db import reading
from archive.store.models import Article, Capture
from crawler.capture.again import sum_of

PAGE: Final = 200
"""Captures that are looked up at a time."""

_C: Any = Capture.__table__
_A: Any = Article.__table__


@frozen(kw_only=True)
class Wanted:
    """Which captures are to be read anew; all of them where nothing is named. `since`: captured then or later.
    `everything`: those too that today's rules have read already. `version`: of today's rules."""

    version: str
    sites: Collection[str] = ()
    since: datetime | None = None
    outcomes: Collection[str] = ()
    templates: Collection[str] = ()
    everything: bool = False

    @property
    def condition(self) -> ColumnElement[bool]:
        """The same as a condition on `capture`. A capture that repeats another one has no page of its own."""
        wanted = [_C.c.warc_file.is_not(None), _C.c.warc_offset.is_not(None), _C.c.repeats_id.is_(None)]
        if not self.everything:
            wanted.append(or_(_C.c.extractor.is_(None), _C.c.extractor != self.version))
        if self.since is not None:
            wanted.append(_C.c.captured_at >= self.since)
        for column, values in ((_C.c.site, self.sites), (_C.c.outcome, self.outcomes), (_C.c.template, self.templates)):
            if values:
                wanted.append(column.in_(sorted(values)))
        return and_(*wanted)


@frozen(kw_only=True)
class Newest:
    """The look that showed an article last: its capture, when, and the text. `record_id`: whose record has the page."""

    shows_id: int
    record_id: int
    at: datetime
    digest: str


@frozen(kw_only=True)
class Known:
    """What the archive holds of a capture: its row, and, where it showed an article, the article's row and its newest
    look."""

    capture: Mapping[str, Any]
    article: Mapping[str, Any] | None = None
    newest: Newest | None = None

    @property
    def is_newest(self) -> bool:
        """Whether its page is what the article showed last."""
        return self.newest is not None and self.newest.record_id == self.capture["id"]

    @property
    def digest(self) -> str | None:
        """Of the text that its page shows, by what was read last."""
        return self.newest.digest if self.newest is not None and self.is_newest else self.capture["text_digest"]

    @property
    def same(self) -> bytes | None:
        """What tells a reading of which nothing follows (`Stored.same`): of the newest look the article's fields, of an
        older one its text alone."""
        if self.digest is None:
            return None
        return sum_of(self.article) if self.article is not None and self.is_newest else b""

    @property
    def place(self) -> Place:
        """Where its record stands."""
        row = self.capture
        return Place(row["warc_file"], row["warc_offset"], row["warc_length"], row["url"], row["digest"])


def count(engine: Engine, wanted: Wanted) -> int:
    """How many captures are to be read."""
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(_C).where(wanted.condition)) or 0


def chosen(engine: Engine, wanted: Wanted) -> Iterator[Known]:
    """The captures that are to be read, in the order of their numbers, some looked up at a time."""
    last = 0
    while True:
        query = select(_C).where(_C.c.id > last, wanted.condition).order_by(_C.c.id).limit(PAGE)
        with reading(engine) as connection:
            rows = _dicts(connection.execute(query))
            found = known(connection, rows)
        if not rows:
            return
        yield from found
        last = rows[-1]["id"]


def known_now(connection: Connection, ids: Iterable[int]) -> dict[int, Known]:
    """What the archive holds of these captures, by their numbers."""
    rows = _dicts(connection.execute(select(_C).where(_C.c.id.in_(sorted(ids)))))
    return {one.capture["id"]: one for one in known(connection, rows)}


def known(connection: Connection, rows: Collection[Mapping[str, Any]]) -> list[Known]:
    """What the archive holds of captures, whose rows these are."""
    ids = {row["article_id"] for row in rows if row["article_id"] is not None}
    if not ids:
        return [Known(capture=row) for row in rows]
    own = _A.c.id.in_(sorted(ids))
    rows_of = {row["id"]: row for row in _dicts(connection.execute(select(_A).where(own)))}
    articles = as_extracted(connection, rows_of)
    newest = _newest(connection, ids)
    return [
        Known(capture=row, article=articles.get(row["article_id"] or 0), newest=newest.get(row["article_id"] or 0))
        for row in rows
    ]


def _dicts(result: Result[Any]) -> list[dict[str, Any]]:
    """The rows by the names of their columns, in a fifth of the time that `mappings` takes."""
    names = list(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


def _newest(connection: Connection, article_ids: Collection[int]) -> dict[int, Newest]:
    looks = (
        select(_C.c.article_id, _C.c.id, _C.c.repeats_id, _C.c.captured_at, _C.c.text_digest)
        .where(_C.c.article_id.in_(sorted(article_ids)), _C.c.text_digest.is_not(None))
        .where(or_(_C.c.part.is_(None), _C.c.part == 0))  # no further page: it shows nothing by itself
        .order_by(_C.c.captured_at, _C.c.id)
    )
    return {
        article_id: Newest(shows_id=key, record_id=repeats_id or key, at=at, digest=digest)
        for article_id, key, repeats_id, at, digest in connection.execute(looks)
    }
