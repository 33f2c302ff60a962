"""Articles that left all their lists early: what a portal takes off its lists, it may take off its site."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, select, update

from archive.store.models import Article, Poll, Sighting

_T: Any = Sighting.__table__
_POLL: Any = Poll.__table__
_MOST: Final = 200
"""So many entries of a list are remembered: its first pages."""


def remember(connection: Connection, site: str, source: str, named: Iterable[str]) -> list[str]:
    """Note what a walk that came to its end has named; what the one before it had."""
    its = (_POLL.c.site == site, _POLL.c.source == source)
    before = connection.execute(select(_POLL.c.named).where(*its)).scalar_one_or_none()
    connection.execute(update(_POLL).where(*its).values(named=list(named)[:_MOST]))
    return list(before or ())


def left_early(
    connection: Connection, site: str, source: str, before: Sequence[str], named: Iterable[str]
) -> list[int]:
    """The articles that a list named at its last walk (`before`) and not at this one (`named`), though most of what it
    names is older; those that no other list of the site names either.

    A list drops its oldest entries for new ones. Of an entry that goes while older ones stay, somebody took care.
    """
    there = list(named)[:_MOST]
    away = sorted(set(before) - set(there))
    if not away or not there:
        return []
    query = select(_T.c.native_id, _T.c.first_seen_at).where(
        _T.c.site == site, _T.c.native_id.in_([*there, *away]), _T.c.source == source
    )
    first = {row.native_id: row.first_seen_at for row in connection.execute(query)}
    known = sorted(first[key] for key in there if key in first)
    if not known:
        return []
    gone = [key for key in away if key in first and first[key] > known[len(known) // 2]]
    return _nowhere_else(connection, site, source, gone)


def _nowhere_else(connection: Connection, site: str, source: str, native_ids: Iterable[str]) -> list[int]:
    """The numbers of those articles that no other list named when it was walked last."""
    others = select(Poll.source, Poll.ended_at).where(Poll.site == site, Poll.source != source)
    walked = {row.source: row.ended_at for row in connection.execute(others)}
    found: list[int] = []
    for native_id in list(native_ids)[:_MOST]:
        query = select(_T.c.source, _T.c.last_seen_at).where(_T.c.site == site, _T.c.native_id == native_id)
        rows = connection.execute(query).all()
        if any(last >= walked[other] for other, last in rows if other in walked):
            continue
        key = select(Article.id).where(Article.site == site, Article.native_id == native_id)
        found += connection.execute(key).scalars()
    return found
