"""How many hits there are of each site, source, month, …: as many as are left where the value is added to the query."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, func, null, type_coerce

from archive.dedup.tables import Cluster, Link
from archive.errors import UsageError
from archive.query.language.nodes import Field, Site, Word
from archive.query.search.asked import FACETS, Asked, Facet, Month
from archive.query.search.order import chosen, is_each_a_hit, story_of
from archive.query.search.resolved import Resolved, resolve
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
    resolved = resolve(connection, asked)
    counted = _by_columns(connection, resolved, [name for name in names if name != "relation"])
    if "relation" in names:
        counted["relation"] = _by_relation(connection, resolved)
    return {name: _first(name, counted[name], most) for name in names}


def timeline(connection: Connection, asked: Asked) -> list[Month]:
    """How many hits were published in each month in Beijing, the earliest first; months without any are left out."""
    counted = _by_columns(connection, resolve(connection, asked), ["month"])["month"]
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


def _by_columns(connection: Connection, resolved: Resolved, names: Sequence[str]) -> dict[str, Counter[str]]:
    """All of them in one pass over the hits: articles that are alone are counted by the database, those of a story are
    looked at one by one."""
    counted: dict[str, Counter[str]] = {name: Counter() for name in names}
    if not names:
        return counted
    told: set[tuple[int, str, str]] = set()
    for story, count, *values in connection.execute(_grouped(resolved, names)):
        for name, value in zip(names, values, strict=True):
            for one in _each_of(name, value):
                if story is None or (story, name, one) not in told:
                    counted[name][one] += count
                    told.update(() if story is None else ((story, name, one),))
    return counted


def _grouped(resolved: Resolved, names: Sequence[str]) -> Select[*tuple[Any, ...]]:
    columns = [_column(name, resolved.dialect) for name in names]
    statement = chosen(resolved)
    story: ColumnElement[Any] = null()
    if not is_each_a_hit(resolved):
        statement = statement.outerjoin(Cluster, Cluster.id == Article.cluster_id)
        story = Cluster.id.expression
        columns = [story, *columns]
    return statement.with_only_columns(story, func.count(), *columns[-len(names) :]).group_by(*columns)


def _each_of(name: str, value: str | None) -> Iterable[str]:
    """The values of an article that a column holds."""
    if value is None:
        return ()
    return json.loads(value) if name == "flag" else (value,)


def _column(name: str, dialect: str) -> ColumnElement[Any]:
    if name == "flag":
        return type_coerce(Article.flags, Text) if dialect == "sqlite" else cast(Article.flags, Text)
    if name != "month":
        plain: dict[str, Any] = {"site": Article.site, "source": Article.source_name, "account": Article.account_name}
        return plain[name]  # type: ignore[no-any-return]
    if dialect == "sqlite":
        return func.strftime("%Y-%m", Article.published_at, "+8 hours")
    return func.to_char(func.timezone("Asia/Shanghai", Article.published_at), "YYYY-MM")


def _by_relation(connection: Connection, resolved: Resolved) -> Counter[str]:
    counted: ColumnElement[int] = func.count(Link.article_id.distinct())
    if not is_each_a_hit(resolved):
        counted = func.count(story_of().distinct())
    statement = chosen(resolved).join(Link, Link.article_id == Article.id)
    # Not the bare column: SQLite would read the links of all articles in the order of their relations.
    relation = func.lower(Link.relation)
    rows = connection.execute(statement.with_only_columns(relation, counted).group_by(relation))
    return Counter({row[0]: row[1] for row in rows})
