"""Reclustering on one machine: DuckDB for the pairs, a pool of processes for shingles and verdicts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

import numpy as np
from sqlalchemy import Engine, select

from archive.dedup.propose import furniture
from archive.dedup.recluster import work
from archive.dedup.recluster.packed import STREAMED, Ids
from archive.dedup.recluster.pairs_sql import BY_ARTICLE, BY_VALUE, FIRST, LAST, TEXTS, Step
from archive.dedup.verify.compare import Verdict
from archive.store.db import reading
from archive.store.models import Article
from archive.workers import Workers

CHUNK: Final = 1000
ALONE: Final = 2000
"""Up to so many articles, starting other processes costs more than they save."""
MEMORY: Final = 128
"""Megabytes that DuckDB holds while pairs are found; what is more is on disk."""
PART: Final = 30_000
"""So many articles DuckDB finds the pairs of at a time."""
COUNTED: Final = 120_000
"""It counts the holders of as many shingles at a time as so many articles have."""
MOST_MEMORY: Final = 1 << 20
"""Megabytes at which it is not given more."""

T = TypeVar("T")
R = TypeVar("R")


class DuckEngine:
    """Reads the archive's own database. `jobs`: processes at work."""

    def __init__(self, engine: Engine, *, jobs: int) -> None:
        self._engine = engine
        with reading(engine) as connection:
            found = connection.execute(select(Article.id).order_by(Article.id), execution_options=STREAMED)
            self._ids = np.fromiter(found.scalars(), dtype=np.int64)
            self._furniture = furniture.everything(connection)
        self._jobs = jobs if len(self._ids) > ALONE else 1
        self._digests = self._ids, self._ids

    def pairs(self) -> Ids:
        """See `archive.dedup.recluster.run.PairEngine`."""
        with scratch() as database:
            make = partial(rows, known=self._furniture)
            found, self._digests = pairs_of(database, mapped(make, self._sources(self._ids), self._jobs))
        return found

    def digests(self) -> tuple[Ids, Ids]:
        """See `archive.dedup.recluster.run.PairEngine`."""
        return self._digests

    def verdicts(self, pairs: Ids) -> Iterator[tuple[int, int, Verdict]]:
        """See `archive.dedup.recluster.run.PairEngine`."""
        judge = partial(_verdicts, known=self._furniture)
        for found in mapped(judge, self._with_texts(pairs), self._jobs):
            yield from found

    def _with_texts(self, pairs: Ids) -> Iterator[list[tuple[work.Source, work.Source]]]:
        for start in range(0, len(pairs), CHUNK):
            chunk = pairs[start : start + CHUNK].tolist()
            wanted = np.unique(pairs[start : start + CHUNK])
            texts = {one.article_id: one for some in self._sources(wanted) for one in some}
            yield [(texts[one], texts[other]) for one, other in chunk]

    def _sources(self, ids: Ids) -> Iterator[list[work.Source]]:
        for start in range(0, len(ids), CHUNK):
            with reading(self._engine) as connection:
                rows = connection.execute(
                    select(Article.id, Article.headline, Article.body, Article.published_at)
                    .where(Article.id.in_(ids[start : start + CHUNK].tolist()))
                    .order_by(Article.id)
                )
                yield [work.Source(*row) for row in rows]


@contextmanager
def scratch() -> Iterator[Any]:
    """A database of DuckDB's on disk, for the length of a block."""
    import duckdb

    with (
        TemporaryDirectory(prefix="jianbao-recluster-") as folder,
        duckdb.connect(Path(folder, "pairs.duckdb")) as database,
    ):
        yield database


def pairs_of(database: Any, made_rows: Iterable[list[work.Row]]) -> tuple[Ids, tuple[Ids, Ids]]:
    """The pairs of articles with different texts that are worth comparing, and the digests, as
    `archive.dedup.recluster.run.PairEngine` has them. `database`: DuckDB's, in which the tables of
    `archive.dedup.recluster.pairs_sql` are made."""
    with _little(database):
        _put(database, made_rows)
        texts = database.execute("SELECT article_id, digest FROM texts WHERE sampled > 0 ORDER BY 1").fetchnumpy()
        ids = texts["article_id"]
        for name, query in FIRST:
            _make(database, name, query)
        parts = len(ids) // COUNTED + 1
        values = [{"kept": f"value % {parts} = {part}"} for part in range(parts)]
        _make_by_parts(database, BY_VALUE, ("held", "common"), values)
        spans = [f"BETWEEN {first} AND {last}" for first, last in _spans(ids)]
        articles = [{"looked": f"article_id {span}", "common": f"one {span}"} for span in spans]
        _make_by_parts(database, BY_ARTICLE, ("ranked",), articles)
        for name, query in LAST:
            _make(database, name, query)
        pairs = database.execute("SELECT one, other FROM pairs ORDER BY one, other").fetchnumpy()
    return np.stack((pairs["one"], pairs["other"]), axis=1), (ids, texts["digest"])


