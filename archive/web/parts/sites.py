"""The sites that a form lets people choose from."""

from typing import Final

from sqlalchemy import Connection, bindparam, select

from archive.store.models import Article

MOST: Final = 100
_NEXT: Final = select(Article.site).where(Article.site > bindparam("behind")).order_by(Article.site).limit(1)


def every_site(connection: Connection) -> list[str]:
    """The first of the sites that have articles, by jumps through the index, however many articles each has."""
    found: list[str] = []
    while len(found) < MOST:
        site = connection.scalar(_NEXT, {"behind": found[-1] if found else ""})
        if site is None:
            break
        found.append(site)
    return found
