"""A share of the archive at a time, what was looked at longest ago first, so that a cron job reads every byte within a
known time. How far it has come, and when each part was whole, stands in the database (table `verified`)."""

import platform
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import delete, func, select

from archive.errors import DatabaseUnavailable, StorageError
from archive.store.db import reading, writing
from archive.store.models import Article, Verified
from crawler.run.frontier import insert
from crawler.upkeep.verify import files
from crawler.upkeep.verify.finding import Finding
from crawler.upkeep.verify.passes import known
from crawler.upkeep.verify.run import Verification

CYCLE: Final = timedelta(days=90)
"""So long after a part was whole, or was written, it is looked at again at the latest, whatever the share, as long as
the command is run once a day."""
_DAY: Final = timedelta(days=1)
_WARC: Final = "warc:"
ARTICLES: Final = "articles"
DATABASE: Final = "database"

_T: Any = Verified.__table__


@frozen(kw_only=True)
class Part:
    """A WARC file as a part of the archive. `name`, `at`: as in `archive.store.models.Verified`. `size`: its bytes.
    `since`: when it was whole last; else when it was written."""

    name: str
    file: str
    size: int
    at: int
    since: datetime

    @property
    def is_begun(self) -> bool:
        """Whether a pass over it is going on."""
        return self.at > 0


@define
class Rolling:
    """`run` a share of the archive: of its WARC bytes, and of its articles, so much of each (0 to 1). What is overdue
    is looked at on top of that; the rest of the database is looked at as a whole once a cycle. A share of 1 is all of
    it, from the beginning."""

    verification: Verification
    share: float
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    cycle: timedelta = CYCLE
    _known: dict[str, tuple[int, datetime | None]] = field(factory=dict)

    def run(self) -> Iterator[Finding]:
        """Every finding, as it comes."""
        self._read()
        warcs = [self._warc(name) for name in files.names(self.verification.home, self.verification.engine)]
        yield from self._database()
        yield from self._articles()
        left = round(self.share * sum(one.size for one in warcs))
        # The pass that is going on first: else its file would be read from the front twice as often as at its end.
        for part in sorted(warcs, key=lambda one: (not one.is_begun, one.since, one.name)):
            overdue = self._is_overdue(part.since)
            if left <= 0 and not overdue:
                continue
            check = self.verification.check_of(part.file, part.at, None if overdue else left)
            yield from self.verification.look_at_file(check)
            left -= max(1, check.at - check.start)
            if not check.file.elsewhere:
                self._note(part.name, 0 if check.ended else check.at, ended=check.ended)
        self._forget({one.name for one in warcs})

    def _database(self) -> Iterator[Finding]:
        _, ended_at = self._known.get(DATABASE, (0, None))
        if ended_at is None or self._is_overdue(ended_at):
            yield from self.verification.look_at_database()
            self._note(DATABASE, 0, ended=True)

    def _articles(self) -> Iterator[Finding]:
        at, ended_at = self._known.get(ARTICLES, (0, None))
        at = 0 if self.share >= 1 else at
        with reading(self.verification.engine) as connection:
            count = connection.scalar(select(func.count()).select_from(Article)) or 0
            first = connection.scalar(select(func.min(Article.first_captured_at)))
        if not count:
            return
        overdue = self._is_overdue(ended_at or first or self.now())
        yield from self.verification.look_at_articles(at, None if overdue else max(1, round(self.share * count)))
        at = self.verification.last_article
        self._note(ARTICLES, at, ended=not at)

    @property
    def _postgresql(self) -> bool:
        return self.verification.engine.dialect.name == "postgresql"

    def _part(self, name: str) -> str:
        """Crawlers with homes of their own may share a PostgreSQL database: each verifies the files of its own."""
        home = f"@{platform.node()}:{self.verification.home.path}" if self._postgresql else ""
        return f"{_WARC}{name}{home}"

    def _is_overdue(self, since: datetime) -> bool:
        return self.share >= 1 or self.now() - since >= self.cycle - _DAY

    def _warc(self, name: str) -> Part:
        part = self._part(name)
        at, ended_at = self._known.get(part, (0, None))
        at = 0 if self.share >= 1 else at
        try:
            told = self.verification.home.warc_file(name).stat()
            size, written = told.st_size, datetime.fromtimestamp(told.st_mtime, UTC)
        except OSError:
            size, written = 0, datetime.fromtimestamp(0, UTC)
        return Part(name=part, file=name, size=size, at=at if at < size else 0, since=ended_at or written)

    def _read(self) -> None:
        with reading(self.verification.engine) as connection:
            self._known = known(connection)

    def _note(self, part: str, at: int, *, ended: bool) -> None:
        """Written down part by part, so that a run that is stopped goes on from there. An archive that may only be read
        is verified from the beginning each time."""
        values: dict[str, Any] = {"at": at, **({"ended_at": self.now()} if ended else {})}
        try:
            with writing(self.verification.engine) as connection:
                statement = insert(connection.dialect.name, _T).values(part=part, **values)
                connection.execute(statement.on_conflict_do_update(index_elements=["part"], set_=values))
        except (StorageError, DatabaseUnavailable):
            self.verification.notes.append(f"{part}: it cannot be written down that it was verified")

    def _forget(self, present: set[str]) -> None:
        for name in self._known:
            ours = not self._postgresql or name.endswith(self._part("").removeprefix(_WARC))
            if name.startswith(_WARC) and name not in present and ours:
                with writing(self.verification.engine) as connection:
                    connection.execute(delete(_T).where(_T.c.part == name))
