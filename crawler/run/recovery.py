"""What a killed writer left behind: the torn end of its WARC file is cut off, and the records that the database never
heard of are stored, without fetching anything again."""

import logging
import os
from pathlib import Path

from attrs import evolve
from sqlalchemy import select

from archive.errors import UsageError
from archive.store.db import reading
from archive.store.models import Capture
from crawler.capture.role import role_of
from crawler.run.frontier import waiting
from crawler.run.run import Run
from crawler.run.store import STORED, read, store, tell
from crawler.warc.marker import left_behind, markers
from crawler.warc.raw import RawCapture
from crawler.warc.reader import Broken, read_records
from crawler.warc.writer import storage_error

logger = logging.getLogger("jianbao.crawl")


def recover(run: Run) -> int:
    """Take over every WARC file that no living writer holds; how many records the database had missed."""
    stored = 0
    try:
        for marker in markers(run.home.warc):
            with left_behind(marker) as file:
                if file is None:
                    continue
                stored += _take_over(run, file)
                marker.unlink()
    except OSError as error:
        raise storage_error(run.home.warc, error) from error
    return stored


def _take_over(run: Run, path: Path) -> int:
    if not path.exists():
        return 0
    with reading(run.engine) as connection:
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
            if role_of(raw) in STORED:
                _store(run, raw)
                stored += 1
    except UsageError as error:
        logger.warning("%s", error)
        return stored
    _cut(path, end)
    if stored:
        logger.info("%s: %d records that the database had missed", path.name, stored)
    return stored


def _store(run: Run, raw: RawCapture) -> None:
    answer = read(raw, run.hearing)
    if answer.key is not None:
        with reading(run.engine) as connection:
            answer = evolve(answer, claim=waiting(connection, *answer.key))
    store(run, [answer])
    tell(answer)


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
