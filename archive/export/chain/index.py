"""`index.json`: all batches with their checksums, and the snapshot; and whether the folder holds what it says."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert

from archive.errors import ArchiveDamaged, UsageError
from archive.export.chain.batches import Batch, head
from archive.export.chain.due import ANEW
from archive.export.chain.folder import BATCHES, INDEX, SNAPSHOT, found, numbered, part_of, replace
from archive.export.datasets import FORMAT
from archive.export.package import Package
from archive.export.package import faults as faults_of
from archive.export.tables import ExportBatch, ExportDue
from archive.store.db import reading, writing
from archive.store.finding.searches import identity
from archive.times import parse_time, show_time

TOLD: Final = 3
"""So many faults are told of."""


def snapshot_of(folder: Path, known: list[Batch]) -> Package | None:
    """The snapshot that readers begin with; None where there is none, or a later batch holds all that there was."""
    place = folder / SNAPSHOT
    last_whole = max((batch.number for batch in known if batch.whole), default=0)
    for number in sorted(found(place)[0], reverse=True):
        package = Package.read(numbered(place, number))
        if package is not None and last_whole <= number <= len(known) and not list(package.faults()):
            return package
    return None


def index_of(connection: Connection, folder: Path, told: list[Batch], known: list[Batch]) -> dict[str, Any]:
    """The index of a folder that has these batches of the chain, or some of them."""
    snapshot = snapshot_of(folder, known)
    there = found(folder / BATCHES)[0]
    return {
        "format": FORMAT,
        "archive": identity(connection),
        "head": known[-1].digest if known else None,
        "batches": [_told(batch, lost=batch.number not in there) for batch in told],
        "snapshot": None
        if snapshot is None
        else {"batch": snapshot.batch, "path": f"{SNAPSHOT}/{snapshot.path.name}", "digest": snapshot.digest}
        | {"files": _files(snapshot.files)},
    }


def write_index(connection: Connection, folder: Path, known: list[Batch]) -> None:
    """Bring the index up to date, and remove snapshots that it does not name any more."""
    index = index_of(connection, folder, known, known)
    data, path = write_json(index), folder / INDEX
    if not path.is_file() or path.read_bytes() != data:
        replace(path, data)
    place = folder / SNAPSHOT
    whole, parts = found(place)
    for number in whole - {index["snapshot"]["batch"] if index["snapshot"] is not None else 0}:
        shutil.rmtree(numbered(place, number))
    for number in parts:
        shutil.rmtree(part_of(numbered(place, number)))


def write_json(told: dict[str, Any]) -> bytes:
    """As a file has it."""
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _told(batch: Batch, *, lost: bool) -> dict[str, Any]:
    told = {
        "batch": batch.number,
        "path": None if lost else f"{BATCHES}/{numbered(Path(), batch.number).name}",
        "sealed_at": show_time(batch.sealed_at),
        "whole": batch.whole,
        "digest": batch.digest,
        "previous": batch.previous,
    }
    return {**told, "files": _files(batch.files)}


def _files(files: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"path": name, **about} for name, about in sorted(files.items())]


def check(folder: Path, known: list[Batch]) -> None:
    """Raise `ArchiveDamaged` where a batch that readers need is missing, or a file of it has not its size; what the
    bytes are, `jianbao verify` looks at."""
    snapshot = snapshot_of(folder, known)
    covered = 0 if snapshot is None else snapshot.batch
    faults = []
    for batch in known[covered:]:
        path = numbered(folder / BATCHES, batch.number)
        its = list(faults_of(path, batch.files))
        if len(its) == len(batch.files):
            faults.append(f"batch {batch.number} is missing from {path.parent}")
        else:
            faults += its
    if faults:
        more = f", and {len(faults) - TOLD} more" if len(faults) > TOLD else ""
        raise ArchiveDamaged(
            f"{'; '.join(faults[:TOLD])}{more}; put it back from a copy, such as `jianbao export --since-batch` makes, "
            "or run `jianbao export --full`: it writes a snapshot, and who has not read these batches begins with that"
        )


def adopt(engine: Engine, folder: Path) -> None:
    """Take into the database the batches that the folder has beyond it: a copy of the database was put back that is
    older than they are. What they told may be undone by that, so the next one holds all that there is.

    Raises `UsageError` where the folder is another archive's, `ArchiveDamaged` where they do not continue the chain.
    """
    with reading(engine) as connection:
        archive, last = identity(connection), head(connection)
    number, digest = last or (0, None)
    try:
        other = json.loads((folder / INDEX).read_bytes())["archive"]
    except (OSError, ValueError, KeyError, TypeError):
        other = archive
    if other != archive:
        raise UsageError(
            f"{folder} holds the export of another archive ({other}); move it away, a new chain begins then"
        )
    place = folder / BATCHES
    beyond = sorted(one for one in found(place)[0] if one > number)
    if not beyond:
        return
    rows = []
    for one in beyond:
        package = Package.read(numbered(place, one))
        about = {} if package is None else package.manifest
        follows = (about.get("archive"), about.get("batch"), about.get("previous")) == (archive, number + 1, digest)
        if package is None or one != number + 1 or not follows:
            raise ArchiveDamaged(f"{numbered(place, one)} is no batch that follows on {number}; move it away")
        number, digest = one, package.digest
        sealed_at, _ = parse_time(about["created"])
        values = {"number": one, "digest": digest, "previous": about["previous"], "whole": about["whole"]}
        rows.append({**values, "sealed_at": sealed_at, "shape": "", "last_change": 0, "files": package.files})
    with writing(engine) as connection:
        connection.execute(insert(ExportBatch), rows)
        connection.execute(insert(ExportDue).values(dataset=ANEW, key=0, other=0, regrouped=0))
