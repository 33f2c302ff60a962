"""Where the raw page behind an article or a capture stands."""

import re
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from archive.errors import NotFound
from archive.query.lookup import Resolve, find_article
from archive.query.visible import refuse_withdrawn
from archive.raw import Place
from archive.store.models import Capture

TRIED: Final = 5
"""So many captures of an article are tried: files are moved, deleted and written anew."""
_HOPS: Final = 3
_CAPTURE: Final = re.compile(r"capture:([0-9]{1,18})")
_COLUMNS: Final = (
    Capture.id,
    Capture.article_id,
    Capture.repeats_id,
    Capture.warc_file,
    Capture.warc_offset,
    Capture.warc_length,
    Capture.url,
    Capture.digest,
)


def capture_number(named: str) -> int | None:
    """The number in `capture:17`; None of any other name."""
    found = _CAPTURE.fullmatch(named.strip())
    return int(found[1]) if found else None


def page_places(connection: Connection, named: str, resolve: Resolve) -> list[Place]:
    """Where the pages stand that are to be tried, the newest first, of the article that `named` names (`17`,
    `sohu:a:434365209`, an address); or where that of one capture does, which need not be an article's (`capture:17`).
    Raises `NotFound` where there is no such article or capture, or where it was taken in without its page."""
    number = capture_number(named)
    if number is not None:
        return [page_place(connection, number)]
    article = find_article(connection, named, resolve)
    query = (
        select(*_COLUMNS)
        .where(Capture.article_id == article, Capture.warc_file.is_not(None), Capture.warc_offset.is_not(None))
        .where(Capture.repeats_id.is_(None), or_(Capture.part.is_(None), Capture.part == 0))
        .order_by(Capture.captured_at.desc(), Capture.id.desc())
        .limit(TRIED)
    )
    places = [_place(row) for row in connection.execute(query)]
    if not places:
        raise NotFound(f"article {article} was taken in without its raw page; `jianbao show {article}` has its text")
    return places


def page_place(connection: Connection, capture: int) -> Place:
    """Where the page stands that a capture showed: of one that repeated another's, that one's. Raises `NotFound`."""
    row = _row(connection, capture)
    for _ in range(_HOPS):
        if row.repeats_id is None:
            break
        row = _row(connection, row.repeats_id)
    return _place(row)


def record_place(connection: Connection, capture: int) -> Place:
    """Where a capture's own record stands, a revisit record too. Raises `NotFound`."""
    return _place(_row(connection, capture))


def article_of(connection: Connection, capture: int) -> int | None:
    """The article that a capture showed. Raises `NotFound`."""
    found: int | None = _row(connection, capture).article_id
    return found


def _row(connection: Connection, capture: int) -> Any:
    row = connection.execute(select(*_COLUMNS).where(Capture.id == capture)).one_or_none()
    if row is None:
        raise NotFound(f"no capture {capture}; `jianbao runs show N` names those that are to be looked at")
    if row.article_id is not None:
        refuse_withdrawn(connection, row.article_id)
    return row


def _place(row: Any) -> Place:
    if row.warc_file is None or row.warc_offset is None:
        raise NotFound(f"capture {row.id} has no record; its page was not kept")
    return Place(row.warc_file, row.warc_offset, row.warc_length, row.url, row.digest)
