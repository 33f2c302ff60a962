"""How two texts relate that are not apart, and what happened to the text on its way.

Lengths are folded characters that are equal in both texts, shares are 0 to 1.
"""

from typing import Final

from archive.dedup.relations import Relation
from archive.dedup.verify.facts import Facts
from archive.dedup.verify.gaps import DAMAGED
from archive.dedup.verify.predicates import Predicate, decide

SAME_TEXT: Final = frozenset({"exact", "near", "revised", "spun"})
"""The relations that unite two articles in one cluster; the others link them only."""

WHOLE: Final = 0.7
"""Share of each text that the other covers."""
CUT_LENGTH: Final = 120
CUT_KEEPS: Final = 0.45
"""Share of the original that a cut copy keeps; what keeps less is an excerpt."""
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
    if facts.equal < CUT_LENGTH or not facts.near_in_time:
        return False
    return facts.at_head and min(facts.cover, facts.other) >= CUT_KEEPS


SAME: Final = (Predicate(True, whole), Predicate(True, cut))
"""Whether one carries the text of the other, and not only a part of it."""


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
    if max(int(facts.first.damaged.sum()), int(facts.second.damaged.sum())) >= DAMAGED:
        return True
    return facts.gaps.noise >= max(NOISY, facts.equal // NOISY_SHARE)


MARKS: Final = (Predicate(True, transcoded), Predicate(True, damaged))
"""Whether the text bears the mark."""


def relation(facts: Facts) -> tuple[Relation, str]:
    """How the first text relates to the second, and the rule that says so (docs/duplicates.md)."""
    same = decide(SAME, facts)
    if same is None:
        return ("excerpt_of" if facts.cover >= facts.other else "contains"), "part of it"
    change = decide(CHANGES, facts)
    return (change.says if change else "near"), same.name


def marks(facts: Facts) -> tuple[str, ...]:
    """What happened to the text on its way: every mark that holds."""
    return tuple(mark.name for mark in MARKS if mark.holds(facts))
