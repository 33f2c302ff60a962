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


def needed(folder: Path, known: list[Batch]) -> list[Batch]:
    """The batches that a new reader applies: those behind the snapshot, or from the last one on that holds all."""
    snapshot = snapshot_of(folder, known)
    if snapshot is not None:
        return known[snapshot.batch :]
    last_whole = max((batch.number for batch in known if batch.whole), default=1)
    return known[last_whole - 1 :]


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
    """Bring the index up to date, and remove what it does not name any more: snapshots, and batches of a chain that was
    begun anew."""
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
    place = folder / BATCHES
    for number in found(place)[0] & {batch.number for batch in known if batch.removed}:
        shutil.rmtree(numbered(place, number))


def write_json(told: dict[str, Any]) -> bytes:
    """As a file has it."""
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _told(batch: Batch, *, lost: bool) -> dict[str, Any]:
    told = {
        "batch": batch.number,
        "path": None if lost or batch.removed else f"{BATCHES}/{numbered(Path(), batch.number).name}",
        "removed": batch.removed,
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
    faults = []
    for batch in needed(folder, known):
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
    index = _read(folder / INDEX)
    other = index.get("archive", archive)
    if other != archive:
        raise UsageError(
            f"{folder} holds the export of another archive ({other}); move it away, a new chain begins then"
        )
    place = folder / BATCHES
    beyond = sorted(one for one in found(place)[0] if one > number)
    if not beyond:
        return
    rows = _removed(index, number, digest, beyond[0])
    if rows:
        number, digest = rows[-1]["number"], rows[-1]["digest"]
    for one in beyond:
        package = Package.read(numbered(place, one))
        about = {} if package is None else package.manifest
        follows = (about.get("archive"), about.get("batch"), about.get("previous")) == (archive, number + 1, digest)
        if package is None or one != number + 1 or not follows:
            raise ArchiveDamaged(f"{numbered(place, one)} is no batch that follows on {number}; move it away")
        number, digest = one, package.digest
        rows.append(_adopted(about, package.digest, package.files))
    with writing(engine) as connection:
        connection.execute(insert(ExportBatch), rows)
        connection.execute(insert(ExportDue).values(dataset=ANEW, key=0, other=0, regrouped=0))


def _read(path: Path) -> dict[str, Any]:
    """An index as far as it can be read: it is written anew by every run."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _removed(index: dict[str, Any], number: int, digest: str | None, to: int) -> list[dict[str, Any]]:
    """The batches between `number` and `to` as the index tells of them, where all of them were removed when the chain
    was begun anew; none where they do not hang together."""
    rows = []
    try:
        for told in index["batches"][number : to - 1]:
            if not told["removed"] or (told["batch"], told["previous"]) != (number + 1, digest):
                return []
            number, digest = number + 1, str(told["digest"])
            rows.append(_adopted({**told, "created": told["sealed_at"]}, digest, {}))
    except (KeyError, TypeError, ValueError):
        return []
    return rows if number == to - 1 else []


def _adopted(told: dict[str, Any], digest: str, files: dict[str, Any]) -> dict[str, Any]:
    """A batch as the database has it. Which fields it had and what it saw, nobody knows: the next one is whole."""
    values = {name: told[name] for name in ("previous", "whole")} | {"number": told["batch"], "digest": digest}
    return {**values, "sealed_at": parse_time(told["created"])[0], "shape": "", "last_change": 0, "files": files}
