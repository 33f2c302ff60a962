"""Which replaced words are names, told by their form and by how they stand in the text.

A name that another replaced tells of another story; a word that a synonym replaced does not.
"""

from typing import Final

from attrs import evolve, frozen

from archive.dedup.verify.lexicon import (
    BYLINE,
    FREQUENT,
    PARTY,
    TITLE,
    are_aliases,
    has_person_first,
    is_language,
    is_person,
    is_place,
    is_titled,
    is_transliterated,
    stands_for,
)
from archive.dedup.verify.predicates import Predicate, decide

_LANGUAGE_ENDS: Final = ("文", "语")
_CONTEXT: Final = 5
"""Characters on either side in which a title makes a word a name."""
_REPEATED: Final = 2
"""So often the same word is replaced by the same other one: a name is replaced wherever it stands."""
_GIVEN: Final = 2
"""Characters: of one alone it is not known whether it is a name (贝安, 贝旺)."""
_UNTITLED: Final = 3
"""So often, for part of a name that no title follows."""


@frozen
class Swap:
    """`ours` stands in the first text where `theirs` does in the second. `times`: how often the texts do so."""

    first: str
    second: str
    start: int
    other_start: int
    ours: str
    theirs: str
    times: int

    @property
    def left(self) -> str:
        """What stands before it."""
        return self.first[max(0, self.start - _CONTEXT) : self.start]

    @property
    def right(self) -> str:
        """What stands behind it."""
        return self.first[self.start + len(self.ours) :][:_CONTEXT]

    def with_surname(self) -> "Swap":
        """With the family name before it, where two people share one: 李建军 and 李国华 for 建军 and 国华."""
        if max(len(self.ours), len(self.theirs)) < _GIVEN:
            return self
        before = self.first[self.start - 1 : self.start]
        if before not in FREQUENT or before != self.second[self.other_start - 1 : self.other_start]:
            return self
        if not self.first.count(before + self.ours) >= self.times >= _REPEATED:
            return self
        return evolve(
            self,
            start=self.start - 1,
            other_start=self.other_start - 1,
            ours=before + self.ours,
            theirs=before + self.theirs,
        )


def part_of_a_name(swap: Swap) -> bool:
    """Part of a name was replaced, each time: 李勇同志, 李涛同志; or three times of one without a title."""
    if swap.times < _REPEATED:
        return False
    titled = swap.times < _UNTITLED
    wholes = _persons(swap.first, swap.start, swap.start + len(swap.ours), titled=titled)
    others = _persons(swap.second, swap.other_start, swap.other_start + len(swap.theirs), titled=titled)
    return any(
        (whole[0] in FREQUENT or other[0] in FREQUENT)
        and not (is_transliterated(whole) and is_transliterated(other))
        and whole not in swap.second
        and other not in swap.first
        and swap.first.count(whole) >= swap.times <= swap.second.count(other)
        for left, whole in wholes
        for other_left, other in others
        if left == other_left
    )


def _persons(text: str, start: int, end: int, *, titled: bool) -> list[tuple[int, str]]:
    """The persons' names that hold a passage, with how far each begins before it. `titled`: a title must follow, or the
    name begins with the passage."""
    found = []
    for right in range(3):
        title = TITLE.match(text, end + right)
        if titled and not title:
            continue
        for left in range(min(3, start + 1) if title else 1):
            whole = text[start - left : end + right]
            if is_person(whole) and not TITLE.search(whole):
                found.append((left, whole))
    return found


def redacted(swap: Swap) -> bool:
    """One desk leaves out the name that the other one prints: 徐某."""
    return stands_for(swap.ours, swap.theirs) or stands_for(swap.theirs, swap.ours)


def language(swap: Swap) -> bool:
    """An edition in another language: 法文版, 俄文版."""
    behind = swap.right[:1]
    if behind not in _LANGUAGE_ENDS or behind != swap.second[swap.other_start + len(swap.theirs) :][:1]:
        return False
    return is_language(swap.ours) and is_language(swap.theirs)


def alias(swap: Swap) -> bool:
    """One name in two spellings: 特朗普, 川普."""
    return are_aliases(swap.ours, swap.theirs)


def place(swap: Swap) -> bool:
    """Another country, province or city; of 法国 and 德国 only the first character was replaced."""
    if is_place(swap.ours) and is_place(swap.theirs):
        return True
    kind, other_kind = swap.right[:1], swap.second[swap.other_start + len(swap.theirs) :][:1]
    return kind == other_kind != "" and is_place(swap.ours + kind) and is_place(swap.theirs + kind)


def byline(swap: Swap) -> bool:
    """Who wrote it down does not make it another story."""
    return bool(BYLINE.search(swap.left))


def party(swap: Swap) -> bool:
    """Another plaintiff or defendant, another person appointed or honoured."""
    if not PARTY.search(swap.left) or swap.ours in swap.second:
        return False
    return has_person_first(swap.ours) and has_person_first(swap.theirs)


def found_elsewhere(swap: Swap) -> bool:
    """A name is replaced wherever it stands; a synonym is not."""
    return swap.ours in swap.second or swap.theirs in swap.first


def name_each_time(swap: Swap) -> bool:
    """Both have the form of a name, and the one stands for the other twice or more."""
    return swap.times >= _REPEATED and _have_form(swap)


def rare_name_each_time(swap: Swap) -> bool:
    """The one stands for the other three times or more, may be a person's name by its first character, and a title is
    before it."""
    if swap.times < _UNTITLED or not (is_person(swap.ours, rare=True) and is_person(swap.theirs, rare=True)):
        return False
    return is_titled(swap.ours, swap.first) and is_titled(swap.theirs, swap.second)


def name_with_a_title(swap: Swap) -> bool:
    """Both have the form of a name, and a title stands beside or in them: 比利时首相德克罗."""
    if not _have_form(swap):
        return False
    if TITLE.search(swap.ours) and TITLE.search(swap.theirs):
        return True
    return bool(TITLE.search(swap.left + "|" + swap.right))


def _have_form(swap: Swap) -> bool:
    return _has_form(swap.ours) and _has_form(swap.theirs)


def _has_form(word: str) -> bool:
    if is_person(word) or is_transliterated(word) or is_place(word):
        return True
    # A title swapped along with its holder: 比利时首相德克罗.
    parts = [part for part in TITLE.split(word) if part]
    return parts != [word] and any(is_person(part) or is_transliterated(part) or is_place(part) for part in parts)


NAMES: Final = (
    Predicate(False, redacted),
    Predicate(True, part_of_a_name),
    Predicate(False, alias),
    Predicate(True, language),
    Predicate(True, place),
    Predicate(False, byline),
    Predicate(True, party),
    Predicate(False, found_elsewhere),
    Predicate(True, name_each_time),
    Predicate(True, rare_name_each_time),
    Predicate(True, name_with_a_title),
)
"""Whether names were replaced."""


def are_other_names(swap: Swap) -> bool:
    """Whether a replaced word tells of another person or place."""
    found = decide(NAMES, swap.with_surname())
    return found is not None and found.says
