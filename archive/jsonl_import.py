"""Article files (JSON Lines, plain or gzip) into the archive: from the Article step of the line on.

What is stored already is known by its digest before the costly part, so an interrupted import is simply begun again.
"""

import gzip
import multiprocessing
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, cast

from attrs import define, field, frozen
from sqlalchemy import Engine, select, tuple_

from archive.db import reading, writing
from archive.errors import UsageError
from archive.ingest import ingest
from archive.jsonl_records import RecordError, Resolve, read_record
from archive.models import Article, Revision
from archive.prepare import Prepared, add_indexes, prepare_rows
from archive.records import Stored

BATCH = 400
MAX_LINE = 16 * 2**20
"""Bytes of a line; a longer one is reported and skipped unread."""
MAX_REPORTED = 1_000


@frozen
class Broken:
    """A line that holds no article: its number, the byte at which it begins in the unpacked file, and the reason."""

    line: int
    offset: int
    reason: str


@define
class ImportSummary:
    """What became of a file's lines. `known`: were there already. `broken` holds the first thousand of `failed`."""

    new: int = 0
    duplicate: int = 0
    revised: int = 0
    known: int = 0
    failed: int = 0
    broken: list[Broken] = field(factory=list)

    def add(self, stored: Sequence[Stored]) -> None:
        """Count one batch."""
        for one in stored:
            self.new += one.state == "new"
            self.duplicate += one.duplicate and one.state == "new"
            self.revised += one.state == "revised"
            self.known += one.state == "unchanged"

    def report(self, line: int, offset: int, reason: str) -> None:
        """Note a broken line."""
        self.failed += 1
        if len(self.broken) < MAX_REPORTED:
            self.broken.append(Broken(line, offset, reason))


def import_jsonl(
    engine: Engine,
    path: Path,
    *,
    resolve: Resolve,
    run_id: int | None = None,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda offset: None,
    on_stored: Callable[[Sequence[Stored]], None] = lambda stored: None,
) -> ImportSummary:
    """Store every article of a file.

    `jobs`: processes at work, this one too. `progress` hears how many bytes of the file were read, packed as they are;
    `on_stored` what became of each batch. Raises `UsageError` where the file cannot be read at all, and the archive's
    errors; what was stored until then stays.
    """
    summary = ImportSummary()
    with _open(path) as (file, at):
        batches = _batches(_unknown_rows(engine, _rows(file, resolve, summary), summary))
        for batch in _prepared(batches, jobs - 1):
            with writing(engine) as connection:
                stored = ingest(connection, batch, run_id=run_id, now=datetime.now(UTC))
            summary.add(stored)
            on_stored(stored)
            progress(at())
    return summary


@contextmanager
def _open(path: Path) -> Iterator[tuple[IO[bytes], Callable[[], int]]]:
    """The file unpacked, and a function that tells how far the file itself was read."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    with raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if packed:
            with gzip.open(raw) as file:
                yield cast(IO[bytes], file), raw.tell
        else:
            yield raw, raw.tell


def _lines(file: IO[bytes], summary: ImportSummary) -> Iterator[tuple[int, int, bytes]]:
    """Number, offset and content of each line that has one. Memory is bounded, whatever the file."""
    offset = number = 0
    while True:
        try:
            line = file.readline(MAX_LINE + 1)
            size = len(line)
            too_long = size > MAX_LINE
            while too_long and not line.endswith(b"\n") and (line := file.readline(MAX_LINE)):
                size += len(line)
        except (EOFError, OSError, zlib.error) as error:
            summary.report(number + 1, offset, f"the file breaks off: {error}")
            return
        if not size:
            return
        number += 1
        if too_long:
            summary.report(number, offset, f"longer than {MAX_LINE} bytes")
        elif content := line.strip(b"\xef\xbb\xbf \t\r\n" if number == 1 else b" \t\r\n"):
            yield number, offset, content
        offset += size


def _rows(file: IO[bytes], resolve: Resolve, summary: ImportSummary) -> Iterator[Prepared]:
    for number, offset, line in _lines(file, summary):
        try:
            item = read_record(line, resolve)
            row = prepare_rows(item)
            if not row.article["body"]:
                raise RecordError("no body")
        except RecordError as error:
            summary.report(number, offset, str(error))
        else:
            yield row


def _unknown_rows(engine: Engine, rows: Iterator[Prepared], summary: ImportSummary) -> Iterator[Prepared]:
    """The rows but for those whose very text is stored already."""
    for batch in _batches(rows):
        keys = {(row.article["site"], row.article["native_id"]) for row in batch}
        with reading(engine) as connection:
            stored = connection.execute(
                select(Article.site, Article.native_id, Revision.digest)
                .join(Revision, Revision.article_id == Article.id)
                .where(tuple_(Article.site, Article.native_id).in_(keys))
            )
            known = {(site, native_id, digest) for site, native_id, digest in stored}
        for row in batch:
            if (row.article["site"], row.article["native_id"], row.digest) in known:
                summary.known += 1
            else:
                yield row


def _batches(rows: Iterable[Prepared]) -> Iterator[list[Prepared]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def prepare_batch(rows: Sequence[Prepared]) -> list[Prepared]:
    """The costly part for one batch. Pure; runs in a worker process."""
    return [add_indexes(row) for row in rows]


def _prepared(batches: Iterator[list[Prepared]], workers: int) -> Iterator[list[Prepared]]:
    """The batches made ready, in their order; ahead of their use by `workers` further processes."""
    if workers < 1:
        yield from map(prepare_batch, batches)
        return
    first = next(batches, None)
    if first is None:
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting: deque[Future[list[Prepared]]] = deque([pool.submit(prepare_batch, first)])
        for batch in batches:
            waiting.append(pool.submit(prepare_batch, batch))
            if len(waiting) > workers + 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
