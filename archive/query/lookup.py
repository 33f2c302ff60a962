"""Which article a person means: its number, `site:native_id`, or an address."""

import re
from collections.abc import Callable

from sqlalchemy import Connection, Select, select

from archive.errors import NotFound
from archive.query.visible import refuse_withdrawn
from archive.store.models import Article, Capture

_LARGEST = 2**63 - 1

Resolve = Callable[[str], tuple[str, str, str] | None]
"""The site, native id and canonical address that an address names by its form alone, or None."""


def find_article(connection: Connection, named: str, resolve: Resolve, *, withdrawn: bool = False) -> int:
    """The id of the article that `named` names: `17`, `sohu:a:434365209`, or an address that leads to it. `withdrawn`:
    one that is withdrawn, too.

    `resolve`: an address need not be stored anywhere to lead to an article, if the portal's rules understand it.
    Raises `NotFound`, of a withdrawn one with the reason.
    """
    found = _find(connection, named.strip(), resolve)
    if not withdrawn:
        refuse_withdrawn(connection, found)
    return found


def _find(connection: Connection, named: str, resolve: Resolve) -> int:
    if re.fullmatch(r"[0-9]{1,19}", named):
        statement = select(Article.id).where(Article.id == min(int(named), _LARGEST))
    elif named.startswith(("http://", "https://")):
        return _by_url(connection, named, resolve)
    else:
        site, _, native_id = named.partition(":")
        statement = _article(site, native_id)
    found = connection.scalar(statement)
    if found is None:
        raise NotFound(f"no article {named!r}; give its number, site:native_id, or its address")
    return found


def _by_url(connection: Connection, url: str, resolve: Resolve) -> int:
    """The canonical address first, then one that was fetched, then what the address names: a list's, a mobile one."""
    statements = [
        select(Article.id).where(Article.url == url),
        select(Capture.article_id)
        .where(Capture.url == url, Capture.article_id.is_not(None))
        .order_by(Capture.id.desc()),
    ]
    if named := resolve(url):
        statements.append(_article(*named[:2]))
    for statement in statements:
        found = connection.scalar(statement.limit(1))
        if found is not None:
            return found
    raise NotFound(f"no article at {url}; `jianbao search` finds articles by their words")


def _article(site: str, native_id: str) -> Select[int]:
    return select(Article.id).where(Article.site == site, Article.native_id == native_id)
