"""How many hits there are of each site, source, month, …: as many as are left where the value is added to the query."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from archive.dedup.tables import Link
from archive.errors import UsageError
from archive.query.language.nodes import Field, Site, Word
from archive.query.search.asked import FACETS, Asked, Facet, Month
from archive.query.search.order import story_of
from archive.query.search.resolved import Resolved, resolve
from archive.store.models import Article

MOST_VALUES: Final = 100
"""The most values of a facet: those of the most hits."""


def facets(
    connection: Connection, asked: Asked, names: Sequence[str] = FACETS, *, most: int | None = MOST_VALUES
) -> dict[str, list[Facet]]:
    """For each of these names the `most` values of the hits, those of the most hits first. A story counts once for each
    value that one of its hits has. Raises `QueryError`, and `UsageError` on an unknown name."""
    resolved = resolve(connection, asked)
    return {name: _facet(connection, resolved, name, most) for name in names}


def timeline(connection: Connection, asked: Asked) -> list[Month]:
    """How many hits were published in each month in Beijing, the earliest first; months without any are left out."""
    found = _counted(connection, resolve(connection, asked), "month", None)
    return [Month(month, count) for month, count in sorted(found)]


def _facet(connection: Connection, resolved: Resolved, name: str, most: int | None) -> list[Facet]:
    if name not in FACETS:
        raise UsageError(f"nothing is counted by {name!r}; write one of {', '.join(FACETS)}")
    found = _counted(connection, resolved, name, most)
    return [Facet(value, count, _query(name, value)) for value, count in found]


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


def _counted(connection: Connection, resolved: Resolved, name: str, most: int | None) -> list[tuple[str, int]]:
    value, chosen = _values(name, resolved)
    counted: ColumnElement[int] = func.count()
    if not (resolved.asked.every_copy or resolved.asked.query_id):
        counted = func.count(story_of().distinct())
    statement = (
        chosen.with_only_columns(value.label("value"), counted.label("hits"))
        .where(resolved.condition(), value.is_not(None))
        .group_by(value)
        .order_by(counted.desc(), value)
        .limit(most)
    )
    return [(row.value, row.hits) for row in connection.execute(statement)]


def _values(name: str, resolved: Resolved) -> tuple[Any, Select[Any]]:
    """What is counted, and from where: an article has a row for each of its values."""
    articles = select(Article.id).select_from(Article)
    match name:
        case "month":
            return _month(resolved.dialect), articles
        case "relation":
            return Link.relation, select(Article.id).select_from(Article).join(Link, Link.article_id == Article.id)
        case "flag":
            return _flags(resolved.dialect)
        case _:
            return {"site": Article.site, "source": Article.source_name, "account": Article.account_name}[
                name
            ], articles


def _month(dialect: str) -> ColumnElement[Any]:
    if dialect == "sqlite":
        return func.strftime("%Y-%m", Article.published_at, "+8 hours")
    return func.to_char(func.timezone("Asia/Shanghai", Article.published_at), "YYYY-MM")


def _flags(dialect: str) -> tuple[Any, Select[Any]]:
    each = func.json_each(Article.flags) if dialect == "sqlite" else func.json_array_elements_text(Article.flags)
    flags = each.table_valued("value").lateral() if dialect == "postgresql" else each.table_valued("value")
    return flags.c.value, select(Article.id).select_from(Article).join(
        flags, literal_column("1") == literal_column("1")
    )
