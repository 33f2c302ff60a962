"""WARC files of any origin, through the very same line as the crawl: responses, resources, the texts of WET files."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import define, field, frozen
from sqlalchemy import Connection, select

from archive.ingest.prepare import Prepared, prepare
from archive.ingest.transaction import ingest
from archive.store.db import reading, writing
from archive.store.models import Capture, Frontier
from archive.store.records import Item
from crawler.capture.hearing import Hearing, is_heard
from crawler.capture.item import capture_item, list_answer
from crawler.capture.join import is_whole, join, part_of
from crawler.capture.role import Role, resolve, role_of
from crawler.pages.page import Outcome
from crawler.run import frontier
from crawler.run.run import Session, doubts
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


@frozen
class _Read:
    """A page as the worker hands it back: ready to store, its outcome, and what its address names (`resolve`).

    `part`: what was read, where it is one page of an article on several.
    """

    item: Prepared
    outcome: str
    named: tuple[str, str, str] | None
    doubtful: bool = False
    part: Item | None = None


def import_warc(
    session: Session,
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
    name = path.name if resolved.parent == session.home.warc.resolve() else str(resolved)
    with reading(session.engine) as connection:
        known = set(connection.execute(select(Capture.warc_offset).where(Capture.warc_file == name)).scalars())
    raws = _wanted(resolved, name, known, tally, on_place)
    batch: list[_Read] = []
    for read in _extracted(raws, session.hearing, jobs if path.stat().st_size >= PARALLEL_FROM else 1):
        batch.append(read)
        if len(batch) == BATCH:
            _store(session, batch, tally)
            batch = []
    _store(session, batch, tally)
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
            raw = record.raw
            role = role_of(raw.url, raw.status, raw.content_type, raw.requested)
            if role in (Role.PAGE, Role.LIST):
                yield raw
            else:
                tally.skipped[role] = tally.skipped.get(role, 0) + 1


def read_page(raw: RawCapture, hearing: Hearing = "off") -> _Read:
    """One answer, extracted and made ready. Pure; runs in a worker process."""
    if role_of(raw.url, raw.status, raw.content_type, raw.requested) is Role.LIST:
        row = list_answer(raw).capture
        item = Item(capture=row)
        return _Read(prepare(item), row.outcome, None, bool(doubts(item)))
    item = capture_item(raw, witness=is_heard(hearing, raw.url))
    outcome = item.capture.outcome if item.capture else ""
    named = resolve(raw.requested or raw.url) or (resolve(item.article.url) if item.article else None)
    is_part = item.parts or part_of(raw.requested or raw.url) != 1
    return _Read(prepare(item), outcome, named, bool(doubts(item)), item if is_part else None)


def _extracted(raws: Iterable[RawCapture], hearing: Hearing, jobs: int) -> Iterator[_Read]:
    """The pages in the order of the file, extracted ahead by `jobs` processes."""
    if jobs <= 1:
        yield from (read_page(raw, hearing) for raw in raws)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting: deque[Future[_Read]] = deque()
        for raw in raws:
            waiting.append(pool.submit(read_page, raw, hearing))
            if len(waiting) > jobs * 8:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _store(session: Session, batch: list[_Read], tally: Tally) -> None:
    if not batch:
        return
    now = datetime.now(UTC)
    with writing(session.engine) as connection:
        joined = join(session.home, connection, [read.part for read in batch if read.part is not None])
        items = [read.item for read in batch] + [prepare(one.item) for one in joined if one.item is not None]
        stored = ingest(connection, items, run_id=session.run_id, now=now)[: len(batch)]
        tally.parted |= {read.named[:2] for read in batch if read.part is not None and read.named is not None}
        tally.parted -= {key for key in tally.parted if is_whole(connection, *key)}
        _settle(connection, [read for read in batch if read.named and read.named[:2] not in tally.parted], now)
    session.counts.add(stored)
    for read in batch:
        tally.outcomes[read.outcome] = tally.outcomes.get(read.outcome, 0) + 1
        session.counts.fetched += 1
        session.counts.doubtful += read.doubtful


def _settle(connection: Connection, batch: list[_Read], now: datetime) -> None:
    """What is in the archive need not be fetched when a list names it; what is due or was leased stays as it is."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for read in batch:
        if read.named is None or read.outcome == Outcome.BLOCKED:
            continue
        site, native_id, url = read.named
        outcome = read.outcome if read.part is None else str(Outcome.ARTICLE)
        rows[site, native_id] = {
            "site": site,
            "native_id": native_id,
            "url": url,
            "state": "gone" if outcome == Outcome.GONE else "done",
            "due_at": now,
            "attempts": 0,
            "outcome": outcome,
        }
    if rows:
        insert = frontier.insert(connection, Frontier.__table__).on_conflict_do_nothing()
        connection.execute(insert, [rows[key] for key in sorted(rows)])
