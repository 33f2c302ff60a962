"""The articles that the words of a command mean: names of articles, or a query."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection

from archive.query.language.parser import is_field
from archive.query.lookup import Resolve, find_article
from archive.query.search import Asked, thaw
from archive.query.search.paging import every_hit
from archive.query.search.resolved import resolve

_NUMBER: Final = re.compile(r"[0-9]{1,19}")


def named(
    connection: Connection, words: Sequence[str], known: Resolve, *, every_copy: bool, query_id: str | None
) -> Iterator[int]:
    """The articles. Raises `NotFound`, `QueryError`."""
    if query_id is not None:
        yield from every_hit(connection, resolve(connection, thaw(connection, query_id)))
    elif words and all(map(_is_name, words)):
        for word in words:
            yield find_article(connection, word, known)
    else:
        yield from every_hit(connection, resolve(connection, Asked(" ".join(words), every_copy=every_copy)))


def _is_name(word: str) -> bool:
    """Whether a word names an article: its number, its address, or `site:native_id`, where no field of the query
    language is called like the site."""
    if _NUMBER.fullmatch(word) or word.startswith(("http://", "https://")):
        return True
    site, colon, native_id = word.partition(":")
    return bool(colon and site and native_id) and re.fullmatch(r"[a-z0-9.-]+", site) is not None and not is_field(site)
