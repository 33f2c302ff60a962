"""What older runs gave up is asked for again, where a person wants it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update

from archive.store.models import Article, Capture, Frontier
from crawler.run.frontier import in_state

_T: Any = Frontier.__table__
_ARTICLE: Any = Article.__table__
_CAPTURE: Any = Capture.__table__


def revive(connection: Connection, sites: Sequence[str], which: str, now: datetime) -> int:
    """Ask again for what older runs gave up; how many addresses that are. `which`: `failed`, or `blocked` for what
    refusals stood in front of, given up, still waiting, or settled by older rules that took a login page for the last
    word (`jianbao reextract` has read its capture anew since)."""
    given_up = _T.c.state == "failed"
    if which == "blocked":
        given_up = and_(_T.c.outcome.like("blocked%"), or_(given_up, in_state("due")))
    again = {"state": "due", "due_at": now, "attempts": 0}
    revived = int(connection.execute(update(_T).where(_T.c.site.in_(sites), given_up).values(**again)).rowcount)
    settled = _settled_by_refusals(connection, sites) if which == "blocked" else []
    if settled:
        connection.execute(
            update(_T).where(_T.c.id == bindparam("key")).values(**again), [{"key": key} for key in settled]
        )
    return revived + len(settled)


def _settled_by_refusals(connection: Connection, sites: Sequence[str]) -> list[int]:
    """What is settled without an article, though its newest capture shows a refusal."""
    newest = (
        select(_CAPTURE.c.site, _CAPTURE.c.native_id, func.max(_CAPTURE.c.id).label("id"))
        .where(_CAPTURE.c.site.in_(sites), _CAPTURE.c.native_id.is_not(None))
        .group_by(_CAPTURE.c.site, _CAPTURE.c.native_id)
        .subquery()
    )
    query = (
        select(_T.c.id)
        .join(newest, and_(newest.c.site == _T.c.site, newest.c.native_id == _T.c.native_id))
        .join(_CAPTURE, _CAPTURE.c.id == newest.c.id)
        .outerjoin(_ARTICLE, and_(_ARTICLE.c.site == _T.c.site, _ARTICLE.c.native_id == _T.c.native_id))
        .where(_T.c.state.in_(("done", "gone")), _CAPTURE.c.outcome == "blocked", _ARTICLE.c.id.is_(None))
        .order_by(_T.c.id)
    )
    return list(connection.execute(query).scalars())
