"""What the headlines decide on very short texts: pages that have no text of their own share a notice, under different
headlines. Lengths are folded characters that are equal in both texts, shares are 0 to 1.
"""

from typing import Final

from archive.dedup.verify.facts import Facts
from archive.dedup.verify.predicates import Predicate
from archive.dedup.verify.story.another import SHORT
from archive.dedup.verify.story.headlines import share_most

LONGER: Final = 0.45
"""Share of the longer text that a piece out of it is at most."""
PIECE_LENGTH: Final = 40
PIECE_SHARE: Final = 0.85
"""Share of the text that a piece makes up."""
CLUTTERED_LENGTH: Final = 60
"""The same with clutter around the piece."""
CLUTTERED_SHARE: Final = 0.4


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
    return share_most(facts)


ONE_STORY: Final = (
    Predicate(True, long_enough),
    Predicate(True, piece_of_a_longer_text),
    Predicate(True, headline_tells_nothing),
    Predicate(True, like_headlines),
)
"""Whether the headlines allow it."""
