"""One archive, opened: asked, and filled."""

import json
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from attrs import frozen

from archive.errors import UsageError
from archive.export.datasets import DATASETS, Row, articles
from archive.settings import resolve_home
from archive.store.db import open_engine, reading, writing
from archive.store.records import Item
from archive.times import show_time
from crawler.capture.role import resolve
from crawler.pages.page import Page

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from archive.dedup.matching import Answer
    from archive.query.search import Results
    from crawler.run.run import Run

Sort = Literal["relevance", "time", "copies", "change"]


@frozen(kw_only=True)
class Ingested:
    """What became of articles that were to be stored. `new`; `duplicate`: of the new ones, those that carry the text of
    another article; `revised`: were there with another text; `known`: were there. `failed`: hold no article. `broken`:
    which records these were, by their place among the records, from 1, and why; the first thousand."""

    new: int
    duplicate: int
    revised: int
    known: int
    failed: int
    broken: tuple[tuple[int, str], ...] = ()


_PAGES = 200
"""So many pages are stored in one transaction."""


class Archive:
    """An archive. A context, or to be closed; opened by the first thing that is asked of it. May be used by several
    threads at once.

    `where`: its folder, as for `jianbao --home`; or the address of a database (`postgresql+psycopg://…`), whose folder
    is then the one that `JIANBAO_HOME` names. Without it: `JIANBAO_HOME` and `JIANBAO_DATABASE`, else `./jianbao-data`.
    What stands in the folder's `jianbao.toml` and in the environment is in force (docs/settings.md).

    Articles, stories and changes are `dict`s of plain values, as the export of format 2 has them: docs/data.md names
    every field, and fields are only ever added. Times in them are texts, `…_utc` and the like in UTC.

    What reads raises `DatabaseUnavailable` where there is no archive, and `SchemaMismatch` where another version of
    Jianbao made it (`jianbao db upgrade`). Nothing that reads makes or changes anything.
    """

    def __init__(self, where: str | Path | None = None) -> None:
        named = None if where is None else str(where)
        self._home = resolve_home(database=named) if named and "://" in named else resolve_home(named)
        self._engine: Engine | None = None
        self._opening = threading.Lock()
        self._filling = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Archive({str(self._home.path)!r})"

    def close(self) -> None:
        """Close the connections to the database. What is asked afterwards opens them again."""
        with self._opening:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()

    def search(
        self,
        query: str = "",
        *,
        sites: Iterable[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        every_copy: bool = False,
        sort: Sort = "relevance",
        limit: int = 20,
        cursor: str | None = None,
    ) -> "Results":
        """A page of the articles that a query finds, as `jianbao search` does (docs/search.md has the language).

        `sites`: of these alone. `since`, `until`: published from then on, and before then; with a zone. `every_copy`:
        each article is a hit, else each story. `limit`: the most hits, up to 10,000. `cursor`: `next_cursor` of the
        page before. Raises `QueryError`, which says how to write what cannot be read, and `UsageError`.
        """
        from archive.query import search as its

        asked = its.Asked(query, tuple(sites), since, until, every_copy, its.Sort(sort))
        with reading(self._opened()) as connection:
            return its.search(connection, asked, limit=limit, cursor=cursor)

    def get(self, article: int | str) -> Row:
        """One article: by its number here, `site:native_id`, or an address that leads to it. Raises `NotFound`, of a
        withdrawn one too."""
        from archive.query.lookup import find_article

        with reading(self._opened()) as connection:
            [row] = articles.of(connection, [find_article(connection, str(article), resolve)])
            return row

    def match(
        self,
        text: str,
        *,
        headline: str | None = None,
        published_at: datetime | None = None,
        explain: bool = False,
    ) -> "Answer":
        """Whether a text is in the archive, and as what: its copies, excerpts, longer and newer versions, the closest
        first, each with its evidence (docs/duplicates.md). Nothing is stored.

        `published_at`: of the text, with a zone. `explain`: tell of what it was compared with and is apart, too.
        """
        from archive.dedup.matching import Query, match

        query = Query(id="", body=text, published_at=published_at, headline=headline)
        with reading(self._opened()) as connection:
            return next(match(connection, [query], explain=explain))

    def articles(self, query: str | None = None) -> Iterator[Row]:
        """Every article by its number; or those that a query finds, each copy of a story, in the order of the hits.
        Memory stays flat, and the archive is read in one state from begin to end."""
        if query is None:
            return self._rows("articles")
        return self._found(query)

    def stories(self) -> Iterator[Row]:
        """Every story, by its number: the articles that carry the same text."""
        return self._rows("stories")

    def changes(self) -> Iterator[Row]:
        """What happened to articles, by its number: revisions with their edits, disappearances, returns."""
        return self._rows("changes")

    def ingest(self, items: Iterable[Page | Mapping[str, Any]], *, site: str | None = None) -> Ingested:
        """Store articles: pages that `extract` has read, and records in any shape that `jianbao import` reads (headline
        or title, body or text, url, published_at …). What is stored already is known, and not stored again; reprints
        are recognised. The archive is made where there is none. Stands in `jianbao runs` as an import.

        `site`: whose articles the records without an address are. A record that holds no article is counted and named
        in what comes back, as a page without one is counted. Raises `StorageError`, and `AlreadyRunning` while an
        import of another process works at this archive; what was stored until then stays.
        """
        from crawler.run.run import open_run

        with self._filling:
            run = open_run(self._home, [], kind="import")
            try:
                summary = _fill(run, items, site)
            except BaseException:
                run.stopped = True
                raise
            finally:
                run.answered = True
                run.finish()
        return summary

    def _opened(self) -> "Engine":
        with self._opening:
            if self._engine is None:
                self._engine = open_engine(self._home.database)
            return self._engine

    def _rows(self, dataset: str) -> Iterator[Row]:
        with reading(self._opened()) as connection:
            yield from DATASETS[dataset].rows(connection, None)

    def _found(self, query: str) -> Iterator[Row]:
        from archive.query.search import Asked, rows

        with reading(self._opened()) as connection:
            yield from rows(connection, Asked(query, every_copy=True))


def _fill(run: "Run", items: Iterable[Page | Mapping[str, Any]], site: str | None) -> Ingested:
    """Pages some at a time, and records by the file that an import reads."""
    from archive.load.articles import Asked, import_articles

    with tempfile.TemporaryDirectory(prefix="jianbao-ingest-") as folder:
        path = Path(folder, "records.jsonl")
        pages: list[Page] = []
        shown = []
        with path.open("w", encoding="utf-8") as file:
            for item in items:
                if isinstance(item, Page):
                    pages.append(item)
                else:
                    file.write(json.dumps(item, ensure_ascii=False, default=_plain) + "\n")
                if len(pages) == _PAGES:
                    shown.append(_store(run, pages))
                    pages = []
        shown.append(_store(run, pages))
        asked = Asked(resolve=resolve, site=site)
        summary = import_articles(run.engine, path, asked=asked, run_id=run.run_id, on_stored=run.counts.add)
    for stored, without in shown:
        summary.add(stored)
        summary.failed += without
    return Ingested(
        new=summary.new,
        duplicate=summary.duplicate,
        revised=summary.revised,
        known=summary.known,
        failed=summary.failed,
        broken=tuple((one.line, one.reason) for one in summary.broken),
    )


def _store(run: "Run", pages: list[Page]) -> tuple[list[Any], int]:
    """Store the articles of pages; what became of each, and how many pages show none."""
    from archive.ingest.transaction import ingest

    found = [one for page in pages if (one := page.article()) is not None]
    items = [Item(capture=None, article=one) for one in found]
    with writing(run.engine) as connection:
        stored = ingest(connection, items, run_id=run.run_id, now=datetime.now(UTC))
    run.counts.add(stored)
    return stored, len(pages) - len(found)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise UsageError(f"a time without a zone: {value}; give it one")
        return show_time(value)
    raise UsageError(f"a record holds a {type(value).__name__}, which is no value of JSON")
