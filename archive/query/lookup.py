"""Which article a person means: its number, `site:native_id`, or an address."""

import re

from sqlalchemy import Connection, select

from archive.errors import NotFound
from archive.store.models import Article, Capture, Frontier, Sighting

_LARGEST = 2**63 - 1


def find_article(connection: Connection, named: str) -> int:
    """The id of the article that `named` names: `17`, `sohu:a:434365209`, or an address that led to it.

    Raises `NotFound`.
    """
    named = named.strip()
    if re.fullmatch(r"[0-9]{1,19}", named):
        statement = select(Article.id).where(Article.id == min(int(named), _LARGEST))
    elif named.startswith(("http://", "https://")):
        return _by_url(connection, named)
    else:
        site, _, native_id = named.partition(":")
        statement = select(Article.id).where(Article.site == site, Article.native_id == native_id)
    found = connection.scalar(statement)
    if found is None:
        raise NotFound(f"no article {named!r}; give its number, site:native_id, or its address")
    return found


def _by_url(connection: Connection, url: str) -> int:
    """The canonical address first, then one that was fetched, then one that a list named or the frontier holds."""
    statements = [
        select(Article.id).where(Article.url == url),
        select(Capture.article_id)
        .where(Capture.url == url, Capture.article_id.is_not(None))
        .order_by(Capture.id.desc()),
        *(
            select(Article.id)
            .join(model, (model.site == Article.site) & (model.native_id == Article.native_id))
            .where(model.url == url)
            for model in (Sighting, Frontier)
        ),
    ]
    for statement in statements:
        found = connection.scalar(statement.limit(1))
        if found is not None:
            return found
    raise NotFound(f"no article at {url}; `jianbao search` finds articles by their words")
