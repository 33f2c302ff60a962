"""Where two stored texts differ, in their own characters: for people who compare copies."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from attrs import frozen

from archive.dedup.verify.align import Anchored, Op, align
from archive.dedup.verify.gaps import Gap, type_gaps
from archive.text.fold import Folded, fold_positions

CONTEXT: Final = 8  # characters shown on either side
LONGEST: Final = 80


@frozen(kw_only=True)
class Difference:
    """`before` and `after`: what both texts have around it, as the first one writes it."""

    kind: str
    before: str
    ours: str
    theirs: str
    after: str

    def marked(self) -> str:
        """`…before[-ours-]{+theirs+}after…`, as wdiff writes it."""
        ours = f"[-{self.ours}-]" if self.ours else ""
        theirs = f"{{+{self.theirs}+}}" if self.theirs else ""
        return f"{self.before}{ours}{theirs}{self.after}"


def differences(first: str, second: str) -> Iterator[Difference]:
    """The differences between two bodies in the order of the first; passages that only one has come as one each."""
    ours, theirs = fold_positions(first), fold_positions(second)
    own, other = ours.text, theirs.text
    runs = align(Anchored(own, ours.codes), Anchored(other, theirs.codes))
    gaps = [*type_gaps(own, other, runs).gaps, *_outside(runs, own, other)]
    for gap in sorted(gaps, key=lambda gap: (gap.start, gap.other_start)):
        start, end = gap.start, gap.start + len(gap.ours)
        yield Difference(
            kind=gap.kind,
            before=_slice(first, ours, start - CONTEXT, start),
            ours=_slice(first, ours, start, end),
            theirs=_slice(second, theirs, gap.other_start, gap.other_start + len(gap.theirs)),
            after=_slice(first, ours, end, end + CONTEXT),
        )


def marked(first: str, second: str, most: int) -> tuple[list[str], bool]:
    """The first `most` differences as wdiff writes them, and whether there are more."""
    shown = [one.marked() for one in islice(differences(first, second), most + 1)]
    return shown[:most], len(shown) > most


def _outside(runs: list[list[Op]], ours: str, theirs: str) -> Iterator[Gap]:
    """What no run covers: sentences that one text adds or leaves out."""
    at = 0
    for start, end in [*sorted((run[0].start, run[-1].end) for run in runs), (len(ours), 0)]:
        if start > at:
            yield Gap("insertion", at, 0, ours[at:start], "")
        at = max(at, end)
    at = 0
    last = 0
    places = sorted((run[0].other_start, run[-1].other_end, run[-1].end) for run in runs)
    for start, end, after in [*places, (len(theirs), 0, 0)]:
        if start > at:
            yield Gap("deletion", last, at, "", theirs[at:start])
        at, last = max(at, end), after


def _slice(text: str, folded: Folded, start: int, end: int) -> str:
    """The part of a text that its folded characters from `start` to `end` came from, in one line, shortened."""
    start, end = max(0, start), min(end, len(folded.codes))
    if start >= end:
        return ""
    part = " ".join(text[int(folded.positions[start]) : int(folded.positions[end - 1]) + 1].split())
    return part if len(part) <= LONGEST else f"{part[: LONGEST // 2]}…{part[-LONGEST // 2 :]}"
