"""The index over all WARC files of a home: only what is new is read, and the whole is as if it were made at once."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from attrs import asdict, define, field
from sqlalchemy import Connection, Engine, select

from archive.errors import UsageError
from archive.evidence.whole import replacing
from archive.people.erasing import WITHDRAWN, captures_of
from archive.settings import Home
from archive.store.db import reading
from archive.store.models import Article, Capture
from crawler.run.locks import lock_home
from crawler.upkeep.cdx.part import bring_up_to_date, lines_of
from crawler.upkeep.verify.files import names
from crawler.warc.cdx.line import place
from crawler.warc.cdx.sort import merged
from crawler.warc.cdx.unchanged import resolved

Place = tuple[str, int]
"""A WARC file as captures call it, and the byte at which a record begins."""


@define(kw_only=True)
class Indexed:
    """What a run did. `files`: that were looked at. `records`: that were new. `lines`: of the index. `hidden`: that are
    left out, since a person withdrew their article. `unplaced`, `broken`: as in `Read`, of what was new. `missing`:
    files that captures name and this home has not. `unreadable`: those that cannot be read, with the reason."""

    path: Path
    files: int = 0
    records: int = 0
    lines: int = 0
    hidden: int = 0
    unplaced: int = 0
    broken: int = 0
    missing: int = 0
    unreadable: list[str] = field(factory=list)

    def as_json(self) -> dict[str, Any]:
        """As `jianbao cdx --json` prints it."""
        return {**asdict(self), "path": str(self.path)}


def folder_of(home: Home) -> Path:
    """Where the index stands, and what the next run goes on from."""
    return home.path / "cdx"


def index(home: Home, engine: Engine, target: Path | None = None) -> Indexed:
    """Bring the index of a home's WARC files up to date, and put it in its place, whole. `target`: another place for
    it. Raises `AlreadyRunning`, `StorageError`."""
    folder = folder_of(home) / "parts"
    done = Indexed(path=target or folder_of(home) / "index.cdxj")
    lock = lock_home(home, "cdx")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        parts = [path for name in names(home, engine) if (path := _read(home, folder, name, done)) is not None]
        _forget(folder, parts)
        with reading(engine) as connection:
            hidden = withdrawn(connection)
        with replacing(done.path) as file:
            for line in resolved(_shown(merged(parts, folder), hidden, done)):
                file.write(line.encode("ascii"))
    finally:
        lock.release()
    return done


def withdrawn(connection: Connection) -> set[Place]:
    """The records of articles that a person withdrew."""
    found: set[Place] = set()
    articles = select(Article.id).where(Article.withdrawn_at.is_not(None))
    for key in connection.scalars(articles).all():
        rows = captures_of(connection, key)
        found.update((row["warc_file"], row["warc_offset"]) for row in rows if row["warc_offset"] is not None)
    barred = select(Capture.warc_file, Capture.warc_offset).where(
        Capture.outcome == WITHDRAWN, Capture.warc_offset.is_not(None)
    )
    found.update((row[0], row[1]) for row in connection.execute(barred) if row[0] is not None and row[1] is not None)
    return found


def _read(home: Home, folder: Path, name: str, done: Indexed) -> Path | None:
    """Where a file's lines stand; None where it has none."""
    warc = home.warc_file(name)
    if not warc.is_file():
        done.missing += 1
        return None
    try:
        found = bring_up_to_date(folder, name, warc)
    except UsageError as error:
        done.unreadable.append(str(error))
        return None
    done.files += 1
    done.records += found.records
    done.unplaced += found.unplaced
    done.broken += found.broken
    return lines_of(folder, name)


def _shown(lines: Iterable[str], hidden: Collection[Place], done: Indexed) -> Iterator[str]:
    for line in lines:
        if hidden and place(line) in hidden:
            done.hidden += 1
            continue
        done.lines += 1
        yield line


def _sweep(folder: Path) -> None:
    """Remove what a killed run left of its sorting."""
    for path in folder.glob(".run-*"):
        path.unlink(missing_ok=True)


def _forget(folder: Path, parts: Collection[Path]) -> None:
    """Remove the lines of files that are no more: moved, erased, written anew under another name."""
    kept = {path.stem for path in parts}
    for path in folder.glob("*.*"):
        if path.stem not in kept:
            path.unlink(missing_ok=True)
