"""The old archive's observations in their order, each held against its record.

A capture's row stays what it is; the text that it shows is taken from where it is whole: the archive's own, if that is
what its digest says, else the record's. So what the archive says of its captures does not change with today's rules
(that is `jianbao reextract`'s), and what was damaged in the database is read from the records.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from attrs import define, evolve, field, frozen
from sqlalchemy import Connection, Engine, func, select

from archive.errors import UsageError
from archive.ingest.corrected import as_extracted
from archive.ingest.observations import PART
from archive.ingest.prepare import Numbers, Prepared, add_indexes, text_digest
from archive.ingest.transaction import ingest
from archive.raw import Place
from archive.settings import Home
from archive.store.db import writing
from archive.store.models import Article, Capture, Revision
from archive.workers import WorkerEnded
from crawler.capture.again import Reading
from crawler.capture.again import Stored as Record
from crawler.capture.rereading import Rereading

TOGETHER: Final = 100
_PAGE: Final = 200
_A: Any = Article.__table__
_C: Any = Capture.__table__
_R: Any = Revision.__table__
_KEPT: Final = ("id", "first_captured_at", "last_captured_at", "revision", "cluster_id", "state", "withdrawn_at")
"""Columns of an article that no single observation has."""


@define
class Tally:
    """`captures`: that were brought over; `read`: of them, whose record was read; `unread`: those not to be had.
    `otherwise`: that today's rules read otherwise. `mended`: whose text the archive no longer had as its digest says.
    `lost`: the same, where the record did not give it either. `told`: texts without a capture."""

    captures: int = 0
    read: int = 0
    unread: int = 0
    otherwise: int = 0
    mended: int = 0
    lost: int = 0
    told: int = 0
    examples: list[str] = field(factory=list)


@frozen
class _Known:
    """An article of the old archive: its row, and every text that it has had, by digest. `present`: of the one that its
    row holds."""

    row: Mapping[str, Any]
    texts: Mapping[str, tuple[str | None, str | None]]
    present: str

    def shows(self, digest: str) -> dict[str, Any] | None:
        """The columns of an observation of this text; None where the archive does not have it as its digest says."""
        values = {name: value for name, value in self.row.items() if name not in _KEPT}
        if digest == self.present:
            return values
        headline, body = self.texts.get(digest, (None, None))
        flags = [flag for flag in values["flags"] if flag != "incomplete"]
        flags += ["incomplete"] if digest.startswith(PART) else []
        if body is None or text_digest(headline, body, flags) != digest:
            return None
        return {**values, "headline": headline, "body": body, "blocks": [], "flags": flags}


@define
class Replay:
    """Brings the observations of an old archive into a new one. `tally`: what came of it."""

    home: Home
    old: Connection
    new: Engine
    rereading: Rereading
    version: str
    now: datetime
    tally: Tally = field(factory=Tally)
    _first_pages: dict[int | None, Prepared] = field(factory=dict)

    def all(self, on_done: Any = lambda done: None) -> None:
        """Every one. What is brought over is committed some at a time."""
        items = self._items()
        while some := list(islice(items, TOGETHER)):
            with writing(self.new) as connection:
                ingest(connection, some, run_id=None, now=self.now)
            on_done(self.tally.captures)

    def _items(self) -> Iterator[Prepared]:
        told = self._told()
        waiting = next(told, None)
        for row, known, read in self._captures():
            while waiting is not None and row["article_id"] is not None and waiting[0] <= row["article_id"]:
                yield waiting[1]
                waiting = next(told, None)
            yield self._captured(row, known, read)
        if waiting is not None:
            yield waiting[1]
        yield from (item for _, item in told)

    # Captures

    def _captures(self) -> Iterator[tuple[dict[str, Any], _Known | None, Reading | None]]:
        """Each capture with its article and, where it has a record, what that shows by today's rules."""
        ahead: deque[tuple[dict[str, Any], _Known | None]] = deque()

        def records() -> Iterator[Record]:
            for row, known in self._rows():
                ahead.append((row, known))
                if _has_record(row):
                    place = Place(row["warc_file"], row["warc_offset"], row["warc_length"], row["url"], row["digest"])
                    yield Record(home=self.home, place=place, digest=None, witness=False)

        for read in self.rereading.all(records()):
            while not _has_record(ahead[0][0]):
                yield *ahead.popleft(), None
            row, known = ahead.popleft()
            failed = isinstance(read, UsageError | WorkerEnded)
            self.tally.unread += failed
            self.tally.read += not failed
            if failed and len(self.tally.examples) < 5:
                self.tally.examples.append(str(read))
            yield row, known, read if isinstance(read, Reading) else None
        while ahead:
            yield *ahead.popleft(), None

    def _rows(self) -> Iterator[tuple[dict[str, Any], _Known | None]]:
        last = 0
        query = select(_C).order_by(_C.c.id).limit(_PAGE)
        while rows := [dict(row) for row in self.old.execute(query.where(_C.c.id > last)).mappings()]:
            known = self._known({row["article_id"] for row in rows if row["article_id"] is not None})
            yield from ((row, known.get(row["article_id"])) for row in rows)
            last = rows[-1]["id"]

    def _known(self, ids: set[int]) -> dict[int, _Known]:
        own = sorted(ids)
        revisions = self.old.execute(select(_R).where(_R.c.article_id.in_(own)).order_by(_R.c.number)).mappings().all()
        found = {}
        # What people corrected comes last, on what was extracted (`archive.ingest.standing`).
        rows = {row["id"]: dict(row) for row in self.old.execute(select(_A).where(_A.c.id.in_(own))).mappings()}
        for row in as_extracted(self.old, rows).values():
            texts = {
                one["digest"]: (one["headline"], one["body"]) for one in revisions if one["article_id"] == row["id"]
            }
            found[row["id"]] = _Known(row, texts, text_digest(row["headline"], row["body"], row["flags"]))
        return found

    def _captured(self, row: dict[str, Any], known: _Known | None, read: Reading | None) -> Prepared:
        self.tally.captures += 1
        digest = row["text_digest"] or ""
        shown = read.prepared if read is not None else None
        article = known.shows(digest) if known is not None and digest else None
        if shown is not None and shown.digest.startswith(PART):
            self._first_pages[row["id"]] = shown
        if digest and article is None:
            article, digest = self._from_record(digest, shown or self._first_pages.get(row["repeats_id"]))
        # What a further page shows with the others, its record alone does not.
        own = "" if row["part"] else digest
        if shown is not None and (shown.digest, shown.capture["outcome"]) != (own, row["outcome"]):
            self.tally.otherwise += 1
        capture = {name: value for name, value in row.items() if name not in ("id", "run_id", "article_id")}
        capture["text_digest"] = digest or None
        numbers = Numbers(capture=row["id"], run=row["run_id"], article=row["article_id"] if article else None)
        item = Prepared(capture, article or {}, digest=digest, numbers=numbers)
        if shown is not None and article and shown.digest == digest:
            return evolve(item, headline=shown.headline, body=shown.body, fingerprint=shown.fingerprint)
        return add_indexes(item)

    def _from_record(self, digest: str, shown: Prepared | None) -> tuple[Any, str]:
        """A text that the archive does not have as it says: what the record shows. Of an article that is whole, it
        keeps no text of one of its pages."""
        if shown is None or not shown.article:
            self.tally.lost += 1
            return None, ""
        self.tally.mended += not (digest.startswith(PART) and shown.digest == digest)
        return shown.article, shown.digest

    # Texts that no capture shows: imported ones, those of several pages put together, and articles without any

    def _told(self) -> Iterator[tuple[int, Prepared]]:
        last = (0, 0)
        query = select(_A.c.id, _R.c.number, _R.c.digest, _R.c.captured_at, _R.c.cause, _A.c.first_captured_at)
        query = query.outerjoin(_R, _R.c.article_id == _A.c.id).where(_R.c.capture_id.is_(None))
        # What a person said comes last, but for the nothing that stays of an article that was erased.
        query = query.where((func.coalesce(_R.c.cause, "") != "person") | (_R.c.number == 1))
        query = query.order_by(_A.c.id, _R.c.number).limit(_PAGE)
        while True:
            # The first half is what the key is searched by: of an OR alone each part would read from the beginning.
            behind = (_A.c.id >= last[0]) & ((_A.c.id > last[0]) | (_R.c.number > last[1]))
            rows = self.old.execute(query.where(behind)).all()
            if not rows:
                return
            known = self._known({row.id for row in rows})
            for row in rows:
                item = self._of_told(row, known[row.id])
                if item is not None:
                    self.tally.told += 1
                    yield row.id, item
            last = (rows[-1].id, rows[-1].number or 0)

    def _of_told(self, row: Any, known: _Known) -> Prepared | None:
        digest = row.digest or known.present
        article = known.shows(digest)
        if article is None:
            self.tally.lost += 1
            return None
        numbers = Numbers(capture=None, run=None, article=row.id)
        at = row.captured_at or row.first_captured_at
        item = Prepared({}, article, at, digest, cause=row.cause or "import", numbers=numbers)
        return add_indexes(item)


def _has_record(row: Mapping[str, Any]) -> bool:
    return row["warc_file"] is not None and row["warc_offset"] is not None and row["repeats_id"] is None


def notes(tally: Tally) -> Sequence[str]:
    """What of it a person should know, in words."""
    told = [
        (tally.unread, "captures whose record cannot be read: what the archive says of them stays"),
        (tally.mended, "texts that were damaged in the database are read from their records"),
        (tally.lost, "texts are neither in the database nor in a record as their digests say: lost"),
        (tally.otherwise, "captures that today's rules read otherwise: `jianbao reextract` takes that in"),
    ]
    return [f"{count} {what}" for count, what in told if count]
