"""`jianbao reextract`: captures are read anew, in processes of their own, and what changes is stored some at a time.

Each transaction notes of its captures which rules read them, so a run that was ended goes on where it was, and a second
one finds nothing to do. A crawl or an import may work beside it: what is stored is judged again in its transaction.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from attrs import define, evolve, field, frozen
from sqlalchemy import Connection, Engine, select, update

from archive.errors import UsageError
from archive.ingest.prepare import Prepared
from archive.ingest.transaction import ingest
from archive.settings import Home
from archive.store.db import reading
from archive.store.keys import key_in
from archive.store.models import Article, Capture
from archive.store.records import Stored
from archive.workers import WorkerEnded
from crawler.capture.again import Reading
from crawler.capture.again import Stored as Record
from crawler.capture.join import Joined, is_whole, join, with_wholes
from crawler.capture.rereading import Rereading
from crawler.pages.page import Outcome
from crawler.run import frontier
from crawler.run.reading.answer import NOT_BELIEVED, disbelieved_row
from crawler.run.run import Run
from crawler.run.schedule.planning import Look, plan
from crawler.run.trouble.retry import RULES
from crawler.upkeep.reextract.choose import Known, Wanted, chosen, known_now
from crawler.upkeep.reextract.judge import SAME, Verdict, judge
from crawler.upkeep.reextract.report import Report

TOGETHER: Final = 200
"""Captures that are stored together."""
_NEAR: Final = 200
"""So many captures behind one are looked through for a page of its site that was well."""

_C: Any = Capture.__table__
_A: Any = Article.__table__
Key = tuple[str, str]


@frozen
class _Read:
    """One capture, and its reading by today's rules; None of a list's, and where it is what is known."""

    known: Known
    reading: Reading | None

    @property
    def verdict(self) -> Verdict:
        """What it means by what is known of the capture."""
        return judge(self.known, self.reading.prepared) if self.reading is not None else SAME


@define
class Reextract:
    """See the module. `run`: where it is written down; None changes nothing. `on_read` hears of how many captures are
    read. `found`: the articles that this run brought in. `done`: the captures that it has read."""

    home: Home
    engine: Engine
    wanted: Wanted
    report: Report
    run: Run | None = None
    witness: bool = True
    on_read: Callable[[int], None] = lambda read: None
    found: set[Key] = field(factory=set)
    done: set[int] = field(factory=set)

    def work(self, rereading: Rereading) -> Report:
        """Read all that is wanted. Raises the archive's errors; what was stored until then stays."""
        readings = self._readings(rereading)
        while some := list(islice(readings, TOGETHER)):
            if self.run is None:
                with reading(self.engine) as connection:
                    self._judge(connection, some)
            else:
                with self.run.step() as (connection, counts):
                    stored = self._store(connection, some, self.run.run_id, self.run.now())
                    counts.add(stored)
                    counts.doubtful, counts.failed = self.report.doubtful, self.report.unreadable
            self.on_read(self.report.read + self.report.unreadable)
        return self.report

    def _readings(self, rereading: Rereading) -> Iterator[_Read]:
        waiting: deque[Known] = deque()

        def records() -> Iterator[Record]:
            for known in chosen(self.engine, self.wanted):
                waiting.append(known)
                yield Record(
                    home=self.home, place=known.place, digest=known.digest, witness=self.witness, same=known.same
                )

        for read in rereading.all(records()):
            known = waiting.popleft()
            if isinstance(read, UsageError | WorkerEnded):
                self.report.unreadable += 1
                self.report.leave("its record cannot be read", f"{read} (capture {known.capture['id']})")
            else:
                yield _Read(known, read)

    def _judge(self, connection: Connection, some: Sequence[_Read]) -> tuple[list[Prepared], list[Joined]]:
        """What is to be stored of these: single pages, and articles that are put together of several."""
        pages = []
        for one in some:
            verdict = self._believed(connection, one.known, one.verdict)
            self.report.add(one.known, verdict)
            if verdict.prepared is not None:
                pages.append(self._with_cause(connection, verdict))
            self.done.add(one.known.capture["id"])
        parts = [one.reading.part for one in some if one.reading is not None and one.reading.part is not None]
        joined = join(self.home, connection, parts, anew=True).values()
        return pages, [self._others(connection, its) for its in joined]

    def _others(self, connection: Connection, joined: Joined) -> Joined:
        """Of what was put together what is another text now: our rules are others."""
        wholes = [one for one in joined.wholes if self._is_other(connection, one.item)]
        ours = tuple(evolve(one, item=evolve(one.item, cause="extractor")) for one in wholes)
        # A page that is no longer read is left as it was, as everywhere.
        return Joined(wholes=ours)

    def _is_other(self, connection: Connection, new: Prepared) -> bool:
        """Whether an article that was put together is another one now; tells the report."""
        site, native_id = new.article["site"], new.article["native_id"]
        query = select(_A).where(_A.c.site == site, _A.c.native_id == native_id)
        row = connection.execute(query).mappings().one_or_none()
        if row is None:
            return True
        fields = tuple(name for name, value in new.article.items() if row[name] != value)
        text = bool({"headline", "body"}.intersection(fields))
        if fields and (site, native_id) not in self.found:
            self.report.change(dict(row), new.article, Verdict(kind="text" if text else "fields", fields=fields))
        return bool(fields)

    def _with_cause(self, connection: Connection, verdict: Verdict) -> Prepared:
        """What shows an article that nobody could read: our rules bring it in. Where the look before it was read by the
        same rules, it is the publisher who changed it in between."""
        item = verdict.prepared
        if item is None or verdict.kind != "found" or item.again is None:
            return item or Prepared({}, {})
        key = item.article["site"], item.article["native_id"]
        before = (
            select(_C.c.id, _C.c.repeats_id, _C.c.extractor)
            .join(_A, _A.c.id == _C.c.article_id)
            .where(key_in(connection, (Article.site, Article.native_id), {key}))
            .where(_C.c.text_digest.is_not(None), _C.c.captured_at < item.again.at)
            .order_by(_C.c.captured_at.desc(), _C.c.id.desc())
            .limit(1)
        )
        shown = connection.execute(before).one_or_none()
        same = key in self.found or (
            shown is not None
            and (shown.extractor == self.wanted.version or (shown.repeats_id or shown.id) in self.done)
        )
        there = select(_A.c.id).where(_A.c.site == key[0], _A.c.native_id == key[1])
        self.report.come(item.article, new=key not in self.found and connection.scalar(there) is None)
        self.found.add(key)
        return evolve(item, cause="publisher" if same else "extractor")

    def _believed(self, connection: Connection, known: Known, verdict: Verdict) -> Verdict:
        """That an article is no more is believed as a crawl believes it: a page of its site was well behind it."""
        item, row = verdict.prepared, known.capture
        if item is None or item.capture["outcome"] != Outcome.GONE:
            return verdict
        behind = select(_C.c.run_id, _C.c.site, _C.c.outcome).where(_C.c.id > row["id"]).order_by(_C.c.id).limit(_NEAR)
        well = (row["run_id"], item.capture["site"], str(Outcome.ARTICLE))
        if NOT_BELIEVED not in (row["detail"] or "") and well in connection.execute(behind).all():
            return verdict
        capture = disbelieved_row(item.capture)
        same = all(row[name] == capture[name] for name in ("outcome", "detail", "site", "native_id"))
        return Verdict(kind="same") if same else evolve(verdict, prepared=evolve(item, capture=capture))

    # Storing

    def _store(self, connection: Connection, some: Sequence[_Read], run_id: int, now: datetime) -> list[Stored]:
        """Judge once more by what the archive holds now, and store what changes."""
        doubted = [one for one in some if one.verdict.prepared is not None]
        now_known = known_now(connection, [one.known.capture["id"] for one in doubted])
        some = [evolve(one, known=now_known.get(one.known.capture["id"], one.known)) for one in some]
        pages, joined = self._judge(connection, some)
        behind, _ = with_wholes([], joined)
        stored = ingest(connection, [*pages, *behind], run_id=run_id, now=now)
        self._settle(connection, pages, stored, now)
        ids = [one.known.capture["id"] for one in some]
        connection.execute(update(_C).where(_C.c.id.in_(ids)).values(extractor=self.wanted.version))
        return stored

    def _settle(
        self, connection: Connection, pages: Sequence[Prepared], stored: Sequence[Stored], now: datetime
    ) -> None:
        """What is known now need not be fetched, and is looked at again in its time."""
        looks = []
        for item, its in zip(pages, stored, strict=False):
            again, capture = item.again, item.capture
            if again is None or again.showed or not capture["site"] or not capture["native_id"]:
                continue
            if not _is_final(capture) or (item.article and not is_whole(connection, *_key(item.article))):
                continue
            key = _key(item.article or capture)
            url = frontier.read_anew(connection, *key, capture["outcome"])
            if url is not None and its.article_id is not None:
                looks.append(Look(article_id=its.article_id, url=url, at=again.at))
        plan(connection, looks, now)


def _is_final(capture: Mapping[str, Any]) -> bool:
    rule = RULES[capture["outcome"]]
    return rule.then == "done" and rule.sure and capture["part"] is None


def _key(row: Mapping[str, Any]) -> Key:
    return row["site"], row["native_id"]
