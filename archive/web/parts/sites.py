"""The sites that a form lets people choose from."""

from typing import Final

from sqlalchemy import Connection, select

from archive.store.models import Article

MOST: Final = 100


def every_site(connection: Connection) -> list[str]:
    """The first of the sites that have articles, by jumps through the index, however many articles each has."""
    found: list[str] = []
    while len(found) < MOST:
        query = select(Article.site).where(Article.site > (found[-1] if found else "")).order_by(Article.site)
        site = connection.scalar(query.limit(1))
        if site is None:
            break
        found.append(site)
    return found
