"""An archive that grows by the corpus, and what it costs at each size: imports, and single commits as a crawl makes
them."""

import json
import shutil
import statistics
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from attrs import frozen

from archive.ingest.transaction import ingest
from archive.store.db import opened, writing
from archive.store.records import ArticleRecord, CaptureRecord, Item
from archive.times import parse_time
from benchmarks.scale import child
from benchmarks.scale.figures import Figures
from benchmarks.scale.invented import corpus

NOW: Final = datetime(2026, 3, 4, tzinfo=UTC)
EACH: Final = "import of all articles since the size before, ms each (1.25 times asked at 200,000, 1.5 at a million)"
MEMORY: Final = "memory of the imports, MB (400 asked)"
BULK: Final = 20_000
"""So many articles on the way to a size are imported at a time."""


@frozen
class Steps:
    """How an archive is measured. `windows`: so many imports, whose median counts, of `window` articles each. `single`:
    articles that are stored one a commit. `some`: articles of a commit of several, of which four are made. `queries`:
    so many searches."""

    windows: int = 5
    window: int = 1_000
    single: int = 100
    some: int = 200
    queries: int = 200

    @classmethod
    def within(cls, articles: int) -> "Steps":
        """For an archive of which so many articles are the first size."""
        few = min(articles, 10_000)
        return cls(window=few // 10, single=few // 100, some=few // 50)


class Growing:
    """An archive in this folder, or in the database at `url`. `server`: the processor's seconds that its server has
    taken so far. `upkeep`: what a server does by itself in the minutes after much came in."""

    def __init__(
        self,
        folder: Path,
        *,
        seed: int,
        way: child.Way = child.in_own_process,
        url: str | None = None,
        server: Callable[[], float] = lambda: 0.0,
        upkeep: Callable[[], None] = lambda: None,
    ) -> None:
        self.folder, self.seed, self.way, self.server, self.upkeep = folder, seed, way, server, upkeep
        self.home = folder / "home"
        self.url = url or f"sqlite:///{self.home / 'archive.db'}"
        self.size = 0
        self.megabytes = 0.0
        self._start = 0.0

    def command(self, *words: str) -> child.Spent:
        """A command on this archive; the server's time counts."""
        before = self.server()
        spent = self.way(child.__name__, "jianbao", "--home", str(self.home), "--database", self.url, *words)
        return child.Spent(spent.seconds + self.server() - before, spent.megabytes, spent.told)

    def import_(self, articles: int) -> float:
        """Import so many more; seconds of the processor, all that the command does included."""
        path = self.folder / "articles.jsonl"
        corpus.write(path, self.seed, self._next(articles))
        spent = self.command("import", "--jobs", "1", str(path))
        path.unlink()
        self.megabytes = max(self.megabytes, spent.megabytes)
        return spent.seconds

    def begin(self) -> None:
        """The first articles; and what it costs to start an import at all, which is left out of all that follow."""
        self.import_(10)
        self._start = min(self.import_(1) for _ in range(3))

    def reach(self, size: int, figures: Figures, steps: Steps, column: int | None = None) -> None:
        """Grow to this size; the last steps are measured. `column`: of the figures, else the size."""
        column = size if column is None else column
        windows, window, single, some = steps.windows, steps.window, steps.single, steps.some
        self.megabytes, spent, begun = 0.0, 0.0, self.size
        while left := max(0, size - self.size - windows * window - single - 4 * some):
            spent += self.import_(min(left, BULK)) - self._start
            tell(f"{self.size:,} of {size:,} articles")
        each = []
        for _ in range(windows):
            took = self.import_(window) - self._start
            spent += took
            each.append(took / window)
        figures.add(f"import of a file of {window:,}, ms an article", column, 1e3 * statistics.median(each))
        figures.add(EACH, column, 1e3 * spent / (self.size - begun))
        figures.add(MEMORY, column, self.megabytes)
        self.upkeep()
        with opened(self.url) as engine:
            for articles, times in ((1, single), (some, 4)):
                took_each = []
                for _ in range(times):
                    items = [_item(corpus.make(self.seed, number)) for number in self._next(articles)]
                    before = time.process_time() + self.server()
                    with writing(engine) as connection:
                        ingest(connection, items, run_id=None, now=NOW)
                    took_each.append((time.process_time() + self.server() - before) / articles)
                what = f"captures stored, {articles} a commit, ms an article"
                figures.add(what, column, 1e3 * (statistics.fmean if articles > 1 else statistics.median)(took_each))
        tell(f"{self.size:,} articles measured")

    def _next(self, articles: int) -> Iterable[int]:
        numbers = range(self.size + 1, self.size + articles + 1)
        self.size += articles
        return numbers


def _item(made: corpus.Made) -> Item:
    """The article as a capture of its page gives it."""
    record = made.record
    native_id, site = str(made.number), record["url"].split("/")[2]
    time_, precision = parse_time(record["published_at"])
    article = ArticleRecord(
        site=site,
        native_id=native_id,
        url=record["url"],
        headline=record["headline"],
        body=record["body"],
        published_at=time_,
        published_precision=precision,
        source_name=record["source_name"],
        authors=tuple(record["authors"]),
    )
    capture = CaptureRecord(
        url=record["url"], captured_at=NOW, outcome="article", warc_file="crawl.warc.gz", warc_offset=made.number
    )
    return Item(capture=capture, article=article)


def whole(archive: Growing, figures: Figures, column: int | None = None) -> None:
    """What goes through all articles: a whole export, and a recluster."""
    size = archive.size
    column = size if column is None else column
    to = archive.folder / "export"
    spent = archive.command("export", "--full", "--to", str(to))
    shutil.rmtree(to)
    figures.add("whole export, ms an article", column, 1e3 * spent.seconds / size)
    figures.add("memory of the export, MB (400 asked)", column, spent.megabytes)
    spent = archive.command("recluster", "--dry-run", "--json")
    found = json.loads(spent.told)
    figures.add("recluster, ms an article", column, 1e3 * spent.seconds / size)
    figures.add("memory of the recluster, MB (400 asked)", column, spent.megabytes)
    figures.add("articles whose cluster it would change", column, found["changed"], ratio=False)
    tell("exported and reclustered")


def tell(what: str) -> None:
    """A line of progress."""
    print(f"  {time.strftime('%H:%M:%S')} {what}", flush=True)
