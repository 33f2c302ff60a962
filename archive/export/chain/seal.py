"""One run of the chain: what a killed run left is finished or removed, then what is due is sealed as the next batch.

The database decides. Files are written beside their place and brought to the disk; one transaction then takes off the
list exactly what was due in the state that they were written from, and notes the batch; then they take their name, and
the index follows. Whatever ends a run before its commit, the next one seals the same rows; after it, the next one only
puts in place what is written.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from attrs import asdict, define, evolve, field, frozen
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from archive.errors import ArchiveDamaged, JianbaoError, UsageError
from archive.export.chain.anew import Going, going, remove_queries
from archive.export.chain.batches import Batch, batches
from archive.export.chain.due import ANEW, begin
from archive.export.chain.folder import BATCHES, found, making, numbered, part_of, put, turn, writing_in
from archive.export.chain.increment import due, everything, last_change
from archive.export.chain.index import adopt, check, write_index
from archive.export.chain.snapshot import is_due, write_snapshot
from archive.export.datasets import DATASETS
from archive.export.package import Package, Progress, Style, about, shape, write
from archive.export.tables import ExportBatch, ExportDue
from archive.store.db import reading


@frozen
class Sealed:
    """What a run did: the batch that it sealed, None where nothing has changed; the chain's last one; and up to which
    batch a new snapshot holds all, None where none was due."""

    batch: Batch | None
    head: Batch
    snapshot: int | None


@define
class Sealing:
    """`folder`: the archive's export folder. `waiting` is called once where another export is at work. `progress`: told
    the dataset and how many rows are written."""

    engine: Engine
    folder: Path
    style: Style
    now: Callable[[], datetime]
    waiting: Callable[[], None] = lambda: None
    progress: Progress = lambda name, written: None
    known: list[Batch] = field(factory=list)

    def run(self) -> Sealed:
        """Seal what has changed. Raises `StorageError`, `ArchiveDamaged`, `UsageError`, and the database's errors."""
        with writing_in(self.folder), turn(self.engine, self.folder, self.waiting):
            begin(self.engine)
            self.recover()
            check(self.folder, self.known)
            with reading(self.engine) as state:
                sealed = self._seal(state)
                write_index(state, self.folder, self.known)
                made = None
                if sealed is not None and is_due(self.folder, self.known):
                    made = write_snapshot(state, self.folder, self.known, self.style, self.now(), self.progress)
                    write_index(state, self.folder, self.known)
            return Sealed(sealed, self.known[-1], made)

    def snapshot(self) -> int:
        """Write a snapshot of the chain's last batch, whatever batches are lost; its number. The chain stays as it is.
        Raises as `run`, and `UsageError` where there is no chain yet."""
        with writing_in(self.folder), turn(self.engine, self.folder, self.waiting):
            self.recover()
            if not self.known:
                raise UsageError("no batch is sealed yet; `jianbao export` seals the first, or name a folder with --to")
            with reading(self.engine) as state:
                made = write_snapshot(state, self.folder, self.known, self.style, self.now(), self.progress)
                write_index(state, self.folder, self.known)
            return made

    def begin_anew(self) -> tuple[Sealed, Going]:
        """Seal all that there is as one whole batch, and take away every one before it, whatever of them is lost, the
        snapshot, and the files of queries that found what is withdrawn. So no file here has what is not in the archive
        any more. Digests stay. The next run finishes what a killed one left. Raises as `run`."""
        with writing_in(self.folder), turn(self.engine, self.folder, self.waiting):
            begin(self.engine)
            self.recover()
            with reading(self.engine) as state:
                goes = going(state, self.folder, self.known)
                remove_queries(state, self.folder)
                sealed = self._seal(state, anew=True)
                write_index(state, self.folder, self.known)
            return Sealed(sealed, self.known[-1], None), goes

    def recover(self) -> None:
        """Finish or remove what a killed run left in the folder, and read the chain."""
        adopt(self.engine, self.folder)
        with reading(self.engine) as connection:
            self.known = batches(connection)
        place = self.folder / BATCHES
        whole, parts = found(place)
        by_number = {batch.number: batch for batch in self.known}
        for number in sorted(parts):
            path = numbered(place, number)
            batch = by_number.get(number)
            package = Package.read(part_of(path))
            if number not in whole and batch is not None and package is not None and package.digest == batch.digest:
                put(path)
            else:
                shutil.rmtree(part_of(path))

    def _seal(self, state: Connection, *, anew: bool = False) -> Batch | None:
        """The next batch, of the state that this transaction sees; None where nothing is due. `anew`: it is whole, and
        those before are removed."""
        noted = _noted(state)
        if not noted and self.known and not anew:
            return None
        before = self.known[-1] if self.known else None
        whole = anew or before is None or before.shape != shape() or _is_anew(state)
        number = 1 if before is None else before.number + 1
        path = numbered(self.folder / BATCHES, number)
        if path.exists():
            raise ArchiveDamaged(f"{path} is there, and no batch of this archive; move it away")
        now, since = self.now(), 0 if before is None else before.last_change
        with making(path) as part:
            sources = {
                name: everything(state, dataset) if whole else due(state, dataset, since)
                for name, dataset in DATASETS.items()
            }
            told = about(state, now, batch=number, whole=whole, previous=before.digest if before else None)
            package = write(part, sources, self.style, told, self.progress)
        try:
            batch = Batch(
                number=number,
                sealed_at=now,
                digest=package.digest,
                previous=told["previous"],
                whole=whole,
                shape=shape(),
                last_change=last_change(state),
                files=package.files,
            )
            self._commit(batch, noted, anew=anew)
        except BaseException:
            self._forget(number)
            raise
        put(path)
        self.known = [evolve(one, files={}) if anew else one for one in self.known] + [batch]
        return batch

    def _commit(self, batch: Batch, noted: list[tuple[int, int]], *, anew: bool) -> None:
        """Note the batch, and take off the list what is in it. `anew`: those before have no files any more."""
        with self.engine.connect() as connection:
            sqlite = self.engine.dialect.name == "sqlite"
            if sqlite:
                # Brought to the disk like the files: what a power cut takes, nobody must have read.
                connection.connection.cursor().execute("PRAGMA synchronous = FULL")
            try:
                with connection.execution_options(jianbao_write=True).begin():
                    if anew:
                        connection.execute(update(ExportBatch).values(files={}))
                    connection.execute(insert(ExportBatch).values(asdict(batch)))
                    for low, high in noted:
                        connection.execute(delete(ExportDue).where(ExportDue.id.between(low, high)))
            finally:
                if sqlite:
                    connection.connection.cursor().execute("PRAGMA synchronous = NORMAL")

    def _forget(self, number: int) -> None:
        """Remove the files of a batch that the database does not have. Where it cannot be asked, the next run does."""
        with suppress(JianbaoError), reading(self.engine) as connection:
            if connection.scalar(select(ExportBatch.number).where(ExportBatch.number == number)) is None:
                shutil.rmtree(part_of(numbered(self.folder / BATCHES, number)), ignore_errors=True)


def _is_anew(state: Connection) -> bool:
    return state.scalar(select(ExportDue.id).where(ExportDue.dataset == ANEW).limit(1)) is not None


def _noted(state: Connection) -> list[tuple[int, int]]:
    """The numbers of what is due in this state, from each to each. PostgreSQL hands out numbers before commit: what
    lies between them may be another writer's, who has not committed yet."""
    each = select(ExportDue.id, (ExportDue.id - func.row_number().over(order_by=ExportDue.id)).label("run")).subquery()
    runs = select(func.min(each.c.id), func.max(each.c.id)).group_by(each.c.run).order_by(func.min(each.c.id))
    return [(low, high) for low, high in state.execute(runs)]
