"""One run of the crawler or of an import: its row, its counts, its verdict.

The first error that concerns the whole run (a full disk, a lost database) ends it: nothing is stored after it, every
crawler is asked to stop, and the command ends with that error.
"""

import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from attrs import Factory, asdict, define, evolve, field
from sqlalchemy import Connection, Engine, and_, bindparam, insert, update

from archive.errors import AlreadyRunning, DoubtfulRun, JianbaoError, NetworkUnavailable, StorageError
from archive.settings import Home
from archive.store import fulltext
from archive.store.db import open_engine, writing
from archive.store.models import CrawlRun
from archive.store.problems import Problem
from archive.store.problems import write as write_problems
from crawler.capture.hearing import Heard, Hearing
from crawler.run import discovery, frontier
from crawler.run.counts import Counts
from crawler.run.locks import Heart, HomeLock, bury, is_dead, lock_home, worker_of
from crawler.run.politeness.hosts import clock, free
from crawler.run.process.room import give_room, hold_room
from crawler.run.reading.asked import Claim, Recheck
from crawler.run.schedule import rechecks
from crawler.run.trouble.trouble import Trouble
from crawler.run.watch.findings import Findings
from crawler.run.watch.judge import Ran, Told, judge
from crawler.warc.name import crawler_name
from crawler.warc.writer import WarcFolder

logger = logging.getLogger("jianbao.crawl")

_RUN: Any = CrawlRun.__table__
_OURS: Final = update(_RUN).where(_RUN.c.id == bindparam("run"), _RUN.c.state == "running")


class Crash(JianbaoError):
    """A bug ended the run."""


