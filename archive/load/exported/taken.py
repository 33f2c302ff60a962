"""Articles with all that belongs to them, by ingest, some at a time, each batch all or nothing.

An article that the archive does not have comes in as it was: its revisions, captures, state and changes. Of one that it
has, what is new is told to ingest as if it had come in here: so both histories become one, in the order of time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import define, evolve, field
from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, update

from archive.export.datasets import Row
from archive.ingest.barred import barred
from archive.ingest.observations import Observation
from archive.ingest.prepare import Again, Prepared, add_indexes
from archive.ingest.rows import revision_row
from archive.ingest.transaction import ingest
from archive.load.exported.records import article, capture, identity, instant, moment
from archive.load.exported.staged import Staged
from archive.store.changes import log_changes
from archive.store.db import reading, writing
from archive.store.keys import key_in
from archive.store.models import Article, Capture, Change, CrawlRun, Revision
from archive.store.table import insert_rows

BATCH: Final = 100
_CAPTURES: Final = 400
_C: Any = Capture.__table__
_A: Any = Article.__table__

Key = tuple[str, str]


@define
class Taken:
    """What came in: articles that are new here, those whose history got longer, and captures."""

    new: int = 0
    revised: int = 0
    known: int = 0
    barred: int = 0
    captures: int = 0


@define
class Taking:
    """See the module. `run_id`: of this import; `now`: carries a zone."""

    engine: Engine
    staged: Staged
    run_id: int
    now: datetime
    taken: Taken = field(factory=Taken)
    _runs: dict[str, int] = field(factory=dict)

    def articles(self) -> Iterator[int]:
        """Take in the articles; how many are done, now and then."""
        done = 0
        for rows in self.staged.some("articles", BATCH):
            self._batch(rows)
            done += len(rows)
            yield done

    def captures(self) -> None:
        """Take in the captures that showed no article: before the articles, whose changes name some of them."""
        for rows in self.staged.some("captures", _CAPTURES, alone=True):
            with writing(self.engine) as connection:
                known = _known(connection, rows)
                new = [row for row in rows if row["id"] not in known]
                self._store(connection, [(row, Prepared(capture(row), {})) for row in new], known, {}, {})

    def _batch(self, rows: Sequence[Row]) -> None:
        ids = [row["id"] for row in rows]
        revisions, captures = self.staged.of("revisions", ids), self.staged.of("captures", ids)
        with reading(self.engine) as connection:
            keys = {_key(row) for row in rows}
            present = _present(connection, keys)
            refused = barred(connection, keys)
        self.taken.barred += len(refused)
        rows = [row for row in rows if _key(row) not in refused]
        new = [row for row in rows if _key(row) not in present]
        prepared = {row["id"]: add_indexes(_newest(row, revisions[row["id"]])) for row in new}
        again: list[tuple[Row, Row, Row]] = []
        with writing(self.engine) as connection:
            known = _known(connection, [one for row in rows for one in captures[row["id"]]])
            last = connection.scalar(select(func.max(Change.id))) or 0
            items: list[tuple[Row | None, Prepared]] = []
            for row in rows:
                its = [one for one in captures[row["id"]] if one["id"] not in known]
                if row["id"] in prepared:
                    items.append((None, prepared[row["id"]]))
                    items += [(one, Prepared(capture(one), {})) for one in its]
                else:
                    longer = self._longer(connection, row, present[_key(row)], revisions[row["id"]], its, again)
                    items += longer
                    self.taken.revised += bool(longer)
                    self.taken.known += not longer
            articles = {row["id"]: present[_key(row)] for row in rows if row["id"] not in prepared}
            self._store(connection, items, known, articles, {_key(row): row["id"] for row in new})
            self._as_they_were(connection, new, revisions, articles, last)
        self.staged.note("articles", [(row["id"], articles[row["id"]], row["id"] in prepared) for row in rows])
        self.taken.new += len(new)
        self._read_otherwise(again)

    def _longer(
        self,
        connection: Connection,
        row: Row,
        article_id: int,
        revisions: Sequence[Row],
        captures: Sequence[Row],
        again: list[tuple[Row, Row, Row]],
    ) -> list[tuple[Row | None, Prepared]]:
        """What of an article's history is new to the one that is here, as items. `again` gets what our rules read
        otherwise, a capture and its two texts."""
        columns = (Revision.capture_id, Revision.captured_at, Revision.digest)
        here = {
            (one is not None, at, digest)
            for one, at, digest in connection.execute(select(*columns).where(Revision.article_id == article_id))
        }
        by_id = {one["id"]: one for one in captures}
        texts = {one["digest"]: one for one in revisions}
        items: list[tuple[Row | None, Prepared]] = []
        used = set()
        for one in revisions:
            at, its = instant(one["captured_at"]), by_id.get(one["capture_id"] or 0)
            if (one["capture_id"] is not None, at, one["digest"]) in here:
                continue
            shows = None if one["capture_id"] is None else self._capture_of(row, one)
            if one["cause"] == "extractor" and shows is not None:
                again.append((row, one, shows))
            elif its is not None and its["id"] not in used:
                used.add(its["id"])
                made = add_indexes(article(row, at=at, cause="publisher", text=one))
                shown = {**capture(its), "text_digest": made.digest}
                items.append((its, evolve(made, capture=shown, captured_at=None)))
            elif shows is None:
                items.append((None, add_indexes(article(row, at=at, cause="import", text=one))))
        for its in captures:
            if its["id"] in used:
                continue
            text = texts.get(its["text_digest"] or "")
            if text is None:
                items.append((its, Prepared(capture(its), {})))
                continue
            made = add_indexes(article(row, at=instant(its["captured_at"]), cause="publisher", text=text))
            items.append((its, evolve(made, capture={**capture(its), "text_digest": made.digest}, captured_at=None)))
        return items

    def _capture_of(self, row: Row, revision: Row) -> Row | None:
        """None where the export does not have it: it may be a withdrawn article's."""
        its = self.staged.of("captures", [row["id"]])[row["id"]]
        return next((one for one in its if one["id"] == revision["capture_id"]), None)

    def _store(
        self,
        connection: Connection,
        items: Sequence[tuple[Row | None, Prepared]],
        known: dict[int, int],
        articles: dict[int, int],
        new: dict[Key, int],
    ) -> None:
        """Hand items to ingest. `articles`: the numbers here of articles, by those there; it gets those that are new,
        `new`: their numbers there."""
        stored = ingest(connection, [item for _, item in items], run_id=self.run_id, now=self.now)
        captures = dict(known)
        fresh: dict[int, Row] = {}
        for (row, item), its in zip(items, stored, strict=True):
            if row is not None and its.capture_id is not None:
                captures[row["id"]] = its.capture_id
                fresh[its.capture_id] = row
            if item.article and (item.article["site"], item.article["native_id"]) in new and its.article_id:
                articles[new[item.article["site"], item.article["native_id"]]] = its.article_id
        self.staged.note("captures", [(old, one, one in fresh) for old, one in captures.items()])
        self.taken.captures += len(fresh)
        if fresh:
            runs = self._runs_of(connection, {row["crawler"] for row in fresh.values() if row["crawler"]})
            foreign = [{"key": key, "its_run": runs.get(row["crawler"] or "")} for key, row in fresh.items()]
            connection.execute(_FOREIGN, foreign)
            owners = {key: articles.get(row["article_id"] or 0) for key, row in fresh.items()}
            owned = [{"key": key, "its_article": owner} for key, owner in owners.items() if owner is not None]
            if owned:
                connection.execute(_OWNED, owned)

    def repeats(self) -> None:
        """Name the capture whose payload a capture showed again, where both are here now."""
        for rows in self.staged.some("captures", _CAPTURES):
            told = {row["id"]: row["repeats_id"] for row in rows if row["repeats_id"] is not None}
            here = self.staged.here("captures", [*told, *told.values()])
            pairs = [{"key": here[one], "its": here[of]} for one, of in told.items() if one in here and of in here]
            if pairs:
                with writing(self.engine) as connection:
                    connection.execute(_REPEATS, pairs)

    def _runs_of(self, connection: Connection, crawlers: Collection[str]) -> dict[str, int]:
        """A run of each crawler, so that its captures are known as its own."""
        for name in sorted(set(crawlers) - self._runs.keys()):
            found = connection.scalar(select(func.min(CrawlRun.id)).where(CrawlRun.crawler == name))
            if found is None:
                values = {"kind": "import", "sites": [], "started_at": self.now, "finished_at": self.now}
                made = insert(CrawlRun).values(**values, state="finished", exit_code=0, crawler=name)
                found = connection.execute(made.returning(CrawlRun.id)).scalar_one()
            self._runs[name] = found
        return self._runs

    def _as_they_were(
        self,
        connection: Connection,
        new: Sequence[Row],
        revisions: dict[int, list[Row]],
        articles: dict[int, int],
        last: int,
    ) -> None:
        """Give articles that are new here the history that they had: ingest has told that of today. Where the export
        has no revisions, that is all there is."""
        new = [row for row in new if revisions[row["id"]]]
        if not new:
            return
        here = [articles[row["id"]] for row in new]
        its = self.staged.here("captures", [one["capture_id"] for row in new for one in revisions[row["id"]]])
        connection.execute(delete(Revision).where(Revision.article_id.in_(here)))
        rows: list[dict[str, Any]] = []
        states = []
        for row in new:
            told = revisions[row["id"]]
            for one in told:
                text = article(row, at=instant(one["captured_at"]), cause=one["cause"], text=one)
                present = one is told[-1]
                seen = Observation(
                    one["capture_id"] is not None,
                    instant(one["captured_at"]),
                    text.digest,
                    its.get(one["capture_id"] or 0),
                    one["cause"],
                )
                texts = (None, None) if present else (text.article["headline"], text.article["body"])
                rows.append(revision_row(articles[row["id"]], one["number"], seen, *texts))
            states.append(
                {
                    "key": articles[row["id"]],
                    "its_state": row["state"],
                    "number": told[-1]["number"],
                    "first": instant(row["first_captured_at"]),
                    "last": instant(row["last_captured_at"]),
                }
            )
        insert_rows(connection, Revision, rows)
        connection.execute(_STATE, states)
        told_now = (Change.id > last, Change.at == self.now)
        others = connection.scalars(select(Change.article_id).where(*told_now).distinct()).all()
        made = self.staged.there("articles", others, made=True)
        connection.execute(delete(Change).where(*told_now, Change.article_id.in_([*here, *made])))
        log_changes(connection, self._changes(new, articles))

    def _changes(self, new: Sequence[Row], articles: dict[int, int]) -> list[dict[str, Any]]:
        told = [one for its in self.staged.of("changes", [row["id"] for row in new]).values() for one in its]
        between = ("after_capture_id", "before_capture_id")
        captures = self.staged.here("captures", [one[name] for one in told for name in between])
        return [
            {
                "article_id": articles[one["article_id"]],
                "kind": one["kind"],
                "at": instant(one["noticed_at"]),
                "cause": one["cause"],
                "after_at": moment(one["after_at"]),
                "before_at": moment(one["before_at"]),
                **{name: captures.get(one[name] or 0) for name in between},
            }
            for one in sorted(told, key=lambda one: one["id"])
        ]

    def _read_otherwise(self, again: Sequence[tuple[Row, Row, Row]]) -> None:
        """Texts that our rules read in captures that are here: as reading them anew tells it."""
        for row, revision, its in again:
            here = self.staged.here("captures", [its["id"]])
            if its["id"] not in here:
                continue
            at = instant(its["captured_at"])
            made = add_indexes(article(row, at=at, cause="extractor", text=revision))
            number = here[its["id"]]
            read = {**capture(its), "text_digest": made.digest}
            item = evolve(
                made,
                capture=read,
                captured_at=None,
                again=Again(capture_id=number, shows_id=number, at=at, showed=True),
            )
            with writing(self.engine) as connection:
                ingest(connection, [item], run_id=self.run_id, now=self.now)


