"""Withdrawals: a person takes an article out of every door. Its evidence is kept, so it can be taken back."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from archive.dedup.clusters.clusters import settle
from archive.dedup.propose import index
from archive.errors import NotFound, UsageError
from archive.people.present import standing
from archive.people.words import line
from archive.store.changes import entry, log_changes
from archive.store.models import Article
from archive.store.people import Withdrawal
from archive.times import show_time


def withdraw(connection: Connection, article_id: int, reason: str, *, by: str, now: datetime) -> bool:
    """Hide an article in every door; whether it was shown. It stays in its story, and another one stands for that.

    Raises `NotFound`, and `UsageError` where there is no reason."""
    _there(connection, article_id)
    reason = line(reason, "the reason")
    if standing(connection, article_id) is not None:
        return False
    connection.execute(insert(Withdrawal).values(article_id=article_id, by=by, at=now, reason=reason))
    _hide(connection, article_id, now, "withdrawn", withdrawn_at=now)
    return True


def restore(connection: Connection, article_id: int, *, by: str, now: datetime) -> bool:
    """Show a withdrawn article again; whether it was hidden. Raises `NotFound`, and `UsageError` where it was
    erased."""
    _there(connection, article_id)
    one = standing(connection, article_id)
    if one is None:
        return False
    if one["erased_at"] is not None:
        raise UsageError(f"article {article_id} was erased, {show_time(one['erased_at'])}; that cannot be taken back")
    connection.execute(update(Withdrawal).where(Withdrawal.id == one["id"]).values(ended_at=now, ended_by=by))
    _hide(connection, article_id, now, "restored", withdrawn_at=None)
    return True


def of(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """The withdrawals of an article, oldest first, those too that were taken back: columns of `withdrawal`."""
    query = select(Withdrawal.__table__).where(Withdrawal.article_id == article_id).order_by(Withdrawal.id)
    times = ("at", "erased_at", "ended_at")
    return [{**row, **{name: show_time(row[name]) for name in times}} for row in connection.execute(query).mappings()]


def _there(connection: Connection, article_id: int) -> None:
    if connection.scalar(select(Article.id).where(Article.id == article_id)) is None:
        raise NotFound(f"no article {article_id}")


def _hide(connection: Connection, article_id: int, now: datetime, kind: str, *, withdrawn_at: datetime | None) -> None:
    index.take_turn(connection)
    connection.execute(update(Article).where(Article.id == article_id).values(withdrawn_at=withdrawn_at))
    changed = settle(connection, [article_id], now=now, by_person=True)
    rest = [entry(key, "clustered", now) for key in sorted(changed - {article_id})]
    log_changes(connection, [entry(article_id, kind, now, "person"), *rest])
