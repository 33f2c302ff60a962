"""The article that a person says something of: it is there, and it is not withdrawn."""

from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from archive.errors import NotFound
from archive.store.models import Article
from archive.store.people import Withdrawal
from archive.times import show_time

_PRESENT: Final = select(Article.__table__).where(Article.id == bindparam("asked"))


def present(connection: Connection, article_id: int) -> dict[str, Any]:
    """The article's row. Raises `NotFound` where there is none, and where it is withdrawn."""
    row = connection.execute(_PRESENT, {"asked": article_id}).mappings().first()
    if row is None:
        raise NotFound(f"no article {article_id}")
    if row["withdrawn_at"] is not None:
        refuse_withdrawn(connection, article_id)
    return dict(row)


def refuse_withdrawn(connection: Connection, article_id: int) -> None:
    """Raise `NotFound` for a withdrawn article, with when, by whom and why it was withdrawn."""
    one = standing(connection, article_id)
    if one is None:
        return
    erased = " and erased" if one["erased_at"] is not None else ""
    back = "" if erased else f"; `jianbao withdraw --undo {article_id}` takes that back"
    raise NotFound(
        f"article {article_id} was withdrawn{erased} by {one['by']}, {show_time(one['at'])}: {one['reason']}{back}"
    )


def standing(connection: Connection, article_id: int) -> dict[str, Any] | None:
    """The withdrawal of an article that stands, None where it is shown."""
    query = (
        select(Withdrawal.__table__)
        .where(Withdrawal.article_id == article_id, Withdrawal.ended_at.is_(None))
        .order_by(Withdrawal.id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)
