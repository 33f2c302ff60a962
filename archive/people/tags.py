"""Tags: a person's words for an article."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select

from archive.people.present import present
from archive.people.words import line
from archive.store.models import Article
from archive.store.people import Tag, visible
from archive.times import show_time

LONGEST: Final = 60
"""Characters of a tag."""


def add(connection: Connection, article_id: int, tag: str, *, by: str, now: datetime) -> bool:
    """Give an article a tag; whether it did not have it yet. Raises `NotFound`, `UsageError`."""
    present(connection, article_id)
    tag = line(tag, "a tag", LONGEST)
    there = select(Tag.tag).where(Tag.article_id == article_id, Tag.tag == tag)
    if connection.scalar(there) is not None:
        return False
    connection.execute(insert(Tag).values(article_id=article_id, tag=tag, by=by, at=now))
    return True


def remove(connection: Connection, article_id: int, tag: str) -> bool:
    """Take a tag from an article; whether it had it. Raises `NotFound`, `UsageError`."""
    present(connection, article_id)
    its = (Tag.article_id == article_id, Tag.tag == line(tag, "a tag", LONGEST))
    return connection.execute(delete(Tag).where(*its)).rowcount > 0


def of(connection: Connection, article_id: int) -> list[dict[str, Any]]:
    """An article's tags in their order: `tag`, `by`, `at`."""
    rows = connection.execute(_OF, {"article": article_id}).mappings()
    return [{**row, "at": show_time(row["at"])} for row in rows]


_OF: Final = select(Tag.tag, Tag.by, Tag.at).where(Tag.article_id == bindparam("article")).order_by(Tag.tag)


def tagged(tag: str) -> Select[int]:
    """The numbers of the articles that have a tag, as typed."""
    return select(Tag.article_id).where(Tag.tag == tag)


def every(connection: Connection) -> list[tuple[str, int]]:
    """Every tag and how many articles that are shown have it, the most used first."""
    count = func.count()
    query = select(Tag.tag, count).join(Article, Article.id == Tag.article_id).where(visible())
    rows = connection.execute(query.group_by(Tag.tag).order_by(count.desc(), Tag.tag))
    return [(tag, number) for tag, number in rows]
