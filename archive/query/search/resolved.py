"""A search that was read: its tree, the words that are marked, and what the archive held when it was first asked."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import evolve, field, frozen
from sqlalchemy import BigInteger, ColumnElement, Connection, and_, bindparam, func, select

from archive.query.language import parse
from archive.query.language.nodes import And, Field, Node, Not, Or, Word
from archive.query.search.asked import Asked, Sort
from archive.query.search.cursor import Cursor
from archive.query.search.tree.conditions import condition, published
from archive.query.search.tree.lookups import TEXT, Lookup, Lookups, Part, wanted
from archive.query.visible import visible
from archive.store.finding.searches import Identity, QueryHit
from archive.store.models import Article, Change

MOST_COMPARED: Final = 8
"""So many words are looked for in the headline."""
PINNED: Final = bindparam("pinned", type_=BigInteger)
_STATE: Final = select(
    *(
        select(func.max(key)).scalar_subquery().label(name)
        for name, key in (("pinned", Change.id), ("newest", Article.id))
    ),
    Identity.id.label("archive"),
)


def _without_text(asked: Asked) -> Asked:
    return evolve(asked, text="")


def _is_set(value: object) -> bool:
    return value is not None


@frozen
class Resolved:
    """`words`: those that a hit is found by, in the order of the query. `part`: the tree, looked up. `headlines`: looks
    for the words that hits are ranked by; `below`: for the rest of the hits, where SQLite had better look for those
    and these. `values`: what its statements are sent with. `pinned`: the last entry of the change log that counts,
    None: all do. Two are equal where their statements are."""

    asked: Asked = field(eq=_without_text)
    node: Node = field(eq=False)
    words: tuple[Word, ...] = field(eq=False)
    dialect: str
    part: Part
    headlines: tuple[Lookup, ...]
    below: Lookup | None
    values: Mapping[str, Any] = field(eq=False)
    pinned: int | None = field(eq=_is_set, default=None)

    def condition(self) -> ColumnElement[bool]:
        """The articles that are hits."""
        if self.asked.query_id:
            frozen_hits = select(QueryHit.article_id).where(QueryHit.query_id == self.asked.query_id)
            return and_(Article.id.in_(frozen_hits), visible())
        return and_(condition(self.part, self.dialect), self.beside())

    def beside(self) -> ColumnElement[bool]:
        """What is asked of a hit beside the query."""
        asked = self.asked
        found = [visible()]
        if asked.sites:
            found.append(Article.site.in_(asked.sites))
        if asked.since is not None or asked.until is not None:
            found.append(published(asked.since, asked.until))
        if self.pinned is not None:
            found.append(Article.id.not_in(self.later()))
        return and_(*found)

    def later(self) -> Any:
        """The articles that came in since, of a search that is pinned."""
        return select(Change.article_id).where(Change.id > PINNED, Change.kind == "new")


def resolve(connection: Connection, asked: Asked, pinned: int | None = None) -> Resolved:
    """Read a search. Raises `QueryError`."""
    node = parse(asked.text)
    words = tuple(dict.fromkeys(_words(node)))
    lookups = Lookups(connection.dialect.name)
    part = lookups.part(node)
    ranked = [word for word in words if word.field is not Field.BODY] if asked.sort is Sort.RELEVANCE else []
    headlines = tuple(map(lookups.headline, ranked[:MOST_COMPARED]))
    below = None
    # A word of several tokens costs more to be looked for twice than that spares.
    if headlines and lookups.dialect == "sqlite" and isinstance(node, Word) and node.field is Field.ANY:
        below = lookups.below(node) if len(wanted(node).tokens) == 1 else None
    values = lookups.values() | ({"pinned": pinned} if pinned is not None else {})
    return Resolved(asked, node, words, lookups.dialect, part, headlines, below, values, pinned)


def beginning(connection: Connection) -> Cursor:
    """What the archive holds, for the page that is the first of others."""
    row = connection.execute(_STATE).one()
    return Cursor(archive=row.archive, pinned=row.pinned or 0, newest=row.newest or 0, total=0)


def _words(node: Node) -> Iterator[Word]:
    """The words of the text that a hit may be found by: none that are left out."""
    match node:
        case Word() if node.field in TEXT:
            yield node
        case And() | Or():
            for one in node.nodes:
                yield from _words(one)
        case Not(node=Not(node=inner)):
            yield from _words(inner)
        case _:
            return
