"""The pages of a folder asked by DuckDB, on this machine."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import numpy as np
from attrs import define, field
from sqlalchemy import Engine

from archive.bulk.articles import ARTICLES, in_batches, suspects, unreadable, whole
from archive.bulk.folder import part_name
from archive.bulk.places import Place
from archive.dedup.recluster import work
from archive.dedup.recluster.duck import ALONE, CHUNK, DuckEngine, mapped, pairs_of, rows, scratch
from archive.dedup.recluster.packed import Ids
from archive.dedup.types import as_fingerprint
from archive.dedup.verify.compare import Verdict
from archive.text.clean import clean_line


@define
class DuckTables:
    """See `archive.bulk.articles.Tables`. `scratch`: where the texts of what is compared are. `jobs`: processes."""

    folder: Place
    sources: Sequence[str]
    scratch: Engine
    jobs: int
    _opened: ExitStack = field(factory=ExitStack)
    _database: Any = None
    _digests: tuple[Ids, Ids] = field(factory=lambda: (np.zeros(0, dtype=np.int64),) * 2)

    def __attrs_post_init__(self) -> None:
        with ExitStack() as opened:
            self._database = opened.enter_context(scratch())
            self._open()
            self._opened = opened.pop_all()

    def _open(self) -> None:
        if self.folder.local is None:
            self._database.register_filesystem(self.folder.files)
        self._database.execute("CREATE TABLE sources (warc_file VARCHAR, number BIGINT)")
        numbered = [(clean_line(source), number) for number, source in enumerate(self.sources)]
        self._database.executemany("INSERT INTO sources VALUES (?, ?)", numbered)
        parts = [self.folder.inside(part_name(source)) for source in self.sources]
        paths = [part.path if part.local is not None else part.url for part in parts]
        # A view takes no parameters.
        listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
        read = f"SELECT parts.*, sources.number FROM read_parquet([{listed}]) AS parts JOIN sources USING (warc_file)"  # noqa: S608
        with self._reading():
            for name, query in (("pages", read), *ARTICLES):
                kind = "TABLE" if name == "chosen" else "VIEW"
                self._database.execute(f"CREATE {kind} {name} AS {query}")

    def suspects(self) -> Iterator[Any]:
        """See `archive.bulk.articles.Tables`."""
        with self._reading():
            self._database.execute(f"CREATE TABLE suspects AS {suspects('unnest')}")
        return self.select(whole("epoch_us", "suspects"))

    def wanted(self, ids: Ids) -> Iterator[Any]:
        """See `archive.bulk.articles.Tables`."""
        self._database.register("batch", {"id": ids})
        self._database.execute("CREATE OR REPLACE TABLE ids AS SELECT id FROM batch")
        self._database.unregister("batch")
        return self.select(whole("epoch_us", "ids"))

    def select(self, query: str) -> Iterator[Any]:
        """See `archive.bulk.articles.Tables`."""
        with self._reading():
            result = self._database.cursor().execute(query)  # one is still read while others are written
        while found := self._fetched(result):
            yield from found

    def pairs(self, known: frozenset[int]) -> Ids:
        """See `archive.bulk.articles.Tables`."""
        query = "SELECT id, article.body, fingerprint FROM articles ORDER BY id"
        sources = (
            work.Source(key, None, body, None, as_fingerprint(made), made["length"])
            for key, body, made in self.select(query)
        )
        chunks = in_batches(sources, CHUNK)
        [(count,)] = self.select("SELECT COUNT(*) FROM chosen")
        made = mapped(partial(rows, known=known), chunks, self.jobs if count > ALONE else 1)
        found, self._digests = pairs_of(self._database, made)
        return found

    def digests(self) -> tuple[Ids, Ids]:
        """See `archive.bulk.articles.Tables`."""
        return self._digests

    def verdicts(self, pairs: Ids) -> Iterator[tuple[int, int, Verdict]]:
        """See `archive.bulk.articles.Tables`."""
        return DuckEngine(self.scratch, jobs=self.jobs).verdicts(pairs)

    def close(self) -> None:
        """See `archive.bulk.articles.Tables`."""
        self._opened.close()

    def _fetched(self, result: Any) -> list[Any]:
        with self._reading():
            return list(result.fetchmany(CHUNK))

    @contextmanager
    def _reading(self) -> Iterator[None]:
        import duckdb

        try:
            yield
        except duckdb.Error as error:
            raise unreadable(self.folder, error) from error
