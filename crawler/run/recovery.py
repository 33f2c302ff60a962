"""What a killed writer left behind: the torn end of its WARC file is cut off, and the records that the database never
heard of are stored, without fetching anything again."""

import logging
import os
from pathlib import Path
from typing import Final

from attrs import define, evolve
from sqlalchemy import select

from archive.errors import UsageError
from archive.store.db import reading
from archive.store.models import Capture
from archive.workers import WorkerEnded
from crawler.capture.role import role_of
from crawler.run.extraction import Extraction, left_aside
from crawler.run.frontier import waiting
from crawler.run.reading.answer import STORED, Answer
from crawler.run.run import Run
from crawler.run.store import store, tell
from crawler.warc.marker import LeftBehind, left_behind, markers
from crawler.warc.reader import Broken, read_head_at, read_records
from crawler.warc.response import Dates, read_answer
from crawler.warc.writer import storage_error

logger = logging.getLogger("jianbao.crawl")

_TIMES: Final = 2
"""A record whose reader died so often is not read any more."""


def recover(run: Run, extraction: Extraction) -> int:
    """Take over every WARC file that no living writer holds; how many records the database had missed."""
    stored = 0
    try:
        for marker in markers(run.home.warc):
            with left_behind(marker) as left:
                if left is None:
                    continue
                stored += _TakeOver(run, extraction, left).all() if left.path.exists() else 0
                marker.unlink()
    except OSError as error:
        raise storage_error(run.home.warc, error) from error
    return stored


@define
class _TakeOver:
    """One file being taken over. `end`: where its last whole record ends.

    A record is noted before it is looked at. One that was noted and whose reader died nevertheless is, the second time,
    looked at by the extraction's process alone; where that dies of it, or this one does a third time, it is left aside.
    """

    run: Run
    extraction: Extraction
    left: LeftBehind
    end: int = 0
    stored: int = 0

    def all(self) -> int:
        """Store what the database missed, and cut off what is torn; how many records that were."""
        path = self.left.path
        begin = self.end = self.left.begin()
        ours = select(Capture.warc_offset).where(Capture.warc_file == path.name, Capture.warc_offset >= begin)
        with reading(self.run.engine) as connection:
            known = set(connection.execute(ours).scalars())
        tried, times = self.left.tried()

        def wanted(offset: int) -> bool:
            if offset in known:
                return True
            if offset == tried:
                return False
            self.left.note(offset)
            return True

        try:
            for record in read_records(path, path.name, wanted, start=begin):
                if isinstance(record, Broken):
                    self._broken(record, times)
                    continue
                self.end = record.offset + (record.length or 0)
                raw = record.raw
                if raw is None or record.kind not in ("response", "revisit") or record.offset in known:
                    continue
                if role_of(raw) in STORED:
                    [answer] = self.extraction.pages([raw], self.run.hearing)
                    self._store(answer)
        except UsageError as error:
            logger.warning("%s", error)
            return self.stored
        _cut(path, self.end)
        if self.stored:
            logger.info("%s: %d records that the database had missed", path.name, self.stored)
        return self.stored

    def _broken(self, record: Broken, times: int) -> None:
        path = self.left.path
        if record.aside:
            self._once_more(record.offset, times)
            return
        logger.warning("%s: at byte %d: %s", path.name, record.offset, record.reason)
        if not record.torn:
            self.end = path.stat().st_size

    def _once_more(self, offset: int, times: int) -> None:
        """A record whose reader died `times` times."""
        path = self.left.path
        self.left.note(offset, times + 1)
        try:
            if times < _TIMES:
                answer = self.extraction.record(path, path.name, offset, self.run.hearing)
            else:
                answer = self._aside(offset, f"{times} processes that read it ended")
        except (WorkerEnded, MemoryError) as error:
            answer = self._aside(offset, str(error) or type(error).__name__)
        except UsageError as error:
            logger.warning("%s", error)  # torn, or broken, which is why it was not stored
            return
        head = read_head_at(path, offset)
        self.end = offset + head.size
        if answer is not None:
            self._store(answer)

    def _aside(self, offset: int, reason: str) -> Answer | None:
        """What is stored of a record that is not read any more; None of one that holds no answer."""
        path = self.left.path
        self.run.notes.append(f"{path.name}: the record at byte {offset} is left aside: {reason}")
        found = read_head_at(path, offset)
        raw = read_answer(found.head, b"", Dates(file=path.stat().st_mtime), "")
        if raw is None or found.head.kind != "response":
            return None
        raw = evolve(
            raw,
            digest=raw.declared,
            warc_file=path.name,
            warc_offset=offset,
            warc_length=found.size,
        )
        return left_aside(raw, reason)

    def _store(self, answer: Answer) -> None:
        if answer.key is not None:
            with reading(self.run.engine) as connection:
                answer = evolve(answer, claim=waiting(connection, *answer.key))
        store(self.run, [answer])
        tell(answer)
        self.stored += 1


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
