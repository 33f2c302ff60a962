"""Article files (JSON Lines, plain or gzip) into the archive: from the Article step of the line on.

What is stored already is known by its digest before the costly part, so an interrupted import is simply begun again.
"""

import gc
import gzip
import multiprocessing
import signal
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import IO, cast

from attrs import define, field, frozen
from sqlalchemy import Engine, select

from archive.errors import JianbaoError, UsageError
from archive.ingest.prepare import Prepared, add_indexes, prepare_rows
from archive.ingest.transaction import ingest
from archive.load.records import RecordError, read_record
from archive.query.lookup import Resolve
from archive.store.db import connect, reading, writing
from archive.store.keys import key_in
from archive.store.models import Article, Revision
from archive.store.records import Stored

BATCH = 400
MAX_LINE = 16 * 2**20
"""Bytes of a line; a longer one is reported and skipped unread."""
MAX_REPORTED = 1_000
_COLLECTIONS = (50_000, 20, 50)


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

    def report(self, broken: Broken) -> None:
        """Note a broken line."""
        self.failed += 1
        if len(self.broken) < MAX_REPORTED:
            self.broken.append(broken)


_Line = tuple[int, int, bytes]
"""A line's number, the byte at which it begins, and its content."""


@define
class _Batch:
    """What lines gave: articles to store, texts that were there, and lines that hold no article."""

    rows: list[Prepared] = field(factory=list)
    known: int = 0
    broken: list[Broken] = field(factory=list)


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

    `jobs`: processes at work, this one too; with more than one, `resolve` must be a function of a module. `progress`
    hears how many bytes of the file were read, packed as they are; `on_stored` what became of each batch. Raises
    `UsageError` where the file cannot be read at all, and the archive's errors; what was stored until then stays.
    """
    summary = ImportSummary()
    with _open(path) as (file, at), _fewer_collections():
        for batch in _read_ahead(engine, resolve, _batches(_lines(file, summary)), jobs - 1):
            for broken in batch.broken:
                summary.report(broken)
            summary.known += batch.known
            if batch.rows:
                with writing(engine) as connection:
                    stored = ingest(connection, batch.rows, run_id=run_id, now=datetime.now(UTC))
                summary.add(stored)
                on_stored(stored)
            progress(at())
    summary.broken.sort(key=lambda broken: broken.line)
    return summary


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """Look for garbage in cycles less often: a batch makes much that lives long and next to nothing in cycles, and the
    search for it took a twentieth of an import."""
    before = gc.get_threshold()
    gc.set_threshold(*_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


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
                yield cast("IO[bytes]", file), raw.tell
        else:
            yield raw, raw.tell


def _lines(file: IO[bytes], summary: ImportSummary) -> Iterator[_Line]:
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
            summary.report(Broken(number + 1, offset, f"the file breaks off: {error}"))
            return
        if not size:
            return
        number += 1
        if too_long:
            summary.report(Broken(number, offset, f"longer than {MAX_LINE} bytes"))
        elif content := line.strip(b"\xef\xbb\xbf \t\r\n" if number == 1 else b" \t\r\n"):
            yield number, offset, content
        offset += size


def _batches(lines: Iterator[_Line]) -> Iterator[list[_Line]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _read(engine: Engine, resolve: Resolve, lines: Sequence[_Line]) -> _Batch:
    """Everything about a batch but its storing: check the lines, leave out the texts that are there, index the rest."""
    batch = _Batch()
    rows: list[Prepared] = []
    for number, offset, line in lines:
        try:
            row = prepare_rows(read_record(line, resolve))
            if not row.article["body"]:
                raise RecordError("no body")
        except RecordError as error:
            batch.broken.append(Broken(number, offset, str(error)))
        else:
            rows.append(row)
    known = _known(engine, rows)
    for row in rows:
        if (row.article["site"], row.article["native_id"], row.digest) in known:
            batch.known += 1
        else:
            batch.rows.append(add_indexes(row))
    return batch


def _known(engine: Engine, rows: Sequence[Prepared]) -> set[tuple[str, str, str]]:
    """Which of the articles have had which text."""
    if not rows:
        return set()
    keys = {(row.article["site"], row.article["native_id"]) for row in rows}
    statement = select(Article.site, Article.native_id, Revision.digest).join(
        Revision, Revision.article_id == Article.id
    )
    with reading(engine) as connection:
        known = statement.where(key_in(connection, (Article.site, Article.native_id), keys))
        return {(site, native_id, digest) for site, native_id, digest in connection.execute(known)}


def _read_ahead(engine: Engine, resolve: Resolve, batches: Iterator[list[_Line]], workers: int) -> Iterator[_Batch]:
    """The batches read, in their order; ahead of their use by further processes."""
    first = next(batches, None)
    if first is None:
        return
    second = next(batches, None) if workers > 0 else None
    if second is None:
        # Not worth starting processes for.
        yield _read(engine, resolve, first)
        for batch in batches:
            yield _read(engine, resolve, batch)
        return
    url = engine.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_start_worker, initargs=(url, resolve)
    ) as pool:
        waiting: deque[Future[_Batch]] = deque()
        for batch in chain([first, second], batches):
            waiting.append(pool.submit(_read_in_worker, batch))
            if len(waiting) > workers + 1:
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())


def _result(future: "Future[_Batch]") -> _Batch:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise JianbaoError(
            "a worker process was killed, perhaps for want of memory; import again, with --jobs 1"
        ) from error


_worker: tuple[Engine, Resolve] | None = None
"""What a worker process was started with."""


def _start_worker(database_url: str, resolve: Resolve) -> None:
    # Ctrl-C goes to every process of the terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    global _worker  # noqa: PLW0603 - how a process pool hands things to its processes
    _worker = connect(database_url), resolve
    gc.set_threshold(*_COLLECTIONS)


def _read_in_worker(lines: Sequence[_Line]) -> _Batch:
    if _worker is None:
        msg = "not in a worker process"
        raise RuntimeError(msg)
    return _read(*_worker, lines)
