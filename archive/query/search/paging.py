"""Pages of hits, and all of them.

By relevance, the first hits of the order are compared by their texts (`archive.query.search.fine`). A page that follows
another is of what was there when the first one was asked for: articles that came in since are on none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen
from sqlalchemy import Connection, Result, Row, func, select

from archive.errors import UsageError
from archive.query.search import cursor as cursors
from archive.query.search.asked import Asked, Results, Sort
from archive.query.search.cursor import Cursor, Key
from archive.query.search.described import describe, frozen_texts
from archive.query.search.fine import Compared, compare
from archive.query.search.order import key_values, ordered, page
from archive.query.search.resolved import Resolved, beginning, resolve
from archive.store.finding.planning import by_index

if TYPE_CHECKING:
    from archive.export.datasets import Row as Exported

COMPARED: Final = 100
"""So many of the first hits are compared by their texts."""
MOST: Final = 10_000
"""The most hits of a page, and the farthest that `offset` reaches."""
_FETCH: Final = 200


def search(
    connection: Connection, asked: Asked, *, limit: int = 20, offset: int = 0, cursor: str | None = None
) -> Results:
    """A page of `limit` hits: behind the first `offset` ones, or those that follow a page whose `next_cursor` this is.

    Raises `QueryError` where the query cannot be read, `UsageError` on a cursor of another archive or search.
    """
    if not (0 <= limit <= MOST and 0 <= offset <= MOST):
        raise UsageError(f"a page has at most {MOST:,} hits, and as many may stand before it; go on by the cursor")
    if cursor is not None and offset:
        raise UsageError("a cursor says where to go on; leave the offset out")
    told = cursors.read(connection, asked, cursor) if cursor is not None else None
    resolved = resolve(connection, asked, told.pinned if told is not None else None)
    with by_index(connection):
        return _page(connection, resolved, told, limit, offset)


def _page(connection: Connection, resolved: Resolved, told: Cursor | None, limit: int, offset: int) -> Results:
    asked = resolved.asked
    began = told or beginning(connection)
    head = _head(connection, resolved, told, began.newest)
    # One more than is shown tells whether a page follows.
    first = head.hits[offset : offset + limit + 1]
    rest: Sequence[Row[Any]] = ()
    if len(first) <= limit and not head.is_all:
        after = told.after if told is not None and told.after is not None else head.edge
        some = {"most": limit + 1 - len(first), "offset": max(0, offset - len(head.hits))}
        rest = _ask(connection, resolved, after=after, some=some).all()
    rows = [one.row for one in first] + list(rest)
    if told is not None:
        total = told.total
    elif head.is_all:
        total = len(head.hits)
    elif rows:
        total = rows[0].total
    else:
        counted = select(func.count()).select_from(ordered(resolved))
        total = connection.scalar(counted, resolved.values) or 0
    following = None
    if limit and len(rows) > limit:
        following = evolve(began, total=total, after=_key(rows[limit - 1]), fine=None, edge=None)
        if limit <= len(first):
            following = evolve(following, after=None, fine=first[limit - 1].fine, edge=head.edge)
    known = {one.row.id: one.texts for one in first[:limit]}
    return Results(
        hits=describe(connection, resolved, [row.id for row in rows[:limit]], known),
        total=total,
        next_cursor=cursors.write(asked, following) if following is not None else None,
    )


def rows(connection: Connection, asked: Asked) -> Iterator["Exported"]:
    """Every hit in its order, as the export has an article (`archive.export.datasets.ARTICLES`); memory stays flat. A
    frozen hit has the headline and the text of its revision. Raises `QueryError`."""
    from archive.export.datasets import articles  # which a page of hits does without

    resolved = resolve(connection, asked)
    hits = every_hit(connection, resolved)
    while ids := list(islice(hits, _FETCH)):
        texts = frozen_texts(connection, resolved, ids)
        for row in articles.of(connection, ids):
            if (text := texts.get(row["id"])) is not None:
                revision, headline, body = text
                row |= {"revision": revision, "headline": headline, "body": body}
            yield row


def every_hit(connection: Connection, resolved: Resolved) -> Iterator[int]:
    """The articles of all hits, in their order; memory stays flat."""
    with by_index(connection):
        head = _head(connection, resolved, None, beginning(connection).newest)
        rest: Iterable[Row[Any]] = ()
        if not head.is_all:
            rest = _ask(connection, resolved, after=head.edge, options={"yield_per": _FETCH})
    for one in head.hits:
        yield one.row.id
    for row in rest:
        yield row.id


@frozen
class _Head:
    """The first hits by their texts, those that come behind a cursor. `edge`: the last of them before they were
    compared; None where none were. `is_all`: these are all hits of the search."""

    hits: list[Compared]
    edge: Key | None
    is_all: bool = False


def _ask(
    connection: Connection,
    resolved: Resolved,
    *,
    after: Key | None = None,
    down_to: Key | None = None,
    some: Mapping[str, int] = MappingProxyType({}),
    options: Mapping[str, Any] = MappingProxyType({}),
) -> Result[Any]:
    """`page` of the hits, sent with its values; `options` of the execution."""
    keys = {name: key for name, key in (("after", after), ("down_to", down_to)) if key is not None}
    statement = page(ordered(resolved), **dict.fromkeys(keys, True), some=bool(some))
    values = {name: value for key in keys for name, value in key_values(key, keys[key]).items()}
    return connection.execute(statement, {**resolved.values, **values, **some}, execution_options=options)


def _head(connection: Connection, resolved: Resolved, told: Cursor | None, newest: int) -> _Head:
    asked = resolved.asked
    if not resolved.words or asked.sort != Sort.RELEVANCE or asked.query_id or (told and told.fine is None):
        return _Head([], None)
    edge = told.edge if told is not None else None
    some = {"most": COMPARED if told is None else 2 * COMPARED, "offset": 0}
    rows = _ask(connection, resolved, down_to=edge, some=some).all()
    if not rows:
        return _Head([], told.edge) if told is not None else _Head([], None, is_all=True)
    found = compare(connection, resolved, rows, newest)
    if told is not None and told.fine is not None:
        return _Head([one for one in found if one.fine > told.fine], told.edge)
    return _Head(found, _key(rows[-1]), is_all=len(rows) < COMPARED)


def _key(row: Row[Any]) -> Key:
    return row.rank, row.time, row.id