def _put(database: Any, made_rows: Iterable[list[work.Row]]) -> None:
    """Make the tables that the steps are given."""
    database.execute(f"CREATE TABLE texts ({', '.join(f'{name} BIGINT' for name in TEXTS)})")
    for table in ("kept", "looked"):
        database.execute(f"CREATE TABLE {table} (value BIGINT, article_id BIGINT)")
    held = ("value", "article_id")
    for made in made_rows:
        _insert(database, "texts", TEXTS, [row[:6] for row in made])
        _insert(database, "kept", held, [(value, row.article_id) for row in made for value in row.kept])
        _insert(database, "looked", held, [(value, row.article_id) for row in made for value in row.looked_up])


def _spans(ids: Ids) -> list[tuple[int, int]]:
    """The first and the last of each `PART` of the articles; one at least, that has none."""
    some = [ids[start : start + PART] for start in range(0, len(ids), PART)]
    return [(int(its[0]), int(its[-1])) for its in some] or [(0, 0)]


def _make_by_parts(
    database: Any, steps: Sequence[Step], wanted: Sequence[str], parts: Iterable[Mapping[str, str]]
) -> None:
    """Make the tables that are `wanted` of these steps, part by part: all that a step needs at once grows with the
    archive, and what it holds of a part does not. `parts`: of some tables, which rows are in the part."""
    for part in parts:
        database.execute("CREATE SCHEMA part")
        for name, rows_in_it in part.items():
            database.execute(f"CREATE VIEW part.{name} AS SELECT * FROM main.{name} WHERE {rows_in_it}")  # noqa: S608
        database.execute("SET search_path = 'part,main'")  # the part's tables hide those of all
        for name, query in steps:
            _make(database, name, query)
        database.execute("SET search_path = 'main'")
        for name in wanted:
            database.execute(f"CREATE TABLE IF NOT EXISTS {name} AS SELECT * FROM part.{name} LIMIT 0")  # noqa: S608
            database.execute(f"INSERT INTO {name} SELECT * FROM part.{name}")  # noqa: S608
        database.execute("DROP SCHEMA part CASCADE")


@contextmanager
def _little(database: Any) -> Iterator[None]:
    """Let DuckDB work in little memory: by one thread, since each wants its own."""
    _limit(database, MEMORY)
    database.execute("SET threads = 1; SET preserve_insertion_order = false")
    try:
        yield
    finally:
        database.execute("RESET memory_limit; RESET threads; RESET preserve_insertion_order")


def _make(database: Any, name: str, query: str) -> None:
    """Make a table: views are one query, whose parts would want memory at the same time. What DuckDB cannot do in the
    memory that it has, it does in twice as much."""
    import duckdb

    megabytes = MEMORY
    while True:
        try:
            database.execute(f"CREATE TABLE {name} AS {query}")
        except duckdb.OutOfMemoryException:
            if megabytes >= MOST_MEMORY:
                raise
            megabytes *= 2
            _limit(database, megabytes)
        else:
            break
    if megabytes > MEMORY:
        _limit(database, MEMORY)


def _limit(database: Any, megabytes: int) -> None:
    database.execute(f"SET memory_limit = '{megabytes}MB'")


def mapped(function: Callable[[T], R], chunks: Iterable[T], jobs: int) -> Iterator[R]:
    """The function over the chunks, in order, on all processes; only a few chunks are in memory at a time."""
    if jobs < 2:
        yield from map(function, chunks)
        return
    with Workers(function, jobs=jobs) as pool:
        for done in pool.map(chunks):
            yield done.result()


def rows(sources: list[work.Source], known: frozenset[int]) -> list[work.Row]:
    """`work.rows`, as another process hands them over."""
    return list(work.rows(sources, known))


def _verdicts(pairs: list[tuple[work.Source, work.Source]], known: frozenset[int]) -> list[tuple[int, int, Verdict]]:
    return list(work.verdicts(pairs, known))


def _insert(database: Any, table: str, names: Sequence[str], values: Sequence[tuple[int, ...]]) -> None:
    """Through numpy: a thousand times quicker than row by row."""
    columns = np.array(values, dtype=np.int64).reshape(-1, len(names))
    batch = {name: np.ascontiguousarray(columns[:, place]) for place, name in enumerate(names)}
    database.register("batch", batch)
    database.execute(f"INSERT INTO {table} SELECT {', '.join(names)} FROM batch")  # noqa: S608 - names of ours
    database.unregister("batch")
