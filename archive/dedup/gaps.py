"""What stands in the gaps between two aligned texts: other numbers, other names, other words, noise, insertions.

A copyist swaps words, drops sentences and adds clutter. He does not swap every number or the people of the story: where
those differ, a template was filled in for another day, another stock, another visitor.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final, Literal

from attrs import field, frozen

from archive.dedup.align import Op
from archive.dedup.names import FREQUENT, TITLE, is_person, is_place, is_transliterated

Kind = Literal["number", "name", "word", "noise", "insertion", "deletion"]

_DIGITS: Final = re.compile(r"[0-9]+")
_NUMERALS: Final = frozenset("零〇一二三四五六七八九十百千万亿两")
_NUMBER_GAP: Final = 24  # characters: in a wider replacement the numbers belong to another sentence
_CONTEXT: Final = 5
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


def type_gaps(first: str, second: str, runs: list[list[Op]]) -> Gaps:
    """The differences inside the runs, each typed. `first`, `second`: the folded texts that `align` saw."""
    gaps: list[Gap] = []
    same = 0
    for run in runs:
        edits = list(_edits(first, second, run))
        same += _numbers_same(first, second, run, edits)
        for start, end, other_start, other_end in edits:
            gaps.extend(_typed(first, second, start, end, other_start, other_end))
    gaps = _without_chance(gaps)
    lone = [gap for gap in gaps if gap.kind != "number"]
    ours = sum(len(_DIGITS.findall(gap.ours)) for gap in lone if not _DIGITS.search(gap.theirs))
    theirs = sum(len(_DIGITS.findall(gap.theirs)) for gap in lone if not _DIGITS.search(gap.ours))
    return Gaps(_with_names(first, second, gaps), same, min(ours, theirs))


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
    if max(len(ours), len(theirs)) <= _NUMBER_GAP and _other_numbers(ours, theirs):
        yield Gap("number", start, other_start, ours, theirs)
        left, right = _DIGITS.sub("", ours), _DIGITS.sub("", theirs)
        if len(left) > 1 and len(right) > 1 and left != right:
            yield Gap("word", start, other_start, left, right)
        return
    single = len(ours) == len(theirs) == 1
    yield Gap("noise" if single else "word", start, other_start, ours, theirs)


def _other_numbers(ours: str, theirs: str) -> bool:
    digits, other_digits = _DIGITS.findall(ours), _DIGITS.findall(theirs)
    if digits and other_digits:
        return bool(digits != other_digits)
    return set(ours) <= _NUMERALS and set(theirs) <= _NUMERALS


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
    return [
        Gap("noise", gap.start, gap.other_start, gap.ours, gap.theirs)
        if gap.kind == "number" and not _DIGITS.search(gap.ours)
        else gap
        for gap in gaps
    ]


def _with_names(first: str, second: str, gaps: list[Gap]) -> tuple[Gap, ...]:
    """Replaced words that are names, told by their form and by how they stand in the text."""
    pairs = Counter((gap.ours, gap.theirs) for gap in gaps if gap.kind == "word")
    named: list[Gap] = []
    for gap in gaps:
        if gap.kind == "word" and _is_renamed(first, second, gap, pairs[gap.ours, gap.theirs]):
            gap = Gap("name", gap.start, gap.other_start, gap.ours, gap.theirs)
        named.append(gap)
    return tuple(named)


def _is_renamed(first: str, second: str, gap: Gap, times: int) -> bool:
    ours, theirs = gap.ours, gap.theirs
    if is_place(ours) and is_place(theirs):
        return True
    before = first[gap.start - 1 : gap.start]
    shared = before in FREQUENT and before == second[gap.other_start - 1 : gap.other_start]
    if shared and first.count(before + ours) >= times >= 2:
        # 唐仁 and 唐一: a family name that two people share.
        ours, theirs = before + ours, before + theirs
    if not (_has_form(ours) and _has_form(theirs)):
        return False
    # A name is replaced wherever it stands; a synonym is not.
    if ours in second or theirs in first:
        return False
    if times >= 2 or (TITLE.search(ours) and TITLE.search(theirs)):
        return True
    around = first[max(0, gap.start - _CONTEXT) : gap.start] + "|" + first[gap.start + len(gap.ours) :][:_CONTEXT]
    return bool(TITLE.search(around))


def _has_form(word: str) -> bool:
    if is_person(word) or is_transliterated(word) or is_place(word):
        return True
    # A title swapped along with its holder: 比利时首相德克罗.
    parts = [part for part in TITLE.split(word) if part]
    return parts != [word] and any(is_person(part) or is_transliterated(part) or is_place(part) for part in parts)
