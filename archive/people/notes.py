"""Notes: what a person has to say of an article, or of the story that it is in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, delete, insert, or_, select

from archive.errors import NotFound
from archive.people.present import present
from archive.people.words import MOST, lines
from archive.store.models import Article
from archive.store.people import Note
from archive.times import show_time

__all__ = ["MOST", "add", "of", "on", "remove"]


def add(connection: Connection, article_id: int, text: str, *, story: bool = False, by: str, now: datetime) -> int:
    """Write a note; its number. `story`: it is about the story that the article is in. Raises `NotFound`,
    `UsageError`."""
    present(connection, article_id)
    values = {"article_id": article_id, "story": story, "text": lines(text, "a note"), "by": by, "at": now}
    return int(connection.execute(insert(Note).values(values).returning(Note.id)).scalar_one())


def remove(connection: Connection, article_id: int, number: int) -> None:
    """Remove a note that `of` tells of an article. Raises `NotFound`."""
    if not any(one["id"] == number for one in of(connection, article_id)):
        raise NotFound(f"article {article_id} has no note {number}; `jianbao show {article_id}` lists its notes")
    connection.execute(delete(Note).where(Note.id == number))


def of(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """The notes on an article and on its story, oldest first: `id`, `article_id`, `story`, `text`, `by`, `at`. Raises
    `NotFound`."""
    return on(connection, present(connection, article_id))


def on(connection: Connection, article: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same, by the article's row."""
    rows = connection.execute(_ON, {"article": article["id"], "cluster": article["cluster_id"]}).mappings()
    return [{**row, "at": show_time(row["at"])} for row in rows]


_ON: Final = (
    select(Note.__table__)
    .join(Article, Article.id == Note.article_id)
    .where(or_(Article.id == bindparam("article"), and_(Article.cluster_id == bindparam("cluster"), Note.story)))
    .order_by(Note.id)
)
