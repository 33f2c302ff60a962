"""A search that was read: its tree, the words that are marked, and what the archive held when it was first asked."""

from collections.abc import Iterator
from typing import Final

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, and_, func, select

from archive.query.language import parse
from archive.query.language.nodes import And, Field, Node, Not, Or, Word
from archive.query.search.asked import Asked
from archive.query.search.conditions import condition, published
from archive.query.visible import visible
from archive.store.finding.searches import QueryHit
from archive.store.models import Article, Change

_TEXT: Final = (Field.ANY, Field.TITLE, Field.BODY)


@frozen
class Resolved:
    """`words`: those that a hit is found by, in the order of the query. `pinned`: the last entry of the change log that
    counts, None: all do."""

    asked: Asked
    node: Node
    words: tuple[Word, ...]
    dialect: str
    pinned: int | None = None

    def condition(self) -> ColumnElement[bool]:
        """The articles that are hits."""
        asked = self.asked
        if asked.query_id:
            frozen_hits = select(QueryHit.article_id).where(QueryHit.query_id == asked.query_id)
            return and_(Article.id.in_(frozen_hits), visible())
        found = [condition(self.node, self.dialect), visible()]
        if asked.sites:
            found.append(Article.site.in_(asked.sites))
        if asked.since is not None or asked.until is not None:
            found.append(published(asked.since, asked.until))
        if self.pinned is not None:
            later = select(Change.article_id).where(Change.id > self.pinned, Change.kind == "new")
            found.append(Article.id.not_in(later))
        return and_(*found)


def resolve(connection: Connection, asked: Asked, pinned: int | None = None) -> Resolved:
    """Read a search. Raises `QueryError`."""
    node = parse(asked.text)
    return Resolved(asked, node, tuple(dict.fromkeys(_words(node))), connection.dialect.name, pinned)


def last_change(connection: Connection) -> int:
    """The last entry of the change log."""
    return connection.scalar(select(func.max(Change.id))) or 0


def _words(node: Node) -> Iterator[Word]:
    """The words of the text that a hit may be found by: none that are left out."""
    match node:
        case Word() if node.field in _TEXT:
            yield node
        case And() | Or():
            for one in node.nodes:
                yield from _words(one)
        case Not(node=Not(node=inner)):
            yield from _words(inner)
        case _:
            return
