"""One backup: a folder that is a home of its own, made beside the older ones and put in place whole.

The order is what makes it fit together. First it is noted which WARC files nobody writes; then one state of the
database is copied; then the WARC files, which by then hold every record that the copied rows name.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from attrs import define, field
from sqlalchemy import Engine, text

from archive.errors import AlreadyRunning, StorageError, UsageError
from archive.settings import Home
from archive.store.db import current, database_bytes, show_url
from crawler.upkeep.backup import databases
from crawler.upkeep.backup.manifest import NOTE, Entry, Manifest, digest_of, faults, pieces, read
from crawler.upkeep.backup.warcs import FOLDER, WarcCopy, sources, write
from crawler.warc.name import FILE as NAME
from crawler.warc.writer import storage_error

UNFINISHED: Final = ".unfinished"
_LOCK: Final = ".lock"
_SETTINGS: Final = "jianbao.toml"
_SPARE: Final = 16 * 2**20
"""Room that is left on the disk."""


@define
class Backup:
    """See the module. `folder`: where the backups stand, one folder each, named by their time. `keep`: so many are
    kept, None: all. `files_only`: without the database, which was dumped before. Afterwards: `made`, the new one's
    folder, its `manifest`, and how many files were `copied`; `dropped`: older ones that were removed."""

    home: Home
    engine: Engine
    folder: Path
    keep: int | None = None
    files_only: bool = False
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    progress: Callable[[str, int, int], None] = lambda step, done, total: None
    made: Path = field(init=False)
    manifest: Manifest = field(init=False)
    copied: int = 0
    dropped: list[str] = field(factory=list)

    def run(self) -> None:
        """Make a backup. Raises `UsageError`, `StorageError`, `AlreadyRunning`, and the database's errors; the older
        backups stay as they are then, and the next try goes on from what this one has copied."""
        self._refuse_inside()
        if current(self.engine) is None:
            raise UsageError(f"{show_url(self.engine.url)} holds no archive yet; there is nothing to back up")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with _locked(self.folder):
                self._make()
        except OSError as error:
            raise storage_error(self.folder, error) from error

    def _make(self) -> None:
        older = [(path, manifest) for path in backups(self.folder) if (manifest := read(path)) is not None]
        work = self.folder / UNFINISHED
        work.mkdir(exist_ok=True)
        # The database is copied anew; of one that was begun not even its journal may be left.
        for left in work.iterdir():
            if left.name != FOLDER:
                left.unlink()
        before = sources(self.home.warc)
        self._look_for_room(older[:1], work)
        began = self.now()
        entries = [] if self.files_only else [self._copy_database(work)]
        ends, outside = ({}, []) if self.files_only else self._named(work)
        warcs = WarcCopy(self.home.warc, work / FOLDER, before, ends, older, progress=self.progress)
        warcs.run()
        entries += [*warcs.entries, *self._copy_settings(work)]
        self.copied = len(warcs.copied)
        self.manifest = Manifest(
            made_at=began.astimezone(UTC).isoformat(timespec="seconds"),
            database="" if self.files_only else self.engine.dialect.name,
            schema=current(self.engine) or "",
            version=version("jianbao"),
            files=sorted(entries, key=lambda one: one.path),
            outside=outside,
        )
        self.manifest.write(work)
        self._check(work, warcs)
        self._put_in_place(work, began)
        with suppress(OSError):  # who only reads a home may back it up
            note = {"made_at": self.manifest.made_at, "folder": str(self.made.absolute())}
            (self.home.path / NOTE).write_text(json.dumps(note, ensure_ascii=False) + "\n", "utf-8")
        self._drop_old()

    def _refuse_inside(self) -> None:
        home, folder = self.home.path.resolve(), self.folder.resolve()
        if folder == home or home in folder.parents:
            raise UsageError(
                f"{self.folder} is inside the home {self.home.path}; name a folder elsewhere, on another disk"
            )

    def _look_for_room(self, newest: list[tuple[Path, Manifest]], work: Path) -> None:
        """Raise `StorageError` where the disk has less room than what is to be copied needs."""
        there = {one.path: one.source_size for _, manifest in newest for one in manifest.files}
        begun = {f"{FOLDER}/{path.name}": path.stat().st_size for path in (work / FOLDER).glob("*")}
        needed = sum(
            one.size
            for name, one in sources(self.home.warc).items()
            if one.size not in (there.get(f"{FOLDER}/{name}"), begun.get(f"{FOLDER}/{name}"))
        )
        if not self.files_only:
            needed += database_bytes(self.engine)
        free = shutil.disk_usage(self.folder).free
        if needed + _SPARE > free:
            raise StorageError(
                f"{self.folder} has room for {free:,} bytes, and the backup needs {needed + _SPARE:,}; make room, or "
                "keep fewer backups (--keep)"
            )

    def _copy_database(self, work: Path) -> Entry:
        if self.engine.dialect.name == "sqlite":
            target = work / databases.SQLITE
            databases.copy_sqlite(self.engine, target, lambda done, total: self.progress("database", done, total))
        else:
            target = work / databases.DUMP
            databases.dump_postgresql(self.engine, target)
        _sync(target)
        return Entry(path=target.name, size=target.stat().st_size, sha256=digest_of(target))

    def _named(self, work: Path) -> tuple[dict[str, int], list[str]]:
        """Up to where the copied database names records, by file of the home; and the files elsewhere that it names.
        A dump cannot be asked: there the database itself is, which names no less."""
        query = "SELECT warc_file, max(warc_offset + warc_length) FROM capture WHERE warc_file IS NOT NULL GROUP BY 1"
        if self.engine.dialect.name == "sqlite":
            rows = databases.ask_copy(work / databases.SQLITE, query)
        else:
            with self.engine.connect() as connection:
                rows = [tuple(row) for row in connection.execute(text(query))]
        ends = {name: end or 0 for name, end in rows if self.home.warc_file(name).parent == self.home.warc}
        return ends, sorted(name for name, _ in rows if name not in ends)

    def _copy_settings(self, work: Path) -> Iterator[Entry]:
        """What is set, and the name of the home's crawler: restored, it goes on as the same one."""
        for name in (_SETTINGS, NAME):
            source = self.home.path / name
            if source.is_file():
                write(work / name, pieces(source))
                yield Entry(path=name, size=source.stat().st_size, sha256=digest_of(work / name))

    def _check(self, work: Path, warcs: WarcCopy) -> None:
        """Read back what was written just now."""
        self.progress("checking", 0, 1)
        new = {one.path for one in self.manifest.files if not one.path.startswith(FOLDER)} | warcs.copied
        wrong = faults(work, new)
        if wrong:
            raise StorageError(wrong[0])
        if not self.files_only:
            check = databases.check_sqlite if self.manifest.database == "sqlite" else databases.check_dump
            check(work / (databases.SQLITE if self.manifest.database == "sqlite" else databases.DUMP))
        self.progress("checking", 1, 1)

    def _put_in_place(self, work: Path, began: datetime) -> None:
        name = began.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")
        self.made = self.folder / name
        if self.made.exists():
            raise UsageError(f"{self.made} is there already; run again in a second")
        for path in (work / FOLDER, work):
            _sync(path)
        work.rename(self.made)
        _sync(self.folder)

    def _drop_old(self) -> None:
        if self.keep is None:
            return
        for path in backups(self.folder)[self.keep :]:
            # Without its manifest it is none any more, should the rest not come to an end.
            (path / "backup.json").unlink()
            shutil.rmtree(path)
            self.dropped.append(path.name)


def backups(folder: Path) -> list[Path]:
    """The whole backups in a folder, the newest first."""
    return sorted((path.parent for path in folder.glob("[0-9]*T*Z/backup.json")), reverse=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One backup at a time into a folder."""
    with (folder / _LOCK).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"another backup writes to {folder}; wait for it to end, or stop it") from None
        yield


def _sync(path: Path) -> None:
    if not path.exists():
        return
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
