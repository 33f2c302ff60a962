"""To correct a field of an article, and to undo that."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from archive.errors import NotFound, UsageError
from archive.ingest.transaction import take_turns
from archive.people.fields import read
from archive.people.present import present
from archive.store.people import COLUMNS, Correction, as_json, from_json
from archive.times import show_time

_T: Any = Correction.__table__


def correct(connection: Connection, article_id: int, field: str, value: str, *, by: str, now: datetime) -> int:
    """Correct one field of an article; the correction's number. `value`: as a person types it.

    Where the text changes by it, that is a revision of cause `person`; the indexes and the story follow. Raises
    `NotFound`, and `UsageError` where there is no such field, or it cannot have that value, or has it.
    """
    from archive.ingest.standing import stand_anew  # half a second, for the duplicate finder

    row = _taken(connection, article_id)
    wanted = read(field, value, row)
    own = {name: row[name] for name in COLUMNS[field]}
    if all(wanted[name] == own[name] for name in wanted if name != "blocks"):
        raise UsageError(f"{field} of article {article_id} is that already")
    before = connection.execute(
        select(_T.c.id, _T.c.extracted).where(
            _T.c.article_id == article_id, _T.c.field == field, _T.c.ended_at.is_(None)
        )
    ).first()
    if before is not None:
        connection.execute(update(_T).where(_T.c.id == before.id).values(ended_at=now, ended_by=by))
    extracted = before.extracted if before is not None else as_json(own)
    below = {**row, **_extracted(connection, article_id)}
    made = insert(_T).values(
        article_id=article_id, by=by, at=now, field=field, value=as_json(wanted), extracted=extracted
    )
    number = int(connection.execute(made.returning(_T.c.id)).scalar_one())
    stand_anew(connection, row, {**below, **from_json(extracted)}, now=now)
    return number


def undo(connection: Connection, article_id: int, number: int, *, by: str, now: datetime) -> str:
    """Undo a correction: the field is what extraction says now. Returns the field. Raises `NotFound`, `UsageError`."""
    from archive.ingest.standing import stand_anew  # half a second, for the duplicate finder

    row = _taken(connection, article_id)
    query = select(_T).where(_T.c.id == number, _T.c.article_id == article_id)
    one = connection.execute(query).mappings().first()
    if one is None:
        raise NotFound(f"article {article_id} has no correction {number}; `jianbao show {article_id}` lists them")
    if one["ended_at"] is not None:
        raise UsageError(f"correction {number} does not stand any longer, since {show_time(one['ended_at'])}")
    below = {**row, **_extracted(connection, article_id)}
    connection.execute(update(_T).where(_T.c.id == number).values(ended_at=now, ended_by=by))
    stand_anew(connection, row, below, now=now)
    return str(one["field"])


def _taken(connection: Connection, article_id: int) -> dict[str, Any]:
    """The article's row, when nobody else writes to it."""
    row = present(connection, article_id)
    take_turns(connection, [(row["site"], row["native_id"])])
    return present(connection, article_id)


def _extracted(connection: Connection, article_id: int) -> dict[str, Any]:
    """The columns below the corrections that stand."""
    query = select(_T.c.extracted).where(_T.c.article_id == article_id, _T.c.ended_at.is_(None)).order_by(_T.c.id)
    return {name: value for found in connection.scalars(query) for name, value in from_json(found).items()}
