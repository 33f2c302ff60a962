"""The files of an export, found and verified before anything of them is used.

A folder is one package (`datapackage.json`), or a chain of batches with its index (`index.json`).
"""

import csv
import hashlib
import json
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from archive.errors import UsageError
from archive.export.datasets import DATASETS, OPS, Row
from archive.export.datasets.dataset import Field
from archive.load.exported.checked import check
from archive.load.forms import parquet
from archive.load.forms.packed import unpacked

MANIFEST: Final = "datapackage.json"
INDEX: Final = "index.json"
MAX_ROW: Final = 64 * 2**20
"""Bytes of a row."""
_MAX_MANIFEST: Final = 64 * 2**20
_LISTS: Final = frozenset(("texts", "integers", "images", "edits", "signature"))


@frozen
class Package:
    """One package: where it is, the batch that it is or up to which it holds all (None outside a chain), whether it
    holds all that there was then, and the file of each dataset with its form."""

    path: Path
    batch: int | None
    whole: bool
    files: dict[str, tuple[Path, str]]


def is_export(path: Path) -> bool:
    """Whether a folder is an export of ours."""
    return any((path / name).is_file() for name in (INDEX, MANIFEST))


def packages(folder: Path) -> list[Package]:
    """The packages of an export in the order in which they are applied, every byte of them verified. Raises
    `UsageError` that names what is damaged or missing."""
    if not (folder / INDEX).is_file():
        return [_package(folder, None, None)]
    index = _json(folder / INDEX)
    try:
        batches = list(index["batches"])
        snapshot = index["snapshot"]
        begin = max((place for place, one in enumerate(batches) if one["whole"]), default=0)
        chosen = [(one["path"], one["digest"], one["previous"]) for one in batches[begin:]]
        if any(path is None for path, *_ in chosen) and snapshot is not None:
            # Without the batches that are lost, their tombstones are; all else is in the snapshot.
            later = [one for one in batches if one["batch"] > snapshot["batch"]]
            chosen = [(snapshot["path"], snapshot["digest"], None)]
            chosen += [(one["path"], one["digest"], one["previous"]) for one in later]
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{folder / INDEX} is no index of an export") from error
    if any(path is None for path, *_ in chosen):
        raise UsageError(f"{folder} lacks a batch that is needed; copy it there, or export with --full")
    return [_package(folder / _inside(folder, path), digest, previous) for path, digest, previous in chosen]


def _inside(folder: Path, path: Any) -> str:
    parts = Path(str(path)).parts
    if not parts or ".." in parts or Path(str(path)).is_absolute():
        raise UsageError(f"{folder / INDEX} names {path}, which is not in the folder")
    return str(path)


def _package(path: Path, digest: str | None, previous: str | None) -> Package:
    about = _json(path / MANIFEST)
    try:
        rest = {name: value for name, value in about.items() if name != "digest"}
        canonical = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        own = hashlib.sha256(canonical.encode()).hexdigest()
        if own != about["digest"] or (digest is not None and own != digest):
            raise UsageError(f"{path / MANIFEST} is not the file that was written; nothing was taken in")
        if previous is not None and about["previous"] != previous:
            raise UsageError(f"{path / MANIFEST} does not follow on the batch before it; nothing was taken in")
        if str(about["format"]).partition(".")[0] != "2":
            raise UsageError(f"{path} has format {about['format']}; this version reads 2")
        files = {}
        for one in about["resources"]:
            file = path / _inside(path, one["path"])
            _verify(file, int(one["bytes"]), str(one["sha256"]))
            if one["name"] in DATASETS:
                files[one["name"]] = file, str(one["format"])
        return Package(path, about["batch"], bool(about["whole"]), files)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise UsageError(f"{path / MANIFEST} is no manifest of an export") from error


def _json(path: Path) -> dict[str, Any]:
    try:
        _regular(path)
        with path.open("rb") as file:
            data = file.read(_MAX_MANIFEST)
        found = json.loads(data)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; nothing was taken in") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not the file that was written; nothing was taken in") from error
    if not isinstance(found, dict):
        raise UsageError(f"{path} is not the file that was written; nothing was taken in")
    return found


def _regular(path: Path) -> None:
    """Raises `UsageError` for a pipe, which would be waited for, and a device, which may not end."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise UsageError(f"{path} is no regular file; nothing was taken in")


def _verify(path: Path, size: int, sha256: str) -> None:
    try:
        _regular(path)
        if path.stat().st_size != size:
            raise UsageError(f"{path} has {path.stat().st_size} bytes, not {size}; nothing was taken in")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise UsageError(f"{path} is not the file that was written; nothing was taken in")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; nothing was taken in") from error


def rows(package: Package, dataset: str) -> Iterator[Row]:
    """The rows of a dataset, checked against its fields; those of a batch begin with `op`. Raises `UsageError`."""
    if dataset not in package.files:
        return
    path, form = package.files[dataset]
    fields = DATASETS[dataset].fields
    number = 0
    try:
        for row in _read(path, form, fields):
            check(row, DATASETS[dataset])
            number += 1
            yield row
    except (ValueError, OSError, EOFError, RecursionError, csv.Error) as error:
        raise UsageError(f"{path}: row {number + 1} cannot be read: {error}; nothing was taken in") from error


def _read(path: Path, form: str, fields: Mapping[str, Field]) -> Iterator[Row]:
    if form == "parquet":
        yield from _parquet(path, fields)
        return
    if form not in ("jsonl", "csv"):
        raise UsageError(f"{path} is {form}, which is no form of an export")
    with unpacked(path) as source:
        lines = iter(lambda: source.content.readline(MAX_ROW + 1), b"")
        if form == "csv":
            yield from _cells(lines, fields)
            return
        for line in lines:
            if len(line) > MAX_ROW:
                raise ValueError(f"longer than {MAX_ROW} bytes")
            found = json.loads(line)
            if not isinstance(found, dict):
                raise ValueError("not an object")
            yield found


def _cells(lines: Iterator[bytes], fields: Mapping[str, Field]) -> Iterator[Row]:
    csv.field_size_limit(MAX_ROW)
    known = {**OPS, **fields}
    # To the format only a line feed, with or without a carriage return, ends a line.
    table = csv.reader((line.decode("utf-8-sig" if not place else "utf-8") for place, line in enumerate(lines)))
    names = next(table, [])
    for cells in table:
        if len(cells) != len(names):
            raise ValueError(f"{len(cells)} cells, where the header has {len(names)}")
        yield {name: _value(cell, known[name]) for name, cell in zip(names, cells, strict=True) if name in known}


def _parquet(path: Path, fields: Mapping[str, Field]) -> Iterator[Row]:
    with parquet.workers() as pool:
        told = parquet.told_of(pool, path)
        columns = tuple(name for name in told.columns if name in fields or name in OPS)
        for piece in parquet.Rows(pool, path, told, columns, exact=True).pieces():
            if not isinstance(piece.content, dict):
                raise ValueError(piece.reason)
            yield {**dict.fromkeys(columns), **piece.content}


def _value(cell: str, field: Field) -> Any:
    if not cell and (field.null or field.kind not in ("text", "json")):
        return None
    if field.kind in _LISTS or field.kind in ("integer", "number", "boolean"):
        return json.loads(cell)
    return cell
