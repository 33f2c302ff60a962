"""Searches with a name, and what is new in them since somebody was told.

New is a hit of which no article was found before: a copy that joins a story that was told is none, an old article that
is edited so that it is found is one.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from archive.errors import NotFound, UsageError
from archive.query.search.asked import Asked, Hit
from archive.query.search.described import describe
from archive.query.search.frozen import anew, freeze, thaw
from archive.query.search.order import story_of
from archive.query.search.paging import every_hit
from archive.query.search.resolved import Resolved, resolve
from archive.store.finding.planning import by_index
from archive.store.finding.searches import Query, Saved, SavedHit
from archive.store.models import Article
from archive.times import show_time

_CHUNK: Final = 500
_LONGEST: Final = 100


def add(connection: Connection, name: str, asked: Asked, *, by: str, now: datetime) -> str:
    """Save a search under a name and freeze its hits, in the caller's write transaction; its query id. What is there
    counts as told. Raises `QueryError`, and `UsageError` where the name is taken, or is none."""
    if not name.strip() or len(name) > _LONGEST or not name.isprintable():
        raise UsageError(f"no name: {name[:40]!r}; give one of up to {_LONGEST} printable characters")
    if connection.scalar(select(Saved.name).where(Saved.name == name)) is not None:
        raise UsageError(f"there is a saved search {name!r}; `jianbao saved rm` takes it away, or choose another name")
    query_id = freeze(connection, asked, by=by, now=now)
    connection.execute(insert(Saved).values(name=name, query_id=query_id, by=by, at=now, ran_at=None))
    _tell(connection, name, _articles(connection, resolve(connection, anew(asked))))
    return query_id


def listed(connection: Connection) -> list[dict[str, Any]]:
    """The saved searches by their names, as `jianbao saved list --json` prints them: what was asked for, the `hits` of
    then, and when somebody was last told what is new (`ran_at`)."""
    asked = (Query.text, Query.sites, Query.since, Query.until, Query.every_copy, Query.sort, Query.hits)
    statement = select(Saved.__table__, *asked).join(Query, Query.id == Saved.query_id).order_by(Saved.name)
    times = ("since", "until", "at", "ran_at")
    return [
        {name: show_time(value) if name in times else value for name, value in row.items()}
        for row in connection.execute(statement).mappings()
    ]


def find(connection: Connection, name: str) -> Asked:
    """The search of this name, to be asked of what there is today. Raises `NotFound`."""
    query_id = connection.scalar(select(Saved.query_id).where(Saved.name == name))
    if query_id is None:
        raise NotFound(f"no saved search {name[:40]!r}; `jianbao saved list` shows them")
    return anew(thaw(connection, query_id))


def new(connection: Connection, name: str, *, now: datetime) -> tuple[Hit, ...]:
    """The hits that are new since this was asked last, or since the search was saved, in the caller's write
    transaction, in the order of the search: they count as told if it is committed. Raises `NotFound`."""
    asked = find(connection, name)
    resolved = resolve(connection, asked)
    found = list(_articles(connection, resolved))
    told = set(connection.scalars(select(SavedHit.article_id).where(SavedHit.name == name)))
    stories = {story for article_id, story in found if article_id in told} if not asked.every_copy else set()
    fresh = {article_id for article_id, story in found if article_id not in told and story not in stories}
    shown = [key for key in every_hit(connection, resolved) if key in fresh] if fresh else []
    _tell(connection, name, ((key, story) for key, story in found if key not in told))
    connection.execute(update(Saved).where(Saved.name == name).values(ran_at=now))
    return describe(connection, resolved, shown)


def remove(connection: Connection, name: str) -> None:
    """Forget the name, in the caller's write transaction; the query id and its hits stay, since somebody may have cited
    them. Raises `NotFound`."""
    find(connection, name)
    connection.execute(delete(SavedHit).where(SavedHit.name == name))
    connection.execute(delete(Saved).where(Saved.name == name))


def _articles(connection: Connection, resolved: Resolved) -> Iterator[tuple[int, int]]:
    """Every article that is found, also those that another one of their story stands for; with its story."""
    statement = select(Article.id, story_of().label("story")).where(resolved.condition()).order_by(Article.id)
    with by_index(connection):
        found = connection.execute(statement, resolved.values)
    for row in found:
        yield row.id, row.story


def _tell(connection: Connection, name: str, found: Iterator[tuple[int, int]]) -> None:
    while some := list(islice(found, _CHUNK)):
        connection.execute(insert(SavedHit), [{"name": name, "article_id": key} for key, _ in some])
