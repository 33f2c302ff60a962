"""What stands in the gaps between two aligned texts: other numbers, other names, other words, noise, insertions.

A copyist swaps words, drops sentences and adds clutter. He does not swap every number or the people of the story: where
those differ, a template was filled in for another day, another stock, another visitor.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final, Literal

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from archive.dedup.verify.align import Op
from archive.dedup.verify.names import (
    BYLINE,
    FREQUENT,
    PARTY,
    TITLE,
    are_aliases,
    has_person_first,
    is_person,
    is_place,
    is_transliterated,
)
from archive.dedup.verify.numbers import are_other_numbers, moved_days

Kind = Literal["number", "name", "word", "noise", "insertion", "deletion"]
Mask = NDArray[np.bool_]

_DIGITS: Final = re.compile(r"[0-9]+")
_NUMBER_GAP: Final = 24  # characters: in a wider replacement the numbers belong to another sentence
_CONTEXT: Final = 5
_NEAR_DAMAGE: Final = 3  # characters: mojibake eats what stands beside it
DAMAGED: Final = 8
"""So many characters in mojibake make a text a damaged one."""
_AFTER: Final = 2  # characters behind a gap that say what its number counts
CHANCE: Final = 12
"""So many words are replaced for one that looks like a name before it counts as chance."""
LONG_NAME: Final = 4
MAX_WORD: Final = 12
"""Characters: a longer replacement is other text, not another word."""
MAX_EVIDENCE: Final = 24


@frozen
class Gap:
    """One difference: what the first text has, and what stands for it in the second ("" where it has nothing)."""

    kind: Kind
    start: int
    other_start: int
    ours: str
    theirs: str


@frozen
class Gaps:
    """Every difference inside the runs, and the numbers that stayed as they were."""

    gaps: tuple[Gap, ...]
    numbers_same: int
    lone_numbers: int
    """Numbers that only one text has while the other has others elsewhere in the run: the smaller of both counts."""
    renamed: int = 0
    """Words of four characters and more that others replaced each time: a company, a product, a place."""
    moved: tuple[int, ...] = ()
    """By how many days the days of the month differ that stand for each other."""
    numbers: int = field(init=False)
    names: int = field(init=False)
    words: int = field(init=False)
    noise: int = field(init=False)
    replaced: int = field(init=False)
    """Characters of the first text that words or noise replaced, and of the second."""
    other_replaced: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        kinds = Counter(gap.kind for gap in self.gaps)
        object.__setattr__(self, "numbers", kinds["number"] + self.lone_numbers)
        object.__setattr__(self, "names", kinds["name"])
        object.__setattr__(self, "words", kinds["word"])
        object.__setattr__(self, "noise", kinds["noise"])
        swapped = [gap for gap in self.gaps if gap.theirs and 0 < len(gap.ours) <= MAX_WORD >= len(gap.theirs)]
        object.__setattr__(self, "replaced", sum(len(gap.ours) for gap in swapped))
        object.__setattr__(self, "other_replaced", sum(len(gap.theirs) for gap in swapped))


def type_gaps(
    first: str, second: str, runs: list[list[Op]], damaged: Mask | None = None, other_damaged: Mask | None = None
) -> Gaps:
    """The differences inside the runs, each typed. `first`, `second`: the folded texts that `align` saw; the masks say
    which of their characters stand in mojibake."""
    gaps: list[Gap] = []
    moved: list[int] = []
    same = 0
    has_damage = any(mask is not None and int(mask.sum()) >= DAMAGED for mask in (damaged, other_damaged))
    for run in runs:
        edits = list(_edits(first, second, run))
        same += _numbers_same(first, second, run, edits)
        for start, end, other_start, other_end in edits:
            found = list(_typed(first, second, start, end, other_start, other_end))
            if _is_near(damaged, start, end) or _is_near(other_damaged, other_start, other_end):
                found = [_as_noise(gap) if gap.kind == "number" else gap for gap in found]
            elif has_damage:
                found = [_as_noise(gap) if gap.kind == "number" and _lost_digits(gap) else gap for gap in found]
            gaps.extend(found)
            moved += [
                days
                for gap in found
                if gap.kind == "number"
                for days in moved_days(gap.ours + first[end : end + 1], gap.theirs + second[other_end : other_end + 1])
            ]
    gaps = _without_chance(gaps)
    lone = [gap for gap in gaps if gap.kind != "number"]
    ours = sum(len(_DIGITS.findall(gap.ours)) for gap in lone if not _DIGITS.search(gap.theirs))
    theirs = sum(len(_DIGITS.findall(gap.theirs)) for gap in lone if not _DIGITS.search(gap.ours))
    named = _without_chance_names(_with_names(first, second, gaps))
    return Gaps(named, same, min(ours, theirs), _renamed(first, second, named), tuple(moved))


def _renamed(first: str, second: str, gaps: tuple[Gap, ...]) -> int:
    pairs = {(gap.ours, gap.theirs) for gap in gaps if gap.kind == "word"}
    return sum(
        min(len(ours), len(theirs)) >= LONG_NAME
        and first.count(ours) == second.count(theirs) >= 2
        and ours not in second
        and theirs not in first
        and not are_aliases(ours, theirs)
        for ours, theirs in pairs
    )


def _is_near(damaged: Mask | None, start: int, end: int) -> bool:
    return damaged is not None and bool(damaged[max(0, start - _NEAR_DAMAGE) : end + _NEAR_DAMAGE].any())


def _lost_digits(gap: Gap) -> bool:
    """Whether the one number is the other one with digits missing, as mojibake leaves it: 10 of 100."""
    short, long = sorted(("".join(_DIGITS.findall(gap.ours)), "".join(_DIGITS.findall(gap.theirs))), key=len)
    rest = iter(long)
    return 0 < len(short) < len(long) and all(digit in rest for digit in short)


def _as_noise(gap: Gap) -> Gap:
    return Gap("noise", gap.start, gap.other_start, gap.ours, gap.theirs)


def _edits(first: str, second: str, run: list[Op]) -> Iterator[tuple[int, int, int, int]]:
    """The run's edits, each widened to the whole of a number that it touches, and to what one equal character parts."""
    last: tuple[int, int, int, int] | None = None
    for op in run:
        if op.tag == "equal":
            continue
        start, end, other_start, other_end = op.start, op.end, op.other_start, op.other_end
        while start and other_start and first[start - 1].isdigit() and first[start - 1] == second[other_start - 1]:
            start, other_start = start - 1, other_start - 1
        while end < len(first) and other_end < len(second) and first[end].isdigit() and first[end] == second[other_end]:
            end, other_end = end + 1, other_end + 1
        if last is not None and start - last[1] <= 1 and other_start - last[3] <= 1:
            # 张伟 for 李伟国: one equal character inside a replacement is chance.
            joined = (last[0], end, last[2], other_end)
            if start <= last[1] or min(end - last[0], other_end - last[2]) >= 4:
                last = joined
                continue
        if last is not None:
            yield last
        last = (start, end, other_start, other_end)
    if last is not None:
        yield last


