"""The pages of a folder asked by Spark, on any number of machines."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import define, field

from archive.bulk.articles import ARTICLES, suspects, unreadable, whole
from archive.bulk.folder import part_name
from archive.bulk.places import Place
from archive.dedup.recluster.packed import Ids
from archive.dedup.recluster.spark import SparkEngine
from archive.dedup.verify.compare import Verdict
from archive.spark import start
from archive.text.clean import clean_line


@define
class SparkTables:
    """See `archive.bulk.articles.Tables`. `master`: as Spark knows it."""

    folder: Place
    sources: Sequence[str]
    master: str
    _spark: Any = None
    _engine: SparkEngine = field(init=False)
    _errors: tuple[type[Exception], ...] = ()

    def __attrs_post_init__(self) -> None:
        self._spark = start("jianbao recluster", self.master)
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        self._errors = (PySparkException, Py4JError)
        parts = [self.folder.inside(part_name(source)) for source in self.sources]
        # What others call s3, Hadoop calls s3a.
        paths = [
            f"file://{part.path}" if part.local is not None else re.sub("^s3://", "s3a://", part.url) for part in parts
        ]
        numbered = [(clean_line(source), number) for number, source in enumerate(self.sources)]
        sources = self._spark.createDataFrame(numbered, "warc_file string, number long")
        try:
            self._spark.read.parquet(*paths).join(sources, "warc_file").createOrReplaceTempView("pages")
        except self._errors as error:
            raise unreadable(self.folder, error) from error
        for name, query in ARTICLES:
            frame = self._spark.sql(query)
            (frame.persist() if name == "chosen" else frame).createOrReplaceTempView(name)

    def suspects(self) -> Iterator[Any]:
        """See `archive.bulk.articles.Tables`."""
        self._spark.sql(suspects("explode")).persist().createOrReplaceTempView("suspects")
        return self.select(whole("unix_micros", "suspects"))

    def wanted(self, ids: Ids) -> Iterator[Any]:
        """See `archive.bulk.articles.Tables`."""
        found = self._spark.createDataFrame([(key,) for key in ids.tolist()], "id long")
        found.createOrReplaceTempView("ids")
        return self.select(whole("unix_micros", "ids"))

    def select(self, query: str) -> Iterator[Any]:
        """See `archive.bulk.articles.Tables`."""
        try:
            yield from self._spark.sql(query).toLocalIterator(prefetchPartitions=True)
        except self._errors as error:
            raise unreadable(self.folder, error) from error

    def pairs(self, known: frozenset[int]) -> Ids:
        """See `archive.bulk.articles.Tables`."""
        articles = self._spark.sql(
            "SELECT id, article.headline AS headline, article.body AS body, "
            "unix_micros(article.published_at) / 1000000.0 AS published_at, fingerprint FROM articles"
        )
        self._engine = SparkEngine(self._spark, articles, furniture=known)
        return self._engine.pairs()

    def digests(self) -> tuple[Ids, Ids]:
        """See `archive.bulk.articles.Tables`."""
        return self._engine.digests()

    def verdicts(self, pairs: Ids) -> Iterator[tuple[int, int, Verdict]]:
        """See `archive.bulk.articles.Tables`."""
        return self._engine.verdicts(pairs)

    def close(self) -> None:
        """See `archive.bulk.articles.Tables`."""
        self._spark.stop()
