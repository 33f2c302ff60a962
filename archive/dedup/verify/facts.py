"""What the rules look at: two texts side by side, where they say the same, and what differs there."""

from typing import Final

from attrs import frozen

from archive.dedup.verify.align import Op, align, extent
from archive.dedup.verify.gaps import DAMAGED, Gaps, type_gaps
from archive.dedup.verify.texts import Text, days_between

FAR: Final = 30.0
"""Days: what repeats after a month is a formula unless it is the whole text, word by word."""
SAME_NUMBERS: Final = 3
"""So many numbers that all agree stand for dates that are not known."""
LEAST_RUN: Final = 8
"""Equal characters that a run has at least: a shorter one is a phrase that both happen to use."""
DENSE: Final = 0.4
"""Share of a run that is equal at least: a thinner one is two texts side by side."""
QUOTED: Final = 40
"""Characters of a passage that is quoted; a shorter one may be a phrase."""
WORD_BY_WORD: Final = 0.9
"""Share of a passage that is equal where it was taken over word by word."""
HEAD: Final = 30
"""Characters that a text may have before the run that it begins with."""

WIDENED: Final = 2
"""Characters of mojibake that one character can become: of UTF-8 read as GBK, one and a half."""


@frozen(eq=False)
class Facts:
    """Two texts side by side.

    `runs`: the passages that both have, the heaviest first. `gaps`: what differs inside them. `equal`: characters.
    `strict`: the share of the shorter text that is equal. `cover`, `other`: the share of the first and the second text
    that the runs cover, replaced words included; all 0 to 1. `days`: between the publications, None if unknown.
    """

    first: Text
    second: Text
    runs: list[list[Op]]
    gaps: Gaps
    equal: int
    strict: float
    cover: float
    other: float
    days: float | None

    @property
    def passages(self) -> list[str]:
        """What both texts have, the equal stretches of the runs, as the folded texts write it."""
        return [self.first.folded[op.start : op.end] for run in self.runs for op in run if op.tag == "equal"]

    @property
    def verbatim(self) -> bool:
        """The folded texts are the same."""
        return self.first.folded == self.second.folded

    @property
    def damaged(self) -> bool:
        """One of them holds mojibake."""
        return max(int(self.first.damaged.sum()), int(self.second.damaged.sum())) >= DAMAGED

    @property
    def near_in_time(self) -> bool:
        """Published within a month of each other. Without dates, numbers that all agree stand for it."""
        if self.days is None:
            return self.gaps.numbers_same >= SAME_NUMBERS and not self.gaps.numbers
        return self.days <= FAR

    @property
    def first_is_earlier(self) -> bool:
        """The first text was published before the second."""
        ours, theirs = self.first.published_at, self.second.published_at
        return ours is not None and theirs is not None and ours < theirs

    @property
    def straight(self) -> float:
        """The share of what stands between the beginning of the first run and the end of the last one that the runs
        cover, in the text that has more beside it: 1 where both say the same there and nothing else."""
        spans = [extent(run) for run in self.runs]
        ours = max(span[1] for span in spans) - min(span[0] for span in spans)
        theirs = max(span[3] for span in spans) - min(span[2] for span in spans)
        covered = self.equal + self.gaps.replaced, self.equal + self.gaps.other_replaced
        return min(covered[0] / ours, covered[1] / theirs, 1.0)

    @property
    def quoted(self) -> int:
        """Equal characters of the passages that are taken over word by word."""
        return sum(equal_in(run) for run in self.runs if equal_in(run) >= QUOTED and density(run) >= WORD_BY_WORD)

    @property
    def longest(self) -> int:
        """Equal characters of the heaviest run."""
        return equal_in(self.runs[0])

    @property
    def density(self) -> float:
        """The share of the heaviest run that is equal."""
        return density(self.runs[0])

    @property
    def at_head(self) -> bool:
        """The heaviest run begins where one of the texts does."""
        start, _, other_start, _ = extent(self.runs[0])
        return min(start, other_start) <= HEAD


def look(first: Text, second: Text) -> Facts:
    """The facts of two texts. Pure."""
    size = len(first.folded)
    if first.folded != second.folded:
        runs = [run for run in align(first, second) if is_dense(run)]
    else:
        runs = [[Op("equal", 0, size, 0, size)]] if size else []
    days = days_between(first, second)
    if not runs:
        return Facts(first, second, [], Gaps(), equal=0, strict=0.0, cover=0.0, other=0.0, days=days)
    gaps = type_gaps(first.folded, second.folded, runs, first.damaged, second.damaged)
    equal = sum(equal_in(run) for run in runs)
    damage, other_damage = int(first.damaged.sum()), int(second.damaged.sum())
    if min(damage, other_damage) >= DAMAGED:
        # Damage is what befell one copy and not the other.
        damage = other_damage = 0
    sound = _sound(first, damage, len(second.folded) - equal)
    other_sound = _sound(second, other_damage, len(first.folded) - equal)
    return Facts(
        first,
        second,
        runs,
        gaps,
        equal=equal,
        strict=min(1.0, equal / min(sound, other_sound)),
        cover=min(1.0, (equal + gaps.replaced) / sound),
        other=min(1.0, (equal + gaps.other_replaced) / other_sound),
        days=days,
    )


def _sound(text: Text, damage: int, missing: int) -> int:
    """A text's folded characters but for mojibake, as far as it stands for text that the other one has; at least 1."""
    return max(1, len(text.folded) - min(damage, WIDENED * max(0, missing)))


def is_dense(run: list[Op]) -> bool:
    """Whether a run is a passage that both texts have, and not two that happen to share words."""
    return equal_in(run) >= LEAST_RUN and density(run) >= DENSE


def density(run: list[Op]) -> float:
    """The share of a run that is equal."""
    start, end, other_start, other_end = extent(run)
    return equal_in(run) / max(end - start, other_end - other_start)


def equal_in(run: list[Op]) -> int:
    """The equal characters of a run."""
    return sum(op.end - op.start for op in run if op.tag == "equal")
