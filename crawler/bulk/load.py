"""The pages of a bulk folder into an archive: as an import of the same WARC files, without reading a page again.

Raw first: a file's pages are stored once the file itself is in the archive's folder, the very one that they were read
from. One that stands elsewhere on this machine gets a second name there, one of another place is copied.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from attrs import define, field, frozen

from archive.bulk.folder import Part, finished, part_name, read_part
from archive.bulk.places import Place, exists, on_disk, place, sha256
from archive.errors import UsageError
from archive.workers import Ceiling, WorkerEnded, Workers
from crawler.bulk.answers import answers_of, named, raw_of
from crawler.run.load import BATCH, LOOKED_UP, LOOKED_UP_BYTES, Tally, keep_place, store_batch, unknown
from crawler.run.reading.answer import Answer
from crawler.run.run import Run
from crawler.warc.imported import name_in, take_in
from crawler.warc.raw import RawCapture
from crawler.warc.reader import Broken

CEILING: Final = Ceiling(seconds=120, megabytes=1024)
"""Of one row group."""
UNREADABLE: Final = (WorkerEnded, MemoryError, OSError, ValueError, KeyError, TypeError, AttributeError)
"""What a part that nobody of ours wrote, or that is damaged, may raise."""


@frozen(kw_only=True)
class Taken:
    """What a file gave: `tally` as of an import of the file itself, None where it could not be taken in, for the reason
    that `fault` tells. `rules`: the version of the rules that read it."""

    source: str
    tally: Tally | None = None
    fault: str = ""
    rules: str = ""


@frozen
class _Group:
    """Asks for the rows of one row group."""

    part: Path
    number: int
    name: str


Record = tuple[RawCapture | Broken, Answer | None]


def import_pages(
    run: Run, folder: Place, *, jobs: int, in_place: bool, tell: Callable[[int, int], None]
) -> Iterator[Taken]:
    """Store the pages of each file in the manifest's order. `tell` hears how many files of how many are done. Raises
    `UsageError` for a folder that is unfinished, or that the text rules of another version made; and the archive's
    errors; what was stored until then stays, and the next import goes on from there."""
    manifest = finished(folder)
    with Workers(_rows, jobs=jobs, ceiling=CEILING, begin=_begin) as workers:
        for count, source in enumerate(manifest.sources):
            tell(count, len(manifest.sources))
            if source in manifest.faults:
                yield Taken(source=source, fault=manifest.faults[source])
                continue
            file = folder.inside(part_name(source))
            try:
                part = read_part(file)
                yield Taken(source=source, tally=_one(run, file, part, workers, in_place), rules=part.rules.extractor)
            except UsageError as error:
                yield Taken(source=source, fault=str(error))
        tell(len(manifest.sources), len(manifest.sources))


def _one(run: Run, file: Place, part: Part, workers: "Workers[_Group, list[Record]]", in_place: bool) -> Tally:
    name, is_new = _raw_file(run, part, in_place=in_place)
    tally = Tally(skipped=dict(part.skipped))
    try:
        with on_disk(file) as path:
            _Import(run, tally).all(_records(path, file, name, workers))
    except UsageError:
        keep_place(run, name, is_new=is_new)
        raise
    keep_place(run, name, is_new=is_new)
    return tally


def _raw_file(run: Run, part: Part, *, in_place: bool) -> tuple[str, bool]:
    """What captures call the WARC file that a part was made of, once it is to be had by that name; and whether the name
    is new. Raises `UsageError`, `StorageError`."""
    found = place(part.source)
    here = run.home.warc / found.name
    if (found.local is None or not exists(found)) and here.is_file() and sha256(here) == part.sha256:
        return found.name, False
    if not exists(found):
        raise UsageError(f"{part.source} is not there; put the WARC file there, or into {run.home.warc}")
    if in_place and found.local is None:
        raise UsageError(
            f"{part.source} cannot stay in its place: captures need it on this machine; leave out --in-place"
        )
    run.home.path.mkdir(parents=True, exist_ok=True)
    with on_disk(found, run.home.path) as path:
        if sha256(path) != part.sha256:
            raise UsageError(
                f"{part.source} is not the file any more that its pages were read from; read it anew with "
                "`jianbao bulk pages --redo`"
            )
        if in_place:
            return name_in(run.home, path) or str(path.resolve()), False
        return take_in(run.home, path)


def _records(path: Path, file: Place, name: str, workers: "Workers[_Group, list[Record]]") -> Iterator[Record]:
    """The records of a part, in order, read ahead of their use. `path`: where it is on this machine. Raises
    `UsageError`."""
    import pyarrow.parquet as pq

    groups = pq.read_metadata(path).num_row_groups
    for future in workers.map(_Group(path, number, name) for number in range(groups)):
        try:
            yield from future.result()
        except UNREADABLE as error:
            said = f"{type(error).__name__}: {str(error)[:200]}"
            raise UsageError(f"{file.url} cannot be read: {said}; make it anew with --redo") from error


def _begin() -> None:
    """What reading needs is loaded before the ceiling is measured."""
    import pyarrow as pa

    from archive.ingest.prepare import indexes

    # The other allocators reserve more address space than the ceiling leaves.
    pa.set_memory_pool(pa.system_memory_pool())
    pa.set_cpu_count(1)
    indexes("", "")


def _rows(task: _Group) -> list[Record]:
    """What a process is asked for: the records of one row group, ready to store."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        part = pq.ParquetFile(task.part, page_checksum_verification=True, pre_buffer=False)
        return _recorded(part.read_row_group(task.number, use_threads=False).to_pylist(), task.name)
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error  # pyarrow's own kinds cannot all be handed over


def _recorded(rows: list[dict[str, Any]], name: str) -> list[Record]:
    answers = iter(answers_of([row for row in rows if row["broken"] is None]))
    return [
        (raw_of(row, name), named(next(answers), name))
        if row["broken"] is None
        else (Broken(offset=row["warc_offset"], reason=row["broken"]), None)
        for row in rows
    ]


@define
class _Import:
    """The records of one file on their way into the archive, in the steps of an import of the file itself."""

    run: Run
    tally: Tally
    _waiting: list[tuple[RawCapture, Answer]] = field(factory=list)
    _batch: list[Answer] = field(factory=list)
    _size: int = 0

    def all(self, records: Iterator[Record]) -> None:
        """Store what is not stored yet."""
        for raw, answer in records:
            if isinstance(raw, Broken) or answer is None:
                self.tally.broken += [raw] if isinstance(raw, Broken) else []
                continue
            self._waiting.append((raw, answer))
            self._size += answer.item.capture["size"] or 0
            if len(self._waiting) == LOOKED_UP or self._size >= LOOKED_UP_BYTES:
                self._look_up()
        self._look_up()
        if self._batch:
            store_batch(self.run, self._batch, self.tally)

    def _look_up(self) -> None:
        answers = {id(raw): answer for raw, answer in self._waiting}
        for raw in unknown(self.run, [raw for raw, _ in self._waiting], self.tally):
            self._batch.append(answers[id(raw)])
            if len(self._batch) == BATCH:
                store_batch(self.run, self._batch, self.tally)
                self._batch = []
        self._waiting, self._size = [], 0
