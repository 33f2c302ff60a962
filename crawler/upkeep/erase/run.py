"""Articles erased: their text out of the database, their records out of the WARC files.

Whatever ends it, nothing of other articles is lost: first a file is written beside each that holds records of theirs,
then all rows change in one transaction, and only then the old files go; `sweep` takes up what is left.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from attrs import define, field
from sqlalchemy import Connection, Engine, bindparam, select, update

from archive.errors import DatabaseUnavailable, UsageError
from archive.people.erasing import captures_of, erase
from archive.people.withdrawals import withdraw
from archive.settings import Home
from archive.store.db import reading, writing
from archive.store.models import Capture
from crawler.run.locks import lock_home
from crawler.upkeep.erase.warcs import Rewritten, cuts, rewrite, sweep

KINDS: Final = ("crawl", "import", "reextract")
"""What may not run beside it."""

_C: Any = Capture.__table__


@define
class Erasable:
    """What would go of one article: its captures, the places of their records by file, and their bytes as stored."""

    article_id: int
    captures: list[int] = field(factory=list)
    records: dict[str, list[int]] = field(factory=dict)
    size: int = 0

    @property
    def line(self) -> str:
        """For a person."""
        count = sum(map(len, self.records.values()))
        return (
            f"article {self.article_id}: its text, {len(self.captures)} captures, {count} records "
            f"({self.size:,} bytes) in {len(self.records)} WARC files"
        )


def erasable(connection: Connection, article_ids: Sequence[int]) -> list[Erasable]:
    """What would go of these articles."""
    found = []
    for key in article_ids:
        one = Erasable(key)
        for row in captures_of(connection, key):
            one.captures.append(row["id"])
            if row["warc_file"] is not None and row["warc_offset"] is not None:
                one.records.setdefault(row["warc_file"], []).append(row["warc_offset"])
                one.size += row["warc_length"] or 0
        found.append(one)
    return found


def erase_all(
    home: Home, engine: Engine, article_ids: Sequence[int], reason: str, *, by: str, now: datetime
) -> list[Erasable]:
    """Erase these articles, and withdraw those that are not. Raises `AlreadyRunning`, `StorageError`, and `UsageError`
    where a record stands in a file that is not this archive's to write."""
    with ExitStack() as stack:
        for kind in KINDS:
            stack.callback(lock_home(home, kind).release)
        with reading(engine) as connection:
            sweep(home.warc, connection)
            wanted = erasable(connection, article_ids)
        files: defaultdict[str, set[int]] = defaultdict(set)
        for one in wanted:
            for name, offsets in one.records.items():
                files[name].update(offsets)
        cut = {name: cuts(_path(home, name), offsets) for name, offsets in sorted(files.items())}
        made = {name: rewrite(home.warc_file(name), its) for name, its in cut.items()}
        with writing(engine) as connection:
            if erasable(connection, article_ids) != wanted:
                raise DatabaseUnavailable("somebody wrote to the archive meanwhile, so nothing is erased; run it again")
            for one in wanted:
                withdraw(connection, one.article_id, reason, by=by, now=now)
                erase(connection, one.article_id, one.captures, now=now)
            for name, new in made.items():
                _rename(connection, name, new)
        with reading(engine) as connection:
            sweep(home.warc, connection)
        if engine.dialect.name == "sqlite":
            engine.dispose()
            with engine.connect() as plain:  # the log of writes holds pages as they were
                plain.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    return wanted


def _path(home: Home, name: str) -> Path:
    path = home.warc_file(name)
    if path.parent.resolve() != home.warc.resolve():
        raise UsageError(f"a record stands in {path}, which is not in the archive's folder; import that file into it")
    if not path.is_file():
        raise UsageError(f"{path} is not there; erase in the home that has it, or restore it first")
    return path


def _rename(connection: Connection, name: str, new: Rewritten) -> None:
    """The captures whose records stay, in the new file."""
    offsets: Collection[Any] = connection.execute(select(_C.c.id, _C.c.warc_offset).where(_C.c.warc_file == name)).all()
    rows = [{"key": key, "place": None if offset is None else new.place(offset)} for key, offset in offsets]
    if rows:
        moved = update(_C).where(_C.c.id == bindparam("key"))
        connection.execute(moved.values(warc_file=new.name, warc_offset=bindparam("place")), rows)
