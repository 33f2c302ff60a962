"""One WARC file against the rows of its captures, and the reverse."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Final

from attrs import define, field
from sqlalchemy import Engine, select

from archive.errors import UsageError
from archive.store.db import reading
from archive.store.keys import key_in
from archive.store.models import Capture
from archive.text.clean import clean_line
from crawler.capture.role import role_of
from crawler.run.extraction import LEFT_ASIDE
from crawler.run.reading.answer import STORED
from crawler.upkeep.verify.files import WarcFile
from crawler.upkeep.verify.finding import REBUILD, RESTORE, Finding, Repair
from crawler.warc.raw import RawCapture
from crawler.warc.reader import Broken, Record, read_records

_LOOKED_UP: Final = 200
_COLUMNS: Final = (
    Capture.id,
    Capture.url,
    Capture.captured_at,
    Capture.digest,
    Capture.size,
    Capture.status,
    Capture.warc_offset,
    Capture.warc_length,
    Capture.repeats_id,
    Capture.detail,
)


@define
class FileCheck:
    """One file being held against its rows. `start`: where to begin, 0 or what an earlier one left `at`. `most`: behind
    so many bytes it ends, None: at the file's end.

    Afterwards: `at`: the byte that comes next; `ended`: whether the file is through; `records`: how many were read;
    `notes`: what is odd about a file of other people's making, and was so when it was imported."""

    engine: Engine
    file: WarcFile
    start: int = 0
    most: int | None = None
    on_place: Callable[[int], None] = lambda offset: None
    at: int = 0
    ended: bool = False
    records: int = 0
    notes: list[str] = field(factory=list)
    _rows: dict[tuple[int, bool], list[Any]] = field(factory=dict)

    def run(self) -> Iterator[Finding]:
        """Every finding, as it comes."""
        file = self.file
        self.at = self.start
        self._read_rows()
        if file.size is None:
            if self._rows and file.elsewhere:
                self.notes.append(f"{file.name}: it stands in another crawler's home; verify it there")
            elif self._rows:
                yield self._missing()
            self.ended = True
            return
        if file.unfinished:
            self.notes.append(f"{file.name}: its import did not come to an end; `jianbao import` goes on with it")
        # A file that is written may be cut back to its last whole record at any time: no further than what is known.
        end = file.settled or self._last_end()
        if self.start >= end or end > file.size:
            yield from self._beyond(end)
            self.ended = True
            return
        try:
            yield from self._records(end)
        except UsageError as error:
            self.ended = True
            yield self._finding("file_unreadable", str(error), cure=RESTORE)

    def _records(self, end: int) -> Iterator[Finding]:
        waiting: list[RawCapture] = []
        for record in read_records(self.file.path, self.file.name, start=self.start, end=end, check=True):
            if self.most is not None and record.offset - self.start >= self.most and self._may_stop(record):
                self.at = record.offset
                break
            self.on_place(record.offset)
            self.records += 1
            if isinstance(record, Broken):
                yield from self._broken(record)
                continue
            rows = self._rows.pop((record.offset, record.length is None), [])
            yield from self._faults(record, named=bool(rows))
            for row in rows:
                yield from self._compare(record, row)
            if not rows and record.raw is not None and record.offset < self.file.settled:
                waiting.append(record.raw)
            if len(waiting) == _LOOKED_UP:
                yield from self._unnamed(waiting)
                waiting = []
        else:
            self.at, self.ended = end, True
        yield from self._unnamed(waiting)
        yield from self._rest()

    @staticmethod
    def _may_stop(record: Record | Broken) -> bool:
        """Whether reading can begin again at this record."""
        return isinstance(record, Record) and record.length is not None

    def _read_rows(self) -> None:
        found: defaultdict[tuple[int, bool], list[Any]] = defaultdict(list)
        query = select(*_COLUMNS).where(Capture.warc_file == self.file.name, Capture.warc_offset.is_not(None))
        with reading(self.engine) as connection:
            for row in connection.execute(query.where(Capture.warc_offset >= self.start).order_by(Capture.id)):
                found[row.warc_offset or 0, row.warc_length is None].append(row)
        self._rows = dict(found)

    def _last_end(self) -> int:
        return max(
            (row.warc_offset + (row.warc_length or 0) for rows in self._rows.values() for row in rows), default=0
        )

    def _beyond(self, end: int) -> Iterator[Finding]:
        """Nothing to read: no row yet, or the file is shorter than its rows say."""
        if end > (self.file.size or 0):
            self._rows = {key: rows for key, rows in self._rows.items() if self._ends(rows[0]) > (self.file.size or 0)}
            yield from self._rest()

    @staticmethod
    def _ends(row: Any) -> int:
        return int(row.warc_offset + (row.warc_length or 0))

    def _missing(self) -> Finding:
        count = sum(len(rows) for rows in self._rows.values())
        return self._finding(
            "file_missing",
            f"the file is not there, and {count} captures have their records in it",
            cure=f"{RESTORE}, or name it where it is now: `jianbao import FILE`",
        )

    def _broken(self, record: Broken) -> Iterator[Finding]:
        """Something that is no record. What others' files have of it was there when they were imported."""
        damaged = self._at(record.offset)
        if damaged or self.file.ours:
            yield self._finding("record_broken", record.reason, record.offset, cure=RESTORE)
        else:
            self.notes.append(f"{self.file.name}: at byte {record.offset}: {record.reason}")
        for row in damaged:
            yield self._row(row, "record_broken", "its record cannot be read", cure=RESTORE)

    def _at(self, offset: int) -> list[Any]:
        return [row for packed in (False, True) for row in self._rows.pop((offset, packed), [])]

    def _faults(self, record: Record, *, named: bool) -> Iterator[Finding]:
        """Digests that do not fit. A file of others may have been so from the start: there the row's digest decides."""
        if not record.faults:
            return
        told = ", ".join(record.faults)
        if self.file.ours:
            yield self._finding("digest_wrong", told, record.offset, cure=RESTORE)
        elif not named:
            self.notes.append(f"{self.file.name}: at byte {record.offset}: {told}")

    def _compare(self, record: Record, row: Any) -> Iterator[Finding]:
        raw = record.raw
        if raw is None:
            fault = f"the record there is a {record.kind or 'nameless'} one, which holds no answer"
            yield self._row(row, "row_without_record", fault, Repair.REREAD)
            return
        if (row.detail or "").startswith(LEFT_ASIDE):
            return  # nobody read it
        same = clean_line(raw.url) == row.url
        if not same or row.digest not in (None, raw.digest):
            fault = "its payload is another one by now" if same else f"the record there is of {raw.url}"
            # A payload that changed in place is damage; reading the file again would store it beside.
            yield self._row(row, "row_without_record", fault, None if same else Repair.REREAD, RESTORE if same else "")
            return
        told = {name: (getattr(row, name), value) for name, value in _values(raw).items()}
        differs = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
        if (raw.repeats is None) != (row.repeats_id is None):
            yield self._row(row, "row_differs", "its record says otherwise: repeats_id", cure=REBUILD)
        elif differs:
            fault = f"its record says otherwise: {', '.join(differs)}"
            yield self._row(row, "row_differs", fault, Repair.RECOUNT, key=differs)

    def _unnamed(self, raws: list[RawCapture]) -> Iterator[Finding]:
        """Answers that no row names by their place: those that no row names at all."""
        raws = [raw for raw in raws if role_of(raw) in STORED]
        keys = {(clean_line(raw.url) or "", digest) for raw in raws for digest in (raw.digest, raw.declared) if digest}
        keys |= {(clean_line(raw.repeats[0]) or "", raw.digest) for raw in raws if raw.repeats and raw.digest}
        if not keys:
            return
        known: defaultdict[tuple[str, str | None], set[Any]] = defaultdict(set)
        with reading(self.engine) as connection:
            query = select(Capture.url, Capture.digest, Capture.captured_at)
            for url, digest, at in connection.execute(
                query.where(key_in(connection, (Capture.url, Capture.digest), keys))
            ):
                known[url, digest].add(at)
        for raw in raws:
            times = known[clean_line(raw.url) or "", raw.digest] | known[clean_line(raw.url) or "", raw.declared]
            if raw.captured_at in times or (raw.dated and times):
                continue
            if raw.repeats is not None and raw.repeats[1] not in known[clean_line(raw.repeats[0]) or "", raw.digest]:
                self.notes.append(
                    f"{self.file.name}: at byte {raw.warc_offset}: it repeats a record that the archive does not have"
                )
                continue
            yield self._finding(
                "record_without_row",
                f"no capture names this answer of {raw.url}",
                raw.warc_offset,
                Repair.REREAD,
                key=str(self.file.path),
            )

    def _rest(self) -> Iterator[Finding]:
        """Rows whose place was passed, and no record began there."""
        passed = [
            row
            for (offset, _), rows in sorted(self._rows.items())
            for row in rows
            if self.ended or offset < self.at or self._ends(row) > (self.file.size or 0)
        ]
        for row in passed:
            yield self._row(row, "row_without_record", "no record begins there", Repair.REREAD)

    def _row(
        self, row: Any, kind: str, fault: str, repair: Repair | None = None, cure: str = "", key: Any = None
    ) -> Finding:
        return Finding(
            kind=kind,
            place=f"capture {row.id} ({self.file.name}, byte {row.warc_offset})",
            fault=fault,
            repair=repair,
            cure=cure,
            key=str(self.file.path) if repair is Repair.REREAD else ("capture", row.id, key),
        )

    def _finding(
        self,
        kind: str,
        fault: str,
        offset: int | None = None,
        repair: Repair | None = None,
        *,
        cure: str = "",
        key: Any = None,
    ) -> Finding:
        place = self.file.name if offset is None else f"{self.file.name}, byte {offset}"
        return Finding(kind=kind, place=place, fault=fault, repair=repair, cure=cure, key=key)


def _values(raw: RawCapture) -> dict[str, Any]:
    """What a row says of its record."""
    values: dict[str, Any] = {"status": raw.status, "warc_length": raw.warc_length}
    if not raw.dated:
        values["captured_at"] = raw.captured_at
    if raw.repeats is None:
        values["size"] = len(raw.payload)
    return values
