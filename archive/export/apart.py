"""Exports that are no part of the chain: all that there is, or the hits of a query, as one package or as a stream; and
sealed batches, copied as they are."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from attrs import evolve
from sqlalchemy import Connection, or_, select

from archive.dedup.tables import Link
from archive.errors import ArchiveDamaged, NotFound, UsageError
from archive.export.chain.batches import Batch
from archive.export.chain.folder import BATCHES, INDEX, found, making, numbered, part_of, put, replace, sync
from archive.export.chain.index import index_of, write_json
from archive.export.datasets import DATASETS, Dataset, Row
from archive.export.datasets.articles import of as articles_of
from archive.export.described.card import NAME as CARD
from archive.export.package import MANIFEST, Package, Progress, Style, about, faults, write, write_rows
from archive.store.keys import chunks
from archive.store.models import Article, Capture, Change, Revision

CHUNK: Final = 500
_OWN: Final[Mapping[str, Callable[[Sequence[int]], Any]]] = {
    "revisions": lambda ids: select(Revision.article_id, Revision.number).where(Revision.article_id.in_(ids)),
    "stories": lambda ids: select(Article.cluster_id).where(Article.id.in_(ids), Article.cluster_id.is_not(None)),
    "links": lambda ids: select(Link.article_id, Link.other_id).where(
        or_(Link.article_id.in_(ids), Link.other_id.in_(ids))
    ),
    "captures": lambda ids: select(Capture.id).where(Capture.article_id.in_(ids)),
    "changes": lambda ids: select(Change.id).where(Change.article_id.in_(ids)),
}
"""The keys of what belongs to articles."""


def rows_of(connection: Connection, dataset: Dataset, articles: Sequence[int] | None) -> Iterator[Row]:
    """The rows of a dataset that belong to these articles, or all of them. Articles come in the order that they are
    named in, all else in the order of its keys."""
    if articles is None:
        yield from dataset.rows(connection, None)
    elif dataset.name == "articles":
        for some in chunks(articles, CHUNK):
            yield from articles_of(connection, some)
    else:
        keys: set[tuple[int, ...]] = set()
        for some in chunks(articles, CHUNK):
            keys.update(tuple(row) for row in connection.execute(_OWN[dataset.name](some)))
        for wanted in chunks(sorted(keys), CHUNK):
            yield from dataset.rows(connection, wanted)


def write_package(
    connection: Connection,
    folder: Path,
    names: Iterable[str],
    style: Style,
    now: datetime,
    progress: Progress = lambda name, written: None,
    *,
    articles: Sequence[int] | None = None,
    query: Mapping[str, Any] | None = None,
) -> Package:
    """Write one package into a folder. `names`: of the datasets; `articles`: those alone, and what belongs to them;
    `query`: what the manifest says of the query that they are the hits of.

    The files take their names when all are on the disk, and the manifest comes last: where it is there, it fits.
    Raises `UsageError` where the folder holds a chain, or somebody else's manifest or README.
    """
    if (folder / INDEX).exists():
        raise UsageError(f"{folder} holds a chain of batches; name another folder with --to")
    for name in (MANIFEST, CARD):
        if (folder / name).exists() and b"Jianbao" not in (folder / name).read_bytes():
            raise UsageError(f"{folder / name} is none of ours; name a folder of its own with --to")
    told = about(connection, now, batch=None, whole=articles is None, previous=None)
    told |= {} if query is None else {"query": dict(query)}
    sources = {name: rows_of(connection, DATASETS[name], articles) for name in names}
    work = folder / "package"
    with making(work) as part:
        package = write(part, sources, style, told, progress)
    before = Package.read(folder)
    (folder / MANIFEST).unlink(missing_ok=True)
    for name in before.files if before is not None else ():
        if name not in package.files and "/" not in name:
            (folder / name).unlink(missing_ok=True)
    for name in sorted(package.files, key=lambda name: name == MANIFEST):
        (part_of(work) / name).replace(folder / name)
    part_of(work).rmdir()
    sync(folder)
    return evolve(package, path=folder)


def write_stream(
    connection: Connection,
    file: IO[bytes],
    name: str,
    style: Style,
    progress: Progress = lambda name, written: None,
    *,
    articles: Sequence[int] | None = None,
) -> int:
    """Write one dataset to an open file; how many rows it got."""
    rows = rows_of(connection, DATASETS[name], articles)
    return write_rows(file, rows, DATASETS[name].fields, style, lambda count: progress(name, count))


def copy_batches(connection: Connection, folder: Path, known: list[Batch], since: int, to: Path) -> list[Batch]:
    """Copy the sealed batches behind `since` as they are, with an index of them. Those that are there already stay;
    those that were removed when the chain was begun anew are left out.

    Raises `NotFound` where there is no such batch, `ArchiveDamaged` where one is lost or changed: what it told cannot
    be written again, since the archive has gone on.
    """
    if not 0 <= since <= len(known):
        raise NotFound(f"there is no batch {since}; the last one is {len(known)}")
    wanted = [batch for batch in known[since:] if not batch.removed]
    whole, _ = found(to / BATCHES)
    for batch in wanted:
        source, target = (numbered(one / BATCHES, batch.number) for one in (folder, to))
        if batch.number in whole and not list(faults(target, batch.files, bytes_too=True)):
            continue
        wrong = list(faults(source, batch.files, bytes_too=True))
        if wrong:
            raise ArchiveDamaged(
                f"{wrong[0]}; a batch cannot be written again: put it back from a copy, or hand on the whole archive "
                "(`jianbao export --full --to DIR`)"
            )
        with making(target) as part:
            for name in batch.files:
                shutil.copyfile(source / name, part / name)
        shutil.rmtree(target, ignore_errors=True)
        put(target)
    index = index_of(connection, to, wanted, known)
    replace(to / INDEX, write_json(index))
    return wanted
