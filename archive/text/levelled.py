"""A text as it is read for words: each character with what it folds to, where somebody asks for it.

It has what the index has (`archive.text.fold`, `archive.text.tokens`), by the same tables and rules. The index goes
through whole texts with numpy, which takes a command longer to load than to search; a search asks for the characters
around its words, and the others are only skimmed. What is rare is settled before: markup and pinyin are blanked, and
what is not `_USUAL` stands as what it folds to. Each character that is left folds to one or to none.
"""

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final, Self

from attrs import frozen

from archive.text import marks
from archive.text.letters import WHOLE, load_folds, load_letters
from archive.text.variants import load_classes

CHINESE: Final = 0x2E80
"""The first code point that is not cut into words."""
_CHINESE: Final = chr(CHINESE)

# Middle dots as they are typed between the parts of a foreign name, and what is invisible.
_DOTS: Final = "·•・･‧∙⋅．\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_OPENING: Final = "“‘「『﹁﹃〝《〈（(［[【〔〖｛{"
_CLOSING: Final = "”’」』﹂﹄〞〟》〉）)］]】〕〗｝}"
_EITHER: Final = "\"'＂＇"
SOFT_SIGNS: Final = f" \t\u00a0\u3000{_DOTS}{_OPENING}{_CLOSING}{_EITHER}"
"""What may stand alone inside a word."""
_SIGNS: Final = re.escape(_DOTS + _OPENING + _CLOSING + _EITHER)
_SOFT: Final = (
    rf"(?![^\n]*(?:[{re.escape(_CLOSING)}]\s*[{re.escape(_OPENING)}]|([{_EITHER}])\s*\1))(?:[^\S\n]|[{_SIGNS}])*"
)

# From the first to the second of two: Han, and what stands beside it in most texts, without `marks.SIGNS`. Less than
# 256 of them and these fold to none.
_USUAL: Final = (
    *("\0%", "''", ").", "0:", "<<", "?Z", "]v", "x\x7f", "\xa0\xa0", "°°", "··", "××", "\u2000\u206f"),
    *("\u3000\u3004", "\u3008\u300f", "\u3011\u3020", "\u3400\u4dbf", "\u4e00\u9fff", "\uff01\uff07", "\uff09\uff65"),
)
_WHITE: Final = filter(str.isspace, map(chr, (*range(ord("\n")), *range(ord("\v"), 0x80), *range(0x2000, 0x2070))))
INSIDE_WORDS: Final = SOFT_SIGNS + "".join(_WHITE)
"""One of these begins what may stand inside a word, among usual characters."""
_UNUSUAL: Final = re.compile(f"[^{''.join(f'{re.escape(first)}-{re.escape(last)}' for first, last in _USUAL)}]")
_BLANK: Final = "\0"


class _Folds(dict[str, str]):
    """What each character folds to. `letters`: those that count, ascending; of these, `others` fold to another one."""

    def __init__(self, letters: Sequence[range], others: dict[str, str]) -> None:
        super().__init__(others)
        self._letters = letters
        self._firsts = [its.start for its in letters]

    def __missing__(self, char: str) -> str:
        at = bisect_right(self._firsts, ord(char)) - 1
        self[char] = found = char if at >= 0 and ord(char) in self._letters[at] else ""
        return found


class _Levels(dict[str, str]):
    def __missing__(self, char: str) -> str:
        self[char] = char
        return char


@cache
def folds() -> Mapping[str, str]:
    """What each character of a text folds to: one, none (""), or several."""
    letters = sorted((*WHOLE, *load_letters()), key=lambda its: its.start)
    return _Folds(letters, _variants() | load_folds())


@cache
def levels() -> Mapping[str, str]:
    """What each character of `Levelled.chars` folds to: one, or none (""). What is not usual does to itself there, also
    the few that stand for others, and would fold to none (ʼ of ŉ)."""
    return _Levels(_variants() | {char: folds()[char] for char in _beside_han()})


@cache
def _variants() -> dict[str, str]:
    return {char: first for first, its in _classes().items() for char in its}


@cache
def _classes() -> dict[str, str]:
    """Variants, by the one that stands for them."""
    return {its[0]: its for its in load_classes()}


@frozen(eq=False)
class Levelled:
    """`text`: as it is stored. `chars`: with what is rare settled. `origin`: for each of these the character of the
    text that it came from; None where that is its own place."""

    text: str
    chars: str
    origin: Sequence[int] | None

    @property
    def is_settled(self) -> bool:
        """Whether it had anything rare."""
        return self.chars is not self.text

    @classmethod
    def of(cls, text: str) -> Self:
        """Settle what is rare in a text: most have nothing, or a few brackets."""
        asked = [match.start() for match in _UNUSUAL.finditer(text)]
        if not asked:
            return cls(text, text, None)
        unusual = [at for at in asked if text[at] not in marks.SIGNS]
        spans = marks.spans(text, toned=any(ord(text[at]) in marks.TONED for at in unusual))
        escapes = list(marks.escapes(text))
        if not (unusual or spans or escapes):
            return cls(text, text, None)
        folded = {char: folds()[char] for char in {text[at] for at in unusual}}
        chars = text
        for char, its in sorted(folded.items(), key=lambda one: len(one[1]) == 1):  # none becomes what is dropped
            chars = chars.replace(char, its if len(its) == 1 else _BLANK)
        several = [at for at in unusual if len(folded[text[at]]) > 1]
        if not (several or spans or escapes):
            return cls(text, chars, None)
        parts = list(chars)
        for at in several:
            parts[at] = folded[text[at]]
        for start, end in spans:
            parts[start:end] = _BLANK * (end - start)
        for start, end, code in escapes:
            parts[start:end] = _BLANK * (end - start)
            parts[start] = _one(code)
        chars = "".join(parts)
        origin = None if len(chars) == len(text) else [at for at, part in enumerate(parts) for _ in part]
        return cls(text, chars, origin)

    def size(self) -> int:
        """How many characters it folds to."""
        dropped, _ = codecs.charmap_encode(self.chars, "ignore", _dropped())
        return len(self.chars) - len(dropped)

    def behind(self, at: int) -> int:
        """Where the next character stands that folds to one; the length where there is none."""
        level, chars = levels(), self.chars
        at += 1
        while at < len(chars) and not level[chars[at]]:
            at += 1
        return at

    def left(self, at: int) -> str:
        """What the character before one in its run folds to; "" where the run begins with it."""
        level, chars = levels(), self.chars
        before = at - 1
        while before >= 0 and not level[chars[before]]:
            before -= 1
        return "" if before < 0 or self.parted(before, at) else level[chars[before]]

    def right(self, at: int) -> str:
        """The same of the one behind; "" where the run ends with it."""
        behind = self.behind(at)
        return "" if behind == len(self.chars) or self.parted(at, behind) else levels()[self.chars[behind]]

    def parted(self, at: int, behind: int) -> bool:
        """Whether a run ends between two characters of which one is `behind` the other."""
        level, chars = levels(), self.chars
        latin = level[chars[at]] < _CHINESE
        if latin != (level[chars[behind]] < _CHINESE):
            return True
        return behind > at + 1 and (latin or not is_soft(self.text[self.stands(at) + 1 : self.stands(behind)]))

    def stands(self, at: int) -> int:
        """Where a character stands in the text."""
        return at if self.origin is None else self.origin[at]


@lru_cache(2_000)  # a few signs stand in most gaps
def is_soft(gap: str) -> bool:
    """Whether characters that were dropped may stand inside a word, between two Chinese ones. Dropped letters mean
    markup or injected pinyin."""
    if len(gap) == 1:
        return gap in SOFT_SIGNS
    return re.fullmatch(_SOFT, gap) is not None or ("\n" not in gap and any(map(str.isalnum, gap)))


def _one(code: int) -> str:
    """What a character that is told by its number stands as."""
    its = folds()[chr(code)] if code < 0x110000 else ""
    return its if len(its) == 1 else _BLANK


@cache
def _dropped() -> Any:
    """An encoding of the usual characters that fold to none, which skims a text ten times as fast as it is folded."""
    level = levels()
    none = sorted(char for char in _beside_han() if not level[char])
    return codecs.charmap_build("".join(none))


def _beside_han() -> Iterator[str]:
    """The usual characters but for Han, and the signs."""
    yield from marks.SIGNS
    for first, last in _USUAL:
        if not "\u3400" <= first <= "\u9fff":
            yield from map(chr, range(ord(first), ord(last) + 1))


@lru_cache(2_000)
def forms(char: str) -> str:
    """How a folded character may stand in `Levelled.chars`: as itself, or as a usual one that folds to it."""
    others = _classes().get(char) or "".join(_beside_han())
    return char + "".join(one for one in others if levels()[one] == char != one and not _UNUSUAL.match(one))
