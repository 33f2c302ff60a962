"""Articles that a person had erased: nothing of them is stored again."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from archive.store.keys import key_in
from archive.store.models import Article
from archive.store.people import Withdrawal


def barred(connection: Connection, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Of these articles, by site and native id, those that were erased, with their numbers."""
    if not keys:
        return {}
    query = (
        select(Article.site, Article.native_id, Article.id)
        .join(Withdrawal, Withdrawal.article_id == Article.id)
        .where(key_in(connection, (Article.site, Article.native_id), keys))
        .where(Article.withdrawn_at.is_not(None), Withdrawal.erased_at.is_not(None))
    )
    return {(site, native_id): key for site, native_id, key in connection.execute(query)}
