"""The captures of an address in the order of time, as RFC 7089 (Memento) asks for them.

What a person withdrew is not among them, whether its captures showed it or only that it was gone.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from archive.people.erasing import WITHDRAWN
from archive.store.models import Article, Capture
from archive.store.people import visible

_SECOND: Final = timedelta(seconds=1)


@frozen(kw_only=True)
class Memento:
    """A capture of an address whose page can be shown. `url`: the address as it was captured. `status`: what the server
    answered; None where nobody knows. `repeats`: the capture that has its page, itself or an earlier one."""

    capture: int
    url: str
    at: datetime
    status: int | None
    repeats: int


@frozen
class Around:
    """One memento among those of its address. `before` and `after` are None at the ends."""

    first: Memento
    before: Memento | None
    this: Memento
    after: Memento | None
    last: Memento


def mementos(connection: Connection, url: str, *, limit: int, since: datetime | None = None) -> list[Memento]:
    """The mementos of an address, the oldest first; those from `since` on."""
    return _all(connection, _of(url, *([Capture.captured_at >= since] if since is not None else [])).limit(limit))


def nearest(connection: Connection, url: str, at: datetime | None) -> Memento | None:
    """The memento that is closest to a moment, the earlier one of two; the newest one without a moment. None where
    there is none."""
    if at is None:
        return _one(connection, _newest_first(_of(url)))
    before = _one(connection, _newest_first(_of(url, Capture.captured_at < at + _SECOND)))
    after = _one(connection, _of(url, Capture.captured_at >= at + _SECOND))
    if before is None or after is None:
        return before or after
    return before if at - before.at <= after.at - at else after


def at_second(connection: Connection, url: str, at: datetime) -> Around | None:
    """The memento of one second, with its neighbours; None where there is none in it."""
    this = _one(connection, _of(url, Capture.captured_at >= at, Capture.captured_at < at + _SECOND))
    if this is None:
        return None
    before = _one(connection, _newest_first(_of(url, Capture.captured_at < at)))
    after = _one(connection, _of(url, Capture.captured_at >= at + _SECOND))
    first, last = _one(connection, _of(url)), _one(connection, _newest_first(_of(url)))
    return Around(first or this, before, this, after, last or this)


def _of(url: str, *more: ColumnElement[bool]) -> Select[Any]:
    shown, named = Article.aliased(), Article.aliased()
    columns: tuple[Any, ...] = (Capture.id, Capture.url, Capture.captured_at, Capture.status, Capture.repeats_id)
    its = and_(Capture.article_id.is_(None), named.site == Capture.site, named.native_id == Capture.native_id)
    query: Select[Any] = (
        select(*columns)
        .outerjoin(shown, shown.id == Capture.article_id)
        .outerjoin(named, its)
        .where(Capture.url.in_(_forms(url)), Capture.warc_file.is_not(None), Capture.warc_offset.is_not(None))
        .where(or_(shown.id.is_(None), visible(shown)), or_(named.id.is_(None), visible(named)))
        .where(Capture.outcome != WITHDRAWN, *more)
        .order_by(Capture.captured_at, Capture.id)
    )
    return query


def _newest_first(query: Select[Any]) -> Select[Any]:
    return query.order_by(None).order_by(Capture.captured_at.desc(), Capture.id.desc())


def _forms(url: str) -> list[str]:
    """An address, and the same by the other scheme: nobody means two pages by them."""
    scheme, colon, rest = url.partition(":")
    if scheme.lower() not in ("http", "https") or not colon:
        return [url]
    return [f"http:{rest}", f"https:{rest}"]


def _one(connection: Connection, query: Select[Any]) -> Memento | None:
    return next(iter(_all(connection, query.limit(1))), None)


def _all(connection: Connection, query: Select[Any]) -> list[Memento]:
    return [
        Memento(capture=row.id, url=row.url, at=row.captured_at, status=row.status, repeats=row.repeats_id or row.id)
        for row in connection.execute(query)
    ]