_FOREIGN: Final = update(_C).where(_C.c.id == bindparam("key")).values(run_id=bindparam("its_run"))
_REPEATS: Final = (
    update(_C).where(_C.c.id == bindparam("key"), _C.c.repeats_id.is_(None)).values(repeats_id=bindparam("its"))
)
_OWNED: Final = update(_C).where(_C.c.id == bindparam("key")).values(article_id=bindparam("its_article"))
_STATE: Final = (
    update(_A)
    .where(_A.c.id == bindparam("key"))
    .values(
        state=bindparam("its_state"),
        revision=bindparam("number"),
        first_captured_at=bindparam("first"),
        last_captured_at=bindparam("last"),
    )
)


def _key(row: Row) -> Key:
    return row["site"], row["native_id"]


def _newest(row: Row, revisions: Sequence[Row]) -> Prepared:
    return article(row, at=instant(row["first_captured_at"]), cause=revisions[-1]["cause"] if revisions else "import")


def _present(connection: Connection, keys: Collection[Key]) -> dict[Key, int]:
    columns = (Article.site, Article.native_id, Article.id)
    found = connection.execute(select(*columns).where(key_in(connection, (Article.site, Article.native_id), keys)))
    return {(site, native_id): key for site, native_id, key in found}


def _known(connection: Connection, rows: Sequence[Row]) -> dict[int, int]:
    """The numbers here of the captures that are here, by those there."""
    wanted: defaultdict[tuple[str, str | None, datetime], list[int]] = defaultdict(list)
    for row in rows:
        wanted[identity(capture(row))].append(row["id"])
    if not wanted:
        return {}
    columns = (Capture.url, Capture.digest, Capture.captured_at, Capture.id)
    urls = {(url,) for url, _, _ in wanted}
    found: dict[int, int] = {}
    for url, digest, at, key in connection.execute(select(*columns).where(key_in(connection, (Capture.url,), urls))):
        found.update(dict.fromkeys(wanted.get((url, digest, at), ()), key))
    return found