@define
class Run:
    """See the module. Made by `open_run`.

    `crawler`: the name of its home (`crawler.warc.name`). `hearing`: of which pages the witness is asked. `fatal`: what
    ends it. `asked`: whether any host was asked, `answered`: whether any answered at all, `unanswered`: why they did
    not, in a few words, and how often; `stopped`: whether somebody asked it to end, `cut`: whether it had to, so that
    not all that is written is stored. `findings`: what is watched, and
    judged at the end; `told`: what came of that. `notes`: what a person should know of it, `problems`: each page, list
    and host that was doubtful or failed. `now`: the clock of all that is written down of the world, in UTC; politeness
    and the life of processes have the real one. `on_change` hears of new counts, `on_fatal` of the end. `trouble`: of
    its hosts.
    """

    home: Home
    engine: Engine
    lock: HomeLock
    run_id: int
    crawler: str
    heart: Heart
    warc: WarcFolder | None = None
    hearing: Hearing = "all"
    counts: Counts = field(factory=Counts)
    fatal: JianbaoError | None = None
    asked: bool = False
    answered: bool = False
    unanswered: Counter[str] = field(factory=Counter)
    stopped: bool = False
    cut: bool = False
    findings: Findings = field(factory=Findings)
    told: Told = field(factory=Told)
    notes: list[str] = field(factory=list)
    problems: list[Problem] = field(factory=list)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    on_change: Callable[["Run"], None] = lambda run: None
    on_fatal: list[Callable[[], None]] = field(factory=list)
    trouble: Trouble = field(default=Factory(lambda self: Trouble(self.worker, self.now, self.doubt), takes_self=True))
    _written: int = 0  # of the problems

    @property
    def worker(self) -> str:
        """The name under which this run leases addresses."""
        return worker_of(self.run_id)

    @property
    def heard(self) -> Heard:
        """Of which pages that come now the witness reads the body."""
        return self.findings.heard(self.hearing)

    @contextmanager
    def step(self) -> Iterator[tuple[Connection, Counts]]:
        """One write transaction: what the block adds to the counts is committed with it, and the run's from then on.

        Raises `AlreadyRunning`, and nothing is committed, where another crawler has buried this run: it was silent for
        so long that what it works on was given to others.
        """
        before, counts, problems = self.counts, evolve(self.counts), len(self.problems)
        self.counts = counts  # what the block calls may count too
        try:
            with writing(self.engine) as connection:
                yield connection, counts
                self._write(connection, **asdict(counts))
        except BaseException:
            self.counts = before
            del self.problems[problems:]
            raise
        self._written = len(self.problems)
        self.on_change(self)

    @contextmanager
    def ends(self) -> Iterator[None]:
        """A block whose JianbaoError ends the run, and not the callback that it happened in."""
        try:
            yield
        except JianbaoError as error:
            self.fail(error)

    @contextmanager
    def no_bug(self) -> Iterator[None]:
        """A block whose exceptions, but for the known ones, are bugs of ours, which end the run. For what is called by
        somebody who only logs them."""
        try:
            yield
        except JianbaoError as error:
            self.fail(error)
        except Exception as error:
            logger.exception("a bug")
            self.fail(Crash(f"a bug, {type(error).__name__}: {error}; please report it with the log"))

    def fail(self, error: JianbaoError) -> None:
        """End the run with this error; the first one counts."""
        if self.fatal is None:
            self.fatal = error
            logger.error("%s", error)
            for stop in self.on_fatal:
                stop()

    def doubt(
        self, note: str, cause: str, *, failed: bool = False, site: str | None = None, url: str | None = None
    ) -> None:
        """Count something that a person should look at, and say it. `cause`, `url`: as in `Problem`."""
        self.note_problem(
            Problem(kind="failed" if failed else "doubtful", cause=cause, site=site, url=url, detail=note)
        )
        self.notes.append(note)
        logger.warning("%s", note)

    def note_bug(self, error: BaseException, url: str) -> None:
        """A bug in our own code, met at an address: the run goes on, but does not pass as a good one."""
        logger.error("a bug", exc_info=error)
        self.doubt(f"{url}: a bug, {type(error).__name__}: {error}", "bug", failed=True, url=url)

    def note_failure(self, one: Claim | Recheck, cause: str, reason: str) -> None:
        """An address was asked for in vain. `cause`: of `crawler.run.trouble.retry`. `reason`: in a few words."""
        self.note_problem(Problem(kind="failed", cause=str(cause), site=one.site, url=one.url, detail=reason))

    def note_problem(self, problem: Problem) -> None:
        """Count what went wrong; it is written down with the next step, or at the run's end."""
        if problem.kind == "failed":
            self.counts.failed += 1
        else:
            self.counts.doubtful += 1
        self.problems.append(problem)

    def finish(self) -> JianbaoError | None:
        """Close everything and write down how the run ended; the error that the command ends with, or None."""
        self.heart.stop()
        self.trouble.say_what_is_left()
        error = self._verdict()
        fatal = error is not None and not isinstance(error, DoubtfulRun | NetworkUnavailable)
        try:
            try:
                error = self._write_end(error, fatal=fatal)
            except StorageError as late:
                error, fatal = error or late, True
                give_room(self.home)
                self._is_synced()  # what stands in SQLite's log moves out, and makes room in it
                error = self._write_end(error, fatal=fatal)
        except JianbaoError as late:
            # The next start marks the run as killed and goes on from there.
            error = error or late
            fatal = True
        give_room(self.home)
        if self.warc is not None:
            self.warc.close(settled=not (fatal or self.cut) and self._is_synced())
        self.engine.dispose()
        self.lock.release()
        return error

    def _write_end(self, error: JianbaoError | None, *, fatal: bool) -> JianbaoError | None:
        """Write down the end, and judge what was found; the error that the command ends with after that."""
        now, told = self.now(), Told()
        said = [str(error)] if error else []
        with writing(self.engine) as connection:
            self.trouble.settle(connection, now, answered=self.answered)
            if self.findings.sites and not fatal:
                ran = Ran(id=self.run_id, seen=self.trouble.seen, answered=self.answered, stopped=self.stopped)
                told = judge(ran, self.findings, connection, now)
            if told.open and not isinstance(error, NetworkUnavailable):
                error = told.error()
                said = [*([str(error)] if str(error) else []), *said]
            frontier.release(connection, [self.worker])
            rechecks.release(connection, [self.worker])
            discovery.release(connection, [self.worker])
            free(connection, [self.worker])
            self._write(
                connection,
                **asdict(self.counts),
                finished_at=now,
                state="failed" if fatal else "stopped" if self.stopped else "finished",
                exit_code=0 if error is None else error.exit_code,
                detail="\n".join([*said, *self.notes[:50]]) or None,
            )
            if not fatal:
                fulltext.merge(connection)
        self.told = told
        return error

    def _verdict(self) -> JianbaoError | None:
        if self.fatal is not None:
            return self.fatal
        if self.asked and not self.answered and self.counts.failed:
            why = "".join(f": {reason}" for reason, _ in self.unanswered.most_common(1))
            return NetworkUnavailable(
                f"no site answered{why}; check the network, the proxy and the certificates, then try again"
            )
        if self.counts.doubtful or self.counts.failed:
            counts = f"{self.counts.doubtful} doubtful, {self.counts.failed} failed"
            return DoubtfulRun(f"{counts}; `jianbao runs show {self.run_id}` says which")
        return None

    def _is_synced(self) -> bool:
        """Make sure that a power cut takes nothing back that is committed: SQLite does not sync at every commit."""
        if self.engine.dialect.name == "sqlite":
            raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            except sqlite3.Error:
                return False  # the next start looks through the files once more
            finally:
                raw.close()
        return True

    def _write(self, connection: Connection, **values: Any) -> None:
        """Write to the run's row, as long as nobody has buried it, and what went wrong since the last time."""
        if not connection.execute(_OURS, {"run": self.run_id, "beat_at": clock(connection), **values}).rowcount:
            raise AlreadyRunning(
                f"nothing was heard of run {self.run_id} for so long that another crawler took over its work"
            )
        write_problems(connection, self.run_id, self.problems[self._written :])


def open_run(
    home: Home, sites: Sequence[str], *, kind: str = "crawl", now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Run:
    """Take the archive's lock, open the database, bury dead runs and begin a new one.

    Raises `AlreadyRunning`, `DatabaseUnavailable`, `SchemaMismatch`, `StorageError`; nothing is left behind then.
    """
    lock = lock_home(home, kind)
    try:
        crawler = crawler_name(home)
        engine = open_engine(home.database, create=True)
    except BaseException:
        lock.release()
        raise
    heart = None
    try:
        with writing(engine) as connection:
            bury(connection, and_(_RUN.c.kind == kind, is_dead(connection, lock.last_token)))
            run_id = connection.execute(
                insert(_RUN)
                .values(
                    kind=kind,
                    sites=list(sites),
                    started_at=now(),
                    state="running",
                    token=lock.token,
                    crawler=crawler,
                    beat_at=clock(connection),
                    **asdict(Counts()),
                )
                .returning(_RUN.c.id)
            ).scalar_one()
        heart = Heart(engine, run_id, worker_of(run_id))
    except BaseException:
        if heart is not None:
            heart.stop()
        engine.dispose()
        lock.release()
        raise
    hold_room(home)
    return Run(home=home, engine=engine, lock=lock, run_id=run_id, crawler=crawler, heart=heart, now=now)
