"""Queries of every operator, made by chance from the words of some texts."""

import random
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from opencc import OpenCC

from archive.query.language.nodes import (
    Copies,
    Field,
    Is,
    Node,
    Not,
    Published,
    Quality,
    Related,
    Site,
    Tagged,
    Word,
    all_of,
    any_of,
)
from archive.text.levelled import CHINESE
from archive.text.words import term

RELATIONS = ("exact", "near", "revised", "spun", "excerpt_of", "contains", "shares_passage", "doubtful")
_LATIN = re.compile(r"[A-Za-z0-9]+")
_TO_TRADITIONAL = OpenCC("s2t")


class Queries:
    """Makes queries. `texts`: headlines and bodies; `names`: of sources, accounts, authors, flags; `sites`."""

    def __init__(self, chance: random.Random, texts: Sequence[str], names: Any, sites: Sequence[str]) -> None:
        self.chance = chance
        self.texts = texts
        self.names = names
        self.sites = sites

    def node(self, depth: int = 3) -> Node:
        """A tree."""
        kind = self.chance.random()
        if depth == 0 or kind < 0.4:
            return self.leaf()
        if kind < 0.7:
            return all_of(*(self.node(depth - 1) for _ in range(self.chance.randint(2, 3))))
        if kind < 0.85:
            return any_of(*(self.node(depth - 1) for _ in range(self.chance.randint(2, 3))))
        return Not(self.node(depth - 1))

    def leaf(self) -> Node:
        """A condition; two of three are words of the text."""
        pick = self.chance.choice
        if self.chance.random() < 0.66:
            return self.word(pick((Field.ANY, Field.ANY, Field.ANY, Field.TITLE, Field.BODY)))
        field = pick((Field.SOURCE, Field.ACCOUNT, Field.AUTHOR, Field.FLAG))
        return pick(
            (
                self.name(field),
                self.name(field),
                Site(pick(self.sites)),
                Site(pick(self.sites)[:2], prefix=True),
                Tagged(pick(("甲", "乙"))),
                Is(pick(list(Quality))),
                Related(pick(RELATIONS)),
                self.published(),
                self.copies(),
            )
        )

    def word(self, field: Field) -> Node:
        """A piece of a text: some characters wherever they stand, some of them across marks and lines; a Latin word or
        its beginning; some written otherwise; some made up of two."""
        text = self.chance.choice(self.texts)
        latin = _LATIN.findall(text)
        kind = self.chance.random()
        if latin and kind < 0.2:
            word = self.chance.choice(latin)
            cut = self.chance.randint(2, max(2, len(word)))
            return Word(word[:cut], field, prefix=self.chance.random() < 0.7) if len(word) > 1 else Word(word, field)
        start = self.chance.randrange(max(1, len(text)))
        piece = text[start : start + self.chance.choice((1, 1, 2, 2, 2, 3, 4, 6, 9, 30))]
        if kind > 0.9:
            other = self.chance.choice(self.texts)
            piece = piece[:2] + other[:1]
        if kind < 0.4:
            piece = _TO_TRADITIONAL.convert(piece)
        elif kind < 0.5:
            piece = "".join(
                chr(ord(char) + 0xFEE0) if "0" <= char <= "z" and char.isalnum() else char for char in piece
            )
        return self._written(piece, field) or self.word(field)

    def name(self, field: Field) -> Node:
        """A name, or some characters of it."""
        name = self.chance.choice(self.names[field])
        if self.chance.random() < 0.3:
            return Word(name, field, whole=True)
        start = self.chance.randrange(len(name))
        return self._written(name[start : start + self.chance.randint(1, 4)], field) or self.name(field)

    def _written(self, piece: str, field: Field) -> Node | None:
        piece = " ".join(piece.split())
        found = term(piece)
        if found is None or any(mark in piece for mark in "*＊"):
            return None
        # One letter with a star is refused.
        last = found.tokens[-1]
        return Word(piece, field, prefix=ord(last[0]) >= CHINESE and self.chance.random() < 0.3)

    def published(self) -> Node:
        """Some days, months or years, some without an end."""
        first = date(2025, 1, 1) + timedelta(days=self.chance.randint(0, 120))
        last = first + timedelta(days=self.chance.choice((0, 1, 30, 90)))
        kind = self.chance.random()
        return Published(None if kind < 0.2 else first, None if kind > 0.8 else last)

    def copies(self) -> Node:
        """A number, or from one to another."""
        least = self.chance.randint(1, 4)
        return Copies(least, self.chance.choice((None, least, least + 1)))
