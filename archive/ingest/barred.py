"""Articles that a person had erased: nothing of them is stored again."""

from collections.abc import Collection
from functools import cache
from typing import Final

from sqlalchemy import Connection, Select, select

from archive.store.keys import keys_given, keys_in
from archive.store.models import Article
from archive.store.people import Withdrawal


def barred(connection: Connection, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Of these articles, by site and native id, those that were erased, with their numbers."""
    if not keys:
        return {}
    dialect = connection.dialect.name
    found = connection.execute(_erased(dialect), keys_given(dialect, _KEY, keys))
    return {(site, native_id): key for site, native_id, key in found}


_KEY: Final = (Article.site, Article.native_id)


@cache
def _erased(dialect: str) -> Select[str, str, int]:
    """Each capture asks it, and to put it together costs more than to send it."""
    return (
        select(Article.site, Article.native_id, Article.id)
        .join(Withdrawal, Withdrawal.article_id == Article.id)
        .where(keys_in(dialect, _KEY))
        .where(Article.withdrawn_at.is_not(None), Withdrawal.erased_at.is_not(None))
    )
