"""One round of the ingest transaction: items no two of which are of one article or one capture, written together.

A statement costs much and a row little: ids are drawn ahead, so that every row of a round is known before the first is
written, and each table is written by one executemany. What was handed in stays as it was.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast

from attrs import define, evolve, field, frozen
from sqlalchemy import Connection, func, select, text, update

from archive.dedup.linking import link
from archive.dedup.types import Indexed
from archive.ingest.barred import barred
from archive.ingest.changing import change_article
from archive.ingest.corrected import Standing, extracted, keep_extracted, stand_on, standing
from archive.ingest.observations import Observation
from archive.ingest.prepare import Again, Prepared
from archive.ingest.repeated import repeated
from archive.ingest.revising import Plan, as_heard, plan
from archive.ingest.rows import (
    article_number,
    between,
    capture_number,
    draws_article,
    draws_capture,
    indexed,
    known_articles,
    known_captures,
    revision_row,
)
from archive.store import fulltext
from archive.store.changes import entry, log_changes
from archive.store.finding import names
from archive.store.models import Article, Capture, Revision
from archive.store.records import Cause, IngestState, Stored
from archive.store.table import Base, insert_rows
from archive.watch.presence import gone_key, note_states, was_gone
from archive.watch.states import State

Key = tuple[str, str]

_READ: Final = ("outcome", "template", "detail", "agreement", "whole_share", "site", "native_id", "part")
"""The columns of a capture that follow from how its record is read."""
_OURS: Final[Cause] = "publisher"
"""What a capture shows the publisher did, unless it is said otherwise."""


def key_of(item: Prepared) -> Key:
    """The site and native id of the article that an item holds."""
    return item.article["site"], item.article["native_id"]


def article_of(item: Prepared) -> Key | None:
    """The article that an item tells something of: the one that it holds or showed again, or the one that it shows to
    be no more."""
    if item.article:
        return key_of(item)
    if item.repeats is not None or item.again is not None:
        key = item.capture["site"], item.capture["native_id"]
        if all(key):
            return key
    return gone_key(item.capture) if item.capture else None


def _identity(item: Prepared) -> tuple[str, str, datetime] | None:
    """What tells that a capture is one that is there: address, digest and time. Its place does not: a file may be
    written anew under its old name."""
    if not item.capture or item.capture["digest"] is None:
        return None
    return item.capture["url"], item.capture["digest"], item.capture["captured_at"]


@frozen
class _Taken:
    """An item of the round, and the numbers of its rows. `present`: the article's row as it stands, None for a new one;
    `article_id` is None where the item holds no article, `capture_id` where it holds no capture."""

    place: int
    item: Prepared
    capture_id: int | None
    article_id: int | None
    present: dict[str, Any] | None
    seen: Observation

    @property
    def is_fresh(self) -> bool:
        """Whether it brings a capture."""
        return self.capture_id is not None and self.item.again is None

    @property
    def tells(self) -> bool:
        """Whether it brings a look at an article: a capture, or one that nobody could read before."""
        return self.is_fresh or (self.item.again is not None and not self.item.again.showed)

    @property
    def key(self) -> Key | None:
        """The article's site and native id."""
        return (self.present["site"], self.present["native_id"]) if self.present is not None else article_of(self.item)


