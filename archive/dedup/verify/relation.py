"""How two texts relate that are not apart, and what happened to the text on its way.

Lengths are folded characters that are equal in both texts, shares are 0 to 1.
"""

from typing import Final, Literal

from archive.dedup.relations import Relation
from archive.dedup.verify.facts import FAR, Facts
from archive.dedup.verify.predicates import Predicate, decide
from archive.dedup.verify.story.another import MEDIUM
from archive.dedup.verify.story.headlines import of_neither_headline

SAME_TEXT: Final = frozenset({"exact", "near", "revised", "spun"})
"""The relations that unite two articles in one cluster; the others link them only."""

WHOLE: Final = 0.7
"""Share of each text that the other covers."""
CUT_LENGTH: Final = 120
CUT_KEEPS: Final = 0.45
"""Share of the original that a cut copy keeps; what keeps less is an excerpt."""
CUT_IS: Final = 0.6
"""Share of the cut copy that is the original's; the rest is clutter."""
CUT_DAYS: Final = 7
"""After so many days a text that begins alike is no cut copy for certain."""
STRAIGHT: Final = 0.75
"""Share of a cut copy, up to where it ends, that stands in the original word by word; of two reports on one matter that
have half of their sentences in common, each says other things between them."""
IN_THE_OTHER: Final = 0.75
"""Share of one text that is in the other, where both begin alike, whatever stands between."""
AGAIN: Final = 0.9
"""Share of the shorter text that comes again after more than a month: the same text, not its successor."""
EXCERPT: Final = 0.6
"""Share of an excerpt that stands in the other text: what has less shares a passage with it."""
SPUN_WORDS: Final = 3
SPUN_SHARE: Final = 0.05
"""Replaced characters of both texts, for each equal one."""
SPUN_NOISE: Final = 3
"""So many single characters replaced for a word are noise, no spinning."""
UNCHANGED: Final = 0.95
"""Share of each text that the other covers; below, a passage was added or left out."""


def whole(facts: Facts) -> bool:
    """Most of each is in the other."""
    return min(facts.cover, facts.other) >= WHOLE


def cut(facts: Facts) -> bool:
    """Both begin alike, and one ends early: a cut copy, not an excerpt."""
    most = max(facts.cover, facts.other)
    return _half(facts) and (most >= IN_THE_OTHER or (most >= CUT_IS and facts.straight >= STRAIGHT))


def _half(facts: Facts) -> bool:
    if facts.equal < CUT_LENGTH or not facts.near_in_time:
        return False
    return facts.at_head and min(facts.cover, facts.other) >= CUT_KEEPS


SAME: Final = (Predicate(True, whole), Predicate(True, cut))
"""Whether one carries the text of the other, and not only a part of it."""


def under_other_headlines(facts: Facts) -> bool:
    """Neither headline speaks of what they share: a notice, a gallery's tail, or a text under headlines that are there
    to be clicked on."""
    return of_neither_headline(facts)


def cut_days_later(facts: Facts) -> bool:
    """What begins alike and goes on otherwise came more than a week later: perhaps the background of other news."""
    return facts.days is not None and facts.days > CUT_DAYS and not whole(facts)


def changed_much_later(facts: Facts) -> bool:
    """After more than a month a good part of it is another text."""
    return facts.days is not None and facts.days > FAR and facts.strict < AGAIN


def short_and_retold(facts: Facts) -> bool:
    """Half of a short text, in which words were replaced as well: perhaps another speaker's statement."""
    return facts.equal < MEDIUM and facts.gaps.words >= SPUN_WORDS and not whole(facts)


UNSURE: Final = (
    Predicate(True, under_other_headlines),
    Predicate(True, cut_days_later),
    Predicate(True, changed_much_later),
    Predicate(True, short_and_retold),
)
"""Whether a person must say that it is the same text."""


def half_of_both(facts: Facts) -> bool:
    """Both begin alike, half of each is in the other, and each says other things between: a report and its echo."""
    return _half(facts) and max(facts.cover, facts.other) >= CUT_IS


def part_of_the_other(facts: Facts) -> bool:
    """One text stands in the other."""
    return max(facts.cover, facts.other) >= EXCERPT


def common_passage(facts: Facts) -> bool:
    """A passage is in both, which is most of neither."""
    return bool(facts.runs)


PARTS: Final[tuple[Predicate[Facts, Literal["doubtful", "part", "shares_passage"]], ...]] = (
    Predicate("doubtful", half_of_both),
    Predicate("part", part_of_the_other),
    Predicate("shares_passage", common_passage),
)
"""What they have in common that do not carry one text."""


def spun(facts: Facts) -> bool:
    """Words were replaced throughout."""
    gaps = facts.gaps
    if gaps.words < SPUN_WORDS or gaps.words * SPUN_NOISE <= gaps.noise:
        return False
    return gaps.replaced + gaps.other_replaced >= SPUN_SHARE * facts.equal


def verbatim(facts: Facts) -> bool:
    """The folded texts are the same."""
    return facts.verbatim


def changed_numbers(facts: Facts) -> bool:
    """Numbers differ."""
    return facts.gaps.numbers > 0


def changed_passages(facts: Facts) -> bool:
    """A passage was added or left out."""
    return min(facts.cover, facts.other) < UNCHANGED


CHANGES: Final[tuple[Predicate[Facts, Relation], ...]] = (
    Predicate("exact", verbatim),
    Predicate("spun", spun),
    Predicate("revised", changed_numbers),
    Predicate("revised", changed_passages),
)
"""What became of the same text on its way; `near` where none holds."""


# What happened to the text on its way.

TRADITIONAL: Final = 0.08
"""By so much the shares of traditional characters differ."""
NOISY: Final = 5
NOISY_SHARE: Final = 40
"""One replaced character in so many is much noise."""


def transcoded(facts: Facts) -> bool:
    """One is in traditional, the other in simplified characters."""
    return abs(facts.first.traditional - facts.second.traditional) > TRADITIONAL


def damaged(facts: Facts) -> bool:
    """Mojibake or much noise in one of them."""
    if facts.damaged:
        return True
    return facts.gaps.noise >= max(NOISY, facts.equal // NOISY_SHARE)


MARKS: Final = (Predicate(True, transcoded), Predicate(True, damaged))
"""Whether the text bears the mark."""


def relation(facts: Facts) -> tuple[Relation, str]:
    """How the first text relates to the second, and the rule that says so (docs/duplicates.md)."""
    same = decide(SAME, facts)
    if same is None:
        part = decide(PARTS, facts)
        if part is None or part.says == "part":
            return ("excerpt_of" if facts.cover >= facts.other else "contains"), "part of the other"
        return part.says, part.name
    unsure = decide(UNSURE, facts)
    if unsure is not None:
        return "doubtful", unsure.name
    change = decide(CHANGES, facts)
    return (change.says if change else "near"), same.name


def marks(facts: Facts) -> tuple[str, ...]:
    """What happened to the text on its way: every mark that holds."""
    return tuple(mark.name for mark in MARKS if mark.holds(facts))
