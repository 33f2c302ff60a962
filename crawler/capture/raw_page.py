"""The raw page behind an article: its newest capture's record, read back from the WARC file."""

from sqlalchemy import Connection, select

from archive.errors import NotFound
from archive.query.lookup import find_article
from archive.settings import Home
from archive.store.models import Capture
from crawler.capture.role import resolve
from crawler.warc.raw import RawCapture
from crawler.warc.reader import read_record


def raw_page(home: Home, connection: Connection, named: str) -> RawCapture:
    """The newest raw page of the article that `named` names (`17`, `sohu:a:434365209`, an address).

    Raises `NotFound` where there is no such article, or where it was imported without its page; `UsageError` where
    the WARC file cannot be read.
    """
    article = find_article(connection, named, resolve)
    statement = (
        select(Capture.warc_file, Capture.warc_offset)
        .where(Capture.article_id == article, Capture.warc_file.is_not(None), Capture.warc_offset.is_not(None))
        .order_by(Capture.captured_at.desc(), Capture.id.desc())
        .limit(1)
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f"article {article} was taken in without its raw page; `jianbao show {article}` has its text")
    # An imported file's path is absolute, and stays so when it is put behind the folder.
    raw = read_record(home.warc / row.warc_file, row.warc_file, row.warc_offset).raw
    if raw is None:
        raise NotFound(f"the record behind article {article} holds no page")
    return raw
