"""How many hits there are of each site, source, month, …: as many as are left where the value is added to the query."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Text,
    case,
    cast,
    func,
    literal_column,
    not_,
    null,
    select,
    type_coerce,
    union_all,
)

from archive.dedup.tables import Cluster, Link
from archive.errors import UsageError
from archive.query.language.nodes import Field, Site, Word
from archive.query.search.asked import FACETS, Asked, Facet, Month
from archive.query.search.order import chosen, is_each_a_hit
from archive.query.search.resolved import Resolved, resolve
from archive.store.finding.planning import by_index
from archive.store.models import Article

MOST_VALUES: Final = 100
"""The most values of a facet: those of the most hits."""


def facets(
    connection: Connection, asked: Asked, names: Sequence[str] = FACETS, *, most: int | None = MOST_VALUES
) -> dict[str, list[Facet]]:
    """For each of these names the `most` values of the hits, those of the most hits first. A story counts once for each
    value that one of its hits has. Raises `QueryError`, and `UsageError` on an unknown name."""
    for name in names:
        if name not in FACETS:
            raise UsageError(f"nothing is counted by {name!r}; write one of {', '.join(FACETS)}")
    counted = _counted(connection, resolve(connection, asked), list(dict.fromkeys(names)))
    return {name: _first(name, counted[name], most) for name in names}


def timeline(connection: Connection, asked: Asked) -> list[Month]:
    """How many hits were published in each month in Beijing, the earliest first; months without any are left out."""
    counted = _counted(connection, resolve(connection, asked), ["month"])["month"]
    return [Month(month, count) for month, count in sorted(counted.items())]


def _first(name: str, counted: Counter[str], most: int | None) -> list[Facet]:
    by_count = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return [Facet(value, count, _query(name, value)) for value, count in by_count[:most]]


def _query(name: str, value: str) -> str:
    match name:
        case "month":
            return f"date:{value}"
        case "site":
            return str(Site(value))
        case "relation":
            return f"relation:{value}"
        case _:
            return str(Word(value, Field(name), whole=True))


def _counted(connection: Connection, resolved: Resolved, names: Sequence[str]) -> dict[str, Counter[str]]:
    """All of them in one pass over the hits."""
    counted: dict[str, Counter[str]] = {name: Counter() for name in names}
    columns = [name for name in names if name != "relation"]
    flagged: set[tuple[int, str]] = set()
    with by_index(connection):
        statement = _statement(resolved, tuple(columns), with_relation="relation" in names)
        rows = connection.execute(statement, resolved.values).all()
    for name, story, count, *values in rows:
        if not name:
            for column, value in zip(columns, values, strict=True):
                for one in _each_of(column, value):
                    counted[column][one] += count
        elif name == "flag":
            flagged.update((story, one) for one in _each_of(name, values[0]))
        else:
            counted[name][values[0]] += count
    for _, one in flagged:
        counted["flag"][one] += 1
    return counted


@lru_cache(maxsize=500)
def _statement(resolved: Resolved, names: tuple[str, ...], *, with_relation: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """The hits are looked for once. Articles that are alone are counted by all their values at once (a row with ""),
    stories by each value of one name; but a row with `flag` is a story and the flags of one of its articles, since
    these are several in one column."""
    story: ColumnElement[Any] = _NO_STORY
    found = chosen(resolved)
    if not is_each_a_hit(resolved):
        found = found.outerjoin(Cluster, Cluster.id == Article.cluster_id)
        story = Cluster.id.expression
    columns = [_column(name, resolved.dialect).label(name) for name in names]
    # A column of its own: PostgreSQL takes it for certain that a row's own number is not null.
    alone = story.is_(None).label("alone")
    hit = found.add_columns(story.label("story"), alone, *columns).cte("hit").prefix_with("MATERIALIZED")
    nothing = [cast(null(), Text)] * (len(names) - 1)

    def rows(name: str, story: Any, count: Any, *values: Any, of: Any = hit) -> Select[*tuple[Any, ...]]:
        return select(literal_column(f"'{name}'"), story, count, *values).select_from(of)

    parts = []
    if names:
        every = [_shown(name, hit.c[name], resolved.dialect) for name in names]
        groups = [hit.c[name] for name in names]
        parts.append(rows("", _NO_STORY, func.count(), *every).where(hit.c.alone).group_by(*groups))
    for name in names if not is_each_a_hit(resolved) else ():
        value = hit.c[name]
        its = [not_(hit.c.alone), value.is_not(None)]
        if name == "flag":
            part = rows(name, hit.c.story, literal_column("1"), value, *nothing).where(*its, value != "[]")
        else:
            # Each once, and then counted: to count the different ones at once, both databases would sort them.
            once = select(hit.c.story, value).where(*its).distinct().subquery()
            value = once.c[name]
            shown = _shown(name, value, resolved.dialect)
            part = rows(name, _NO_STORY, func.count(), shown, *nothing, of=once).group_by(value)
        parts.append(part)
    if with_relation:
        counted = func.count(func.coalesce(hit.c.story, -hit.c.id).distinct())
        # Not the bare column: SQLite would read the links of all articles in the order of their relations.
        relation = func.lower(Link.relation)
        part = rows("relation", _NO_STORY, counted, relation, *nothing)
        parts.append(part.join(Link, Link.article_id == hit.c.id).group_by(relation))
    return union_all(*parts)


_NO_STORY: Final = cast(null(), BigInteger)


def _each_of(name: str, value: str | None) -> Iterable[str]:
    """The values of an article that a column holds."""
    if value is None or value == "[]":
        return ()
    return json.loads(value) if name == "flag" else (value,)


def _column(name: str, dialect: str) -> ColumnElement[Any]:
    if name == "flag":
        return type_coerce(Article.flags, Text) if dialect == "sqlite" else cast(Article.flags, Text)
    if name != "month":
        plain: dict[str, Any] = {"site": Article.site, "source": Article.source_name, "account": Article.account_name}
        return plain[name]  # type: ignore[no-any-return]
    if dialect == "sqlite":
        stored = type_coerce(Article.published_at, Text)  # of UTC, `2022-03-31 16:00:00.000000`
        # Only the last hours of a month are of another one in Beijing; the calendar costs twice what the rest does.
        return case(
            (func.substr(stored, 9, 5) >= "28 16", func.strftime("%Y-%m", stored, "+8 hours")),
            else_=func.substr(stored, 1, 7),
        )
    # Of a fixed offset, as everywhere else here: the zone's own had daylight saving until 1991.
    return func.date_trunc("month", func.timezone(literal_column("INTERVAL '8 hours'"), Article.published_at))


def _shown(name: str, value: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """A value as it is read; of a group, not of each row: to write out a month costs more than all else of a row."""
    return func.to_char(value, "YYYY-MM") if name == "month" and dialect == "postgresql" else value