@define
class Round:
    """See the module. `take` items, `store` them once; `stored` says what became of each, by its place."""

    connection: Connection
    run_id: int | None
    now: datetime
    items: list[tuple[int, Prepared]] = field(factory=list)
    stored: dict[int, Stored] = field(factory=dict)
    articles: list[dict[str, Any]] = field(factory=list)
    revisions: list[dict[str, Any]] = field(factory=list)
    changes: list[dict[str, Any]] = field(factory=list)
    entries: list[fulltext.Entry] = field(factory=list)
    left: list[fulltext.Entry] = field(factory=list)
    indexed: dict[int, Indexed] = field(factory=dict)
    repeated: dict[int, dict[str, Any]] = field(factory=dict)
    erased: dict[int, int] = field(factory=dict)

    def take(self, waiting: list[tuple[int, Prepared]]) -> list[tuple[int, Prepared]]:
        """Take the items that one round may hold; the rest is handed back."""
        keys: set[object] = set()
        later = []
        for place, item in waiting:
            own = {key for key in (article_of(item), _identity(item), item.repeats) if key is not None}
            if keys & own:
                later.append((place, item))
            else:
                self.items.append((place, item))
            keys |= own  # also where it waits: its followers wait behind it
        return later

    def store(self) -> None:
        """Write the round."""
        self._leave_out_known_captures()
        self._leave_out_erased()
        self._find_repeated()
        taken = self._number()
        old = [(one, one.present) for one in taken if one.present is not None]
        plans = self._plans(old)
        for one in taken:
            if one.article_id is None:
                self.stored[one.place] = Stored(state="no_article", capture_id=one.capture_id)
            elif one.present is None:
                self._add_article(one, one.article_id)
        insert_rows(self.connection, Article, self.articles)
        insert_rows(self.connection, Capture, [self._capture(one) for one in taken if one.is_fresh])
        for one in taken:
            if one.item.again is not None:
                self._read_anew(one, one.item.again)
        insert_rows(self.connection, Revision, self.revisions)
        for (one, row), its_plan in zip(old, plans, strict=True):
            self._change_article(one, row, its_plan)
        self._watch(taken)
        self._link()
        log_changes(self.connection, self.changes)
        names.add(self.connection, self.articles)
        fulltext.replace(self.connection, self.left, self.entries)

    def _leave_out_known_captures(self) -> None:
        """A record that was stored before, from whatever file, is not looked at again."""
        places = {
            identity: place
            for place, item in self.items
            if item.again is None and (identity := _identity(item)) is not None
        }
        if not places:
            return
        rows = known_captures(self.connection, {identity[:2] for identity in places})
        for url, digest, captured_at, capture_id, article_id, cluster_id in rows:
            place = places.get((url, digest or "", captured_at))
            if place is not None:
                state: IngestState = "no_article" if article_id is None else "unchanged"
                self.stored[place] = Stored(
                    state=state, capture_id=capture_id, article_id=article_id, cluster_id=cluster_id
                )
        self.items = [(place, item) for place, item in self.items if place not in self.stored]

    def _leave_out_erased(self) -> None:
        """Of an article that a person had erased, nothing is stored but that a capture showed it."""
        found = barred(self.connection, {key_of(item) for _, item in self.items if item.article})
        if not found:
            return
        items = []
        for place, item in self.items:
            if not item.article or key_of(item) not in found:
                items.append((place, item))
            elif item.capture:
                self.erased[place] = found[key_of(item)]
                capture = {**item.capture, "outcome": "withdrawn", "text_digest": None, "template": None}
                items.append((place, evolve(item, article={}, digest="", capture=capture)))
            else:
                self.stored[place] = Stored(state="no_article")
        self.items = items

    def _find_repeated(self) -> None:
        """A capture without a payload of its own showed what the one showed that it repeats. Where the archive does not
        have that one, it says nothing, and is left out."""
        if not any(item.repeats for _, item in self.items):
            return
        found = repeated(self.connection, [item for _, item in self.items])
        items = []
        for place, item in self.items:
            if item.repeats is None:
                items.append((place, item))
            elif (its := found.get(item.repeats)) is None:
                self.stored[place] = Stored(state="no_article")
            else:
                capture = {**item.capture, **its.capture}
                if item.article:  # with other pages it shows more than the one that it repeats did
                    items.append((place, evolve(item, capture={**capture, "text_digest": item.digest})))
                    continue
                items.append((place, evolve(item, capture=capture, digest=its.digest)))
                if its.article is not None:
                    self.repeated[place] = its.article
        self.items = items

    def _number(self) -> list[_Taken]:
        """Give every row that the round will write its number."""
        captures = iter(self._draw(Capture, sum(draws_capture(item) for _, item in self.items)))
        present = self._present_articles()
        new = sum(draws_article(item) and key_of(item) not in present for _, item in self.items)
        articles = iter(self._draw(Article, new))
        taken = []
        for place, item in self.items:
            capture_id = next(captures) if draws_capture(item) else capture_number(item)
            row = present.get(key_of(item)) if item.article else self.repeated.get(place)
            article_id = row["id"] if row else next(articles) if draws_article(item) else article_number(item)
            seen = self._observation(item, capture_id)
            taken.append(_Taken(place, item, capture_id, article_id, row, seen))
        return taken

    def _present_articles(self) -> dict[Key, dict[str, Any]]:
        keys = [key_of(item) for _, item in self.items if item.article]
        if not keys:
            return {}
        rows = known_articles(self.connection, keys)
        return {(row["site"], row["native_id"]): dict(row) for row in rows.mappings()}

    def _observation(self, item: Prepared, capture_id: int | None) -> Observation:
        if item.again is not None:
            return Observation(True, item.again.at, item.digest, capture_id, item.cause or "extractor")
        if item.capture:
            return Observation(True, item.capture["captured_at"], item.digest, capture_id, item.cause or _OURS)
        return Observation(False, item.captured_at or self.now, item.digest, None, item.cause or "import")

    def _watch(self, taken: Sequence[_Taken]) -> None:
        """Note what these captures change about the states of the articles that they show, or show to be no more."""
        fresh = {one.capture_id or 0: key for one in taken if one.tells and (key := one.key) is not None}
        new = {key_of(one.item) for one in taken if one.item.article and one.present is None}
        away = {
            key
            for one in taken
            if (key := one.key) is not None and one.present is not None and one.present["state"] != State.LIVE
        }
        gone = {key for one in taken if one.item.capture and (key := gone_key(one.item.capture)) is not None}
        self.changes += note_states(self.connection, fresh, gone | away | was_gone(self.connection, new), self.now)

    def _read_anew(self, one: _Taken, again: Again) -> None:
        """What is known of a stored capture's record by today's rules; the look that showed it last shows that text."""
        read = {name: one.item.capture[name] for name in _READ} | {"article_id": one.article_id}
        changes = {again.capture_id: read | {"extractor": one.item.capture["extractor"]}}
        changes.setdefault(again.shows_id, dict(read))
        changes[again.shows_id]["text_digest"] = one.item.digest or None
        for key, values in changes.items():
            self.connection.execute(update(Capture).where(Capture.id == key).values(values))

    def _capture(self, one: _Taken) -> dict[str, Any]:
        run_id = one.item.numbers.run if one.item.numbers is not None else self.run_id
        article_id = self.erased.get(one.place, one.article_id)
        return {**one.item.capture, "id": one.capture_id, "run_id": run_id, "article_id": article_id}

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

    def _add_article(self, one: _Taken, article_id: int) -> None:
        self.articles.append(
            {
                **one.item.article,
                "id": article_id,
                "first_captured_at": one.seen.at,
                "last_captured_at": one.seen.at,
                "revision": 1,
                "cluster_id": article_id,  # alone, until the duplicate finder says otherwise
            }
        )
        self.revisions.append(revision_row(article_id, 1, one.seen, None, None))
        self.entries.append(fulltext.Entry(article_id, one.item.headline, one.item.body))
        self.indexed[one.place] = indexed(self.articles[-1], one.item, revised=False)
        self.changes.append(entry(article_id, "new", self.now, one.seen.cause))
        self.stored[one.place] = Stored(state="new", capture_id=one.capture_id, article_id=article_id)

    def _plans(self, old: Sequence[tuple[_Taken, dict[str, Any]]]) -> list[Plan]:
        """What each item changes about its article; the history is read for all of them at once."""
        ids = [row["id"] for _, row in old]
        if not ids:
            return []
        began: defaultdict[int, list[Observation]] = defaultdict(list)
        causes: dict[int | None, Cause] = {}
        for article_id, capture_id, at, digest, told in self.connection.execute(
            select(Revision.article_id, Revision.capture_id, Revision.captured_at, Revision.digest, Revision.cause)
            .where(Revision.article_id.in_(ids))
            .order_by(Revision.article_id, Revision.number)
        ):
            cause = cast("Cause", told)
            if cause != "person":
                causes[capture_id] = cause
            began[article_id].append(Observation(capture_id is not None, at, digest, capture_id, cause))
        captures: defaultdict[int | None, list[Observation]] = defaultdict(list)
        for owner, capture_id, at, text_digest in self.connection.execute(
            select(Capture.article_id, Capture.id, Capture.captured_at, Capture.text_digest)
            .where(Capture.article_id.in_(ids), Capture.text_digest.is_not(None))
            .order_by(Capture.id)
        ):
            captures[owner].append(Observation(True, at, text_digest or "", capture_id, causes.get(capture_id, _OURS)))
        for one, row in old:
            if one.item.again is not None:
                others = [seen for seen in captures[row["id"]] if seen.capture_id != one.capture_id]
                captures[row["id"]] = [*others, one.seen]
        said = standing(self.connection, ids)
        return [
            self._plan(one, row, began[row["id"]], captures[row["id"]], said.get(row["id"], [])) for one, row in old
        ]

    def _plan(
        self,
        one: _Taken,
        row: dict[str, Any],
        began: list[Observation],
        captures: list[Observation],
        said: Sequence[Standing],
    ) -> Plan:
        """What an item changes, below what a person said of the article."""
        article, capture = one.item.article, one.item.capture
        if not said and all(other.cause != "person" for other in began):
            return plan(row, as_heard(row, article, capture), one.seen, began, captures)
        shown = [other for other in began if other.cause != "person"]
        below = {**extracted(row, said), "revision": len(shown)}
        base = plan(below, as_heard(below, article, capture), one.seen, shown, captures)
        keep_extracted(self.connection, {**below, **base.values}, said, self.now)
        return stand_on(base, below, row, said, began)

    def _change_article(self, one: _Taken, row: dict[str, Any], its: Plan) -> None:
        texts = [one.item.article] if one.item.article else []
        made = change_article(self.connection, row, its, texts, one.item)
        if made.left is not None and made.entry is not None:
            self.left.append(made.left)
            self.entries.append(made.entry)
        if made.indexed is not None:
            self.indexed[one.place] = made.indexed
        if its.change is not None:
            self.changes.append(between(entry(row["id"], its.change, self.now, one.seen.cause), its.after, one.seen))
        self.stored[one.place] = Stored(
            state="revised" if its.change == "revised" else "unchanged",
            capture_id=one.capture_id,
            article_id=row["id"],
            cluster_id=row["cluster_id"],
        )

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
                    self.changes.append(entry(article_id, "clustered", self.now))
        for place, new in self.indexed.items():
            its = linked[new.article_id]
            self.stored[place] = evolve(
                self.stored[place], cluster_id=its.cluster_id, duplicate=its.duplicate, relations=its.relations
            )
