"""The articles of a folder of pages, grouped without an archive: the stories that they would come to in one.

Pairs, verdicts and the rules by which links bring articles together are those of a recluster; only where texts and
fingerprints are read is another. What people decided, an archive alone knows.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import IO, Any, Final

import numpy as np
from attrs import define, frozen
from sqlalchemy import Engine, select

from archive.bulk.articles import NAMES, PAGED, Tables, in_batches
from archive.bulk.folder import finished, part_name, read_part
from archive.bulk.places import Place, write_whole
from archive.bulk.scratch import Scratch, scratch
from archive.dedup.recluster.packed import Ids
from archive.dedup.recluster.run import Outcome, recluster
from archive.dedup.verify.compare import Verdict
from archive.store.db import reading
from archive.store.models import Article

CLUSTERS: Final = "clusters.parquet"
LINKS: Final = "links.parquet"
_GROUP: Final = 10_000
_SOME: Final = 1000
"""Rows for which names are asked at once."""
_KEYS: Final = ("site", "native_id")

Make = Callable[[Sequence[str], Engine], Tables]
"""Opens the pages. Given are the WARC files that have a part, in order, and the scratch database."""


@frozen(kw_only=True)
class Grouped:
    """What came of it. `paged`: articles on several pages, of which one alone was looked at."""

    articles: int
    pairs: int
    links: int
    clusters: int
    paged: int


@define
class _Pages:
    """The pages as `archive.dedup.recluster.run` asks for them: what is compared is put into the scratch database."""

    tables: Tables
    scratch: Scratch
    known: frozenset[int]

    def pairs(self) -> Ids:
        """See `archive.dedup.recluster.run.PairEngine`."""
        found = self.tables.pairs(self.known)
        ids, digests = self.tables.digests()
        _, which, holders = np.unique(digests, return_inverse=True, return_counts=True)
        wanted = np.union1d(ids[holders[which] > 1], found)
        self.scratch.put(self.tables.wanted(wanted), self.known)
        return found

    def digests(self) -> tuple[Ids, Ids]:
        """See `archive.dedup.recluster.run.PairEngine`."""
        return self.tables.digests()

    def verdicts(self, pairs: Ids) -> Iterator[tuple[int, int, Verdict]]:
        """See `archive.dedup.recluster.run.PairEngine`."""
        return self.tables.verdicts(pairs)


def group(folder: Place, make: Make, to: Place) -> Grouped:
    """Group the articles of a folder of pages, and write `clusters.parquet` and `links.parquet` into `to`. Raises
    `UsageError` for a folder that is unfinished or of other text rules, and `StorageError`."""
    manifest = finished(folder)
    sources = [source for source in manifest.sources if source not in manifest.faults]
    for source in sources:
        read_part(folder.inside(part_name(source)))  # one that is damaged is named
    with scratch() as beside:
        tables = make(sources, beside.engine)
        try:
            known = beside.learn(tables.suspects())
            outcome = recluster(beside.engine, _Pages(tables, beside, known))
            clusters = _cluster_rows(tables, outcome, beside.engine)
            _write(to.inside(CLUSTERS), [*_KEYS, "url", "cluster_site", "cluster_native_id"], clusters)
            columns = (*_KEYS, "other_site", "other_native_id", "relation", "marks")
            numbers = ("similarity", "coverage", "other_coverage", "confidence")
            _write(to.inside(LINKS), [*columns, *numbers, "evidence"], _link_rows(outcome, beside.engine), numbers)
            [(articles,)], [(paged,)] = tables.select("SELECT COUNT(*) FROM chosen"), tables.select(PAGED)
        finally:
            tables.close()
    return Grouped(
        articles=articles,
        pairs=outcome.pairs,
        links=len(outcome.links),
        clusters=articles - len(outcome.ids) + len(np.unique(outcome.after)),
        paged=paged,
    )


def _names(engine: Engine, article_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Site and native id of each of these articles."""
    with reading(engine) as connection:
        query = select(Article.id, Article.site, Article.native_id).where(Article.id.in_(article_ids))
        return {key: (site, native_id) for key, site, native_id in connection.execute(query)}


def _cluster_rows(tables: Tables, outcome: Outcome, engine: Engine) -> Iterator[dict[str, Any]]:
    """Each article with the first one of its cluster; one that was compared with none is its own."""
    for rows in in_batches(tables.select(NAMES), _SOME):
        ids = np.array([row[0] for row in rows], dtype=np.int64)
        there = np.isin(ids, outcome.ids)
        of = ids.copy()
        of[there] = outcome.after[np.searchsorted(outcome.ids, ids[there])]
        names = _names(engine, set(of[there].tolist()))
        for (_, site, native_id, url), cluster in zip(rows, of.tolist(), strict=True):
            first = names.get(cluster, (site, native_id))
            yield {
                "site": site,
                "native_id": native_id,
                "url": url,
                "cluster_site": first[0],
                "cluster_native_id": first[1],
            }


def _link_rows(outcome: Outcome, engine: Engine) -> Iterator[dict[str, Any]]:
    """Each link as the archive has it."""
    for links in in_batches(outcome.links, _SOME):
        names = _names(engine, {key for link in links for key in link[:2]})
        for late, early, seen in links:
            yield {
                "site": names[late][0],
                "native_id": names[late][1],
                "other_site": names[early][0],
                "other_native_id": names[early][1],
                "relation": seen.relation,
                "marks": json.dumps(list(seen.marks)),
                "similarity": seen.similarity,
                "coverage": seen.coverage,
                "other_coverage": seen.other_coverage,
                "confidence": seen.confidence,
                "evidence": json.dumps(seen.evidence, ensure_ascii=False, sort_keys=True),
            }


def _write(place: Place, names: Sequence[str], rows: Iterable[dict[str, Any]], numbers: Sequence[str] = ()) -> None:
    """A table, written whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.float64() if name in numbers else pa.string()) for name in names])

    def write(file: IO[bytes]) -> None:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for some in in_batches(rows, _GROUP):
                writer.write_table(pa.Table.from_pylist(some, schema))

    write_whole(place, write)
