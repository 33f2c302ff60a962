"""What stands in the gaps between two aligned texts: other numbers, other names, other words, noise, insertions.

A copyist swaps words, drops sentences and adds clutter. He does not swap every number or the people of the story: where
those differ, a template was filled in for another day, another stock, another visitor.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, Literal

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from archive.dedup.verify.align import Op
from archive.dedup.verify.lexicon import are_aliases
from archive.dedup.verify.names import Swap, are_other_names
from archive.dedup.verify.numbers import DIGITS, Numbers, are_other_numbers, moved_days
from archive.dedup.verify.predicates import Predicate, decide

Kind = Literal["number", "name", "word", "noise", "insertion", "deletion"]
Mask = NDArray[np.bool_]
Edit = tuple[int, int, int, int]
"""Start and end in the first text, start and end in the second."""

_NUMBER_GAP: Final = 24
"""Characters: in a wider replacement the numbers belong to another sentence."""
_NEAR_DAMAGE: Final = 3
"""Characters: mojibake eats what stands beside it."""
DAMAGED: Final = 8
"""So many characters in mojibake make a text a damaged one."""
_AFTER: Final = 2
"""Characters behind a gap that say what its number counts."""
_THICK: Final = 10
"""Characters of noise: so many are thick, and numerals among them chance."""
_NOISE_A_NUMERAL: Final = 4
"""So much noise to each replaced numeral is thick."""
LONE: Final = 2
"""So many numbers that each text has by itself are others; one may be the number of a page."""
LONG_NAME: Final = 4
MAX_WORD: Final = 12
"""Characters: a longer replacement is other text, not another word."""


@frozen
class Gap:
    """One difference: what the first text has, and what stands for it in the second ("" where it has nothing)."""

    kind: Kind
    start: int
    other_start: int
    ours: str
    theirs: str

    @property
    def end(self) -> int:
        return self.start + len(self.ours)

    @property
    def other_end(self) -> int:
        return self.other_start + len(self.theirs)


@frozen
class Gaps:
    """Every difference inside the runs, and the numbers that stayed as they were."""

    gaps: tuple[Gap, ...] = ()
    numbers_same: int = 0
    lone_numbers: int = 0
    """Numbers that only one text has while the other has others elsewhere in the runs: the smaller of both counts."""
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


@frozen(eq=False)
class Found:
    """A gap among all that were found. `masks`: which characters of each text stand in mojibake."""

    gap: Gap
    noise: int
    numerals: int
    """How many gaps are noise, and numbers without digits."""
    masks: tuple[Mask | None, Mask | None]


def type_gaps(
    first: str, second: str, runs: list[list[Op]], damaged: Mask | None = None, other_damaged: Mask | None = None
) -> Gaps:
    """The differences inside the runs, each typed. `first`, `second`: the folded texts that `align` saw; the masks say
    which of their characters stand in mojibake."""
    gaps: list[Gap] = []
    same = 0
    for run in runs:
        edits = list(_edits(first, second, run))
        same += _numbers_same(first, second, run, edits)
        for edit in edits:
            gaps += _typed(first, second, edit)
    gaps, lone = without_moved(first, second, _without_damage(gaps, (damaged, other_damaged)))
    moved = [
        days
        for gap in gaps
        if gap.kind == "number"
        for days in moved_days(
            gap.ours + first[gap.end : gap.end + 1], gap.theirs + second[gap.other_end : gap.other_end + 1]
        )
    ]
    named = _with_names(first, second, gaps)
    return Gaps(tuple(named), same, lone, _renamed(first, second, named), tuple(moved))


def beside_mojibake(found: Found) -> bool:
    """Mojibake eats what stands beside it."""
    gap, (damaged, other_damaged) = found.gap, found.masks
    return _is_near(damaged, gap.start, gap.end) or _is_near(other_damaged, gap.other_start, gap.other_end)


def _is_near(damaged: Mask | None, start: int, end: int) -> bool:
    return damaged is not None and bool(damaged[max(0, start - _NEAR_DAMAGE) : end + _NEAR_DAMAGE].any())


def lost_digits(found: Found) -> bool:
    """In a damaged text the one number is the other one with digits missing, as mojibake leaves it: 10 of 100."""
    if not any(mask is not None and int(mask.sum()) >= DAMAGED for mask in found.masks):
        return False
    both = ("".join(DIGITS.findall(found.gap.ours)), "".join(DIGITS.findall(found.gap.theirs)))
    short, long = sorted(both, key=len)
    return 0 < len(short) < len(long) and is_left_of(short, long)


def is_left_of(short: str, long: str) -> bool:
    """Whether the one is the other one with characters missing."""
    rest = iter(long)
    return all(char in rest for char in short)


def numeral_in_noise(found: Found) -> bool:
    """Where noise is thick, a numeral that another replaced is noise too: 一般 for 七般."""
    if DIGITS.search(found.gap.ours):
        return False
    return found.noise >= max(_THICK, _NOISE_A_NUMERAL * found.numerals)


NOISE: Final = (Predicate(True, beside_mojibake), Predicate(True, lost_digits), Predicate(True, numeral_in_noise))
"""Whether a number that differs is noise."""


def _without_damage(gaps: list[Gap], masks: tuple[Mask | None, Mask | None]) -> list[Gap]:
    numerals = sum(gap.kind == "number" and not DIGITS.search(gap.ours) for gap in gaps)
    noise = sum(gap.kind == "noise" for gap in gaps)
    return [
        evolve(gap, kind="noise") if gap.kind == "number" and decide(NOISE, Found(gap, noise, numerals, masks)) else gap
        for gap in gaps
    ]


def _renamed(first: str, second: str, gaps: Iterable[Gap]) -> int:
    pairs = {(gap.ours, gap.theirs) for gap in gaps if gap.kind == "word"}
    return sum(
        min(len(ours), len(theirs)) >= LONG_NAME
        and first.count(ours) == second.count(theirs) >= 2
        and ours not in second
        and theirs not in first
        and not are_aliases(ours, theirs)
        for ours, theirs in pairs
    )


def _edits(first: str, second: str, run: list[Op]) -> Iterator[Edit]:
    """The run's edits, each widened to the whole of a number that it touches, and to what one equal character parts."""
    last: Edit | None = None
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


