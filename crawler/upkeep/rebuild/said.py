"""What people said of articles, in an archive that is made anew: corrections stand on what its records show, as they
stood on what the old one held; and what was erased stays so."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from archive.errors import JianbaoError
from archive.ingest.standing import stand_on_all
from archive.store.models import Capture
from archive.store.people import Correction, Withdrawal
from crawler.upkeep.rebuild.carry import chunks

_T: Any = Correction.__table__


def carry_corrections(old: Connection, new: Connection, now: datetime) -> list[dict[str, Any]]:
    """Bring them over and correct the articles; for `note_extracted`, what extraction says below each.

    What this tells of itself in the new archive's logs, `carry` takes out again with all that the replay told."""
    new.execute(delete(_T))
    try:
        for rows in chunks(old, _T):
            new.execute(insert(_T), rows)
    except JianbaoError:
        return []  # `carry` meets that again, and says so
    stand_on_all(new, now=now)
    names = (_T.c.id.label("key"), _T.c.extracted.label("said"), _T.c.extracted_at.label("since"))
    return [dict(row) for row in new.execute(select(*names).where(_T.c.ended_at.is_(None))).mappings()]


def restore_erased(old: Connection, new: Connection) -> None:
    """Whose the captures were whose records were erased: nothing but the old archive tells that."""
    capture: Any = Capture.__table__
    query = select(Withdrawal.article_id).where(Withdrawal.erased_at.is_not(None)).distinct()
    for key in sorted(old.scalars(query)):
        ids = list(old.scalars(select(capture.c.id).where(capture.c.article_id == key)))
        new.execute(update(capture).where(capture.c.id.in_(ids)).values(article_id=key))


def note_extracted(new: Connection, said: list[dict[str, Any]]) -> None:
    """Write down again what `carry_corrections` found, when the rows are those of the old archive."""
    if said:
        values: dict[str, Any] = {"extracted": bindparam("said"), "extracted_at": bindparam("since")}
        new.execute(update(_T).where(_T.c.id == bindparam("key")).values(values), said)
