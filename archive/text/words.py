"""What is searched for, cut as the index cuts a text (`archive.text.tokens`)."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Self

from attrs import frozen

from archive.text.levelled import CHINESE, Levelled, levels

MAX_TOKEN: Final = 64
"""The longest token in characters: a longer Latin word or number is indexed by its beginning."""


@frozen
class Term:
    """One thing that must occur: `tokens` one after the other, the last one by its beginning where `prefix`."""

    tokens: tuple[str, ...]
    prefix: bool = False


@frozen
class Word:
    """A word or phrase, folded. `chars`: its characters. `ends`: which of them end a run; the last one does.
    `is_chinese`: whether it is one run of Chinese."""

    chars: str
    ends: tuple[bool, ...]
    is_chinese: bool

    @classmethod
    def of(cls, text: str) -> Self:
        """Fold a text, and cut it into runs."""
        level, read = levels(), Levelled.of(text)
        places = [at for at, char in enumerate(read.chars) if level[char]]
        ends = [*map(read.parted, places, places[1:]), True]
        chars = "".join(level[read.chars[at]] for at in places)
        return cls(chars, tuple(ends[: len(chars)]), sum(ends) == 1 and chars >= chr(CHINESE))

    def runs(self) -> Iterator[str]:
        """The characters of each run."""
        start = 0
        for at, ends in enumerate(self.ends, 1):
            if ends:
                yield self.chars[start:at]
                start = at

    def tokens(self) -> list[str]:
        """The same as `archive.text.tokens.tokens` gives of the text; that is quicker for whole articles."""
        found = []
        for run in self.runs():
            if ord(run[0]) < CHINESE:
                found.append(run[:MAX_TOKEN])
            else:
                found += [run[at : at + 2] for at in range(len(run))]
        return found


@lru_cache(512)
def word(text: str) -> Word:
    """`Word.of` of what is searched for, which is asked for again with each text that it is looked for in."""
    return Word.of(text)


@lru_cache(512)
def term(text: str) -> Term | None:
    """The tokens by which a word or phrase is found, or None where nothing of it is indexed (punctuation alone). A
    search asks several times for each."""
    found = word(text).tokens()
    if not found:
        return None
    if ord(found[-1][0]) < CHINESE:
        return Term(tuple(found))
    if len(found) == 1 or word(text).ends[-2]:
        return Term(tuple(found), prefix=True)
    return Term(tuple(found[:-1]))