def _typed(first: str, second: str, edit: Edit) -> Iterator[Gap]:
    start, end, other_start, other_end = edit
    ours, theirs = first[start:end], second[other_start:other_end]
    if not theirs:
        yield Gap("insertion", start, other_start, ours, "")
        return
    if not ours:
        yield Gap("deletion", start, other_start, "", theirs)
        return
    after, other_after = first[end : end + _AFTER], second[other_end : other_end + _AFTER]
    if max(len(ours), len(theirs)) <= _NUMBER_GAP and are_other_numbers(Numbers(ours, theirs, after, other_after)):
        yield Gap("number", start, other_start, ours, theirs)
        left, right = DIGITS.sub("", ours), DIGITS.sub("", theirs)
        if len(left) > 1 and len(right) > 1 and left != right:
            yield Gap("word", start, other_start, left, right)
        return
    single = len(ours) == len(theirs) == 1
    yield Gap("noise" if single else "word", start, other_start, ours, theirs)


def _numbers_same(first: str, second: str, run: list[Op], edits: list[Edit]) -> int:
    """Numbers of the run that no edit touched."""
    start, end = run[0].start, run[-1].end
    touched = sum(len(DIGITS.findall(first[a:b])) for a, b, _, _ in edits)
    return max(0, len(DIGITS.findall(first[start:end])) - touched)


def without_moved(first: str, second: str, gaps: list[Gap]) -> tuple[list[Gap], int]:
    """The gaps, with numbers that stand elsewhere in the other text no more told as other ones; and the lone numbers.

    A number is the same with what it counts: the 9 of 9日 is not that of 9人.
    """
    counted = [
        (_counted(first, gap.start, gap.end), _counted(second, gap.other_start, gap.other_end))
        if DIGITS.search(gap.ours + gap.theirs)
        else ([], [])
        for gap in gaps
    ]
    ours: Counter[str] = Counter()
    theirs: Counter[str] = Counter()
    for gap, (own, other) in zip(gaps, counted, strict=True):
        if gap.kind != "number" and not (own and other):
            ours.update(own)
            theirs.update(other)
    if not ours and not theirs:
        return gaps, 0
    told = []
    for gap, (own, other) in zip(gaps, counted, strict=True):
        if gap.kind == "number" and (_is_among(other, ours) or _is_among(own, theirs)):
            gap = evolve(gap, kind="word")
            ours.update(own)
            theirs.update(other)
        told.append(gap)
    lone = min((ours - theirs).total(), (theirs - ours).total())
    return told, lone if lone >= LONE else 0


def _counted(text: str, start: int, end: int) -> list[str]:
    """The numbers of a passage, each with the character behind it."""
    return [text[found.start() : found.end() + 1] for found in DIGITS.finditer(text, start, end)]


def _is_among(numbers: list[str], lone: Counter[str]) -> bool:
    return bool(numbers) and Counter(numbers) <= lone


def _with_names(first: str, second: str, gaps: list[Gap]) -> list[Gap]:
    """The gaps, with replaced words that are names told from other words."""
    swapped = ("word", "noise")
    pairs = Counter((gap.ours, gap.theirs) for gap in gaps if gap.kind in swapped)
    return [
        evolve(gap, kind="name")
        if gap.kind in swapped and are_other_names(_as_swap(first, second, gap, pairs[gap.ours, gap.theirs]))
        else gap
        for gap in gaps
    ]


def _as_swap(first: str, second: str, gap: Gap, times: int) -> Swap:
    return Swap(first, second, gap.start, gap.other_start, gap.ours, gap.theirs, times)
