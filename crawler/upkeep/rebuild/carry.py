"""What only the old database knew, brought over: every table that no record and no text gives."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from archive.dedup import tables
from archive.errors import JianbaoError
from archive.export import tables as export_tables  # noqa: F401 - they are carried, too
from archive.ingest.prepare import text_digest
from archive.store import people  # noqa: F401 - so are its own
from archive.store.finding import searches  # noqa: F401 - and these
from archive.store.models import Article, Capture, CrawlRun, Revision
from archive.store.scheme import DedupScheme
from archive.store.table import Base

CHUNK: Final = 500
_REPLAYED: Final = (CrawlRun, Article, Capture, Revision)
_ANEW: Final = (
    *(tables.Link, tables.DedupText, tables.DedupFresh, tables.DedupRun, tables.DedupBlock),
    *(tables.DedupPassage, tables.DedupState, DedupScheme),
)
"""Computed from the texts."""

_A: Any = Article.__table__
_R: Any = Revision.__table__


def carried() -> list[Table]:
    """The tables that are brought over as they are, those first that others name."""
    other = {model.__table__ for model in (*_REPLAYED, *_ANEW)}
    return [table for table in Base.metadata.sorted_tables if table not in other]


def carry(old: Connection, new: Connection) -> list[str]:
    """Bring over all that is `carried`; the tables that cannot be read."""
    lost = []
    for table in reversed(carried()):
        new.execute(delete(table))  # what the replay said of its own day
    for table in carried():
        try:
            for rows in chunks(old, table):
                new.execute(insert(table), rows)
        except (JianbaoError, DBAPIError):
            lost.append(table.name)
    return lost


def chunks(old: Connection, table: Any) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table, some at a time, in the order of its key."""
    found = old.execution_options(yield_per=CHUNK).execute(select(table).order_by(*table.primary_key.columns))
    for rows in found.mappings().partitions(CHUNK):
        yield [dict(row) for row in rows]


def restore_history(old: Connection, new: Connection) -> int:
    """Each article's revisions, its times, its cluster and its withdrawal as they were, where its present text is the
    one of then; how many have another one now, and keep the history that their captures give."""
    anew: list[int] = []
    kept: list[dict[str, Any]] = []
    wanted: list[dict[str, Any]] = []
    for articles in chunks(old, _A):
        ids = [row["id"] for row in articles]
        present, told = _digests(new, ids), _told(old, ids)
        for row in articles:
            digest = text_digest(row["headline"], row["body"], row["flags"])
            stays = {"key": row["id"], "cluster_id": row["cluster_id"], "withdrawn_at": row["withdrawn_at"]}
            if present.get(row["id"]) == digest and _is_sound(told[row["id"]], row["revision"], digest):
                times = {name: row[name] for name in ("first_captured_at", "last_captured_at", "revision")}
                wanted.append({**stays, **times})
            else:
                anew.append(row["id"])
                wanted.append(stays)
    for row in wanted:
        new.execute(update(_A).where(_A.c.id == row.pop("key")).values(row))
    for some in _parts(anew):
        kept += [dict(row) for row in new.execute(select(_R).where(_R.c.article_id.in_(some))).mappings()]
    there = {key for (key,) in new.execute(select(_A.c.id))}
    known = {key for (key,) in old.execute(select(_A.c.id))}
    for some in _parts(sorted(there - known)):
        kept += [dict(row) for row in new.execute(select(_R).where(_R.c.article_id.in_(some))).mappings()]
    new.execute(delete(_R))
    apart = set(anew)
    for rows in chunks(old, _R):
        rows = [row for row in rows if row["article_id"] in there and row["article_id"] not in apart]
        if rows:
            new.execute(insert(_R), rows)
    last = max(new.scalar(select(func.max(_R.c.id))) or 0, old.scalar(select(func.max(_R.c.id))) or 0)
    if kept:
        new.execute(insert(_R), [{**row, "id": last + number} for number, row in enumerate(kept, 1)])
    return len(anew)


def restore_times(old: Connection, new: Connection) -> None:
    """When each link was found first, where it was found again."""
    link: Any = tables.Link.__table__
    same = (link.c.article_id == bindparam("one"), link.c.other_id == bindparam("other"))
    dated = update(link).where(*same).values(at=bindparam("found"))
    for rows in chunks(old, link):
        found = [{"one": row["article_id"], "other": row["other_id"], "found": row["at"]} for row in rows]
        new.execute(dated, found)


def _told(old: Connection, ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    query = select(_R.c.article_id, _R.c.number, _R.c.digest).where(_R.c.article_id.in_(ids)).order_by(_R.c.number)
    found: dict[int, list[tuple[int, str]]] = {key: [] for key in ids}
    for article_id, number, digest in old.execute(query):
        found[article_id].append((number, digest))
    return found


def _is_sound(told: Sequence[tuple[int, str]], revision: int, digest: str) -> bool:
    """Whether these are all of an article's revisions, the last of them its present text."""
    return [number for number, _ in told] == list(range(1, revision + 1)) and told[-1:] == [(revision, digest)]


def _digests(new: Connection, ids: Sequence[int]) -> dict[int, str]:
    query = select(_A.c.id, _A.c.headline, _A.c.body, _A.c.flags).where(_A.c.id.in_(ids))
    return {key: text_digest(headline, body, flags) for key, headline, body, flags in new.execute(query)}


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def number_on(new: Connection, old: Connection | None) -> None:
    """Have PostgreSQL number what comes behind what is there, and what ever was."""
    if new.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        if "id" not in table.c or new.scalar(_SEQUENCE, {"name": table.name}) is None:
            continue
        last = max(one.scalar(select(func.max(table.c.id))) or 0 for one in (new, old) if one is not None)
        new.execute(_SET, {"name": table.name, "last": max(last, 1), "used": last > 0})


_SEQUENCE: Final = text("SELECT pg_get_serial_sequence(:name, 'id')")
_SET: Final = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last, :used)")
