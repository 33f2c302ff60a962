"""The one ingest transaction: captures, articles, revisions, full text, duplicate links and change log, all or nothing.

It works on batches, since a statement costs much and a row little: ids are drawn ahead, so that every row of a batch is
known before the first is written, and each table is written by one executemany. The same input twice changes nothing,
and the order in which the captures of an article come in does not matter (`archive.ingest.observations`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zlib import crc32

from attrs import define, evolve, field
from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, tuple_, update

from archive.dedup.linking import link
from archive.dedup.types import Indexed
from archive.flags import is_complete
from archive.ingest.observations import Observation
from archive.ingest.prepare import Prepared, prepare
from archive.ingest.revising import Plan, plan
from archive.store import fulltext
from archive.store.changes import log_changes
from archive.store.models import Article, Base, Capture, Revision
from archive.store.records import IngestState, Item, Stored
from archive.text.tokens import tokens

# An advisory lock on PostgreSQL ("JB" and a number): two writers of one article take turns by its stripe.
_ARTICLE_LOCKS = 0x4A420001
_STRIPES = 64

Key = tuple[str, str]


def ingest(
    connection: Connection, items: Sequence[Item | Prepared], *, run_id: int | None, now: datetime
) -> list[Stored]:
    """Store items, in the caller's write transaction (`archive.store.db.writing`), and say what became of each.

    One call a transaction: on PostgreSQL two calls in one might wait for each other's locks. `now` carries a zone.
    """
    waiting = [(place, item if isinstance(item, Prepared) else prepare(item)) for place, item in enumerate(items)]
    stored: dict[int, Stored] = {}
    if connection.dialect.name == "postgresql":
        _lock(connection, waiting)
    while waiting:
        # Of one article or one capture a batch holds one item; the others wait for the next.
        batch = _Batch(connection, run_id, now)
        waiting = batch.take(waiting)
        batch.store()
        stored.update(batch.stored)
    return [stored[place] for place in range(len(items))]


def _lock(connection: Connection, items: Iterable[tuple[int, Prepared]]) -> None:
    """Wait for other writers of the same articles. The sorted order keeps two batches from waiting for each other."""
    stripes = sorted({crc32("\n".join(_key(item)).encode()) % _STRIPES for _, item in items if item.article})
    if stripes:
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:space, stripe) FROM unnest(CAST(:stripes AS integer[])) AS stripe"),
            {"space": _ARTICLE_LOCKS, "stripes": stripes},
        )


def _key(item: Prepared) -> Key:
    return item.article["site"], item.article["native_id"]


def _position(item: Prepared) -> tuple[str, int] | None:
    if not item.capture or item.capture["warc_file"] is None or item.capture["warc_offset"] is None:
        return None
    return item.capture["warc_file"], item.capture["warc_offset"]


@define
class _Batch:
    connection: Connection
    run_id: int | None
    now: datetime
    items: list[tuple[int, Prepared]] = field(factory=list)
    stored: dict[int, Stored] = field(factory=dict)
    articles: list[dict[str, Any]] = field(factory=list)
    captures: list[dict[str, Any]] = field(factory=list)
    revisions: list[dict[str, Any]] = field(factory=list)
    changes: list[dict[str, Any]] = field(factory=list)
    entries: list[fulltext.Entry] = field(factory=list)
    indexed: dict[int, Indexed] = field(factory=dict)

    def take(self, waiting: list[tuple[int, Prepared]]) -> list[tuple[int, Prepared]]:
        """Take the items that one round may hold; the rest is handed back."""
        keys: set[object] = set()
        later = []
        for place, item in waiting:
            own = {key for key in (_key(item) if item.article else None, _position(item)) if key is not None}
            if keys & own:
                later.append((place, item))
            else:
                self.items.append((place, item))
            keys |= own  # also where it waits: its followers wait behind it
        return later

    def store(self) -> None:
        """Write the round."""
        self._leave_out_known_captures()
        self._number_captures()
        present = self._present_articles()
        fresh = [(place, item) for place, item in self.items if item.article and _key(item) not in present]
        for (place, item), article_id in zip(fresh, self._draw(Article, len(fresh)), strict=True):
            self._add_article(place, item, article_id)
        old = [
            (place, item, present[_key(item)]) for place, item in self.items if item.article and _key(item) in present
        ]
        plans = self._plans(old)
        _write(self.connection, Article, self.articles)
        for _, item, row in old:
            if item.capture:
                item.capture["article_id"] = row["id"]
        _write(self.connection, Capture, self.captures)
        _write(self.connection, Revision, self.revisions)
        for (place, item, row), its_plan in zip(old, plans, strict=True):
            self._change_article(place, item, row, its_plan)
        for place, item in self.items:
            if not item.article:
                self.stored[place] = Stored(state="no_article", capture_id=item.capture.get("id"))
        fulltext.add(self.connection, self.entries)
        self._link()
        log_changes(self.connection, self.changes)

    def _leave_out_known_captures(self) -> None:
        """A record of a file that was stored before is not looked at again."""
        positions: dict[tuple[str | None, int | None], int] = {
            position: place for place, item in self.items if (position := _position(item)) is not None
        }
        if not positions:
            return
        rows = self.connection.execute(
            select(Capture.warc_file, Capture.warc_offset, Capture.id, Capture.article_id, Article.cluster_id)
            .outerjoin(Article, Article.id == Capture.article_id)
            .where(tuple_(Capture.warc_file, Capture.warc_offset).in_(list(positions)))
        )
        for warc_file, warc_offset, capture_id, article_id, cluster_id in rows:
            state: IngestState = "no_article" if article_id is None else "unchanged"
            self.stored[positions[warc_file, warc_offset]] = Stored(
                state=state, capture_id=capture_id, article_id=article_id, cluster_id=cluster_id
            )
        self.items = [(place, item) for place, item in self.items if place not in self.stored]

    def _number_captures(self) -> None:
        captured = [item for _, item in self.items if item.capture]
        for item, capture_id in zip(captured, self._draw(Capture, len(captured)), strict=True):
            item.capture.update(id=capture_id, run_id=self.run_id, article_id=None)
            self.captures.append(item.capture)

    def _present_articles(self) -> dict[Key, dict[str, Any]]:
        keys = [_key(item) for _, item in self.items if item.article]
        if not keys:
            return {}
        table = Article.__table__
        rows = self.connection.execute(select(table).where(tuple_(table.c.site, table.c.native_id).in_(keys)))
        return {(row["site"], row["native_id"]): dict(row) for row in rows.mappings()}

    def _draw(self, model: type[Base], count: int) -> list[int]:
        """Ids for `count` new rows: on SQLite the write lock makes them ours, on PostgreSQL the sequence does."""
        if count == 0:
            return []
        table = model.__tablename__
        if self.connection.dialect.name == "postgresql":
            statement = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
            return list(self.connection.scalars(statement, {"table": table, "count": count}))
        last = self.connection.scalar(select(func.max(model.__table__.c.id))) or 0
        return list(range(last + 1, last + 1 + count))

    def _add_article(self, place: int, item: Prepared, article_id: int) -> None:
        seen = self._observation(item)
        if item.capture:
            item.capture["article_id"] = article_id
        self.articles.append(
            {
                **item.article,
                "id": article_id,
                "first_captured_at": seen.at,
                "last_captured_at": seen.at,
                "revision": 1,
                "cluster_id": article_id,  # alone, until the duplicate finder says otherwise
            }
        )
        self.revisions.append(_revision(article_id, 1, seen, None, None))
        self.entries.append(fulltext.Entry(article_id, item.headline, item.body))
        self.indexed[place] = _indexed(self.articles[-1], item, revised=False)
        self._note(article_id, "new")
        self.stored[place] = Stored(state="new", capture_id=seen.capture_id, article_id=article_id)

    def _observation(self, item: Prepared) -> Observation:
        if item.capture:
            return Observation(True, item.capture["captured_at"], item.digest, item.capture["id"])
        return Observation(False, item.captured_at or self.now, item.digest)

    def _plans(self, old: Sequence[tuple[int, Prepared, dict[str, Any]]]) -> list[Plan]:
        """What each item changes about its article; the history is read for all of them at once."""
        ids = [row["id"] for _, _, row in old]
        if not ids:
            return []
        began: defaultdict[int, list[Observation]] = defaultdict(list)
        for article_id, capture_id, at, digest in self.connection.execute(
            select(Revision.article_id, Revision.capture_id, Revision.captured_at, Revision.digest)
            .where(Revision.article_id.in_(ids))
            .order_by(Revision.article_id, Revision.number)
        ):
            began[article_id].append(Observation(capture_id is not None, at, digest, capture_id))
        captures: defaultdict[int | None, list[Observation]] = defaultdict(list)
        for owner, capture_id, at, text_digest in self.connection.execute(
            select(Capture.article_id, Capture.id, Capture.captured_at, Capture.text_digest)
            .where(Capture.article_id.in_(ids), Capture.text_digest.is_not(None))
            .order_by(Capture.id)
        ):
            captures[owner].append(Observation(True, at, text_digest or "", capture_id))
        return [
            plan(row, item.article, self._observation(item), began[row["id"]], captures[row["id"]])
            for _, item, row in old
        ]

    def _change_article(self, place: int, item: Prepared, row: dict[str, Any], its: Plan) -> None:
        if its.revisions is not None:
            self._rewrite_revisions(item, row, its.revisions)
        if its.values:
            self.connection.execute(
                update(Article).where(Article.id == bindparam("key")), {"key": row["id"], **its.values}
            )
        if its.text_changed:
            before = fulltext.Entry(row["id"], tokens(row["headline"] or ""), tokens(row["body"]))
            fulltext.remove(self.connection, [before])
            self.entries.append(fulltext.Entry(row["id"], item.headline, item.body))
        if its.relink:
            self.indexed[place] = _indexed({**row, **its.values}, item if its.text_changed else None, revised=True)
        if its.change is not None:
            self._note(row["id"], its.change)
        self.stored[place] = Stored(
            state="revised" if its.change == "revised" else "unchanged",
            capture_id=item.capture.get("id"),
            article_id=row["id"],
            cluster_id=row["cluster_id"],
        )

    def _rewrite_revisions(self, item: Prepared, row: dict[str, Any], wanted: Sequence[Observation]) -> None:
        """Replace an article's few revisions. Every text but the present one is kept beside its revision."""
        texts: dict[str, tuple[str | None, str | None]] = {}
        for number, headline, body, digest in self.connection.execute(
            select(Revision.number, Revision.headline, Revision.body, Revision.digest).where(
                Revision.article_id == row["id"]
            )
        ):
            texts[digest] = (row["headline"], row["body"]) if number == row["revision"] else (headline, body)
        texts.setdefault(item.digest, (item.article["headline"], item.article["body"]))
        self.connection.execute(delete(Revision).where(Revision.article_id == row["id"]))
        rows = [_revision(row["id"], number, seen, *texts[seen.digest]) for number, seen in enumerate(wanted, 1)]
        rows[-1].update(headline=None, body=None)
        _write(self.connection, Revision, rows)

    def _link(self) -> None:
        """Let the duplicate finder see what is new, and note whose cluster changed."""
        if not self.indexed:
            return
        linked = {one.article_id: one for one in link(self.connection, list(self.indexed.values()), now=self.now)}
        told = {change["article_id"] for change in self.changes}
        for one in linked.values():
            for article_id in one.changed:
                if article_id not in told:
                    told.add(article_id)
                    self._note(article_id, "clustered")
        for place, indexed in self.indexed.items():
            its = linked[indexed.article_id]
            self.stored[place] = evolve(
                self.stored[place], cluster_id=its.cluster_id, duplicate=its.duplicate, relations=its.relations
            )

    def _note(self, article_id: int, kind: str) -> None:
        self.changes.append({"article_id": article_id, "kind": kind, "at": self.now})


def _revision(
    article_id: int, number: int, seen: Observation, headline: str | None, body: str | None
) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "number": number,
        "capture_id": seen.capture_id,
        "captured_at": seen.at,
        "headline": headline,
        "body": body,
        "digest": seen.digest,
    }


def _indexed(row: dict[str, Any], item: Prepared | None, *, revised: bool) -> Indexed:
    return Indexed(
        article_id=row["id"],
        site=row["site"],
        native_id=row["native_id"],
        url=row["url"],
        headline=row["headline"],
        body=row["body"],
        published_at=row["published_at"],
        published_precision=row["published_precision"],
        first_captured_at=row["first_captured_at"],
        revised=revised,
        complete=is_complete(row["flags"]),
        fingerprint=item.fingerprint if item is not None else None,
    )


def _write(connection: Connection, model: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(model.__table__), rows)  # type: ignore[arg-type]
