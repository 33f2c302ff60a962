"""The raw page behind an article: its newest capture's record, read back from the WARC file."""

from sqlalchemy import Connection, select

from archive.errors import NotFound, UsageError
from archive.query.lookup import find_article
from archive.settings import Home
from archive.store.models import Capture
from crawler.capture.role import resolve
from crawler.capture.stored import Place, stored_raw
from crawler.warc.raw import RawCapture

_TRIED = 5
"""So many captures are tried: files are moved, deleted and written anew."""


def raw_page(home: Home, connection: Connection, named: str) -> RawCapture:
    """The newest raw page that is to be had of the article that `named` names (`17`, `sohu:a:434365209`, an address).

    Raises `NotFound` where there is no such article, or where it was imported without its page; `UsageError` where
    the WARC file cannot be read.
    """
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
