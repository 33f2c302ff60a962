"""Whether two texts are apart, and why: the names of docs/duplicates.md.

Lengths are folded characters that are equal in both texts, shares are 0 to 1.
"""

from typing import Final

from rapidfuzz import fuzz

from archive.dedup.verify.facts import FAR, Facts
from archive.dedup.verify.predicates import Predicate, decide

SHORT: Final = 80
"""Below, only a passage taken over word by word is believed."""
CORRECTED: Final = 100
"""From here on one number may be corrected, and a text may come again later with other words around it."""
MEDIUM: Final = 200
"""Below, a template is filled in rather than a text corrected."""


# Another story: replaced names or numbers tell of another person, day or sum.

TEMPLATE_WORDS: Final = 8
"""Words that differ in a template at most; more are a spun copy's."""
CORRECTED_DAYS: Final = 3
CORRECTED_WORDS: Final = 150
"""One other word may differ along with a corrected number for so many characters."""
MANY_NUMBERS: Final = 0.34
"""Share of the numbers that differ."""


def no_text(facts: Facts) -> bool:
    """One of them is empty once it is folded."""
    return not facts.first.folded or not facts.second.folded


def nothing_in_common(facts: Facts) -> bool:
    """There is no passage that both have."""
    return not facts.runs


def other_names(facts: Facts) -> bool:
    """People or places were replaced."""
    return facts.gaps.names > 0


def another_company(facts: Facts) -> bool:
    """In a short template one long word is replaced each time that it stands there: a company, a product, a place."""
    return facts.gaps.renamed > 0 and facts.gaps.words <= TEMPLATE_WORDS and facts.equal < MEDIUM


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
    """Numbers differ, and little else is there."""
    return facts.gaps.numbers > 0 and facts.equal < CORRECTED


ANOTHER_STORY: Final = (
    Predicate(True, no_text),
    Predicate(True, nothing_in_common),
    Predicate(True, other_names),
    Predicate(True, another_company),
    Predicate(True, other_numbers_far_apart),
    Predicate(True, moved_day),
    Predicate(False, correction),
    Predicate(True, many_other_numbers),
    Predicate(True, other_numbers_in_a_short_text),
)
"""Whether the texts tell of other people, another day, another sum."""


# Enough in common, for how much text that is and for the dates.

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
PIECE: Final = 0.75
"""Share of a short text that stands in the other."""
BEGINNING: Final = 60
"""Length of a beginning that two texts share, with other text behind it in both."""
WORD_BY_WORD: Final = 0.9
"""Share of a short passage that is equal."""
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


def short_piece(facts: Facts) -> bool:
    """Most of a short text stands in the other word by word."""
    return _is_short_passage(facts) and facts.strict >= PIECE


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
    Predicate(True, short_piece),
    Predicate(True, short_beginning),
    Predicate(True, little_unexplained),
    Predicate(True, cut_off),
)
"""Whether the texts share enough."""


# Very short texts: pages that have no text of their own share a notice, under different headlines.

LONGER: Final = 0.45
"""Share of the longer text that a piece out of it is at most."""
PIECE_LENGTH: Final = 40
PIECE_SHARE: Final = 0.85
"""Share of the text that a piece makes up."""
CLUTTERED_LENGTH: Final = 60
"""The same with clutter around the piece."""
CLUTTERED_SHARE: Final = 0.4
ALIKE_HEADLINES: Final = 60
"""Per cent of the shorter headline."""


def long_enough(facts: Facts) -> bool:
    """The text is long enough to speak for itself."""
    return facts.equal >= SHORT


def piece_of_a_longer_text(facts: Facts) -> bool:
    """A piece out of a longer text, word by word: its headline need not be alike. What most of both texts shares may be
    a notice on pages that have no text of their own."""
    if min(facts.cover, facts.other) > LONGER:
        return False
    share = max(facts.cover, facts.other)
    if facts.equal >= CLUTTERED_LENGTH and share >= CLUTTERED_SHARE:
        return True
    return facts.equal >= PIECE_LENGTH and share >= PIECE_SHARE


def headline_tells_nothing(facts: Facts) -> bool:
    """One headline is missing, or stands in the text of the other."""
    ours, theirs = facts.first.folded_headline, facts.second.folded_headline
    return ours in facts.second.folded or theirs in facts.first.folded


def like_headlines(facts: Facts) -> bool:
    """The headlines share most of the shorter one."""
    alike: float = fuzz.partial_ratio(facts.first.folded_headline, facts.second.folded_headline)
    return alike >= ALIKE_HEADLINES


ONE_STORY: Final = (
    Predicate(True, long_enough),
    Predicate(True, piece_of_a_longer_text),
    Predicate(True, headline_tells_nothing),
    Predicate(True, like_headlines),
)
"""Whether the headlines allow it."""


_TOO_LITTLE: Final = "too little in common"
_TOO_FAR: Final = "too far apart in time"
_UNLIKE: Final = "unlike headlines"
REASONS: Final = (*(rule.name for rule in ANOTHER_STORY if rule.says), _TOO_LITTLE, _TOO_FAR, _UNLIKE)
"""Why two texts may not be related, in the words of docs/duplicates.md."""


def why_apart(facts: Facts) -> str | None:
    """Why two texts are not related, one of `REASONS`; None where they are."""
    story = decide(ANOTHER_STORY, facts)
    if story is not None and story.says:
        return story.name
    believed = decide(BELIEVED, facts)
    if believed is None or not believed.says:
        return _TOO_LITTLE if facts.near_in_time else _TOO_FAR
    return None if decide(ONE_STORY, facts) else _UNLIKE
