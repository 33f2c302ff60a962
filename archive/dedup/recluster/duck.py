"""Reclustering on one machine: DuckDB for the pairs, a pool of processes for shingles and verdicts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final, TypeVar

import numpy as np
from sqlalchemy import Engine, select

from archive.dedup.propose import furniture
from archive.dedup.recluster import work
from archive.dedup.recluster.pairs_sql import STEPS, TEXTS
from archive.dedup.verify.compare import Verdict
from archive.store.db import reading
from archive.store.models import Article
from archive.workers import Workers

CHUNK: Final = 1000
ALONE: Final = 2000
"""Up to so many articles, starting other processes costs more than they save."""

T = TypeVar("T")
R = TypeVar("R")


class DuckEngine:
    """Reads the archive's own database. `jobs`: processes at work."""

    def __init__(self, engine: Engine, *, jobs: int) -> None:
        self._engine = engine
        with reading(engine) as connection:
            self._ids = list(connection.scalars(select(Article.id).order_by(Article.id)))
            self._furniture = furniture.everything(connection)
        self._jobs = jobs if len(self._ids) > ALONE else 1
        self.digests: dict[int, int] = {}

    def pairs(self) -> list[tuple[int, int]]:
        """The pairs worth comparing, of articles with different texts."""
        import duckdb

        with duckdb.connect() as database:
            database.execute(f"CREATE TABLE texts ({', '.join(f'{name} BIGINT' for name in TEXTS)})")
            database.execute("CREATE TABLE kept (value BIGINT, article_id BIGINT)")
            database.execute("CREATE TABLE looked (value BIGINT, article_id BIGINT)")
            make = partial(_rows, known=self._furniture)
            for made in self._map(make, self._sources(self._ids)):
                self.digests.update((row.article_id, row.digest) for row in made if row.kept)
                _insert(database, "texts", TEXTS, [row[:6] for row in made])
                _insert(
                    database, "kept", ("value", "article_id"), [(v, row.article_id) for row in made for v in row.kept]
                )
                _insert(
                    database,
                    "looked",
                    ("value", "article_id"),
                    [(v, row.article_id) for row in made for v in row.looked_up],
                )
            for name, query in STEPS:
                database.execute(f"CREATE VIEW {name} AS {query}")
            return [
                (one, other)
                for one, other in database.execute("SELECT one, other FROM pairs ORDER BY one, other").fetchall()
            ]

    def verdicts(self, pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, Verdict]]:
        """The pairs that are related."""
        judge = partial(_verdicts, known=self._furniture)
        for found in self._map(judge, self._with_texts(pairs)):
            yield from found

    def _with_texts(self, pairs: Sequence[tuple[int, int]]) -> Iterator[list[tuple[work.Source, work.Source]]]:
        for start in range(0, len(pairs), CHUNK):
            chunk = pairs[start : start + CHUNK]
            wanted = sorted({key for pair in chunk for key in pair})
            texts = {one.article_id: one for some in self._sources(wanted) for one in some}
            yield [(texts[one], texts[other]) for one, other in chunk]

    def _sources(self, ids: Sequence[int]) -> Iterator[list[work.Source]]:
        for start in range(0, len(ids), CHUNK):
            with reading(self._engine) as connection:
                rows = connection.execute(
                    select(Article.id, Article.headline, Article.body, Article.published_at)
                    .where(Article.id.in_(ids[start : start + CHUNK]))
                    .order_by(Article.id)
                )
                yield [work.Source(*row) for row in rows]

    def _map(self, function: Callable[[T], R], chunks: Iterable[T]) -> Iterator[R]:
        """The function over the chunks, in order, on all processes; only a few chunks are in memory at a time."""
        if self._jobs < 2:
            yield from map(function, chunks)
            return
        with Workers(function, jobs=self._jobs) as pool:
            for done in pool.map(chunks):
                yield done.result()


def _rows(sources: list[work.Source], known: frozenset[int]) -> list[work.Row]:
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
