"""A copy beside the copy of its story that states the earliest time."""

from sqlalchemy import Connection, select

from archive.dedup.tables import Cluster
from archive.query.stories.copies import Copy, copies, texts
from archive.store.models import Article

Text = tuple[str | None, str]
"""Headline and body."""


def beside_the_first(connection: Connection, article_id: int) -> tuple[Copy, Text, Text] | None:
    """The first copy of the story that an article is in, that one's text, and the article's own, as they are now. None
    where the article is alone, or is the first one itself."""
    cluster = connection.scalar(
        select(Cluster.id).join(Article, Article.cluster_id == Cluster.id).where(Article.id == article_id)
    )
    first = copies(connection, cluster)[0] if cluster is not None else None
    if first is None or first.id == article_id:
        return None
    said = texts(connection, [first.id, article_id])
    return (first, said[first.id], said[article_id]) if len(said) > 1 else None
