"""What became of an article file's records."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from attrs import define, field, frozen

from archive.load.names import plain
from archive.load.records import Read
from archive.load.values import shown
from archive.store.records import Stored

MAX_REPORTED: Final = 1_000
MAX_NAMED: Final = 200
"""So many names of fields that were not used are told apart."""


@frozen
class Broken:
    """A record that holds no article, or a field that was lost: the record's number, the byte at which it begins in
    the unpacked file (None where there is no such place), and the reason. `unit`: what the number counts, lines,
    records or rows."""

    line: int
    offset: int | None
    reason: str
    unit: str = "line"

    @property
    def place(self) -> str:
        """As people read it: `line 7, byte 1203`."""
        return f"{self.unit} {self.line}" + ("" if self.offset is None else f", byte {self.offset}")


@define
class Unused:
    """What of some records could not be used: `known`, texts that were there; records that hold no article; fields that
    could not be read; names of fields that were not used, with a value of each; and every name that a mapping gives."""

    known: int = 0
    broken: list[Broken] = field(factory=list)
    odd: list[Broken] = field(factory=list)
    unknown: Counter[str] = field(factory=Counter)
    samples: dict[str, str] = field(factory=dict)
    seen: set[str] = field(factory=set)

    def note(self, read: Read, line: int, offset: int | None, unit: str) -> None:
        """Note what of a record was not used."""
        self.odd += [Broken(line, offset, reason, unit) for reason in read.odd]
        self.seen.update(map(plain, read.names.values()))
        for name, value in read.unknown.items():
            self.unknown[name] += 1
            if name not in self.samples:
                self.samples[name] = shown(value)


@define
class ImportSummary:
    """What became of a file's records. `known`: were there already. `broken` holds the first thousand of `failed`,
    `odd` of `lost`, the fields that could not be read. `unknown` counts the names of fields that were not used,
    `samples` has one value of each; `seen`: every name that some record had, plain."""

    new: int = 0
    duplicate: int = 0
    revised: int = 0
    known: int = 0
    failed: int = 0
    lost: int = 0
    broken: list[Broken] = field(factory=list)
    odd: list[Broken] = field(factory=list)
    unknown: Counter[str] = field(factory=Counter)
    samples: dict[str, str] = field(factory=dict)
    seen: set[str] = field(factory=set)

    def add(self, stored: Sequence[Stored]) -> None:
        """Count one batch."""
        for one in stored:
            self.new += one.state == "new"
            self.duplicate += one.duplicate and one.state == "new"
            self.revised += one.state == "revised"
            self.known += one.state == "unchanged"

    def report(self, batch: "Unused") -> None:
        """Note what a batch could not use."""
        self.known += batch.known
        self.failed += len(batch.broken)
        self.broken += batch.broken[: max(0, MAX_REPORTED - len(self.broken))]
        self.lost += len(batch.odd)
        self.odd += batch.odd[: max(0, MAX_REPORTED - len(self.odd))]
        for name, count in batch.unknown.items():
            if name in self.unknown or len(self.unknown) < MAX_NAMED:
                self.unknown[name] += count
                self.samples.setdefault(name, batch.samples[name])
        self.seen |= batch.seen

    def leave(self, unread: Mapping[str, tuple[int, str]]) -> None:
        """Note columns that were not read: how many values each has, and one of them."""
        for name, (count, sample) in unread.items():
            self.unknown[name] += count
            self.samples.setdefault(name, sample)
