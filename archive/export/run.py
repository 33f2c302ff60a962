"""Write the archive's articles to a file, whole or not at all, whatever their number."""

import fcntl
import glob
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from attrs import frozen
from sqlalchemy import Connection, func, select

from archive.errors import StorageError
from archive.export.datasets import FORMAT
from archive.export.datasets.articles import ARTICLES
from archive.export.datasets.articles import rows as articles
from archive.export.writers import Form, writer
from archive.store.models import Article
from archive.store.people import visible
from archive.store.scheme import DedupScheme
from archive.times import show_time

FETCH = 500
"""Rows that are fetched at a time."""


@frozen
class Exported:
    """What an export wrote: the file, and how many articles it holds."""

    path: Path
    articles: int


def export(
    connection: Connection,
    folder: Path,
    form: Form,
    *,
    every_article: bool,
    now: datetime,
    progress: Callable[[int], None] = lambda written: None,
) -> Exported:
    """Write `articles.FORM` into a folder, and `articles.FORM.json`, which says what it holds.

    Both are written under another name, brought to the disk, and then renamed, so that a reader sees the whole of the
    last export or of this one. `every_article`: the copies too, not the representatives only. Raises `StorageError`.
    """
    path = folder / f"articles.{form}"
    about = folder / f"articles.{form}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The old description is of the old file, so it goes first.
        with _replacing(path, without=about) as file:
            written = _write(connection, file, form, every_article=every_article, progress=progress)
            file.flush()
            described = _describe(connection, Path(file.name), written, every_article=every_article, now=now)
        with _replacing(about) as file:
            file.write(json.dumps(described, ensure_ascii=False, indent=2).encode() + b"\n")
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}; check its folder, or make room") from error
    return Exported(path, written)


def _write(
    connection: Connection, file: IO[bytes], form: Form, *, every_article: bool, progress: Callable[[int], None]
) -> int:
    to = writer(file, form, ARTICLES.fields)
    written = 0
    for written, row in enumerate(articles(connection, representatives=not every_article), 1):
        to.write(row)
        if written % FETCH == 0:
            progress(written)
    to.finish()
    return written


def _describe(
    connection: Connection, path: Path, written: int, *, every_article: bool, now: datetime
) -> dict[str, Any]:
    """What stands beside the file: enough to check it, and to make comparable signatures with datasketch."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    schemes = connection.execute(select(DedupScheme.__table__)).mappings()
    return {
        "format": FORMAT,
        "made_at": show_time(now),
        "made_by": f"jianbao {version('jianbao')}",
        "articles": written,
        "all": every_article,
        "withdrawn": connection.scalar(select(func.count()).select_from(Article).where(~visible())) or 0,
        "bytes": path.stat().st_size,
        "sha256": digest,
        "signatures": [dict(scheme) for scheme in schemes],
    }


def _clear(path: Path) -> None:
    """Remove what exports of this file left behind that were killed: nobody has locked it any more."""
    for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with suppress(OSError), part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()


def _locked(part: Path) -> IO[bytes]:
    """A new file that is ours: another export may have removed it before it was locked."""
    while True:
        file = part.open("wb")
        fcntl.flock(file, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), part.stat()):
                return file
        file.close()


@contextmanager
def _replacing(path: Path, without: Path | None = None) -> Iterator[IO[bytes]]:
    """A file beside `path` that takes its place at the end of the block, on the disk; gone if the block fails.

    `without`: a file that is removed just before.
    """
    _clear(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with _locked(part) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if without is not None:
            without.unlink(missing_ok=True)
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        part.unlink(missing_ok=True)
