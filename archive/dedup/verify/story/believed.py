"""Whether two texts have enough in common, for how much text that is and for the dates.

Lengths are folded characters that are equal in both texts, shares are 0 to 1.
"""

from typing import Final

from archive.dedup.verify.facts import FAR, WORD_BY_WORD, Facts
from archive.dedup.verify.predicates import Predicate
from archive.dedup.verify.story.another import CORRECTED, LONG, MEDIUM, SHORT

LEAST: Final = 22
"""Below, what two texts that differ share is a phrase."""
AGAIN: Final = 0.95
"""Share of the shorter text that is there again much later."""
AGAIN_OF_BOTH: Final = 0.6
"""Share of the longer one."""
LONG_AGAIN: Final = 0.9
"""Share of the shorter of two long texts that is there again much later."""
LONG_AGAIN_WORDS: Final = 0.97
"""The same where words differ."""
VERY_LONG_AGAIN: Final = 0.75
"""Share of the shorter of two very long texts that is there again much later."""
PIECE: Final = 0.75
"""Share of a short text that stands in the other."""
BEGINNING: Final = 60
"""Length of a beginning that two texts share, with other text behind it in both."""
FLASH: Final = 40
FLASH_SHARE: Final = 0.85
"""Share of a flash that stands in the other text."""
AT_ONCE: Final = 0.5
"""Days."""
PASSAGE: Final = 150
"""Length of a passage that two texts quote."""
PASSAGE_SHARE: Final = 0.2
"""Share of the shorter text that is equal."""
QUOTED_DAYS: Final = 7
PASSAGE_WORDS: Final = 2
"""Words that differ in it."""
EXPLAINED: Final = 0.88
"""Share of one text that the other covers."""
LONG_EXPLAINED: Final = 0.7
"""The same of a text that is not short."""
EQUAL: Final = 0.5
"""Share of the shorter text that is equal; the rest may be replaced words."""
CUT_DENSITY: Final = 0.7
"""Share that is equal of the passage that is left of a cut text."""


def too_little(facts: Facts) -> bool:
    """What both have is a phrase."""
    return facts.equal < LEAST and not facts.verbatim


def short_and_far_apart(facts: Facts) -> bool:
    """Few words that come again after a month are a formula, word by word or not."""
    return facts.equal < SHORT and facts.days is not None and facts.days > FAR


def verbatim(facts: Facts) -> bool:
    """The folded texts are the same."""
    return facts.verbatim


def text_again(facts: Facts) -> bool:
    """Much later, or undated: nearly all is there again, and no word differs."""
    if facts.near_in_time or not CORRECTED <= facts.equal < MEDIUM or facts.gaps.words:
        return False
    return facts.strict >= AGAIN and min(facts.cover, facts.other) >= AGAIN_OF_BOTH


def long_text_again(facts: Facts) -> bool:
    """Much later, or undated: of a long text nearly all is there again."""
    if facts.near_in_time or facts.equal < MEDIUM:
        return False
    return facts.strict >= (LONG_AGAIN_WORDS if facts.gaps.words else LONG_AGAIN)


def very_long_text_again(facts: Facts) -> bool:
    """Much later, or undated: of a very long text, most is there again without another word or number."""
    if facts.near_in_time or facts.equal < LONG or facts.gaps.words or facts.gaps.numbers:
        return False
    return facts.strict >= VERY_LONG_AGAIN


def short_piece(facts: Facts) -> bool:
    """Most of a short text stands in the other word by word."""
    return _is_short_passage(facts) and facts.strict >= PIECE


def flash_told_at_once(facts: Facts) -> bool:
    """Of a flash nearly every word stands in a text of the same hours, in one passage or two."""
    if facts.days is None or facts.days > AT_ONCE or not FLASH <= facts.equal < CORRECTED or len(facts.runs) > 2:
        return False
    return facts.strict >= FLASH_SHARE and not facts.gaps.numbers


def common_passage(facts: Facts) -> bool:
    """A long passage, word by word, in two texts of the same days: a statement that both quote."""
    if not facts.near_in_time or facts.days is None or facts.days > QUOTED_DAYS:
        return False
    if facts.quoted >= PASSAGE:
        return facts.strict >= PASSAGE_SHARE
    return facts.quoted >= CORRECTED and facts.strict >= EQUAL


def short_beginning(facts: Facts) -> bool:
    """Both begin with the same short passage, word by word."""
    return _is_short_passage(facts) and facts.equal >= BEGINNING and facts.at_head


def _is_short_passage(facts: Facts) -> bool:
    if not facts.near_in_time or facts.equal >= SHORT or len(facts.runs) != 1:
        return False
    return facts.gaps.words <= PASSAGE_WORDS and facts.density >= WORD_BY_WORD


def little_unexplained(facts: Facts) -> bool:
    """Nearly all of one text is in the other one."""
    if not facts.near_in_time or facts.equal < SHORT or facts.strict < EQUAL:
        return False
    return max(facts.cover, facts.other) >= (EXPLAINED if facts.equal < MEDIUM else LONG_EXPLAINED)


def cut_off(facts: Facts) -> bool:
    """Both begin alike, and clutter stands in the place of the rest."""
    if not facts.near_in_time or facts.equal < SHORT:
        return False
    return facts.longest >= SHORT and facts.density >= CUT_DENSITY and facts.at_head


BELIEVED: Final = (
    Predicate(False, too_little),
    Predicate(False, short_and_far_apart),
    Predicate(True, verbatim),
    Predicate(True, text_again),
    Predicate(True, long_text_again),
    Predicate(True, very_long_text_again),
    Predicate(True, short_piece),
    Predicate(True, flash_told_at_once),
    Predicate(True, short_beginning),
    Predicate(True, little_unexplained),
    Predicate(True, cut_off),
    Predicate(True, common_passage),
)
"""Whether the texts share enough."""