def _typed(first: str, second: str, start: int, end: int, other_start: int, other_end: int) -> Iterator[Gap]:
    ours, theirs = first[start:end], second[other_start:other_end]
    if not theirs:
        yield Gap("insertion", start, other_start, ours, "")
        return
    if not ours:
        yield Gap("deletion", start, other_start, "", theirs)
        return
    after, other_after = first[end : end + _AFTER], second[other_end : other_end + _AFTER]
    if max(len(ours), len(theirs)) <= _NUMBER_GAP and are_other_numbers(ours, theirs, after, other_after):
        yield Gap("number", start, other_start, ours, theirs)
        left, right = _DIGITS.sub("", ours), _DIGITS.sub("", theirs)
        if len(left) > 1 and len(right) > 1 and left != right:
            yield Gap("word", start, other_start, left, right)
        return
    single = len(ours) == len(theirs) == 1
    yield Gap("noise" if single else "word", start, other_start, ours, theirs)


def _numbers_same(first: str, second: str, run: list[Op], edits: list[tuple[int, int, int, int]]) -> int:
    """Numbers of the run that no edit touched."""
    start, end = run[0].start, run[-1].end
    touched = sum(len(_DIGITS.findall(first[a:b])) for a, b, _, _ in edits)
    return max(0, len(_DIGITS.findall(first[start:end])) - touched)


