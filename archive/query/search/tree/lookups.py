"""A query's tree as looks into the full-text index, and what else is asked of each article.

What is looked for is another thing with each search, while the rest of its statement seldom is. So the looks compare
equal whatever they look for, and a statement that was put together for one search is sent with the values of another.
"""

from collections.abc import Callable
from typing import Any, Final

from attrs import define, field, frozen
from sqlalchemy import ColumnElement, and_, not_, or_

from archive.query.language.nodes import And, Field, Leaf, Node, Not, Or, Word
from archive.store import fulltext
from archive.text.words import Term, term

TEXT: Final = (Field.ANY, Field.TITLE, Field.BODY)
"""The fields that are looked up in the full-text index."""


@frozen
class Lookup:
    """A look into the full-text index, the `number`th of a search. `query`: in the database's own language. On
    PostgreSQL also `where` is looked; and whether tokens must follow each other (`is_phrase`), and what a text that
    holds them so has as `written`."""

    number: int
    query: str = field(eq=False)
    written: bytes = field(eq=False, default=b"")
    is_phrase: bool = False
    where: Field = Field.ANY

    def values(self) -> dict[str, Any]:
        """What its parameters are sent with."""
        told: dict[str, Any] = {f"query{self.number}": self.query}
        return {**told, f"written{self.number}": self.written} if self.is_phrase else told


@frozen
class Joined:
    """Parts that `how` (`and_`, `or_`, `not_`) makes one condition of."""

    how: Callable[..., ColumnElement[bool]]
    parts: "tuple[Part, ...]"


Part = Lookup | Leaf | Joined


@define
class Lookups:
    """The looks of one search, in the order in which they are made."""

    dialect: str
    made: list[Lookup] = field(factory=list)

    def values(self) -> dict[str, Any]:
        """What all their parameters are sent with."""
        return {name: value for one in self.made for name, value in one.values().items()}

    def part(self, node: Node) -> Part:
        """The tree with its words looked up; on SQLite what FTS5 can join by itself is one look."""
        if self.dialect == "sqlite" and (query := _fts5(node)) is not None:
            return self._look(query)
        match node:
            case Not():
                return Joined(not_, (self.part(node.node),))
            case And():
                return Joined(and_, tuple(map(self.part, self._grouped(node.nodes))))
            case Or():
                return Joined(or_, tuple(map(self.part, node.nodes)))
            case Word() if node.field in TEXT:
                return self._holding(node)
            case _:
                return node

    def headline(self, word: Word) -> Lookup:
        """A look for a word in the headlines alone."""
        its = Word(word.text, Field.TITLE, word.prefix)
        return self._look(_phrase(its)) if self.dialect == "sqlite" else self._holding(its)

    def below(self, word: Word) -> Lookup:
        """On SQLite: for a word in the bodies of those that do not have it in the headline."""
        return self._look(f"({_phrase(word)}) NOT ({_phrase(Word(word.text, Field.TITLE, word.prefix))})")

    def _look(self, query: str, **more: Any) -> Lookup:
        self.made.append(Lookup(len(self.made), query, **more))
        return self.made[-1]

    def _holding(self, word: Word) -> Lookup:
        its = wanted(word)
        written = fulltext.phrase(its) if len(its.tokens) > 1 else b""
        return self._look(fulltext.tsquery(its), written=written, is_phrase=bool(written), where=word.field)

    def _grouped(self, nodes: tuple[Node, ...]) -> list[Node]:
        if self.dialect != "sqlite":
            return list(nodes)
        own = [node for node in nodes if _fts5(node) is not None or (isinstance(node, Not) and _fts5(node.node))]
        if not any(_fts5(node) for node in own) or len(own) < 2:
            return list(nodes)
        return [And(tuple(own)), *(node for node in nodes if node not in own)]


def wanted(word: Word) -> Term:
    """The tokens that a word is found by."""
    found = term(word.text)
    if found is None:
        raise ValueError(f"nothing to search for in {word.text!r}")  # the parser lets none through
    return Term(found.tokens, found.prefix or word.prefix)


def _fts5(node: Node) -> str | None:
    """The tree as a query of FTS5; None where it asks for more than words, or only leaves out."""
    match node:
        case Word() if node.field in TEXT:
            return _phrase(node)
        case Or():
            parts = [_fts5(one) for one in node.nodes]
            return None if None in parts else " OR ".join(f"({part})" for part in parts)
        case And():
            have = [_fts5(one) for one in node.nodes if not isinstance(one, Not)]
            lack = [_fts5(one.node) for one in node.nodes if isinstance(one, Not)]
            if not have or None in have or None in lack:
                return None
            found = " AND ".join(f"({part})" for part in have)
            return f"({found}) NOT ({' OR '.join(f'({part})' for part in lack)})" if lack else found
        case _:
            return None


def _phrase(word: Word) -> str:
    """One word as a query of FTS5."""
    column = {Field.TITLE: "headline", Field.BODY: "body"}.get(word.field, "")
    return fulltext.fts5_phrase(wanted(word), column)
