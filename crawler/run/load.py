"""WARC files of any origin, through the very same line as the crawl: responses, resources, the texts of WET files."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from attrs import define, field
from sqlalchemy import select

from archive.store.db import reading
from archive.store.models import Capture
from crawler.capture.hearing import Hearing
from crawler.capture.role import role_of
from crawler.run.run import Run
from crawler.run.store import STORED, Answer, read, store
from crawler.warc.raw import RawCapture
from crawler.warc.reader import Broken, read_records

BATCH = 100
PARALLEL_FROM = 16 * 2**20
"""A smaller file is read by one process: starting more would take longer than they save."""


@define
class Tally:
    """What one file gave. `outcomes` counts its pages; `skipped` its other records, by what they are; `parted`:
    site and native id of each article on several pages of which some are missing."""

    known: int = 0
    broken: list[Broken] = field(factory=list)
    outcomes: dict[str, int] = field(factory=dict)
    skipped: dict[str, int] = field(factory=dict)
    parted: set[tuple[str, str]] = field(factory=set)


def import_warc(
    run: Run,
    path: Path,
    *,
    jobs: int = 1,
    on_place: Callable[[int, Tally], None] = lambda offset, tally: None,
) -> Tally:
    """Store every page of a WARC file; what is stored already, by file and offset, is left out.

    `jobs`: how many processes extract. `on_place` hears how far the file is read, in bytes. A broken record is in the
    tally, and reading goes on behind it. Raises `UsageError` for what is no WARC file, and the archive's errors; what
    was stored until then stays, and the next import goes on from there.
    """
    tally = Tally()
    resolved = path.resolve()
    name = path.name if resolved.parent == run.home.warc.resolve() else str(resolved)
    with reading(run.engine) as connection:
        known = set(connection.execute(select(Capture.warc_offset).where(Capture.warc_file == name)).scalars())
    raws = _wanted(resolved, name, known, tally, on_place)
    batch: list[Answer] = []
    for answer in _extracted(raws, run.hearing, jobs if path.stat().st_size >= PARALLEL_FROM else 1):
        batch.append(answer)
        if len(batch) == BATCH:
            _store(run, batch, tally)
            batch = []
    if batch:
        _store(run, batch, tally)
    return tally


def _wanted(
    path: Path, name: str, known: set[int | None], tally: Tally, on_place: Callable[[int, Tally], None]
) -> Iterator[RawCapture]:
    for record in read_records(path, name):
        on_place(record.offset, tally)
        if isinstance(record, Broken):
            tally.broken.append(record)
        elif record.raw is None:
            if record.kind not in ("warcinfo", "request", "metadata"):
                tally.skipped[record.kind] = tally.skipped.get(record.kind, 0) + 1
        elif record.offset in known:
            tally.known += 1
        else:
            role = role_of(record.raw)
            if role in STORED:
                yield record.raw
            else:
                tally.skipped[role] = tally.skipped.get(role, 0) + 1


def _extracted(raws: Iterable[RawCapture], hearing: Hearing, jobs: int) -> Iterator[Answer]:
    """The pages in the order of the file, extracted ahead by `jobs` processes."""
    if jobs <= 1:
        yield from (read(raw, hearing) for raw in raws)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting: deque[Future[Answer]] = deque()
        for raw in raws:
            waiting.append(pool.submit(read, raw, hearing))
            if len(waiting) > jobs * 8:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _store(run: Run, batch: list[Answer], tally: Tally) -> None:
    for answer, kept in zip(batch, store(run, batch), strict=True):
        tally.outcomes[answer.outcome] = tally.outcomes.get(answer.outcome, 0) + 1
        if answer.key is not None and not kept.whole:
            tally.parted.add(answer.key)
        elif answer.key is not None and answer.part is not None:
            tally.parted.discard(answer.key)
