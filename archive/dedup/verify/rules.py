"""The rules that decide on two aligned texts. docs/duplicates.md explains each."""

from typing import Final, Literal

from attrs import frozen

from archive.dedup.verify.align import Op, extent
from archive.dedup.verify.gaps import Gaps

Relation = Literal["exact", "near", "revised", "spun", "excerpt_of", "contains"]
SAME_TEXT: Final = frozenset({"exact", "near", "revised", "spun"})
"""The relations that unite two articles in one cluster; the others link them only."""

FAR: Final = 30.0
"""Days: what repeats after a month is a formula unless it is the whole text, word by word."""
SHORT: Final = 80
"""Equal characters: below, only a passage taken over word by word is believed."""
PASSAGE: Final = 40
"""Equal characters that a short piece out of a longer text has at least."""
FEW_WORDS: Final = 8
"""Words that differ in a short template; more are a spun copy's."""
CUT_PASSAGE: Final = 60
"""The same with clutter around the piece."""
MEDIUM: Final = 200
HEAD: Final = 30
"""Characters of the original's beginning that a cut copy may lack."""
CUT_KEEPS: Final = 0.45
"""Share of the original that a cut copy keeps; what keeps less is an excerpt."""
CUT_LEAST: Final = 120
"""Equal characters that a cut copy keeps."""


@frozen(kw_only=True)
class Facts:
    """What the rules look at.

    `equal`: characters. `strict`: the share of the shorter text that is equal. `cover`, `other`: the share of the first
    and the second text that the runs cover, replaced words included. `days`: between the publications, None if unknown.
    """

    equal: int
    strict: float
    cover: float
    other: float
    days: float | None
    runs: list[list[Op]]
    gaps: Gaps

    @property
    def near_in_time(self) -> bool:
        """Published within a month of each other. Without dates, numbers that all agree stand for it."""
        if self.days is None:
            return self.gaps.numbers_same >= 3 and not self.gaps.numbers
        return self.days <= FAR


def is_other_story(facts: Facts) -> bool:
    """Whether replaced names or numbers tell of another person, day or sum."""
    gaps, days = facts.gaps, facts.days
    if gaps.names or (gaps.renamed and gaps.words <= FEW_WORDS and facts.equal < MEDIUM):
        return True
    if not gaps.numbers:
        return False
    if days is None or days > FAR:
        return True
    if facts.equal < MEDIUM and round(days) in gaps.moved:
        # The day in the text moved along with the day of publication: another day's notice.
        return True
    few = gaps.numbers == 1 or (gaps.numbers == 2 and gaps.numbers_same >= 2)
    if few and days <= 3 and facts.equal >= 100 and gaps.words <= facts.equal // 150:
        return False
    share = gaps.numbers / (gaps.numbers + gaps.numbers_same)
    return share > 0.34 or facts.equal < 100 or (facts.equal < MEDIUM and gaps.words > 1)


def is_believed(facts: Facts) -> bool:
    """Whether the texts share enough for their length and their dates."""
    if facts.equal < 22:
        return False
    if not facts.near_in_time:
        return _is_believed_far(facts)
    start, end, other_start, other_end = extent(facts.runs[0])
    longest = equal_in(facts.runs[0])
    density = longest / max(end - start, other_end - other_start)
    at_head = min(start, other_start) <= HEAD
    if facts.equal < SHORT:
        if len(facts.runs) > 1 or facts.gaps.words > 2 or density < 0.9:
            return False
        return facts.strict >= 0.75 or (facts.equal >= 60 and at_head)
    # Of the shorter text, so little may be unexplained.
    rest = 1 - max(facts.cover, facts.other)
    if rest <= (0.12 if facts.equal < MEDIUM else 0.3) and facts.strict >= 0.5:
        return True
    # Cut off, with clutter in the place of the rest.
    return longest >= SHORT and density >= 0.7 and at_head


def is_passage(facts: Facts) -> bool:
    """Whether a short text is a piece out of a longer one, word by word; then its headline need not be alike. What most
    of both texts shares may be a notice on pages that have no text of their own."""
    if min(facts.cover, facts.other) > 0.45:
        return False
    share = max(facts.cover, facts.other)
    return (facts.equal >= CUT_PASSAGE and share >= 0.4) or (facts.equal >= PASSAGE and share >= 0.85)


def _is_believed_far(facts: Facts) -> bool:
    if facts.equal < 100:
        return min(facts.cover, facts.other) >= 0.9 and not facts.gaps.words
    if facts.equal < MEDIUM:
        return facts.strict >= 0.95 and min(facts.cover, facts.other) >= 0.6 and not facts.gaps.words
    return facts.strict >= (0.97 if facts.gaps.words else 0.9)


def relation(facts: Facts) -> tuple[Relation, bool]:
    """How the first text relates to the second, and whether one of them is a cut copy of the other."""
    cover, other = facts.cover, facts.other
    if min(cover, other) >= 0.7:
        return _same(facts), False
    start, _, other_start, _ = extent(facts.runs[0])
    long_enough = facts.equal >= CUT_LEAST and facts.near_in_time
    if long_enough and min(start, other_start) <= HEAD and min(cover, other) >= CUT_KEEPS:
        return _same(facts), True
    return ("excerpt_of" if cover >= other else "contains"), False


def _same(facts: Facts) -> Relation:
    gaps = facts.gaps
    if gaps.words >= 3 and gaps.replaced + gaps.other_replaced >= 0.05 * facts.equal and gaps.words > gaps.noise / 3:
        return "spun"
    if gaps.numbers or min(facts.cover, facts.other) < 0.95:
        return "revised"
    return "near"


def equal_in(run: list[Op]) -> int:
    """The equal characters of a run."""
    return sum(op.end - op.start for op in run if op.tag == "equal")
