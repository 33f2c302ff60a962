"""Searches frozen under a query id: the same hits, article and revision, years later."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Final

from attrs import evolve
from sqlalchemy import Connection, insert, select

from archive.errors import NotFound
from archive.query.search import cursor
from archive.query.search.asked import Asked
from archive.query.search.paging import every_hit
from archive.query.search.resolved import resolve
from archive.store.finding.searches import Query, QueryHit
from archive.store.models import Article, Revision

_CHUNK: Final = 500


def freeze(connection: Connection, asked: Asked, *, by: str, now: datetime) -> str:
    """Keep the hits of a search, in the caller's write transaction; its query id. The same search with the same hits
    has the same id, and one that is frozen already stays as it is. `now` carries a zone. Raises `QueryError`."""
    if asked.query_id:
        thaw(connection, asked.query_id)
        return asked.query_id
    ids = list(every_hit(connection, resolve(connection, asked)))
    hits = list(zip(ids, _digests(connection, ids), strict=True))
    query_id = _name(asked, hits)
    if connection.scalar(select(Query.id).where(Query.id == query_id)) is not None:
        return query_id
    values = {name: getattr(asked, name) for name in ("text", "since", "until", "every_copy")}
    values |= {"sites": list(asked.sites), "sort": str(asked.sort), "hits": len(hits)}
    connection.execute(insert(Query).values(id=query_id, by=by, at=now, **values))
    rows = ({"query_id": query_id, "place": n, "article_id": a, "digest": d} for n, (a, d) in enumerate(hits, 1))
    while some := list(islice(rows, _CHUNK)):
        connection.execute(insert(QueryHit), some)
    return query_id


def thaw(connection: Connection, query_id: str) -> Asked:
    """The search that was frozen under this id; its hits are those of then. Raises `NotFound`."""
    row = connection.execute(select(Query.__table__).where(Query.id == query_id)).mappings().first()
    if row is None:
        raise NotFound(f"no query {query_id[:40]!r}; `jianbao saved list` shows those that were saved")
    names = ("text", "sites", "since", "until", "every_copy", "sort")
    return Asked(**{name: row[name] for name in names}, query_id=query_id)


def anew(asked: Asked) -> Asked:
    """The search that was frozen, to be asked of what there is today."""
    return evolve(asked, query_id="")


def _digests(connection: Connection, ids: list[int]) -> Iterable[str]:
    """Of the text that each article has now."""
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        present = (Revision.article_id == Article.id) & (Revision.number == Article.revision)
        statement = select(Article.id, Revision.digest).join(Revision, present).where(Article.id.in_(some))
        found = {row.id: row.digest for row in connection.execute(statement)}
        yield from (found.get(key, "") for key in some)


def _name(asked: Asked, hits: list[tuple[int, str]]) -> str:
    """`q` and 12 hex digits of what was asked and found."""
    made = hashlib.sha256(json.dumps([cursor.digest(asked), hits]).encode())
    return f"q{made.hexdigest()[:12]}"
