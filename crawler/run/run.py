"""One run of the crawler: its row, its WARC files, its counts, and the two things that it stores, pages and lists.

All of it happens in the reactor's thread. The first error that concerns the whole run (a full disk, a lost database)
ends it: nothing is stored after it, every crawler is asked to stop, and the command ends with that error.
"""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from attrs import asdict, define, field, frozen
from sqlalchemy import Connection, Engine, insert, select, update

from archive.errors import DoubtfulRun, JianbaoError, NetworkUnavailable
from archive.ingest.transaction import ingest
from archive.settings import Home
from archive.store.db import open_engine, reading, writing
from archive.store.models import CrawlRun
from archive.store.records import CaptureRecord, Item, Stored
from crawler.capture.hearing import Hearing, is_heard
from crawler.capture.item import capture_item
from crawler.capture.join import Joined, is_whole, join, part_of
from crawler.capture.role import identity
from crawler.pages.page import Identity, Outcome
from crawler.pages.template.read import DOUBTS
from crawler.pages.template.site import Site, Source
from crawler.pages.witness import DISAGREES
from crawler.run import frontier
from crawler.run.discovery import Walk, last_walk
from crawler.run.frontier import Claim
from crawler.run.locks import HomeLock, dead_runs, hold_run, lock_home
from crawler.warc.raw import RawCapture
from crawler.warc.writer import WarcFolder

logger = logging.getLogger("jianbao.crawl")

DOUBTFUL = frozenset({Outcome.UNKNOWN_TEMPLATE, Outcome.EMPTY, Outcome.BLOCKED, Outcome.BROKEN, Outcome.TOO_LARGE})
DOUBTFUL_FLAGS = DOUBTS | {"no_id", DISAGREES}
"""Flags of articles whose page contradicts itself, does not say which article it is, or which the witness reads
otherwise."""
BATCH = 8

_RUN: Any = CrawlRun.__table__


def doubts(item: Item) -> str:
    """Why a person should look at what an answer gave, in a few words; "" for what is in order."""
    if item.capture is None:
        return ""
    if item.capture.outcome in DOUBTFUL:
        return f"{item.capture.outcome} ({item.capture.detail or 'no detail'})"
    flags = () if item.article is None else item.article.flags
    return ", ".join(flag for flag in flags if flag in DOUBTFUL_FLAGS)


@define
class Counts:
    """What a run did. `listed`: articles that lists named; `fetched`: article pages that answered; `new`: articles that
    the archive did not have, `duplicate` of them with a text that it had; `doubtful`: pages that could not be read as
    they should, and lists that gave less than expected; `failed`: addresses without an answer."""

    listed: int = 0
    fetched: int = 0
    new: int = 0
    duplicate: int = 0
    doubtful: int = 0
    failed: int = 0

    def summary(self) -> str:
        """One line for a person."""
        return (
            f"listed {self.listed} · fetched {self.fetched} · new {self.new} · duplicate {self.duplicate} · "
            f"doubtful {self.doubtful} · failed {self.failed}"
        )

    def add(self, stored: Sequence[Stored]) -> None:
        """Count what one transaction stored."""
        self.new += sum(one.state == "new" for one in stored)
        self.duplicate += sum(one.state == "new" and one.duplicate for one in stored)


@frozen(kw_only=True)
class Kept:
    """What became of an answer. `whole`: False for a page of an article of which other pages are not there yet;
    `missing`: their addresses, as far as they are known."""

    outcome: str = ""
    whole: bool = True
    missing: tuple[str, ...] = ()


