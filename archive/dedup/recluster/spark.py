"""Reclustering on Spark, over the Parquet export: for archives that outgrow a machine. Needs Java 17."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from archive.dedup.recluster import work
from archive.dedup.recluster.packed import Ids, numbers
from archive.dedup.recluster.pairs_sql import STEPS, TEXTS
from archive.dedup.types import as_fingerprint
from archive.dedup.verify.compare import Verdict
from archive.errors import UsageError

_TEXTS = ", ".join(f"{name} LONG" for name in TEXTS)
_PIECE = 10_000
"""Pairs."""


def exported(spark: Any, parquet: Path) -> Any:
    """The articles of an export (`jianbao export --full --format parquet --to DIR`), as `SparkEngine` wants them.
    Raises `UsageError`."""
    # Seconds since 1970: a time without a zone would take on the worker's.
    try:
        return spark.read.parquet(str(parquet)).selectExpr(
            "id", "headline", "body", "unix_micros(published_at_utc) / 1000000.0 AS published_at"
        )
    except Exception as error:
        raise UsageError(
            f"{parquet} is no Parquet export; make one with `jianbao export --full --format parquet --to DIR`. "
            f"{str(error).splitlines()[0]}"
        ) from error


class SparkEngine:
    """Works on every article. `articles`: a frame of id, headline, body and when it was published, in seconds since
    1970; and, where it is known, the body's fingerprint by name.

    `furniture`: what is known of it (`archive.dedup.propose.furniture.everything`).
    """

    def __init__(self, spark: Any, articles: Any, *, furniture: frozenset[int]) -> None:
        self._spark = spark
        self._articles = articles
        self._furniture = furniture
        self._digests = np.zeros((0, 2), dtype=np.int64)

    def pairs(self) -> Ids:
        """See `archive.dedup.recluster.run.PairEngine`."""
        rows = self._articles.rdd.mapPartitions(partial(_rows, known=self._furniture)).cache()
        self._view("texts", rows.map(lambda row: tuple(row[: len(TEXTS)])), _TEXTS)
        self._view(
            "kept", rows.flatMap(lambda row: [(value, row[0]) for value in row[-2]]), "value LONG, article_id LONG"
        )
        self._view(
            "looked", rows.flatMap(lambda row: [(value, row[0]) for value in row[-1]]), "value LONG, article_id LONG"
        )
        for name, query in STEPS:
            self._spark.sql(query).createOrReplaceTempView(name)
        found = numbers(self._spark.sql("SELECT one, other FROM pairs ORDER BY one, other").toLocalIterator())
        texts = self._spark.sql("SELECT article_id, digest FROM texts WHERE sampled > 0 ORDER BY article_id")
        self._digests = numbers(texts.toLocalIterator())
        rows.unpersist()
        return found

    def digests(self) -> tuple[Ids, Ids]:
        """See `archive.dedup.recluster.run.PairEngine`."""
        return self._digests[:, 0].copy(), self._digests[:, 1].copy()

    def verdicts(self, pairs: Ids) -> Iterator[tuple[int, int, Verdict]]:
        """See `archive.dedup.recluster.run.PairEngine`."""
        if not len(pairs):
            return
        self._view(
            "wanted", self._spark.sparkContext.parallelize(_pieces(pairs), 8).flatMap(_pairs), "one LONG, other LONG"
        )
        self._articles.createOrReplaceTempView("compared")
        joined = self._spark.sql(
            "SELECT a.id, a.headline, a.body, a.published_at, b.id, b.headline, b.body, b.published_at "
            "FROM wanted JOIN compared a ON a.id = wanted.one JOIN compared b ON b.id = wanted.other"
        )
        yield from joined.rdd.mapPartitions(partial(_verdicts, known=self._furniture)).toLocalIterator()

    def _view(self, name: str, rows: Any, schema: str) -> None:
        self._spark.createDataFrame(rows, schema).createOrReplaceTempView(name)


def _pieces(pairs: Ids) -> list[bytes]:
    """The pairs packed, some to a piece: as objects they would take ten times the memory."""
    return [piece.tobytes() for piece in np.array_split(pairs, max(8, len(pairs) // _PIECE))]


def _pairs(piece: bytes) -> list[list[int]]:
    found: list[list[int]] = np.frombuffer(piece, dtype=np.int64).reshape(-1, 2).tolist()
    return found


def _source(row: Sequence[Any]) -> work.Source:
    from datetime import UTC, datetime

    key, headline, body, seconds, *more = row
    at = None if seconds is None else datetime.fromtimestamp(float(seconds), UTC)
    if not more:
        return work.Source(key, headline, body, at)
    return work.Source(key, headline, body, at, as_fingerprint(more[0]), more[0]["length"])


def _rows(rows: Iterator[Any], known: frozenset[int]) -> Iterator[tuple[Any, ...]]:
    for made in work.rows((_source(row) for row in rows), known):
        yield tuple(made)


def _verdicts(rows: Iterator[Any], known: frozenset[int]) -> Iterator[tuple[int, int, Verdict]]:
    yield from work.verdicts(((_source(row[:4]), _source(row[4:])) for row in rows), known)
