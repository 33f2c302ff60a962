"""Article files (JSON of any shape, CSV, Parquet) into the archive: from the Article step of the line on.

What is stored already is known by its digest before the costly part, so an interrupted import is simply begun again.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from attrs import define, evolve, field, frozen
from sqlalchemy import Connection, Engine, select

from archive.ingest.prepare import Prepared, add_all_indexes, prepare_rows
from archive.ingest.transaction import ingest
from archive.load.address import same_page
from archive.load.forms.form import opened
from archive.load.forms.piece import Piece
from archive.load.names import AS_THEY_ARE, Renamed
from archive.load.records import Read, RecordError, parse, read_record
from archive.load.summary import Broken, ImportSummary, Unused
from archive.query.lookup import Resolve
from archive.store.db import connect, reading, writing
from archive.store.keys import key_in
from archive.store.models import Article, Revision
from archive.store.records import Stored
from archive.workers import Workers

BATCH = 400
BATCH_BYTES = 2 * 2**20
"""A batch of long records is smaller, so that what is computed of its texts at a time takes no more memory."""
_COLLECTIONS = (50_000, 20, 50)


@frozen
class Asked:
    """How records are to be read: whose article an address names, the corpus of those without one, and what names mean.
    It can be pickled."""

    resolve: Resolve
    site: str | None = None
    renamed: Renamed = AS_THEY_ARE


@frozen
class _Row:
    """An article to store, and the native id that it has if another address has its own."""

    prepared: Prepared
    by_address: str | None


@define
class _Batch(Unused):
    """What records gave: articles to store, and what of them could not be used."""

    rows: list[_Row] = field(factory=list)


def import_articles(
    engine: Engine,
    path: Path,
    *,
    asked: Asked,
    run_id: int | None = None,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda offset: None,
    on_stored: Callable[[Sequence[Stored]], None] = lambda stored: None,
) -> ImportSummary:
    """Store every article of a file.

    `jobs`: processes at work, this one too; with more than one, `asked.resolve` must be a function of a module.
    `progress` hears how many bytes of the file were read, packed as they are; `on_stored` what became of each batch.
    Raises `UsageError` where the file cannot be read at all, and the archive's errors; what was stored until then
    stays.
    """
    summary = ImportSummary()
    with opened(path, asked.renamed, asked.site) as form, _fewer_collections():
        for batch in _read_ahead(engine, asked, _batches(form.pieces()), jobs - 1):
            summary.report(batch)
            if batch.rows:
                with writing(engine) as connection:
                    rows = _settle_ids(connection, batch.rows)
                    stored = ingest(connection, rows, run_id=run_id, now=datetime.now(UTC))
                summary.add(stored)
                on_stored(stored)
            progress(form.at())
        summary.leave(form.unread)
    return summary


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """Look for garbage in cycles less often: a batch makes much that lives long and next to nothing in cycles, and the
    search for it took a twentieth of an import."""
    before = gc.get_threshold()
    gc.set_threshold(*_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _batches(records: Iterator[Piece]) -> Iterator[list[Piece]]:
    batch: list[Piece] = []
    size = 0
    for piece in records:
        batch.append(piece)
        size += piece.size
        if len(batch) == BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read(engine: Engine, asked: Asked, records: Sequence[Piece]) -> _Batch:
    """Everything about a batch but its storing: check the records, leave out the texts that are there, index the
    rest."""
    batch = _Batch()
    rows: list[_Row] = []
    for piece in records:
        for found in articles_of(piece, asked):
            if isinstance(found, Broken):
                batch.broken.append(found)
                continue
            rows.append(_Row(prepare_rows(found.item), found.by_address))
            batch.note(found, piece.number, piece.offset, piece.unit)
    known = _known(engine, rows)
    new = [row for row in rows if not _is_known(row, known)]
    batch.known = len(rows) - len(new)
    indexed = add_all_indexes([row.prepared for row in new])
    batch.rows = [evolve(row, prepared=prepared) for row, prepared in zip(new, indexed, strict=True)]
    return batch


def articles_of(piece: Piece, asked: Asked) -> Iterator[Read | Broken]:
    """The articles of a record, and what of it holds none."""
    try:
        if piece.reason:
            raise RecordError(piece.reason)
        records = parse(piece.content) if isinstance(piece.content, bytes) else [piece.content]
    except RecordError as error:
        yield Broken(piece.number, piece.offset, str(error), piece.unit)
        return
    for record in records:
        try:
            yield read_record(record, asked.resolve, asked.site, asked.renamed)
        except RecordError as error:
            yield Broken(piece.number, piece.offset, str(error), piece.unit)


_Known = dict[tuple[str, str, str], str]
"""The address of each article, by site, native id and digest of a text that it has had."""


def _known(engine: Engine, rows: Sequence[_Row]) -> _Known:
    """What is known of the articles and their texts."""
    if not rows:
        return {}
    keys = set()
    for row in rows:
        site, native_id = row.prepared.article["site"], row.prepared.article["native_id"]
        keys |= {(site, native_id), (site, row.by_address or native_id)}
    statement = select(Article.site, Article.native_id, Revision.digest, Article.url).join(
        Revision, Revision.article_id == Article.id
    )
    with reading(engine) as connection:
        known = statement.where(key_in(connection, (Article.site, Article.native_id), keys))
        return {(site, native_id, digest): url for site, native_id, digest, url in connection.execute(known)}


def _is_known(row: _Row, known: _Known) -> bool:
    """Whether the article has, or had, the text."""
    article, digest = row.prepared.article, row.prepared.digest
    url = known.get((article["site"], article["native_id"], digest))
    if row.by_address is None:
        return url is not None
    if url is not None and same_page(url) == same_page(article["url"]):
        return True
    return (article["site"], row.by_address, digest) in known


def _settle_ids(connection: Connection, rows: Sequence[_Row]) -> list[Prepared]:
    """The articles, each under an id that is its own: one id for several addresses of a host names the first of them
    only (an export's row numbers, a 0 for want of any), the others go by their address."""
    keys = {(row.prepared.article["site"], row.prepared.article["native_id"]) for row in rows if row.by_address}
    holds: dict[tuple[str, str], str] = {}
    if keys:
        statement = select(Article.site, Article.native_id, Article.url)
        for site, native_id, url in connection.execute(
            statement.where(key_in(connection, (Article.site, Article.native_id), keys))
        ):
            holds[site, native_id] = same_page(url)
    settled = []
    for row in rows:
        article = row.prepared.article
        page = same_page(article["url"])
        if row.by_address and holds.setdefault((article["site"], article["native_id"]), page) != page:
            settled.append(evolve(row.prepared, article={**article, "native_id": row.by_address}))
        else:
            settled.append(row.prepared)
    return settled


def _read_ahead(engine: Engine, asked: Asked, batches: Iterator[list[Piece]], workers: int) -> Iterator[_Batch]:
    """The batches read, in their order; ahead of their use by further processes."""
    first = next(batches, None)
    if first is None:
        return
    second = next(batches, None) if workers > 0 else None
    if second is None:
        # Not worth starting processes for.
        yield _read(engine, asked, first)
        for batch in batches:
            yield _read(engine, asked, batch)
        return
    given = engine.url.render_as_string(hide_password=False), asked
    with Workers(_read_in_worker, jobs=workers, begin=_start_worker, given=given) as pool:
        for done in pool.map(chain([first, second], batches)):
            yield done.result()


_worker: tuple[Engine, Asked] | None = None
"""What a worker process was started with."""


def _start_worker(database_url: str, asked: Asked) -> None:
    global _worker  # noqa: PLW0603 - how a process pool hands things to its processes
    _worker = connect(database_url), asked
    gc.set_threshold(*_COLLECTIONS)


def _read_in_worker(records: Sequence[Piece]) -> _Batch:
    if _worker is None:
        msg = "not in a worker process"
        raise RuntimeError(msg)
    return _read(*_worker, records)
