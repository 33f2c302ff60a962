"""Article files (JSON of any shape, plain or gzip) into the archive: from the Article step of the line on.

What is stored already is known by its digest before the costly part, so an interrupted import is simply begun again.
"""

import gc
import gzip
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from attrs import define, evolve, field, frozen
from sqlalchemy import Connection, Engine, select

from archive.errors import UsageError
from archive.ingest.prepare import Prepared, add_indexes, prepare_rows
from archive.ingest.transaction import ingest
from archive.load.address import same_page
from archive.load.records import Read, RecordError, parse, read_record
from archive.load.shapes import Piece, Readable, pieces
from archive.query.lookup import Resolve
from archive.store.db import connect, reading, writing
from archive.store.keys import key_in
from archive.store.models import Article, Revision
from archive.store.records import Stored
from archive.workers import Workers

BATCH = 400
BATCH_BYTES = 2 * 2**20
"""A batch of long records is smaller, so that what is computed of its texts at a time takes no more memory."""
MAX_REPORTED = 1_000
MAX_NAMED = 200
"""So many names of fields that were not used are told apart."""
_COLLECTIONS = (50_000, 20, 50)


@frozen
class Whose:
    """Whose articles a file holds: what an address says, and the corpus of those without one. It can be pickled."""

    resolve: Resolve
    site: str | None = None


@frozen
class Broken:
    """A record that holds no article, or a field that was lost: the record's number, the byte at which it begins in
    the unpacked file, and the reason. `unit`: what the number counts, lines or records."""

    line: int
    offset: int
    reason: str
    unit: str = "line"

    @property
    def place(self) -> str:
        """As people read it: `line 7, byte 1203`."""
        return f"{self.unit} {self.line}, byte {self.offset}"


@define
class ImportSummary:
    """What became of a file's records. `known`: were there already. `broken` holds the first thousand of `failed`,
    `odd` of `lost`, the fields that could not be read. `unknown` counts the names of fields that were not used."""

    new: int = 0
    duplicate: int = 0
    revised: int = 0
    known: int = 0
    failed: int = 0
    lost: int = 0
    broken: list[Broken] = field(factory=list)
    odd: list[Broken] = field(factory=list)
    unknown: Counter[str] = field(factory=Counter)

    def add(self, stored: Sequence[Stored]) -> None:
        """Count one batch."""
        for one in stored:
            self.new += one.state == "new"
            self.duplicate += one.duplicate and one.state == "new"
            self.revised += one.state == "revised"
            self.known += one.state == "unchanged"

    def report(self, batch: "_Batch") -> None:
        """Note what a batch could not use."""
        self.known += batch.known
        self.failed += len(batch.broken)
        self.broken += batch.broken[: max(0, MAX_REPORTED - len(self.broken))]
        self.lost += len(batch.odd)
        self.odd += batch.odd[: max(0, MAX_REPORTED - len(self.odd))]
        for name, count in batch.unknown.items():
            if name in self.unknown or len(self.unknown) < MAX_NAMED:
                self.unknown[name] += count


@frozen
class _Row:
    """An article to store, and the native id that it has if another address has its own."""

    prepared: Prepared
    by_address: str | None


@define
class _Batch:
    """What records gave: articles to store, texts that were there, records that hold no article, fields that could not
    be read, names of fields that were not used."""

    rows: list[_Row] = field(factory=list)
    known: int = 0
    broken: list[Broken] = field(factory=list)
    odd: list[Broken] = field(factory=list)
    unknown: Counter[str] = field(factory=Counter)


def import_jsonl(
    engine: Engine,
    path: Path,
    *,
    resolve: Resolve,
    site: str | None = None,
    run_id: int | None = None,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda offset: None,
    on_stored: Callable[[Sequence[Stored]], None] = lambda stored: None,
) -> ImportSummary:
    """Store every article of a file.

    `site`: whose articles the records without an address are. `jobs`: processes at work, this one too; with more than
    one, `resolve` must be a function of a module. `progress` hears how many bytes of the file were read, packed as they
    are; `on_stored` what became of each batch. Raises `UsageError` where the file cannot be read at all, and the
    archive's errors; what was stored until then stays.
    """
    summary = ImportSummary()
    whose = Whose(resolve, site)
    with _open(path) as (file, at), _fewer_collections():
        for batch in _read_ahead(engine, whose, _batches(pieces(file)), jobs - 1):
            summary.report(batch)
            if batch.rows:
                with writing(engine) as connection:
                    rows = _settle_ids(connection, batch.rows)
                    stored = ingest(connection, rows, run_id=run_id, now=datetime.now(UTC))
                summary.add(stored)
                on_stored(stored)
            progress(at())
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


@contextmanager
def _open(path: Path) -> Iterator[tuple[Readable, Callable[[], int]]]:
    """The file unpacked, and a function that tells how far the file itself was read."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    with raw:
        if raw.peek(2).startswith(b"\x1f\x8b"):
            with gzip.open(raw) as file:
                yield file, raw.tell
        else:
            yield raw, raw.tell


def _batches(records: Iterator[Piece]) -> Iterator[list[Piece]]:
    batch: list[Piece] = []
    size = 0
    for piece in records:
        batch.append(piece)
        size += len(piece.content)
        if len(batch) == BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read(engine: Engine, whose: Whose, records: Sequence[Piece]) -> _Batch:
    """Everything about a batch but its storing: check the records, leave out the texts that are there, index the
    rest."""
    batch = _Batch()
    rows: list[_Row] = []
    for piece in records:
        for found in _articles(piece, whose):
            if isinstance(found, Broken):
                batch.broken.append(found)
                continue
            rows.append(_Row(prepare_rows(found.item), found.by_address))
            batch.odd += [Broken(piece.number, piece.offset, reason, piece.unit) for reason in found.odd]
            batch.unknown.update(found.unknown)
    known = _known(engine, rows)
    for row in rows:
        if _is_known(row, known):
            batch.known += 1
        else:
            batch.rows.append(evolve(row, prepared=add_indexes(row.prepared)))
    return batch


def _articles(piece: Piece, whose: Whose) -> Iterator[Read | Broken]:
    """The articles of a record, and what of it holds none."""
    try:
        if piece.reason:
            raise RecordError(piece.reason)
        records = parse(piece.content)
    except RecordError as error:
        yield Broken(piece.number, piece.offset, str(error), piece.unit)
        return
    for record in records:
        try:
            yield read_record(record, whose.resolve, whose.site)
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


def _read_ahead(engine: Engine, whose: Whose, batches: Iterator[list[Piece]], workers: int) -> Iterator[_Batch]:
    """The batches read, in their order; ahead of their use by further processes."""
    first = next(batches, None)
    if first is None:
        return
    second = next(batches, None) if workers > 0 else None
    if second is None:
        # Not worth starting processes for.
        yield _read(engine, whose, first)
        for batch in batches:
            yield _read(engine, whose, batch)
        return
    given = engine.url.render_as_string(hide_password=False), whose
    with Workers(_read_in_worker, jobs=workers, begin=_start_worker, given=given) as pool:
        for done in pool.map(chain([first, second], batches)):
            yield done.result()


_worker: tuple[Engine, Whose] | None = None
"""What a worker process was started with."""


def _start_worker(database_url: str, whose: Whose) -> None:
    global _worker  # noqa: PLW0603 - how a process pool hands things to its processes
    _worker = connect(database_url), whose
    gc.set_threshold(*_COLLECTIONS)


def _read_in_worker(records: Sequence[Piece]) -> _Batch:
    if _worker is None:
        msg = "not in a worker process"
        raise RuntimeError(msg)
    return _read(*_worker, records)
