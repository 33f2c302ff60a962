"""Corrections, as a person reads them: a person's value of a field, which stands on what extraction says until it is
undone. `archive.people.correcting` makes and undoes them."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from archive.people.present import present
from archive.store.models import Article
from archive.store.people import Correction, from_json, visible
from archive.times import show_time

_T: Any = Correction.__table__


def of(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """The corrections of an article, oldest first, those too that do not stand any longer: `id`, `field`, `value`,
    `extracted`, `extracted_at`, `by`, `at`, `ended_at`, `ended_by`. Values as a person types them. Raises
    `NotFound`."""
    present(connection, article_id)
    return on(connection, article_id)


def on(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """The same of an article that is known to be there."""
    return [_told(dict(row)) for row in connection.execute(_ON, {"article": article_id}).mappings()]


_ON: Final = select(_T).where(_T.c.article_id == bindparam("article")).order_by(_T.c.id)


def doubtful(connection: Connection, *, limit: int = 100) -> list[dict[str, Any]]:
    """The corrections below which extraction came to say something else since, the newest first: as `of` tells them,
    with `article_id` and `headline`. They stand; a person should look again."""
    query = (
        select(_T, Article.headline)
        .join(Article, Article.id == _T.c.article_id)
        .where(_T.c.ended_at.is_(None), _T.c.extracted_at.is_not(None), visible())
        .order_by(_T.c.id.desc())
        .limit(limit)
    )
    return [
        {"article_id": row["article_id"], "headline": row["headline"], **_told(dict(row))}
        for row in connection.execute(query).mappings()
    ]


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    value, extracted = (shown(row["field"], from_json(row[name])) for name in ("value", "extracted"))
    times = {name: show_time(row[name]) for name in ("extracted_at", "at", "ended_at")}
    return {
        "id": row["id"],
        "field": row["field"],
        "value": value,
        "extracted": extracted,
        "extracted_at": times["extracted_at"],
        "by": row["by"],
        "at": times["at"],
        "ended_at": times["ended_at"],
        "ended_by": row["ended_by"],
    }


def shown(field: str, columns: Mapping[str, Any]) -> str:
    """A field's value in one line, as it would be typed."""
    value = columns[field]
    if field == "published_at":
        return show_time(value, columns["published_precision"]) or ""
    if isinstance(value, list):
        return "、".join(value)
    return str(value or "")
