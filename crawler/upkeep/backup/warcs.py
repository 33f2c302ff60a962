"""The WARC files of a backup. They are copied after the database: a row is written when its record is on the disk, so
every row of the copied database has its record in what is copied later.

A file that is finished is copied as it is. One that is being written, or that grew since the database was copied, is
copied up to its last whole record, with the marker that makes the next crawl look through it for what the copied
database does not know.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from attrs import define, field, frozen

from archive.errors import StorageError
from crawler.upkeep.backup.manifest import Entry, Manifest, digest_of, pieces
from crawler.warc.marker import marker_of
from crawler.warc.reader import Record, read_records
from crawler.warc.writer import storage_error

FOLDER: Final = "warc"


@frozen
class Source:
    """A WARC file of the home, as it was found. `settled`: nobody wrote it."""

    path: Path
    size: int
    mtime_ns: int
    settled: bool


def sources(folder: Path) -> dict[str, Source]:
    """The files in a folder of WARC files, by name."""
    found = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix not in (".gz", ".warc") or not path.is_file():
            continue
        told = path.stat()
        found[path.name] = Source(path, told.st_size, told.st_mtime_ns, not marker_of(path).exists())
    return found


@define
class WarcCopy:
    """`run` copies the WARC files. `home`: the folder they stand in, `target`: the backup's. `before`: what was there
    when the database was not copied yet. `ends`: up to where the copied database names records, by file. `older`:
    backups from before, newest first, whose files are linked where they are the same; what an unfinished one left in
    `target` is used too. Afterwards: `entries`, of which `copied` were copied."""

    home: Path
    target: Path
    before: dict[str, Source]
    ends: dict[str, int]
    older: list[tuple[Path, Manifest]]
    progress: Callable[[str, int, int], None] = lambda step, done, total: None
    entries: list[Entry] = field(factory=list)
    copied: set[str] = field(factory=set)

    def run(self) -> None:
        """Copy, link, or take over every file. Raises `StorageError`."""
        found = sources(self.home)
        total = sum(one.size for one in found.values())
        done = 0
        self.target.mkdir(parents=True, exist_ok=True)
        for left in self.target.iterdir():
            if left.name not in found:
                left.unlink()
        for name, source in found.items():
            self.progress("WARC files", done, total)
            try:
                self._file(name, source)
            except OSError as error:
                raise storage_error(self.target, error) from error
            done += source.size
        self.progress("WARC files", total, total)

    def _file(self, name: str, source: Source) -> None:
        was = self.before.get(name)
        marker = marker_of(self.target / name)
        if was is not None and was.settled and was.size == source.size:
            marker.unlink(missing_ok=True)
            self.entries.append(self._taken(name, source) or self._copy(name, source))
        elif entry := self._copy_unfinished(name, source):
            marker.touch()
            self.entries += [entry, Entry(path=f"{FOLDER}/{marker.name}", size=0, sha256=digest_of(marker))]

    def _copy_unfinished(self, name: str, source: Source) -> Entry | None:
        """What is whole of a file that is being written; None where nothing is. Its end is looked for in the copy: the
        file itself may be cut back meanwhile."""
        target = self.target / name
        write(target, pieces(source.path, source.size, whole=False))
        end = whole_end(target, self.ends.get(name, 0))
        if not end:
            target.unlink()
            return None
        os.truncate(target, end)
        self.copied.add(f"{FOLDER}/{name}")
        return Entry(path=f"{FOLDER}/{name}", size=end, sha256=digest_of(target))

    def _taken(self, name: str, source: Source) -> Entry | None:
        """A file that is here already: of an older backup, or of this one's first try."""
        path, size = f"{FOLDER}/{name}", source.size
        target = self.target / name
        known = [
            (folder / path, entry)
            for folder, old in self.older
            for entry in old.files
            if entry.path == path and entry.size == size
        ]
        if target.exists() and target.stat().st_size == size:
            known.append((target, Entry(path=path, size=size, sha256=digest_of(target))))
        read = ""
        for there, entry in known:
            same = (entry.source_size, entry.source_mtime_ns) == (source.size, source.mtime_ns)
            if not same:
                read = read or digest_of(source.path, size)
            if (same or read == entry.sha256) and there.exists() and there.stat().st_size == size:
                if there != target:
                    self._link(there, target)
                return Entry(
                    path=path,
                    size=size,
                    sha256=entry.sha256,
                    source_size=source.size,
                    source_mtime_ns=source.mtime_ns,
                )
        return None

    def _link(self, there: Path, target: Path) -> None:
        target.unlink(missing_ok=True)
        try:
            os.link(there, target)
        except OSError:  # a file system without hard links
            write(target, pieces(there))

    def _copy(self, name: str, source: Source) -> Entry:
        target, size = self.target / name, source.size
        write(target, pieces(source.path, size))
        digest = digest_of(target)
        if digest != digest_of(source.path, size):
            raise StorageError(f"{target} is not what was written: look after the disk, and run again")
        path = f"{FOLDER}/{name}"
        self.copied.add(path)
        return Entry(path=path, size=size, sha256=digest, source_size=source.size, source_mtime_ns=source.mtime_ns)


def write(target: Path, data: Iterator[bytes]) -> None:
    """Write a file, whole or not at all, and wait until the disk has it."""
    part = target.with_name(target.name + ".part")
    with part.open("wb") as file:
        for piece in data:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)


def whole_end(path: Path, known: int) -> int:
    """Where the last whole record of a file ends that nobody writes. `known`: a byte at which one does for certain."""
    end = known
    if path.stat().st_size > known:
        for record in read_records(path, path.name, start=known):
            if not isinstance(record, Record) or record.length is None:
                break
            end = record.offset + record.length
    return end
