"""The raw page behind an article: its newest capture's record, read back from the WARC file."""

import re

from sqlalchemy import Connection, select

from archive.errors import NotFound, UsageError
from archive.query.lookup import find_article
from archive.query.visible import refuse_withdrawn
from archive.settings import Home
from archive.store.models import Capture
from crawler.capture.role import resolve
from crawler.capture.stored import Place, stored_raw
from crawler.warc.raw import RawCapture

_TRIED = 5
"""So many captures are tried: files are moved, deleted and written anew."""

_CAPTURE = re.compile(r"capture:([0-9]{1,18})")


def raw_page(home: Home, connection: Connection, named: str) -> RawCapture:
    """The newest raw page that is to be had of the article that `named` names (`17`, `sohu:a:434365209`, an address);
    or that of one capture, which need not be an article's (`capture:17`).

    Raises `NotFound` where there is no such article or capture, or where it was imported without its page;
    `UsageError` where the WARC file cannot be read.
    """
    if found := _CAPTURE.fullmatch(named):
        return _of_capture(home, connection, int(found[1]))
    article = find_article(connection, named, resolve)
    statement = (
        select(Capture.warc_file, Capture.warc_offset, Capture.warc_length, Capture.url, Capture.digest)
        .where(Capture.article_id == article, Capture.warc_file.is_not(None), Capture.warc_offset.is_not(None))
        .where(Capture.repeats_id.is_(None))
        .order_by(Capture.captured_at.desc(), Capture.id.desc())
        .limit(_TRIED)
    )
    rows = connection.execute(statement).all()
    if not rows:
        raise NotFound(f"article {article} was taken in without its raw page; `jianbao show {article}` has its text")
    fault: UsageError | None = None
    for file, offset, length, url, digest in rows:
        try:
            return stored_raw(home, Place(file or "", offset or 0, length, url, digest))
        except UsageError as error:
            fault = fault or error
    raise fault or NotFound(f"the record behind article {article} holds no page")


def _of_capture(home: Home, connection: Connection, number: int) -> RawCapture:
    columns = (
        *(Capture.warc_file, Capture.warc_offset, Capture.warc_length, Capture.url, Capture.digest),
        Capture.article_id,
    )
    row = connection.execute(select(*columns).where(Capture.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"no capture {number}; `jianbao runs show N` names those that are to be looked at")
    if row.article_id is not None:
        refuse_withdrawn(connection, row.article_id)
    if row.warc_file is None or row.warc_offset is None:
        raise NotFound(f"capture {number} has no record; its page was not kept")
    return stored_raw(home, Place(row.warc_file, row.warc_offset, row.warc_length, row.url, row.digest))
