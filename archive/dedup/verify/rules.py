"""The rules that decide on two texts: whether they are apart and why, else how they relate.

Each rule is a named predicate over the facts; docs/duplicates.md lists the names.
"""

from typing import Final, Literal

from rapidfuzz import fuzz

from archive.dedup.verify.facts import FAR, Facts
from archive.dedup.verify.predicates import Predicate, decide

Relation = Literal["exact", "near", "revised", "spun", "excerpt_of", "contains"]
SAME_TEXT: Final = frozenset({"exact", "near", "revised", "spun"})
"""The relations that unite two articles in one cluster; the others link them only."""

SHORT: Final = 80
"""Equal characters: below, only a passage taken over word by word is believed."""
MEDIUM: Final = 200
FEW_WORDS: Final = 8
"""Words that differ in a short template; more are a spun copy's."""
CORRECTED_DAYS: Final = 3
CORRECTED_LEAST: Final = 100
CORRECTED_WORDS: Final = 150
MANY_NUMBERS: Final = 0.34
LEAST: Final = 22
PASSAGE: Final = 40
"""Equal characters that a short piece out of a longer text has at least."""
CUT_PASSAGE: Final = 60
"""The same with clutter around the piece."""
HEAD: Final = 30
"""Characters of the original's beginning that a cut copy may lack."""
CUT_KEEPS: Final = 0.45
"""Share of the original that a cut copy keeps; what keeps less is an excerpt."""
CUT_LEAST: Final = 120
"""Equal characters that a cut copy keeps."""
ALIKE_HEADLINES: Final = 60
"""Per cent of the shorter headline."""


# Another story: replaced names or numbers tell of another person, day or sum.


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
    return facts.gaps.renamed > 0 and facts.gaps.words <= FEW_WORDS and facts.equal < MEDIUM


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
    return facts.equal >= CORRECTED_LEAST and gaps.words <= facts.equal // CORRECTED_WORDS


def many_other_numbers(facts: Facts) -> bool:
    """More than a third of the numbers differ."""
    numbers = facts.gaps.numbers
    return numbers > MANY_NUMBERS * (numbers + facts.gaps.numbers_same)


def other_numbers_in_a_short_text(facts: Facts) -> bool:
    """Numbers differ, and little else is there."""
    return facts.gaps.numbers > 0 and facts.equal < CORRECTED_LEAST


def other_numbers_and_words(facts: Facts) -> bool:
    """Numbers differ in a template, and words with them."""
    return facts.gaps.numbers > 0 and facts.equal < MEDIUM and facts.gaps.words > 1


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
    Predicate(True, other_numbers_and_words),
)
"""Whether the texts tell of other people, another day, another sum."""


# Enough in common, for how much text that is and for the dates.


def too_little(facts: Facts) -> bool:
    """What both have is a phrase."""
    return facts.equal < LEAST and not facts.verbatim


def short_and_far_apart(facts: Facts) -> bool:
    """Few words that come again after a month are a formula, word by word or not."""
    return facts.equal < SHORT and facts.days is not None and facts.days > FAR


def verbatim(facts: Facts) -> bool:
    """The folded texts are the same."""
    return facts.verbatim


def short_text_again(facts: Facts) -> bool:
    """Much later, or undated: of a short text all is there again, and no word differs."""
    return (
        not facts.near_in_time
        and facts.equal < CORRECTED_LEAST
        and min(facts.cover, facts.other) >= 0.9
        and not facts.gaps.words
    )


def text_again(facts: Facts) -> bool:
    """Much later, or undated: of a longer text nearly all is there again, and no word differs."""
    if facts.near_in_time or not CORRECTED_LEAST <= facts.equal < MEDIUM or facts.gaps.words:
        return False
    return facts.strict >= 0.95 and min(facts.cover, facts.other) >= 0.6


def long_text_again(facts: Facts) -> bool:
    """Much later, or undated: of a long text nearly all is there again."""
    if facts.near_in_time or facts.equal < MEDIUM:
        return False
    return facts.strict >= (0.97 if facts.gaps.words else 0.9)


def short_piece(facts: Facts) -> bool:
    """Most of a short text stands in the other word by word."""
    return _is_short_passage(facts) and facts.strict >= 0.75


def short_beginning(facts: Facts) -> bool:
    """Both begin with the same short passage, word by word."""
    return _is_short_passage(facts) and facts.equal >= CUT_PASSAGE and facts.before <= HEAD


def _is_short_passage(facts: Facts) -> bool:
    if not facts.near_in_time or facts.equal >= SHORT:
        return False
    return len(facts.runs) == 1 and facts.gaps.words <= 2 and facts.density >= 0.9


def little_unexplained(facts: Facts) -> bool:
    """Nearly all of the shorter text is in the other one."""
    if not facts.near_in_time or facts.equal < SHORT or facts.strict < 0.5:
        return False
    return 1 - max(facts.cover, facts.other) <= (0.12 if facts.equal < MEDIUM else 0.3)


def cut_off(facts: Facts) -> bool:
    """Both begin alike, and clutter stands in the place of the rest."""
    if not facts.near_in_time or facts.equal < SHORT:
        return False
    return facts.longest >= SHORT and facts.density >= 0.7 and facts.before <= HEAD


