"""The compacted snapshot: all that there is, as one whole batch would tell it, so that a new reader need not apply
every batch since the first."""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from archive.export.chain.batches import Batch
from archive.export.chain.folder import SNAPSHOT, making, numbered, put
from archive.export.chain.increment import everything
from archive.export.chain.index import snapshot_of
from archive.export.datasets import DATASETS
from archive.export.package import Progress, Style, about, write

FEW: Final = 10_000
"""Rows that a reader applies soon enough."""


def is_due(folder: Path, known: list[Batch]) -> bool:
    """Whether a reader has more rows to apply behind the last snapshot, or the last whole batch, than that has."""
    snapshot = snapshot_of(folder, known)
    base = max((batch for batch in known if batch.whole), key=lambda batch: batch.number)
    number, rows = (base.number, base.rows) if snapshot is None else (snapshot.batch, snapshot.rows)
    return sum(batch.rows for batch in known[number:]) > max(rows, FEW)


def write_snapshot(
    state: Connection, folder: Path, known: list[Batch], style: Style, now: datetime, progress: Progress
) -> int:
    """Write a snapshot of the chain's last batch; its number. Where the archive has changed since, some of that is in
    it already, and the next batch tells it again."""
    number = known[-1].number
    path = numbered(folder / SNAPSHOT, number)
    told = about(state, now, batch=number, whole=True, previous=known[-1].digest)
    with making(path) as part:
        write(part, {name: everything(state, one) for name, one in DATASETS.items()}, style, told, progress)
    if path.exists():
        shutil.rmtree(path)
    put(path)
    return number
