"""One folder of an export: a file for each dataset that has rows, and the manifest that says what they hold."""

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache, partial
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, Final

from attrs import frozen
from sqlalchemy import Connection, func, select

from archive.export.datasets import DATASETS, FORMAT, Field, Row, batch_fields
from archive.export.described.card import NAME as CARD
from archive.export.described.card import card
from archive.export.described.manifest import manifest, resource
from archive.export.writers import Form, Packing, file_name, writer
from archive.store.finding.searches import identity
from archive.store.models import Article
from archive.store.people import visible
from archive.store.scheme import DedupScheme
from archive.times import show_time

MANIFEST: Final = "datapackage.json"
EVERY: Final = 500
"""After so many rows it is told how many there are."""

_TOLD: Final = ("rows", "bytes", "sha256")

Progress = Callable[[str, int], None]
"""Told the dataset and how many of its rows are written."""


@frozen(kw_only=True)
class Style:
    """How files are written: see `archive.export.writers.writer`."""

    form: Form = "jsonl"
    compress: Packing | None = None
    excel: bool = False


@frozen(kw_only=True)
class Package:
    """A folder that was written. `files`: those of datasets that have rows, and the manifest, each `{rows, bytes,
    sha256}`. `digest`: of the manifest in canonical form."""

    path: Path
    digest: str
    manifest: dict[str, Any]
    files: dict[str, dict[str, Any]]

    @property
    def batch(self) -> int:
        """The batch that it is, or up to which it holds all."""
        return int(self.manifest["batch"])

    @property
    def rows(self) -> int:
        """Of all its files."""
        return sum(about.get("rows", 0) for about in self.files.values())

    @classmethod
    def read(cls, path: Path) -> "Package | None":
        """The package in a folder, by its manifest; None where that cannot be read, or has not its own digest."""
        try:
            data = (path / MANIFEST).read_bytes()
            told = json.loads(data)
            files = {one["path"]: {name: one[name] for name in _TOLD} for one in told["resources"]}
            its = told["digest"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if its != digest_of(told):
            return None
        return cls(path=path, digest=its, manifest=told, files={**files, MANIFEST: _about(data)})

    def faults(self, *, bytes_too: bool = False) -> Iterator[str]:
        """What is wrong with its files, as far as their sizes tell, or their bytes."""
        yield from faults(self.path, self.files, bytes_too=bytes_too)


def faults(path: Path, files: Mapping[str, Mapping[str, Any]], *, bytes_too: bool = False) -> Iterator[str]:
    """What is wrong with these files of a folder, as far as their sizes tell, or their bytes."""
    for name, about in files.items():
        file = path / name
        try:
            size = file.stat().st_size
            if size != about["bytes"]:
                yield f"{file} has {size} bytes, not {about['bytes']}"
            elif bytes_too:
                with file.open("rb") as opened:
                    if hashlib.file_digest(opened, "sha256").hexdigest() != about["sha256"]:
                        yield f"{file} is not the file that was written"
        except OSError as error:
            yield f"{file} cannot be read: {error.strerror}"


@cache
def shape() -> str:
    """A digest of the names and kinds of all fields: where it is another one, rows have to be told anew."""
    told = {name: [(field, of.kind) for field, of in batch_fields(one).items()] for name, one in DATASETS.items()}
    return hashlib.sha256(json.dumps([FORMAT, told]).encode()).hexdigest()


def about(
    connection: Connection, now: datetime, *, batch: int | None, whole: bool, previous: str | None
) -> dict[str, Any]:
    """What a manifest says beside its files. `batch`: that it is, or up to which it holds all; None outside the chain.
    `previous`: the digest of what it follows on."""
    return {
        "format": FORMAT,
        "made_by": f"Jianbao {version('jianbao')}",
        "archive": identity(connection),
        "created": show_time(now),
        "batch": batch,
        "whole": whole,
        "previous": previous,
        "withdrawn": connection.scalar(select(func.count()).select_from(Article).where(~visible())) or 0,
        "signatures": [dict(row) for row in connection.execute(select(DedupScheme.__table__)).mappings()],
    }


def write(
    part: Path, sources: Mapping[str, Iterable[Row]], style: Style, told: Mapping[str, Any], progress: Progress
) -> Package:
    """Fill a folder. `sources`: the rows of each dataset, those of a batch with `op` and `cause`. `told`: what else the
    manifest says (`about`). A dataset of which a batch tells nothing has no file in it."""
    written: dict[str, dict[str, Any]] = {}
    of_batch = told["batch"] is not None
    for name, rows in sources.items():
        each = iter(rows)
        first = list(islice(each, 1))
        if of_batch and not first:
            continue
        fields = batch_fields(DATASETS[name]) if of_batch else DATASETS[name].fields
        path = part / file_name(name, style.form, style.compress)
        with path.open("wb") as file:
            counted = Counted(file)
            count = write_rows(counted, chain(first, each), fields, style, partial(progress, name))
        written[name] = {"fields": fields, "path": path.name, "rows": count, **counted.about()}
    beside = frozenset(written)
    of = {
        "form": style.form,
        "compress": style.compress,
        "excel": style.excel,
        "whole": told["whole"],
        "beside": beside,
    }
    made = manifest([resource(name, **one, **of) for name, one in written.items()], told)
    made["digest"] = digest_of(made)
    texts = {MANIFEST: json.dumps(made, ensure_ascii=False, indent=1) + "\n", CARD: card(made)}
    files = {one["path"]: {name: one[name] for name in _TOLD} for one in made["resources"]}
    for name, text in texts.items():
        data = text.encode()
        (part / name).write_bytes(data)
        files[name] = _about(data)
    return Package(path=part, digest=made["digest"], manifest=made, files=files)


def write_rows(
    file: Any, rows: Iterable[Row], fields: Mapping[str, Field], style: Style, progress: Callable[[int], None]
) -> int:
    """Write rows to an open file; how many they were."""
    to = writer(file, style.form, fields, compress=style.compress, excel=style.excel)
    written = 0
    for written, row in enumerate(rows, 1):
        to.write(row)
        if written % EVERY == 0:
            progress(written)
    to.finish()
    return written


def digest_of(told: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of a manifest without its own digest, in canonical form: keys in order, no blanks, UTF-8."""
    rest = {name: value for name, value in told.items() if name != "digest"}
    canonical = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _about(data: bytes) -> dict[str, Any]:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


class Counted(io.RawIOBase):
    """A file that is written, its bytes counted and digested on their way. It is not closed with this."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = 0
        self._sha256 = hashlib.sha256()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Takes bytes."""
        self._size += memoryview(data).nbytes
        self._sha256.update(data)
        return self._file.write(data)

    def tell(self) -> int:
        """How many were written."""
        return self._size

    def about(self) -> dict[str, Any]:
        """`size` in bytes, and `sha256`."""
        return {"size": self._size, "sha256": self._sha256.hexdigest()}
