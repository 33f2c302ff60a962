"""The queue of articles that are to be looked at again (table `recheck`). Every function takes a connection inside the
caller's transaction."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, select, update

from archive.store.models import Article, Capture
from archive.store.models import Recheck as Row
from crawler.run.frontier import insert
from crawler.run.reading.asked import Known, Recheck
from crawler.run.schedule.timing import HURRIED, after_vain

_T: Any = Row.__table__
_CAPTURE: Any = Capture.__table__
_FREE: Final = {"leased_by": None}
_SHOWN: Final = ("article", "not_article")
RANKS: Final = range(5)
_NEAR: Final = 50


def hosts(connection: Connection, site: str) -> list[str]:
    """The hosts of a site that have articles here, each found by the index alone."""
    found: list[str] = []
    host = ""
    while True:
        behind = select(_T.c.host).where(_T.c.leased_by.is_(None), _T.c.site == site, _T.c.host > host)
        behind = behind.order_by(_T.c.host).limit(1)
        following = connection.execute(behind).scalar_one_or_none()
        if following is None:
            return found
        host = following
        found.append(host)


def claim(connection: Connection, site: str, host: str, worker: str, limit: int, now: datetime) -> list[Recheck]:
    """Lease up to `limit` articles of a host that are due: the lowest ranks first, in them the longest due."""
    return _lease(connection, site, host, worker, limit, _T.c.due_at <= now)


def control(connection: Connection, site: str, host: str, worker: str, vain: Collection[int]) -> list[Recheck]:
    """Lease an article of a host that was there at the last look, due or not: it tells whether the host is well. None
    where there is no other. `vain`: the articles that were looked at in vain already, which would tell nothing more."""
    return _lease(connection, site, host, worker, 1, and_(_T.c.missed_at.is_(None), _T.c.article_id.not_in(vain)))


def alike(
    connection: Connection,
    site: str,
    host: str,
    worker: str,
    is_alike: Callable[[str], bool],
    asked: Collection[str],
) -> list[Recheck]:
    """Lease an article that was there at the last look, due or not, the address of which is like others and none of
    those that were `asked`, as far as one stands among the first of each rank; the soonest due of the lowest rank."""
    for rank in RANKS:
        its = (_T.c.site == site, _T.c.host == host, _T.c.rank == rank, _T.c.missed_at.is_(None))
        query = select(_T).where(*its, _T.c.leased_by.is_(None)).order_by(_T.c.due_at, _T.c.article_id).limit(_NEAR)
        rows = connection.execute(query.with_for_update(skip_locked=True)).all()
        if fitting := [row for row in rows if row.url not in asked and is_alike(row.url)]:
            return _leased(connection, fitting[:1], worker)
    return []


def _lease(
    connection: Connection, site: str, host: str, worker: str, limit: int, which: ColumnElement[bool]
) -> list[Recheck]:
    rows: list[Any] = []
    for rank in RANKS:
        if len(rows) >= limit:
            break
        due = (
            select(_T)
            .where(
                _T.c.site == site,
                _T.c.host == host,
                _T.c.rank == rank,
                which,
                _T.c.leased_by.is_(None),
            )
            .order_by(_T.c.due_at, _T.c.article_id)
            .limit(limit - len(rows))
            .with_for_update(skip_locked=True)
        )
        rows += connection.execute(due).all()
    return _leased(connection, rows, worker)


def take(connection: Connection, article_id: int, worker: str) -> Recheck | None:
    """Lease one article, due or not; None where another worker has it, or where it has no place in the queue."""
    free = select(_T).where(_T.c.article_id == article_id, _T.c.leased_by.is_(None)).with_for_update(skip_locked=True)
    return next(iter(_leased(connection, connection.execute(free).all(), worker)), None)


def is_queued(connection: Connection, article_id: int) -> bool:
    """Whether an article has a place in the queue."""
    return connection.execute(select(_T.c.article_id).where(_T.c.article_id == article_id)).first() is not None


def _leased(connection: Connection, rows: Sequence[Any], worker: str) -> list[Recheck]:
    if not rows:
        return []
    ids = [row.article_id for row in rows]
    connection.execute(
        update(_T).where(_T.c.article_id == bindparam("key")).values(leased_by=worker),
        [{"key": key} for key in ids],
    )
    names = {
        row.id: row.native_id
        for row in connection.execute(select(Article.id, Article.native_id).where(Article.id.in_(ids)))
    }
    shown = known(connection, ids)
    return [
        Recheck(
            article_id=row.article_id,
            site=row.site,
            native_id=names[row.article_id],
            host=row.host,
            url=row.url,
            since=row.since,
            told_at=row.told_at,
            missed_at=row.missed_at,
            pace=row.pace,
            known=shown.get(row.article_id),
        )
        for row in rows
    ]


def known(connection: Connection, article_ids: Collection[int]) -> dict[int, Known]:
    """What the newest capture of each of these articles showed; none of those that have no record."""
    latest = func.row_number().over(
        partition_by=_CAPTURE.c.article_id, order_by=(_CAPTURE.c.captured_at.desc(), _CAPTURE.c.id.desc())
    )
    shown = select(_CAPTURE.c.id, latest.label("place")).where(
        _CAPTURE.c.article_id.in_(article_ids), _CAPTURE.c.text_digest.is_not(None), _CAPTURE.c.part.is_(None)
    )
    ranked = shown.subquery()
    first = connection.execute(select(ranked.c.id).where(ranked.c.place == 1)).scalars()
    newest = _captures(connection, list(first))
    found = {}
    repeated = _captures(connection, [row.repeats_id for row in newest.values() if row.repeats_id is not None])
    for row in newest.values():
        its = _known(row, row if row.repeats_id is None else repeated[row.repeats_id])
        if its is not None:
            found[row.article_id] = its
    return found


def known_page(connection: Connection, url: str) -> Known | None:
    """The same of a further page of an article: what the newest capture of its address showed."""
    shown = (_CAPTURE.c.url == url, _CAPTURE.c.part.is_not(None), _CAPTURE.c.outcome.in_(_SHOWN))
    newest = select(_CAPTURE).where(*shown).order_by(_CAPTURE.c.captured_at.desc(), _CAPTURE.c.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    if row is None:
        return None
    return _known(row, row if row.repeats_id is None else _captures(connection, [row.repeats_id])[row.repeats_id])


def _known(row: Any, own: Any) -> Known | None:
    """What a capture showed. `own`: the one whose record has it."""
    if own.digest is None or own.warc_file is None or own.warc_offset is None:
        return None
    return Known(
        url=own.url,
        at=own.captured_at,
        digest=own.digest,
        text_digest=row.text_digest,  # as it was read last, which need not be how its record was read first
        etag=row.etag or own.etag,
        last_modified=row.last_modified or own.last_modified,
        place=(own.warc_file, own.warc_offset, own.warc_length),
    )


def _captures(connection: Connection, ids: Collection[int]) -> dict[int, Any]:
    return {row.id: row for row in connection.execute(select(_CAPTURE).where(_CAPTURE.c.id.in_(ids)))} if ids else {}


def plan(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down when articles are due again; who looked at one gives it back."""
    if rows:
        ordered = sorted(rows, key=lambda row: row["article_id"])
        connection.execute(_planned(connection.dialect.name), ordered)


@cache
def _planned(dialect: str) -> Any:
    new = insert(dialect, _T)
    changing = ("url", "host", "rank", "due_at", "since", "told_at", "missed_at", "pace")
    again = {name: new.excluded[name] for name in changing} | _FREE
    return new.on_conflict_do_update(index_elements=["article_id"], set_=again)


def miss(connection: Connection, found: Recheck, now: datetime) -> None:
    """A look told nothing of the article."""
    connection.execute(
        update(_T).where(_T.c.article_id == found.article_id).values(due_at=after_vain(found.told_at, now), **_FREE)
    )


def hurry(connection: Connection, article_ids: Iterable[int], now: datetime) -> None:
    """Look at these before all others, at once."""
    for key in sorted(article_ids):
        connection.execute(update(_T).where(_T.c.article_id == key).values(rank=HURRIED, due_at=now))


def release(connection: Connection, workers: Sequence[str]) -> None:
    """Give back what these workers have leased: it is due as it was."""
    connection.execute(update(_T).where(_T.c.leased_by.is_not(None), _T.c.leased_by.in_(workers)).values(**_FREE))
