"""A query as a tree. `str` of a tree is a query that is read as the same tree.

Node
├── Everything      the empty query
├── Word            a word or phrase, in one field or in the text
├── Site            of this site
├── Is              in this state, or with this part in its story
├── Related         so to an earlier article
├── Tagged          with this tag of a person's
├── Published       from one day to another
├── Copies          so many articles in its story
├── Not             all that the other one is not
└── And, Or         two and more, none of them of the same kind
"""

from calendar import monthrange
from datetime import date
from enum import StrEnum
from typing import Final

from attrs import frozen

from archive.dedup.relations import Relation

SEPARATORS: Final = "，。；、,;！!？?"
"""Between these stand words, in the query as in the text; other punctuation (COVID-19, 3.5%) belongs to its word."""
OPENING: Final = "(（"
CLOSING: Final = ")）"
QUOTES: Final = {'"': '"', "“": "”", "「": "」", "『": "』", "＂": "＂"}
"""What opens a phrase, and what closes it."""
OPERATORS: Final = frozenset({"AND", "OR", "NOT"})
_SPECIAL: Final = frozenset(f"{SEPARATORS}{OPENING}{CLOSING}{''.join(QUOTES)}{''.join(QUOTES.values())}:：*＊|｜")
_AT_THE_START: Final = frozenset("-－=＝&＆")


class Field(StrEnum):
    """Where a word stands. `ANY`: in the headline or in the body."""

    ANY = ""
    TITLE = "title"
    BODY = "body"
    SOURCE = "source"
    ACCOUNT = "account"
    AUTHOR = "author"
    FLAG = "flag"


class Quality(StrEnum):
    """What `is:` asks for: a state, or the part that the article has in its story."""

    LIVE = "live"
    MISSING = "missing"
    VANISHED = "vanished"
    REMOVED = "removed"
    RETURNED = "returned"
    EDITED = "edited"
    COPIED = "copied"
    COPY = "copy"
    ORIGINAL = "original"


@frozen
class Everything:
    """Every article."""

    def __str__(self) -> str:
        return ""


@frozen
class Word:
    """A word, or several that follow each other. `prefix`: its end may be the beginning of a longer word. `whole`: the
    field holds nothing else."""

    text: str
    field: Field = Field.ANY
    prefix: bool = False
    whole: bool = False

    def __str__(self) -> str:
        name = f"{self.field}:" if self.field else ""
        return f"{name}{'=' if self.whole else ''}{_quoted(self.text)}{'*' if self.prefix else ''}"


@frozen
class Site:
    """Of this site, or of those whose names begin so."""

    name: str
    prefix: bool = False

    def __str__(self) -> str:
        return f"site:{_quoted(self.name)}{'*' if self.prefix else ''}"


@frozen
class Is:
    """See `Quality`."""

    quality: Quality

    def __str__(self) -> str:
        return f"is:{self.quality}"


@frozen
class Related:
    """Linked so to an earlier article, as `link` names it."""

    relation: Relation

    def __str__(self) -> str:
        return f"relation:{self.relation}"


@frozen
class Tagged:
    """With this tag, as it was given."""

    tag: str

    def __str__(self) -> str:
        return f"tag:{_quoted(self.tag)}"


@frozen
class Published:
    """Published on these days, in Beijing time, or on one between them; None: however early, however late."""

    first: date | None
    last: date | None

    def __str__(self) -> str:
        if self.first is not None and self.last is not None and self.last == _end_of(self.first, self.last):
            return f"date:{_span(self.first, self.last)}"
        return f"date:{self.first or ''}..{self.last or ''}"


@frozen
class Copies:
    """The story has so many articles, the found one too; None: or any number more."""

    least: int
    most: int | None

    def __str__(self) -> str:
        return f"copies:{self.least}" if self.least == self.most else f"copies:{self.least}..{self.most or ''}"


Leaf = Everything | Word | Site | Tagged | Is | Related | Published | Copies


@frozen
class Not:
    """All articles that are not found by the other one."""

    node: "Node"

    def __str__(self) -> str:
        return f"-({self.node})" if isinstance(self.node, (And, Or, Not)) else f"-{self.node}"


@frozen
class And:
    """What all of them find."""

    nodes: "tuple[Node, ...]"

    def __str__(self) -> str:
        return " ".join(f"({node})" if isinstance(node, Or) else str(node) for node in self.nodes)


@frozen
class Or:
    """What one of them finds."""

    nodes: "tuple[Node, ...]"

    def __str__(self) -> str:
        return " OR ".join(map(str, self.nodes))


Node = Leaf | Not | And | Or


def all_of(*nodes: Node) -> Node:
    """What all of these find; of one node that node, without any `Everything`."""
    flat = [one for node in nodes for one in (node.nodes if isinstance(node, And) else (node,))]
    flat = [one for one in flat if not isinstance(one, Everything)]
    return Everything() if not flat else flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(*nodes: Node) -> Node:
    """What one of these finds; of one node that node."""
    flat = tuple(one for node in nodes for one in (node.nodes if isinstance(node, Or) else (node,)))
    return flat[0] if len(flat) == 1 else Or(flat)


def _quoted(text: str) -> str:
    """The text as it must be written to be read as one word."""
    special = any(char in _SPECIAL or char.isspace() for char in text) or text[:1] in _AT_THE_START
    if not special and text not in OPERATORS:
        return text
    opening = next(mark for mark, closing in QUOTES.items() if closing not in text)
    return f"{opening}{text}{QUOTES[opening]}"


def _end_of(first: date, last: date) -> date | None:
    """The last day of the year, month or day that begins with `first`, where `last` is that."""
    ends = [first, first.replace(day=monthrange(first.year, first.month)[1]), date(first.year, 12, 31)]
    begins = [True, first.day == 1, (first.month, first.day) == (1, 1)]
    return next((end for end, whole in zip(ends, begins, strict=True) if whole and end == last), None)


def _span(first: date, last: date) -> str:
    parts = 3 if first == last else 2 if first.month == last.month else 1
    return "-".join(first.isoformat().split("-")[:parts])
