"""`jianbao rebuild`: a whole new database out of the WARC files and of what only the old one knew, then the swap.

Whatever ends it before the swap leaves the old archive in use, and something beside it that the next rebuild removes.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, Final

from attrs import define, evolve, field
from sqlalchemy import Connection, Engine, func, insert, select

from archive.dedup import reindex as duplicates
from archive.errors import AlreadyRunning, DoubtfulRun
from archive.settings import Home
from archive.store.changes import log_clustered
from archive.store.db import open_engine, opened, reading, writing
from archive.store.models import Article, Capture, CrawlRun
from crawler.capture.rereading import Rereading
from crawler.capture.version import extractor_version
from crawler.run.extraction import Extraction
from crawler.run.load import import_warc, jobs_for
from crawler.run.locks import is_dead, lock_home
from crawler.run.run import Run, open_run
from crawler.upkeep.rebuild.beside import Beside, Counted, beside, counted
from crawler.upkeep.rebuild.carry import carry, chunks, number_on, restore_history, restore_times
from crawler.upkeep.rebuild.replay import Replay, Tally
from crawler.upkeep.rebuild.said import carry_corrections, note_extracted, restore_erased
from crawler.warc.marker import marker_of

KINDS: Final = ("crawl", "import", "reextract")
"""What may not run beside it: their locks are held to the end."""
_SETTLED: Final = 500

Progress = Callable[[str, int, int], None]


@define
class Report:
    """`articles`, `captures`: of the new archive. `tally`: of what was brought over. `found`: captures of records that
    the old database did not know. `anew`: articles whose history is the one that their captures give, since it was
    damaged. `tables_lost`: that could not be read. `kept`: where the old archive is."""

    articles: int = 0
    captures: int = 0
    tally: Tally = field(factory=Tally)
    found: int = 0
    anew: int = 0
    tables_lost: list[str] = field(factory=list)
    kept: str = ""


@define
class Rebuild:
    """See the module. `warc_only`: without the old database. `discard`: keep no old archive."""

    home: Home
    jobs: int = 1
    warc_only: bool = False
    discard: bool = False
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    progress: Progress = lambda step, done, total: None
    report: Report = field(factory=Report)

    def run(self) -> Report:
        """Do it. Raises the archive's errors, and the archive is as it was then."""
        with ExitStack() as stack:
            for kind in KINDS:
                stack.callback(lock_home(self.home, kind).release)
            place = beside(self.home)
            place.clear()
            place.room()
            stack.callback(place.clear)
            place.prepare()
            before = None if self.warc_only else self._from_old(place)
            self._from_files(place)
            with opened(place.url) as engine, reading(engine) as connection:
                self.report.articles = connection.scalar(select(func.count()).select_from(Article)) or 0
                self.report.captures = connection.scalar(select(func.count()).select_from(Capture)) or 0
            self.report.kept = place.swap(before, self.now(), discard=self.discard)
        return self.report

    def _from_old(self, place: Beside) -> Counted:
        """All that the old database knows. Raises `DatabaseUnavailable` where it cannot be read."""
        with opened(self.home.database) as source, reading(source) as old:
            before = counted(old)
            _nobody_runs(old)
            engine = open_engine(place.url, create=True)
            try:
                self._carry_all(old, engine)
            finally:
                engine.dispose()
        return before

    def _carry_all(self, old: Connection, engine: Engine) -> None:
        with writing(engine) as new:
            for rows in chunks(old, CrawlRun.__table__):
                new.execute(insert(CrawlRun), rows)
        total = old.scalar(select(func.count()).select_from(Capture)) or 0
        with Rereading(jobs=self.jobs) as rereading:
            replay = Replay(self.home, old, engine, rereading, extractor_version(), self.now(), self.report.tally)
            replay.all(lambda done: self.progress("captures", done, total))
        with writing(engine) as new:
            extracted = carry_corrections(old, new, self.now())
            self.report.tables_lost = carry(old, new)
            note_extracted(new, extracted)
            restore_erased(old, new)
            self.report.anew = restore_history(old, new)
            restore_times(old, new)
            number_on(new, old)
        self._settle(engine)

    def _settle(self, engine: Engine) -> None:
        """The clusters once more by what people decided, some articles at a time."""
        last, most = 0, 0
        while True:
            with writing(engine) as new:
                most = most or new.scalar(select(func.max(Article.id))) or 0
                query = select(Article.id).where(Article.id > last).order_by(Article.id).limit(_SETTLED)
                ids = list(new.scalars(query))
                if not ids:
                    return
                changed = duplicates.settle(new, ids, now=self.now())
                log_clustered(new, sorted(changed), self.now())
            last = ids[-1]
            self.progress("clusters", last, most)

    def _from_files(self, place: Beside) -> None:
        """The records of the home's WARC files that the old database did not know."""
        run = open_run(evolve(self.home, database=place.url), [], kind="rebuild", now=self.now)
        run.hearing = self.home.settings.witness or "sample"
        run.answered = True
        try:
            self._take_in(run)
        except BaseException:
            run.stopped = True
            run.finish()
            raise
        ended = run.finish()
        if ended is not None and not isinstance(ended, DoubtfulRun):
            raise ended

    def _take_in(self, run: Run) -> None:
        files = sorted(self.home.warc.glob("*.warc*")) if self.home.warc.is_dir() else []
        # A file that a killed run left unfinished is the next crawl's to take over.
        files = [file for file in files if file.suffix in (".gz", ".warc") and not marker_of(file).exists()]
        with Extraction(jobs=jobs_for(files, self.jobs)) as extraction:
            for number, file in enumerate(files, 1):
                tally = import_warc(run, file, extraction)
                self.report.found += sum(tally.outcomes.values())
                self.progress("WARC files", number, len(files))


def plan(home: Home, *, warc_only: bool) -> dict[str, Any]:
    """What a rebuild would work through; nothing is written. Raises as `Rebuild.run` where it could not begin."""
    files = [file for file in home.warc.glob("*.warc*") if file.is_file()] if home.warc.is_dir() else []
    told: dict[str, Any] = {"warc_files": len(files), "warc_bytes": sum(file.stat().st_size for file in files)}
    beside(home).room()
    if warc_only:
        return told
    with opened(home.database) as engine, reading(engine) as connection:
        _nobody_runs(connection)
        told["articles"] = connection.scalar(select(func.count()).select_from(Article)) or 0
        told["captures"] = connection.scalar(select(func.count()).select_from(Capture)) or 0
        names = connection.scalars(select(Capture.warc_file).where(Capture.warc_file.is_not(None)).distinct())
        told["missing_files"] = sorted(name for name in names if name and not home.warc_file(name).exists())
    return told


def _nobody_runs(connection: Connection) -> None:
    """Raise `AlreadyRunning` where a crawler of another home works on the same database."""
    if connection.dialect.name == "sqlite":
        return  # one lock for all homes, which is held
    living = select(CrawlRun.id).where(CrawlRun.state == "running", ~is_dead(connection, None))
    if (run_id := connection.scalar(living.limit(1))) is not None:
        raise AlreadyRunning(f"run {run_id} works on this database; wait for it to end, or stop it")