BELIEVED: Final = (
    Predicate(False, too_little),
    Predicate(False, short_and_far_apart),
    Predicate(True, verbatim),
    Predicate(True, short_text_again),
    Predicate(True, text_again),
    Predicate(True, long_text_again),
    Predicate(True, short_piece),
    Predicate(True, short_beginning),
    Predicate(True, little_unexplained),
    Predicate(True, cut_off),
)
"""Whether the texts share enough."""


# Very short texts: pages that have no text of their own share a notice, under different headlines.


def long_enough(facts: Facts) -> bool:
    """The text is long enough to speak for itself."""
    return facts.equal >= SHORT


def piece_of_a_longer_text(facts: Facts) -> bool:
    """A piece out of a longer text, word by word: its headline need not be alike. What most of both texts shares may be
    a notice on pages that have no text of their own."""
    if min(facts.cover, facts.other) > 0.45:
        return False
    share = max(facts.cover, facts.other)
    return (facts.equal >= CUT_PASSAGE and share >= 0.4) or (facts.equal >= PASSAGE and share >= 0.85)


def headline_unknown(facts: Facts) -> bool:
    """One of them has no headline."""
    return not facts.first.folded_headline or not facts.second.folded_headline


def headline_in_the_text(facts: Facts) -> bool:
    """The headline of the one stands in the text of the other."""
    ours, theirs = facts.first.folded_headline, facts.second.folded_headline
    return ours in facts.second.folded or theirs in facts.first.folded


def like_headlines(facts: Facts) -> bool:
    """The headlines share most of the shorter one."""
    alike: float = fuzz.partial_ratio(facts.first.folded_headline, facts.second.folded_headline)
    return alike >= ALIKE_HEADLINES


ONE_STORY: Final = (
    Predicate(True, long_enough),
    Predicate(True, piece_of_a_longer_text),
    Predicate(True, headline_unknown),
    Predicate(True, headline_in_the_text),
    Predicate(True, like_headlines),
)
"""Whether the headlines allow it."""


# How they relate.


def whole(facts: Facts) -> bool:
    """Most of each is in the other."""
    return min(facts.cover, facts.other) >= 0.7


def cut(facts: Facts) -> bool:
    """Both begin alike, and one ends early: a cut copy, not an excerpt."""
    if facts.equal < CUT_LEAST or not facts.near_in_time:
        return False
    return facts.before <= HEAD and min(facts.cover, facts.other) >= CUT_KEEPS


SAME: Final = (Predicate(True, whole), Predicate(True, cut))
"""Whether one carries the text of the other, and not only a part of it."""


def spun(facts: Facts) -> bool:
    """Words were replaced throughout."""
    gaps = facts.gaps
    replaced = gaps.replaced + gaps.other_replaced
    return gaps.words >= 3 and replaced >= 0.05 * facts.equal and gaps.words > gaps.noise / 3


def changed_numbers(facts: Facts) -> bool:
    """Numbers differ."""
    return facts.gaps.numbers > 0


def changed_passages(facts: Facts) -> bool:
    """A passage was added or left out."""
    return min(facts.cover, facts.other) < 0.95


CHANGES: Final[tuple[Predicate[Facts, Relation], ...]] = (
    Predicate("exact", verbatim),
    Predicate("spun", spun),
    Predicate("revised", changed_numbers),
    Predicate("revised", changed_passages),
)
"""What became of the same text on its way; `near` where none holds."""


# What happened to the text on its way.


def transcoded(facts: Facts) -> bool:
    """One is in traditional, the other in simplified characters."""
    return abs(facts.first.traditional - facts.second.traditional) > 0.08


def damaged(facts: Facts) -> bool:
    """Mojibake or much noise in one of them."""
    if max(int(facts.first.damaged.sum()), int(facts.second.damaged.sum())) >= 8:
        return True
    return facts.gaps.noise >= max(5, facts.equal // 40)


MARKS: Final = (Predicate(True, transcoded), Predicate(True, damaged))
"""Whether the text bears the mark."""


_TOO_LITTLE: Final = "too little in common"
_TOO_FAR: Final = "too far apart in time"
_UNLIKE: Final = "unlike headlines"
REASONS: Final = (*(rule.name for rule in ANOTHER_STORY if rule.says), _TOO_LITTLE, _TOO_FAR, _UNLIKE)
"""Why two texts may not be related, in the words of docs/duplicates.md."""


def marks(facts: Facts) -> tuple[str, ...]:
    """What happened to the text on its way: every mark that holds."""
    return tuple(mark.name for mark in MARKS if mark.holds(facts))


def why_apart(facts: Facts) -> str | None:
    """Why two texts are not related, one of `REASONS`; None where they are."""
    story = decide(ANOTHER_STORY, facts)
    if story is not None and story.says:
        return story.name
    believed = decide(BELIEVED, facts)
    if believed is None or not believed.says:
        return _TOO_LITTLE if facts.near_in_time else _TOO_FAR
    return None if decide(ONE_STORY, facts) else _UNLIKE


def relation(facts: Facts) -> tuple[Relation, bool]:
    """How the first text relates to the second, and whether one of them is a cut copy of the other."""
    same = decide(SAME, facts)
    if same is None:
        return ("excerpt_of" if facts.cover >= facts.other else "contains"), False
    change = decide(CHANGES, facts)
    return (change.says if change else "near"), same.name == "cut"
