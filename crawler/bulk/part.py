"""One WARC file read into one part: the same code for every engine, so that the same file gives the same bytes."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

from attrs import define, evolve, field, frozen

from archive.bulk.folder import Part, Rules, meta
from archive.bulk.places import Facts, Place, facts, on_disk, sha256, write_whole
from archive.bulk.rows import Row
from archive.bulk.schema import GROUP_TEXT, META, ROW_GROUP, schema
from archive.errors import UsageError
from archive.text.clean import clean_line
from crawler.bulk.answers import answer_row, broken_row
from crawler.capture.role import role_of
from crawler.capture.version import extractor_version
from crawler.run.extraction import Extraction
from crawler.run.reading.answer import STORED
from crawler.warc.raw import RawCapture
from crawler.warc.reader import Broken, read_records

if TYPE_CHECKING:
    from crawler.capture.hearing import Hearing

_UNREAD: Final = ("warcinfo", "request", "metadata")
"""Records that belong to others; all else that is no page is counted."""


@frozen(kw_only=True)
class Job:
    """A WARC file to be read. `source`: where it is. `facts`: of it. `rules`: those of the folder, which this process
    must have."""

    source: Place
    facts: Facts
    rules: Rules


def make_part(
    job: Job, folder: Place, extraction: Extraction, on_place: Callable[[int], None] = lambda offset: None
) -> Part:
    """Write the part of a WARC file, whole or not at all. `on_place` hears how many bytes of the file are read.

    A record that cannot be read is a row that says so; a page that costs too much, or ends the process that reads it,
    is a capture with the outcome `broken`. Raises `UsageError` for what is no WARC file, or cannot be had, or where
    this process has other rules than the folder; `StorageError` where the part cannot be written.
    """
    if extractor_version() != job.rules.extractor:
        raise UsageError(
            f"{job.source.url} would be read by the rules {extractor_version()}, the folder has those of "
            f"{job.rules.extractor}; every machine needs the same Jianbao and Python, and the same site files"
        )
    with on_disk(job.source) as path:
        digest = sha256(path)
        if facts(job.source) != job.facts:
            raise UsageError(f"{job.source.url} changed while it was read; wait until it is whole")
        part = Part(
            source=job.source.url,
            size=job.facts.size,
            modified=job.facts.modified,
            sha256=digest,
            rules=job.rules,
        )
        reading = _Reading(path, job, extraction, on_place)
        made: list[Part] = []

        def write(file: IO[bytes]) -> None:
            made.append(_write(file, reading, part))

        write_whole(folder.inside(part.name), write)
    return made[0]


@define
class _Reading:
    """The rows of one file, and what was counted on the way."""

    path: Path
    job: Job
    extraction: Extraction
    on_place: Callable[[int], None]
    outcomes: Counter[str] = field(factory=Counter)
    skipped: Counter[str] = field(factory=Counter)
    broken: int = 0
    _waiting: list[RawCapture | Broken] = field(factory=list)

    def rows(self) -> Iterator[Row]:
        """A row for each record that is stored, or broken, in the file's order."""
        name = clean_line(self.job.source.url) or self.job.source.name
        place = 0
        for answer in self.extraction.pages(self._raws(name), cast("Hearing", self.job.rules.witness)):
            while isinstance(first := self._waiting.pop(0), Broken):
                yield broken_row(place, name, first)
                place += 1
            self.outcomes[answer.outcome] += 1
            yield answer_row(place, first, answer)
            place += 1
        for last in self._waiting:
            if isinstance(last, Broken):
                yield broken_row(place, name, last)
                place += 1

    def _raws(self, name: str) -> Iterator[RawCapture]:
        for record in read_records(self.path, name):
            self.on_place(record.offset)
            if isinstance(record, Broken):
                self.broken += 1
                self._waiting.append(record)
            elif record.raw is None:
                if record.kind not in _UNREAD:
                    self.skipped[record.kind] += 1
            elif (role := role_of(record.raw)) not in STORED:
                self.skipped[role] += 1
            else:
                # Of what waits to be read nothing but its place is needed.
                self._waiting.append(evolve(record.raw, payload=b""))
                yield record.raw


def _write(file: IO[bytes], reading: _Reading, part: Part) -> Part:
    """The part, in row groups of bounded size; its footer says what it was made of."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = schema()
    waiting: list[Row] = []
    text = rows = 0
    with pq.ParquetWriter(file, columns, compression="zstd", write_page_checksum=True) as writer:

        def flush() -> None:
            writer.write_table(pa.Table.from_pylist(waiting, columns))
            waiting.clear()

        for row in reading.rows():
            waiting.append(row)
            rows += 1
            text += _size(row)
            if len(waiting) == ROW_GROUP or text >= GROUP_TEXT:
                flush()
                text = 0
        if waiting:
            flush()
        told = evolve(
            part,
            rows=rows,
            broken=reading.broken,
            outcomes=dict(sorted(reading.outcomes.items())),
            skipped=dict(sorted(reading.skipped.items())),
        )
        writer.add_key_value_metadata({META: meta(told)})
    return told


def _size(row: dict[str, Any]) -> int:
    return len(row["article"]["body"]) if row.get("article") else 0