@define
class Session:
    """See the module. Made by `open_session`."""

    home: Home
    engine: Engine
    lock: HomeLock
    run_id: int
    held: Connection | None = None
    warc: WarcFolder | None = None
    limit: int | None = None
    since: datetime | None = None
    hearing: Hearing = "all"
    counts: Counts = field(factory=Counts)
    fatal: JianbaoError | None = None
    answered: bool = False
    stopped: bool = False
    notes: list[str] = field(factory=list)
    on_change: Callable[["Session"], None] = lambda session: None
    on_fatal: list[Callable[[], None]] = field(factory=list)
    _claimed: int = 0
    _listed: set[tuple[str, str]] = field(factory=set)

    @property
    def worker(self) -> str:
        """The name under which this run leases addresses."""
        return worker_of(self.run_id)

    def fail(self, error: JianbaoError) -> None:
        """End the run with this error; the first one counts."""
        if self.fatal is None:
            self.fatal = error
            logger.error("%s", error)
            for stop in self.on_fatal:
                stop()

    def claim(self, site: str) -> list[Claim]:
        """The next few addresses of a site to fetch; none when the limit is reached or the run is ending."""
        room = BATCH if self.limit is None else min(BATCH, self.limit - self._claimed)
        if room <= 0 or self.fatal is not None or self.stopped:
            return []
        claims: list[Claim] = []
        with _ends_run(self), writing(self.engine) as connection:
            claims = frontier.claim(connection, site, self.worker, room, datetime.now(UTC))
        self._claimed += len(claims)
        return claims

    def walk(self, site: Site, source: Source) -> Walk | None:
        """The walk over a list's pages; None where this run can leave it out."""
        with _ends_run(self), reading(self.engine) as connection:
            last = last_walk(connection, site.name, source.name)
            walk = Walk(site=site, source=source, since=self.since, last=last)
            return walk if walk.is_due(datetime.now(UTC)) else None
        return None

    def store_page(self, raw: RawCapture, claim: Claim) -> Kept:
        """Extract and store one answer for a claimed address, and settle the claim where nothing is missing."""
        return self.store_item(capture_item(raw, witness=is_heard(self.hearing, raw.url)), claim)

    def store_found(self, raw: RawCapture) -> Kept:
        """Store an answer that a killed run wrote to its WARC file and no further."""
        address = raw.requested or raw.url
        named = identity(address) or Identity()
        claim = Claim(id=0, site=named.site or "", native_id=named.native_id or "", url=address, attempts=0)
        return self.store_item(
            capture_item(raw, witness=is_heard(self.hearing, raw.url)), claim, part=part_of(address) != 1
        )

    def store_part(self, raw: RawCapture, claim: Claim) -> Kept:
        """Extract and store one further page of the claimed article, and settle the claim once it is whole."""
        return self.store_item(capture_item(raw, witness=is_heard(self.hearing, raw.url)), claim, part=True)

    def store_item(self, item: Item, claim: Claim, *, part: bool = False) -> Kept:
        """Store one capture and what it showed, and settle the claim, in one transaction.

        `part`: it is a further page of the claimed article, which settles the claim only where it makes it whole. So
        does page 1 of an article on several pages; the claim stays leased until the others are there.
        """
        if self.fatal is not None or item.capture is None:
            return Kept()
        outcome = Outcome(item.capture.outcome)
        now = datetime.now(UTC)
        doubt = doubts(item)
        counts = Counts(**asdict(self.counts))
        counts.fetched += 1
        counts.doubtful += bool(doubt)
        joined: list[Joined] = []
        whole = True
        with _ends_run(self), writing(self.engine) as connection:
            joined = join(self.home, connection, [item])
            items = [item, *(one.item for one in joined if one.item is not None)]
            counts.add(ingest(connection, items, run_id=self.run_id, now=now)[:1])
            whole = not (part or item.parts) or is_whole(connection, claim.site, claim.native_id)
            if outcome is Outcome.BLOCKED and not part:
                frontier.try_again(connection, claim, outcome, now)
            elif whole:
                state = "gone" if outcome is Outcome.GONE and not part else "done"
                frontier.settle(connection, claim.site, claim.native_id, state, "article" if part else outcome)
            self._write_counts(connection, counts)
        self._took(counts)
        logger.debug("%s: %s", outcome, item.capture.url)
        if doubt:
            logger.warning("doubtful: %s: %s", item.capture.url, doubt)
        missing = () if whole else tuple(address for one in joined for address in one.missing)
        return Kept(outcome=outcome, whole=whole, missing=missing)

    def end_parts(self, claim: Claim, reason: str, *, passing: bool) -> None:
        """Pages of a claimed article are not to be had: it stays flagged as incomplete. `passing`: they may be later,
        and the article is fetched again then."""
        if self.fatal is not None:
            return
        with _ends_run(self), writing(self.engine) as connection:
            if passing:
                frontier.try_again(connection, claim, reason, datetime.now(UTC))
            else:
                frontier.settle(connection, claim.site, claim.native_id, "done", "article")
        self.doubt(f"{claim.url}: pages of the article are missing: {reason}", failed=passing)

    def miss_page(self, claim: Claim, outcome: str, *, final: bool = False) -> None:
        """A claimed address gave no answer; it is due again later unless `final`."""
        if self.fatal is not None:
            return
        counts = Counts(**asdict(self.counts))
        counts.failed += 1
        with _ends_run(self), writing(self.engine) as connection:
            if final:
                frontier.settle(connection, claim.site, claim.native_id, "failed", outcome)
            else:
                frontier.try_again(connection, claim, outcome, datetime.now(UTC))
            self._write_counts(connection, counts)
        self._took(counts)
        logger.warning("failed: %s: %s", claim.url, outcome)

    def leave_page(self, claim: Claim, outcome: str) -> None:
        """An address is not to be fetched (robots.txt): that is no failure."""
        if self.fatal is not None:
            return
        with _ends_run(self), writing(self.engine) as connection:
            frontier.settle(connection, claim.site, claim.native_id, "failed", outcome)
        logger.info("left: %s: %s", claim.url, outcome)

    def store_list(self, capture: CaptureRecord) -> None:
        """Store the row of a list's answer."""
        if self.fatal is not None:
            return
        with _ends_run(self), writing(self.engine) as connection:
            ingest(connection, [Item(capture=capture)], run_id=self.run_id, now=datetime.now(UTC))

    def end_walk(self, walk: Walk, *, whole: bool) -> None:
        """Write down what a source named, once its walk is over. `whole`: it came to its end."""
        if self.fatal is not None:
            return
        counts = Counts(**asdict(self.counts))
        listed = self._listed | {(walk.site.name, native_id) for native_id in walk.entries}
        counts.listed = len(listed)
        with _ends_run(self), writing(self.engine) as connection:
            walk.record(connection, datetime.now(UTC), whole=whole)
            self._write_counts(connection, counts)
        self._listed = listed
        self._took(counts)
        logger.info("list %s/%s: %d named", walk.site.name, walk.source.name, len(walk.entries))

    def doubt(self, note: str, *, failed: bool = False) -> None:
        """Count something that a person should look at, and say it."""
        if failed:
            self.counts.failed += 1
        else:
            self.counts.doubtful += 1
        self.notes.append(note)
        logger.warning("%s", note)

    def finish(self) -> JianbaoError | None:
        """Close everything and write down how the run ended; the error that the command ends with, or None."""
        error = self.fatal
        if error is None and not self.answered and self.counts.failed:
            error = NetworkUnavailable(
                "no site answered; check the network, the proxy and the certificates, then try again"
            )
        if error is None and (self.counts.doubtful or self.counts.failed):
            error = DoubtfulRun(
                f"{self.counts.doubtful} doubtful, {self.counts.failed} failed; `jianbao runs` and the log say which"
            )
        fatal = error is not None and not isinstance(error, DoubtfulRun | NetworkUnavailable)
        state = "failed" if fatal else "stopped" if self.stopped else "finished"
        try:
            with writing(self.engine) as connection:
                frontier.release(connection, [self.worker])
                self._write_counts(connection, self.counts)
                connection.execute(
                    update(_RUN)
                    .where(_RUN.c.id == self.run_id)
                    .values(
                        finished_at=datetime.now(UTC),
                        state=state,
                        exit_code=0 if error is None else error.exit_code,
                        detail="\n".join([*([str(error)] if error else []), *self.notes[:50]]) or None,
                    )
                )
        except JianbaoError as late:
            # The next start marks the run as killed and goes on from there.
            error = error or late
            fatal = True
        if self.warc is not None:
            self.warc.close(settled=not fatal and self._is_synced())
        if self.held is not None:
            self.held.close()
        self.engine.dispose()
        self.lock.release()
        return error

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

    def _write_counts(self, connection: Connection, counts: Counts) -> None:
        connection.execute(update(_RUN).where(_RUN.c.id == self.run_id).values(**asdict(counts)))

    def _took(self, counts: Counts) -> None:
        if self.fatal is None:
            self.counts = counts
            self.on_change(self)


