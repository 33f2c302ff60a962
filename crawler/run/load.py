"""WARC files of any origin, through the very same line as the crawl: responses, resources, the texts of WET files."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from attrs import define, field
from sqlalchemy import bindparam, select, update

from archive.errors import UsageError
from archive.store.db import reading, writing
from archive.store.keys import key_in
from archive.store.models import Capture
from archive.text.clean import clean_line
from crawler.capture.role import role_of
from crawler.run.extraction import Extraction
from crawler.run.reading.answer import STORED, Answer
from crawler.run.run import Run
from crawler.run.store import store
from crawler.warc.imported import name_in, put_out, take_in
from crawler.warc.raw import RawCapture
from crawler.warc.reader import Broken, read_records

BATCH = 100
LOOKED_UP = 100
LOOKED_UP_BYTES = 16 * 2**20
"""So many records, or so many bytes of them, are looked up in the archive at a time."""
PARALLEL_FROM = 4 * 2**20
"""Files of fewer bytes together are read by one process: starting more would take longer than they save."""


@define
class Tally:
    """What one file gave. `outcomes` counts its pages; `skipped` its other records, by what they are; `parted`:
    site and native id of each article on several pages of which some are missing. `dated` counts records whose time was
    taken from elsewhere, `dated_first`: of the first of them, where it stands and why."""

    known: int = 0
    broken: list[Broken] = field(factory=list)
    outcomes: dict[str, int] = field(factory=dict)
    skipped: dict[str, int] = field(factory=dict)
    parted: set[tuple[str, str]] = field(factory=set)
    dated: int = 0
    dated_first: str = ""


def jobs_for(files: Iterable[Path], most: int) -> int:
    """How many processes are worth starting to read these files."""
    return most if sum(file.stat().st_size for file in files) >= PARALLEL_FROM else 1


def import_warc(
    run: Run,
    path: Path,
    extraction: Extraction,
    *,
    in_place: bool = False,
    on_place: Callable[[int, Tally], None] = lambda offset, tally: None,
) -> Tally:
    """Store every page of a WARC file; what is stored already, from whatever file, is left out.

    The file gets a place in the archive's folder, unless it is to stay where it is (`in_place`), or nothing of it is
    new. `on_place` hears how far the file is read, in bytes. A broken record is in the tally, and reading goes on
    behind it. Raises `UsageError` for what is no WARC file, and the archive's errors; what was stored until then stays,
    and the next import goes on from there.
    """
    tally = Tally()
    if in_place:
        name, is_new = name_in(run.home, path) or str(path.resolve()), False
    else:
        name, is_new = take_in(run.home, path)
    try:
        _import(run, path, name, tally, extraction, on_place)
    except UsageError:
        keep_place(run, name, is_new=is_new)
        raise
    keep_place(run, name, is_new=is_new)
    return tally


def keep_place(run: Run, name: str, *, is_new: bool) -> None:
    """Take back the new place of a file of which nothing was stored."""
    named = select(Capture.id).where(Capture.warc_file == name).limit(1)
    with reading(run.engine) as connection:
        if not is_new or connection.execute(named).first() is not None:
            return
    put_out(run.home, name)


def _import(
    run: Run, path: Path, name: str, tally: Tally, extraction: Extraction, on_place: Callable[[int, Tally], None]
) -> None:
    raws = _wanted(run, path.resolve(), name, tally, on_place)
    batch: list[Answer] = []
    for answer in extraction.pages(raws, run.hearing):
        batch.append(answer)
        if len(batch) == BATCH:
            store_batch(run, batch, tally)
            batch = []
    if batch:
        store_batch(run, batch, tally)


def _wanted(
    run: Run, path: Path, name: str, tally: Tally, on_place: Callable[[int, Tally], None]
) -> Iterator[RawCapture]:
    """The pages and lists of a file that are not stored yet."""
    waiting: list[RawCapture] = []
    size = 0
    for record in read_records(path, name):
        on_place(record.offset, tally)
        if isinstance(record, Broken):
            tally.broken.append(record)
        elif record.raw is None:
            if record.kind not in ("warcinfo", "request", "metadata"):
                tally.skipped[record.kind] = tally.skipped.get(record.kind, 0) + 1
        else:
            role = role_of(record.raw)
            if role not in STORED:
                tally.skipped[role] = tally.skipped.get(role, 0) + 1
                continue
            waiting.append(record.raw)
            size += len(record.raw.payload)
            if len(waiting) == LOOKED_UP or size >= LOOKED_UP_BYTES:
                yield from unknown(run, waiting, tally)
                waiting, size = [], 0
    yield from unknown(run, waiting, tally)


def unknown(run: Run, raws: list[RawCapture], tally: Tally) -> list[RawCapture]:
    """Those that are not stored yet. What is, and was moved since, is found at its new place from now on."""
    keys = {(clean_line(raw.url) or "", digest) for raw in raws for digest in (raw.digest, raw.declared) if digest}
    stored: dict[tuple[str, str | None], list[Any]] = {}
    with reading(run.engine) as connection:
        columns = (Capture.id, Capture.captured_at, Capture.warc_file, Capture.warc_offset, Capture.url, Capture.digest)
        for row in connection.execute(select(*columns).where(key_in(connection, (Capture.url, Capture.digest), keys))):
            stored.setdefault((row.url, row.digest), []).append(row)
    new: list[RawCapture] = []
    moved: list[dict[str, Any]] = []
    for raw in raws:
        url = clean_line(raw.url) or ""
        rows = [*stored.get((url, raw.digest), ()), *stored.get((url, raw.declared), ())]
        known = next((row for row in rows if _is_known(raw, row)), None)
        if known is None:
            new.append(raw)
            if raw.dated:
                tally.dated += 1
                tally.dated_first = tally.dated_first or f"at byte {raw.warc_offset}: {raw.dated}"
            continue
        tally.known += 1
        if (known.warc_file, known.warc_offset) != (raw.warc_file, raw.warc_offset) and _is_gone(run, known, raw):
            moved.append({"key": known.id, "in_file": raw.warc_file, "at": raw.warc_offset, "bytes": raw.warc_length})
    if moved:
        with writing(run.engine) as connection:
            connection.execute(_MOVE, moved)
    return new


def _is_known(raw: RawCapture, row: Any) -> bool:
    """Whether a stored capture with the same address and digest is this record. The time of a record that does not say
    it may be another each time; such a one is known by its place."""
    if row.captured_at == raw.captured_at:
        return True
    return bool(raw.dated) and (row.warc_file, row.warc_offset) == (raw.warc_file, raw.warc_offset)


def _is_gone(run: Run, row: Any, raw: RawCapture) -> bool:
    """Whether a stored capture's record is to be had from its new place: its file was written anew, or is no more, or
    stands outside the archive's folder, which has it now."""
    if row.warc_file is None or row.warc_file == raw.warc_file or not run.home.warc_file(row.warc_file).exists():
        return True
    return Path(row.warc_file).is_absolute() and not Path(raw.warc_file or "/").is_absolute()


_TABLE: Any = Capture.__table__
_MOVE: Final = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("key"))
    .values(warc_file=bindparam("in_file"), warc_offset=bindparam("at"), warc_length=bindparam("bytes"))
)


def store_batch(run: Run, batch: list[Answer], tally: Tally) -> None:
    """Store answers in one transaction, and count them."""
    for answer, kept in zip(batch, store(run, batch), strict=True):
        if not kept.outcome:
            tally.skipped["revisit"] = tally.skipped.get("revisit", 0) + 1
            continue
        tally.outcomes[answer.outcome] = tally.outcomes.get(answer.outcome, 0) + 1
        if answer.key is not None and not kept.whole:
            tally.parted.add(answer.key)
        elif answer.key is not None and answer.part is not None:
            tally.parted.discard(answer.key)
