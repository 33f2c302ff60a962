"""Whether the batches of the export are in the home's folder, byte for byte as they were sealed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from archive.export.chain import batches
from archive.export.chain.folder import BATCHES, INDEX, found, numbered
from archive.export.chain.index import needed
from archive.export.package import faults
from crawler.upkeep.verify.finding import Finding

CURE: Final = "put it back from a copy, or let `jianbao export --full` write a snapshot that readers begin with"


def check(connection: Connection, folder: Path, notes: list[str]) -> Iterator[Finding]:
    """Every finding. `folder`: the home's export folder. What no new reader needs may be gone."""
    known = batches(connection)
    if not known:
        return
    if not (folder / INDEX).exists():
        notes.append(f"the batches of the export are not in {folder}: another home of this archive seals them")
        return
    there, _ = found(folder / BATCHES)
    read = {batch.number for batch in needed(folder, known)}
    for batch in known:
        if batch.number not in there and batch.number not in read:
            continue
        for fault in faults(numbered(folder / BATCHES, batch.number), batch.files, bytes_too=True):
            yield Finding(kind="export", place=f"batch {batch.number} of the export", fault=fault, cure=CURE)