class _ends_run:  # noqa: N801 - reads as the words it stands for
    """A block whose JianbaoError ends the run instead of the callback that it happened in."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, JianbaoError):
            self.session.fail(error)
            return True
        return False


def worker_of(run_id: int) -> str:
    """The name under which a run leases addresses."""
    return f"run-{run_id}"


def open_session(home: Home, sites: Sequence[str], *, kind: str = "crawl") -> Session:
    """Take the archive's lock, open the database, bury dead runs and begin a new one.

    Raises `AlreadyRunning`, `DatabaseUnavailable`, `SchemaMismatch`, `StorageError`; nothing is left behind then.
    """
    lock = lock_home(home, kind)
    try:
        engine = open_engine(home.database, create=True)
    except BaseException:
        lock.release()
        raise
    held = None
    try:
        with writing(engine) as connection:
            _bury(connection, kind)
            run_id = connection.execute(
                insert(_RUN)
                .values(kind=kind, sites=list(sites), started_at=datetime.now(UTC), state="running", **asdict(Counts()))
                .returning(_RUN.c.id)
            ).scalar_one()
            held = hold_run(engine, run_id)
    except BaseException:
        if held is not None:
            held.close()
        engine.dispose()
        lock.release()
        raise
    return Session(home=home, engine=engine, lock=lock, run_id=run_id, held=held)


def _bury(connection: Connection, kind: str) -> None:
    """Mark runs as killed whose process is gone, and give back what they had leased."""
    running = (
        connection.execute(select(_RUN.c.id).where(_RUN.c.state == "running", _RUN.c.kind == kind)).scalars().all()
    )
    dead = connection.execute(
        update(_RUN)
        .where(_RUN.c.id.in_(dead_runs(connection, running)), _RUN.c.state == "running")
        .values(state="killed", finished_at=datetime.now(UTC))
        .returning(_RUN.c.id)
    )
    buried = sorted(dead.scalars())
    if buried:
        frontier.release(connection, [worker_of(run_id) for run_id in buried])
        logger.warning("run %s was killed; going on from where it was", ", ".join(map(str, buried)))
