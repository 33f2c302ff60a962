"""Whether two texts tell of other people, another day, another sum.

Replaced names or numbers tell of another person, day or sum. Lengths are folded characters that are equal in both
texts, shares are 0 to 1.
"""

from typing import Final

from archive.dedup.verify.facts import FAR, Facts
from archive.dedup.verify.numbers import named_days
from archive.dedup.verify.predicates import Predicate
from archive.dedup.verify.story.headlines import (
    are_alike,
    in_a_headline,
    names_another,
    of_neither_headline,
)
from archive.dedup.verify.story.occasions import announces, are_two_of_a_series, is_another_of_a_series

SHORT: Final = 80
"""Below, only a passage taken over word by word is believed."""
CORRECTED: Final = 100
"""From here on one number may be corrected, and a text may come again later with other words around it."""
MEDIUM: Final = 200
"""Below, a template is filled in rather than a text corrected."""
LONG: Final = 600
"""From here on a text that comes again much later, with a number more or less around it, is the text and no formula."""

TEMPLATE_WORDS: Final = 8
"""Words that differ in a template at most; more are a spun copy's."""
CORRECTED_DAYS: Final = 3
CORRECTED_WORDS: Final = 150
"""One other word may differ along with a corrected number for so many characters."""
NAME_CORRECTED: Final = 120
"""From here on one name may be corrected that stands in no headline, where the headlines are alike."""
RETOLD: Final = 300
"""From here on a word like 将 more or less is no other report."""
MANY_NUMBERS: Final = 0.34
"""Share of the numbers that differ."""
SEVERAL: Final = 3
"""Other numbers that no correction of a short text brings."""
WHOLLY_THERE: Final = 0.95
"""Share of the shorter text that is there again."""
HALF: Final = 0.45
MOST: Final = 0.7
"""Share of each text that the other one covers."""
ANNOUNCED_DAYS: Final = 0.25
"""So many days lie at least between what was announced and what came of it, but for flashes."""


def no_text(facts: Facts) -> bool:
    """One of them is empty once it is folded."""
    return not facts.first.folded or not facts.second.folded


def nothing_in_common(facts: Facts) -> bool:
    """There is no passage that both have."""
    return not facts.runs


def notice(facts: Facts) -> bool:
    """Neither headline speaks of what makes up most of both, and days lie between: a notice stands where the articles
    should. Within days it may as well be one text under headlines that are there to be clicked on."""
    if facts.days is not None and facts.days <= CORRECTED_DAYS:
        return False
    return SHORT <= facts.equal < LONG and min(facts.cover, facts.other) >= HALF and of_neither_headline(facts)


def another_in_the_headline(facts: Facts) -> bool:
    """The headlines are alike but for a word, and where the one text has the word, the other has the other one."""
    return facts.gaps.words <= TEMPLATE_WORDS and names_another(facts)


def another_of_a_series(facts: Facts) -> bool:
    """The third meeting is not the fourth."""
    first, second = facts.first.folded, facts.second.folded
    if "第" not in first or "第" not in second or facts.damaged:
        return False
    if are_two_of_a_series(facts.first.folded_headline, facts.second.folded_headline):
        return True
    return any(is_another_of_a_series(first, second, gap) for gap in facts.gaps.gaps)


def announced_and_happened(facts: Facts) -> bool:
    """What one announces, the other, published later, says has happened."""
    if facts.days is None or facts.equal >= RETOLD or facts.gaps.words > TEMPLATE_WORDS:
        return False
    if facts.days < ANNOUNCED_DAYS and facts.equal >= SHORT:
        return False
    if facts.damaged or min(facts.cover, facts.other) < MOST:
        return False
    first, second = facts.first.folded, facts.second.folded
    for gap in facts.gaps.gaps:
        ours, theirs = announces(first, gap.start, gap.end), announces(second, gap.other_start, gap.other_end)
        if (ours and not theirs) if facts.first_is_earlier else (theirs and not ours):
            return True
    return False


def corrected_name(facts: Facts) -> bool:
    """Of a text that is not short one name was corrected within days, and nothing else."""
    gaps = facts.gaps
    if gaps.names != 1 or gaps.numbers or gaps.words or facts.equal < NAME_CORRECTED:
        return False
    if facts.days is None or facts.days > CORRECTED_DAYS or not are_alike(facts):
        return False
    return not any(gap.kind == "name" and in_a_headline(facts, gap) for gap in gaps.gaps)


def other_names(facts: Facts) -> bool:
    """People or places were replaced."""
    return facts.gaps.names > 0


def another_company(facts: Facts) -> bool:
    """In a short template one long word is replaced each time that it stands there: a company, a product, a place."""
    return facts.gaps.renamed > 0 and facts.gaps.words <= TEMPLATE_WORDS and facts.equal < MEDIUM


def long_text_with_a_number(facts: Facts) -> bool:
    """A long text stands in a much longer one, and one number more or less beside it."""
    if facts.equal < LONG or min(facts.cover, facts.other) >= MOST:
        return False
    return facts.strict >= WHOLLY_THERE and facts.gaps.numbers == 1


def other_numbers_far_apart(facts: Facts) -> bool:
    """Numbers differ, and more than a month lies between, or nobody knows: that is no correction."""
    return facts.gaps.numbers > 0 and (facts.days is None or facts.days > FAR)


def moved_day(facts: Facts) -> bool:
    """In a short text the day moved along with the day of publication: another day's notice."""
    return facts.equal < MEDIUM and facts.days is not None and round(facts.days) in facts.gaps.moved


def correction(facts: Facts) -> bool:
    """One or two numbers differ within days, and hardly anything else."""
    gaps = facts.gaps
    few = gaps.numbers == 1 or (gaps.numbers == 2 and gaps.numbers_same >= 2)
    if not few or facts.days is None or facts.days > CORRECTED_DAYS:
        return False
    return facts.equal >= CORRECTED and gaps.words <= facts.equal // CORRECTED_WORDS


def many_other_numbers(facts: Facts) -> bool:
    """More than a third of the numbers differ."""
    numbers = facts.gaps.numbers
    return numbers > MANY_NUMBERS * (numbers + facts.gaps.numbers_same)


def other_numbers_in_a_short_text(facts: Facts) -> bool:
    """Numbers differ, and little else is there; three of them and more in a text that is a little longer."""
    return facts.gaps.numbers >= (1 if facts.equal < CORRECTED else SEVERAL) and facts.equal < MEDIUM


def another_day(facts: Facts) -> bool:
    """Two short texts that are mostly the same name days, and none of them in common."""
    if facts.equal >= MEDIUM or min(facts.cover, facts.other) < HALF:
        return False
    ours, theirs = named_days(facts.first.folded), named_days(facts.second.folded)
    return bool(ours and theirs) and ours.isdisjoint(theirs)


ANOTHER_STORY: Final = (
    Predicate(True, no_text),
    Predicate(True, nothing_in_common),
    Predicate(True, notice),
    Predicate(True, another_in_the_headline),
    Predicate(True, another_of_a_series),
    Predicate(True, announced_and_happened),
    Predicate(False, corrected_name),
    Predicate(True, other_names),
    Predicate(True, another_company),
    Predicate(False, long_text_with_a_number),
    Predicate(True, other_numbers_far_apart),
    Predicate(True, moved_day),
    Predicate(False, correction),
    Predicate(True, many_other_numbers),
    Predicate(True, other_numbers_in_a_short_text),
    Predicate(True, another_day),
)
"""Whether the texts tell of other people, another day, another sum."""
