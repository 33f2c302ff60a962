"""Mending what verification found, as far as that loses nothing: what follows from other rows is made anew, what leads
nowhere is dropped, what no row names is read once more. The only copy of anything is never deleted."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from attrs import define, field
from sqlalchemy import Engine, bindparam, select, text, update
from sqlalchemy.exc import DBAPIError

from archive.dedup import reindex as duplicates
from archive.dedup.linking import link
from archive.dedup.propose import index, runs
from archive.dedup.types import Indexed
from archive.errors import UsageError
from archive.flags import is_complete
from archive.settings import Home
from archive.store import fulltext
from archive.store.changes import log_clustered
from archive.store.db import writing
from archive.store.finding import names
from archive.store.models import Article
from archive.store.table import Base
from crawler.run import frontier
from crawler.run.extraction import Extraction
from crawler.run.load import import_warc
from crawler.run.run import open_run
from crawler.run.schedule import rechecks
from crawler.upkeep.verify.finding import Finding, Repair
from crawler.upkeep.verify.run import Progress

_BATCH: Final = 100
_INDEXED: Final = (
    *(Article.id.label("article_id"), Article.site, Article.native_id, Article.url, Article.headline, Article.body),
    *(Article.published_at, Article.published_precision, Article.first_captured_at, Article.flags),
)
_NOBODYS: Final = "UPDATE frontier SET state = 'due', leased_until = NULL WHERE state = 'leased' AND leased_by IS NULL"


@define
class Mender:
    """`mend` findings; each kind of repair is one or a few transactions of its own, so a stopped one keeps what it did.

    `faults`: what went wrong with a repair, in a line each."""

    home: Home
    engine: Engine
    progress: Progress = lambda step, done, total: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    faults: list[str] = field(factory=list)

    def mend(self, findings: Sequence[Finding]) -> int:
        """Mend what can be; for how many findings that was tried."""
        wanted: dict[Repair, list[Any]] = {}
        for one in findings:
            if one.repair is not None:
                wanted.setdefault(one.repair, []).append(one.key)
        # Rows first, then what is made from them; the database's own indexes before all.
        for repair, mend in self._menders().items():
            if keys := wanted.get(repair):
                self.progress(str(repair), 0, len(keys))
                try:
                    mend(keys)
                except DBAPIError as error:  # what is damaged may break a rule that a repair relies on
                    self.faults.append(f"{repair}: {' '.join(str(error.orig).split())[:200]}")
                self.progress(str(repair), len(keys), len(keys))
        return sum(map(len, wanted.values()))

    def _menders(self) -> dict[Repair, Callable[[list[Any]], None]]:
        return {
            Repair.REINDEX: self._reindex,
            Repair.REREAD: self._reread,
            Repair.RECOUNT: self._recount,
            Repair.RELEASE: self._release,
            Repair.DROP: self._drop,
            Repair.RELINK: self._relink,
            Repair.SETTLE: self._settle,
            Repair.FULLTEXT: self._fulltext,
            Repair.NAMES: self._names,
        }

    def _reindex(self, names: list[Any]) -> None:
        if self.engine.dialect.name == "sqlite":
            with writing(self.engine) as connection:
                connection.exec_driver_sql("REINDEX")
            return
        quote = self.engine.dialect.identifier_preparer.quote
        for name in sorted(set(names)):
            with writing(self.engine) as connection:
                connection.execute(text(f"REINDEX INDEX {quote(name)}"))

    def _reread(self, paths: list[Any]) -> None:
        """As an import does: what is there stays, what was moved is found at its new place, what is new is stored."""
        run = open_run(self.home, [], kind="import", now=self.now)
        run.hearing = "sample"
        run.answered = True
        try:
            with Extraction() as extraction:
                for path in sorted(set(paths)):
                    try:
                        import_warc(run, Path(path), extraction)
                    except UsageError as error:
                        self.faults.append(str(error))
        except BaseException:
            run.stopped = True
            run.finish()
            raise
        run.finish()

    def _recount(self, rows: list[Any]) -> None:
        """Write what follows from other rows, where it is still what was found: a crawl may have written since."""
        with writing(self.engine) as connection:
            for name, key, values in rows:
                table = Base.metadata.tables[name]
                column = table.primary_key.columns[0]
                before = [table.c[one] == was for one, (was, _) in values.items() if was is not None]
                after = {one: value for one, (_, value) in values.items()}
                changed = connection.execute(update(table).where(column == key, *before).values(after))
                if name == "dedup_state" and not changed.rowcount:
                    statement = "INSERT INTO dedup_state (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING"
                    connection.execute(text(statement), {"name": key, **after})

    def _release(self, workers: list[Any]) -> None:
        named = [one for one in workers if one is not None]
        with writing(self.engine) as connection:
            frontier.release(connection, named)
            rechecks.release(connection, named)
            if None in workers:
                connection.execute(text(_NOBODYS))

    def _drop(self, rows: list[Any]) -> None:
        with writing(self.engine) as connection:
            for table, keys in rows:
                if table == "dedup_block":
                    index.wait(connection)
                    runs.drop(connection, keys)
                    continue
                statement = text(f"DELETE FROM {table} WHERE article_id = :key").bindparams(bindparam("key"))  # noqa: S608
                connection.execute(statement, [{"key": key} for key in keys])

    def _relink(self, keys: list[Any]) -> None:
        for some in _batches(sorted(set(keys))):
            with writing(self.engine) as connection:
                rows = connection.execute(select(*_INDEXED).where(Article.id.in_(some)).order_by(Article.id)).mappings()
                articles = []
                for row in rows:
                    values: dict[str, Any] = dict(row)
                    complete = is_complete(values.pop("flags"))
                    articles.append(Indexed(**values, complete=complete, revised=True))
                now = self.now()
                linked = link(connection, articles, now=now)
                log_clustered(connection, sorted({key for one in linked for key in one.changed}), now)

    def _settle(self, keys: list[Any]) -> None:
        with writing(self.engine) as connection:
            now = self.now()
            named = set(keys)
            alone = text("UPDATE article SET cluster_id = id WHERE cluster_id IS NULL")
            connection.execute(alone)
            # A story's row that has no articles any more leads to none that could be settled.
            gone = text("DELETE FROM cluster WHERE NOT EXISTS (SELECT 1 FROM article WHERE cluster_id = cluster.id)")
            connection.execute(gone)
            members = select(Article.id).where(Article.cluster_id.in_(sorted(named)))
            named.update(connection.scalars(members))
            changed = duplicates.settle(connection, sorted(named), now=now)
            log_clustered(connection, sorted(changed), now)

    def _fulltext(self, keys: list[Any]) -> None:
        """On PostgreSQL the articles' own rows are made anew. SQLite's index forgets a text only where it is told the
        tokens, which nobody knows any more: it is made anew as a whole."""
        sqlite = self.engine.dialect.name == "sqlite"
        with writing(self.engine) as connection:
            if sqlite:
                fulltext.clear(connection)
            else:
                fulltext.remove(connection, [fulltext.Entry(key, "", "") for key in keys])
            query = select(Article.id, Article.headline, Article.body).order_by(Article.id).limit(_BATCH)
            if not sqlite:
                query = query.where(Article.id.in_(sorted(keys)))
            last = 0
            while rows := connection.execute(query.where(Article.id > last)).all():
                fulltext.add(connection, [fulltext.entry(*row) for row in rows])
                last = rows[-1].id

    def _names(self, keys: list[Any]) -> None:
        with writing(self.engine) as connection:
            names.fill(connection)


def _batches(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]
