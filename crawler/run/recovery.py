"""What a killed writer left behind: the torn end of its WARC file is cut off, and the records that the database never
heard of are stored, without fetching anything again."""

import logging
import os
from pathlib import Path

from sqlalchemy import select

from archive.errors import UsageError
from archive.store.db import reading
from archive.store.models import Capture
from crawler.capture.item import list_answer
from crawler.capture.role import Role, role_of
from crawler.run.run import Session
from crawler.warc.marker import left_behind, markers
from crawler.warc.reader import Broken, read_records
from crawler.warc.writer import storage_error

logger = logging.getLogger("jianbao.crawl")


def recover(session: Session) -> int:
    """Take over every WARC file that no living writer holds; how many records the database had missed."""
    stored = 0
    try:
        for marker in markers(session.home.warc):
            with left_behind(marker) as file:
                if file is None:
                    continue
                stored += _take_over(session, file)
                if session.fatal is not None:
                    raise session.fatal
                marker.unlink()
    except OSError as error:
        raise storage_error(session.home.warc, error) from error
    return stored


def _take_over(session: Session, path: Path) -> int:
    if not path.exists():
        return 0
    with reading(session.engine) as connection:
        known = set(connection.execute(select(Capture.warc_offset).where(Capture.warc_file == path.name)).scalars())
    stored, end = 0, 0
    try:
        for record in read_records(path, path.name):
            if isinstance(record, Broken):
                logger.warning("%s: at byte %d: %s", path.name, record.offset, record.reason)
                if not record.torn:
                    end = path.stat().st_size
                continue
            end = record.offset + record.length
            raw = record.raw
            if raw is None or record.kind != "response" or record.offset in known:
                continue
            role = role_of(raw.url, raw.status, raw.content_type, raw.requested)
            if role is Role.LIST:
                session.store_list(list_answer(raw).capture)
                stored += 1
            elif role is Role.PAGE:
                session.store_found(raw)
                stored += 1
    except UsageError as error:
        logger.warning("%s", error)
        return stored
    _cut(path, end)
    if stored:
        logger.info("%s: %d records that the database had missed", path.name, stored)
    return stored


def _cut(path: Path, end: int) -> None:
    """Cut off what comes behind the last whole record."""
    if end == 0:
        path.unlink()
        return
    if path.stat().st_size <= end:
        return
    logger.info("%s: cut back to %d bytes, its last record was torn", path.name, end)
    with path.open("r+b") as file:
        file.truncate(end)
        os.fsync(file.fileno())