def _without_chance(gaps: list[Gap]) -> list[Gap]:
    """Where noise is thick, a numeral that another replaced is noise too: 一般 for 七般."""
    numerals = sum(gap.kind == "number" and not _DIGITS.search(gap.ours) for gap in gaps)
    if sum(gap.kind == "noise" for gap in gaps) < max(10, 4 * numerals):
        return gaps
    return [_as_noise(gap) if gap.kind == "number" and not _DIGITS.search(gap.ours) else gap for gap in gaps]


def _without_chance_names(gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
    """Among many replaced words or much noise, one or two that look like names are chance, too: 方式 for 蓝色."""
    names = len({(gap.ours, gap.theirs) for gap in gaps if gap.kind == "name"})
    words = sum(gap.kind == "word" for gap in gaps)
    noise = sum(gap.kind == "noise" for gap in gaps)
    if not names or names * CHANCE > words + noise / 2:
        return gaps
    return tuple(
        Gap("word", gap.start, gap.other_start, gap.ours, gap.theirs) if gap.kind == "name" else gap for gap in gaps
    )


def _with_names(first: str, second: str, gaps: list[Gap]) -> tuple[Gap, ...]:
    """Replaced words that are names, told by their form and by how they stand in the text."""
    pairs = Counter((gap.ours, gap.theirs) for gap in gaps if gap.kind in ("word", "noise"))
    named: list[Gap] = []
    for gap in gaps:
        times = pairs[gap.ours, gap.theirs]
        if (gap.kind == "word" and _is_renamed(first, second, gap, times)) or (
            gap.kind in ("word", "noise") and times >= 2 and _is_part_renamed(first, second, gap, times)
        ):
            gap = Gap("name", gap.start, gap.other_start, gap.ours, gap.theirs)
        named.append(gap)
    return tuple(named)


def _is_renamed(first: str, second: str, gap: Gap, times: int) -> bool:
    ours, theirs = gap.ours, gap.theirs
    if are_aliases(ours, theirs):
        return False
    if is_place(ours) and is_place(theirs):
        return True
    before = first[gap.start - 1 : gap.start]
    shared = before in FREQUENT and before == second[gap.other_start - 1 : gap.other_start]
    if shared and first.count(before + ours) >= times >= 2:
        # 唐仁 and 唐一: a family name that two people share.
        ours, theirs = before + ours, before + theirs
    left = first[max(0, gap.start - _CONTEXT) : gap.start]
    if BYLINE.search(left):
        return False  # who wrote it down does not make it another story
    if PARTY.search(left) and ours not in second and has_person_first(ours) and has_person_first(theirs):
        return True
    if not (_has_form(ours) and _has_form(theirs)):
        return False
    # A name is replaced wherever it stands; a synonym is not.
    if ours in second or theirs in first:
        return False
    if times >= 2 or (TITLE.search(ours) and TITLE.search(theirs)):
        return True
    around = left + "|" + first[gap.start + len(gap.ours) :][:_CONTEXT]
    return bool(TITLE.search(around))


def _is_part_renamed(first: str, second: str, gap: Gap, times: int) -> bool:
    """Whether what was replaced is part of a name: 李勇同志, 李涛同志; or three times of one without a title."""
    wholes = _persons(first, gap.start, gap.start + len(gap.ours), titled=times < 3)
    others = _persons(second, gap.other_start, gap.other_start + len(gap.theirs), titled=times < 3)
    return any(
        (whole[0] in FREQUENT or other[0] in FREQUENT)
        and not (is_transliterated(whole) and is_transliterated(other))
        and whole not in second
        and other not in first
        and first.count(whole) >= times <= second.count(other)
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


def _has_form(word: str) -> bool:
    if is_person(word) or is_transliterated(word) or is_place(word):
        return True
    # A title swapped along with its holder: 比利时首相德克罗.
    parts = [part for part in TITLE.split(word) if part]
    return parts != [word] and any(is_person(part) or is_transliterated(part) or is_place(part) for part in parts)
