"""What the headlines of two texts say of them: whether they are alike, what they name, what of the text they speak of.

All headlines here are folded. Where one is missing nothing is known.
"""

import re
from collections.abc import Iterator
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from archive.dedup.verify.facts import Facts
from archive.dedup.verify.gaps import LONG_NAME, MAX_WORD, Gap
from archive.text.fold import fold

_WORK: Final = re.compile("《([^《》]{2,60})》")
MOST: Final = 60
"""Per cent of the shorter headline that the other one holds."""
ALIKE: Final = 80
"""Per cent of both headlines."""
SHORTEST: Final = 4
"""Characters: a shorter headline is a heading (快讯, 图集)."""
LONGEST: Final = 60
"""Characters: a longer headline is the whole text of a flash."""
SPEAKS_OF: Final = 0.15
"""Share of a headline's pairs of characters: with fewer of them in a text it speaks of something else."""
KINDS: Final = frozenset("省市县区州镇乡村国院校队")
"""With these a place or an institution ends."""
ONE_PATTERN: Final = 0.4
"""Share of the longer headline that both have where one pattern was filled in twice."""


def share_most(facts: Facts) -> bool:
    """The headlines share most of the shorter one."""
    alike: float = fuzz.partial_ratio(facts.first.folded_headline, facts.second.folded_headline)
    return alike >= MOST


def are_alike(facts: Facts) -> bool:
    """There are two headlines, and they are nearly the same."""
    ours, theirs = facts.first.folded_headline, facts.second.folded_headline
    return bool(ours and theirs) and fuzz.ratio(ours, theirs) >= ALIKE


def of_neither_headline(facts: Facts) -> bool:
    """There are two headlines, which are not alike, and neither speaks of what the two texts have in common."""
    ours, theirs = facts.first.folded_headline, facts.second.folded_headline
    if min(len(ours), len(theirs)) < SHORTEST or share_most(facts):
        return False
    shared = "\n".join(facts.passages)
    return _spoken_of(ours, shared) < SPEAKS_OF > _spoken_of(theirs, shared)


def _spoken_of(headline: str, text: str) -> float:
    pairs = {headline[at : at + 2] for at in range(len(headline) - 1)}
    return sum(pair in text for pair in pairs) / len(pairs)


def names_another(facts: Facts) -> bool:
    """The headlines follow one pattern, and a word in which they differ was replaced by the other's in the text too."""
    if not any(gap.ours and gap.theirs for gap in facts.gaps.gaps):
        return False
    ours, theirs = facts.first.folded_headline, facts.second.folded_headline
    if min(len(ours), len(theirs)) < SHORTEST or max(len(ours), len(theirs)) > LONGEST or ours == theirs:
        return False
    first, second = facts.first.folded, facts.second.folded
    work, other_work = (_work(text.headline or "") for text in (facts.first, facts.second))
    if work and other_work and work in first and other_work in second:
        return work not in second and other_work not in first
    for words, others in _exchanged(ours, theirs):
        own = [word for word in words if word not in second and _is_told_of(word, first)]
        other = [word for word in others if word not in first and _is_told_of(word, second)]
        if own and other and any(_stand_for_each_other(gap, own, other) for gap in facts.gaps.gaps):
            return True
    return False


def _work(headline: str) -> str:
    """The one work (《…》) that a headline, as it is stored, names; folded."""
    found = _WORK.findall(headline)
    return fold(found[0]) if len(found) == 1 else ""


def in_a_headline(facts: Facts, gap: Gap) -> bool:
    """Whether one of the words that stand for each other stands in a headline."""
    return gap.ours in facts.first.folded_headline or gap.theirs in facts.second.folded_headline


def _exchanged(ours: str, theirs: str) -> Iterator[tuple[list[str], list[str]]]:
    """The words by which two headlines of one pattern differ, each with and without the character beside it, since a
    single character stands everywhere."""
    codes = Levenshtein.opcodes(ours, theirs)
    same = sum(code.src_end - code.src_start for code in codes if code.tag == "equal")
    if same < ONE_PATTERN * max(len(ours), len(theirs)):
        return
    for code in codes:
        if code.tag == "replace" and max(code.src_end - code.src_start, code.dest_end - code.dest_start) <= MAX_WORD:
            yield (
                _forms(ours, code.src_start, code.src_end),
                _forms(theirs, code.dest_start, code.dest_end),
            )


def _forms(headline: str, start: int, end: int) -> list[str]:
    forms = (headline[start:end], headline[start : end + 1], headline[max(0, start - 1) : end])
    return [form for form in dict.fromkeys(forms) if len(form) > 1]


def _is_told_of(word: str, text: str) -> bool:
    """A short word may be any: a text that is about it has it more than once, or it says what it is (岚溪县)."""
    return text.count(word) >= (1 if len(word) >= LONG_NAME or word[-1] in KINDS else 2)


def _stand_for_each_other(gap: Gap, words: list[str], others: list[str]) -> bool:
    if not gap.ours or not gap.theirs:
        return False
    return any(gap.ours in word or word in gap.ours for word in words) and any(
        gap.theirs in word or word in gap.theirs for word in others
    )
