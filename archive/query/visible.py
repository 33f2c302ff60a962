"""What is withdrawn is hidden in every door: the condition, and what a person is told who names such an article."""

from sqlalchemy import Connection, select

from archive.errors import NotFound
from archive.store.people import Withdrawal, visible
from archive.times import show_time

__all__ = ["refuse_withdrawn", "visible"]


def refuse_withdrawn(connection: Connection, article_id: int) -> None:
    """Raise `NotFound` for a withdrawn article, with when, by whom and why it was withdrawn."""
    standing = select(Withdrawal).where(Withdrawal.article_id == article_id, Withdrawal.ended_at.is_(None))
    row = connection.execute(standing.order_by(Withdrawal.id.desc()).limit(1)).first()
    if row is None:
        return
    [one] = row
    erased = ", and erased" if one.erased_at is not None else ""
    back = "" if one.erased_at is not None else f"; `jianbao withdraw --undo {article_id}` takes that back"
    raise NotFound(f"article {article_id} is withdrawn{erased}, {show_time(one.at)} by {one.by}: {one.reason}{back}")
