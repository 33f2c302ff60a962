"""Where two folded texts say the same: runs of common passages, in whatever order, and the gaps inside them.

Runs of four characters that stand once in each text are the anchors. Anchors that follow each other in both texts make
a chain; what a chain leaves over may make another (paragraphs that changed places, a round-up). The small gaps inside a
chain are aligned character by character, so that each can be typed (`archive.dedup.verify.gaps`).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from archive.dedup.propose.shingles import Hashes, grams
from archive.text.fold import Codes

ANCHOR: Final = 4
MAX_SEGMENTS: Final = 1500
MAX_CHAINS: Final = 24
MAX_STEPS: Final = 4000
"""Segments that the chains of two texts look at, counted anew for each chain: copies of ordinary texts need 3,100 at
most. Tables of quotes and scores, whose cells stand everywhere, would make 24 chains of 1,500 segments."""
MIN_CHAIN: Final = 12  # anchored characters; a shorter chain is a phrase, not a passage
FAR_JUMP: Final = (
    64  # characters; a jump from one diagonal to another that is this far off costs no more if it is farther
)
LEAST: Final = 16  # anchored characters, and their share of the shorter text: below, there is nothing to align
LEAST_SHARE: Final = 0.12
SMALL_GAP: Final = 30  # characters on either side; always aligned
LARGE_GAP: Final = 240  # aligned if much of it is equal after all; any other gap ends the run
ENOUGH: Final = 0.5  # share of the shorter text's grams that match: then what is repeated beside them does not matter
REPEATED: Final = 48  # grams that stand once in one text and more often in the other: so many are a passage
REPEATED_SHARE: Final = 0.25  # and so many for each that stands once in both
ALIKE: Final = 0.45  # share of equal characters that keeps a larger gap inside its run

Tag = Literal["equal", "replace", "insert", "delete"]
_TAGS: Final[dict[str, Tag]] = {"equal": "equal", "replace": "replace", "insert": "delete", "delete": "insert"}
Numbers = NDArray[np.int64]


class Op(NamedTuple):
    """`first[start:end]` stands where `second[other_start:other_end]` does.

    insert: only the first text has it; delete: only the second.
    """

    tag: Tag
    start: int
    end: int
    other_start: int
    other_end: int


class _Segment(NamedTuple):
    start: int
    other: int
    length: int


class Anchored:
    """A folded text with what `align` looks up in it, computed once."""

    def __init__(self, folded: str, codes: Codes) -> None:
        self.folded = folded
        self.codes = codes

    @cached_property
    def grams(self) -> Hashes:
        return grams(self.codes, ANCHOR)

    @cached_property
    def _counted(self) -> tuple[Hashes, Numbers, Hashes]:
        return _counted(self.grams)

    @property
    def single(self) -> tuple[Hashes, Numbers]:
        """The grams that stand once, ascending, and where."""
        return self._counted[:2]

    @property
    def repeated(self) -> Hashes:
        """The grams that stand more than once, each of them once."""
        return self._counted[2]

    @cached_property
    def numbered(self) -> tuple[Hashes, Numbers]:
        """Every gram with the number of times it stood before, ascending, and where."""
        return _numbered(self.grams)

    @property
    def repeats(self) -> bool:
        """Whether most of the text stands in it more than once."""
        return len(self.single[0]) * 2 < len(self.grams)


def align(first: Anchored, second: Anchored) -> list[list[Op]]:
    """The runs, each a list of operations in the order of the first text; the heaviest chain's runs come first.

    No character of either text is in two runs. Nothing is returned for texts that have next to nothing in common.
    """
    segments = _segments(first, second)
    least = max(LEAST, LEAST_SHARE * min(len(first.folded), len(second.folded)))
    if sum(segment.length for segment in segments) < least:
        return []
    return _all_runs(first.folded, second.folded, segments)


def _all_runs(first: str, second: str, segments: list[_Segment]) -> list[list[Op]]:
    runs: list[list[Op]] = []
    used, other_used = bytearray(len(first)), bytearray(len(second))
    for chain in _chains(segments):
        for run in _runs(first, second, chain, whole=not runs):
            run = _trimmed(run, used, other_used)
            if not run:
                continue
            start, end, other_start, other_end = extent(run)
            used[start:end] = b"\1" * (end - start)
            other_used[other_start:other_end] = b"\1" * (other_end - other_start)
            runs.append(run)
    return runs


def extent(run: list[Op]) -> tuple[int, int, int, int]:
    """Where a run stands: start and end in the first text, start and end in the second."""
    return run[0].start, run[-1].end, run[0].other_start, run[-1].other_end


def _trimmed(run: list[Op], used: bytearray, other_used: bytearray) -> list[Op]:
    """The run without what an earlier one took at its ends; nothing if that one took of its middle."""
    start, end, other_start, other_end = extent(run)
    if not any(used[start:end]) and not any(other_used[other_start:other_end]):
        return run
    while run and _taken(run[0], used, other_used):
        tag, start, end, other_start, other_end = run.pop(0)
        room = range(1, end - start if tag == "equal" else 0)
        free = next((n for n in room if not used[start + n] and not other_used[other_start + n]), 0)
        if free:
            run.insert(0, Op(tag, start + free, end, other_start + free, other_end))
            break
    while run and _taken(run[-1], used, other_used):
        tag, start, end, other_start, other_end = run.pop()
        room = range(1, end - start if tag == "equal" else 0)
        free = next((n for n in room if not used[end - n - 1] and not other_used[other_end - n - 1]), 0)
        if free:
            run.append(Op(tag, start, end - free, other_start, other_end - free))
            break
    if not run:
        return []
    start, end, other_start, other_end = extent(run)
    return [] if any(used[start:end]) or any(other_used[other_start:other_end]) else run


def _taken(op: Op, used: bytearray, other_used: bytearray) -> bool:
    return op.tag != "equal" or any(used[op.start : op.end]) or any(other_used[op.other_start : op.other_end])


def _segments(first: Anchored, second: Anchored) -> list[_Segment]:
    """The anchors, neighbours joined."""
    i, j = _shared(first, second)
    if not len(i):
        return []
    (breaks,) = np.nonzero((np.diff(i) != 1) | (np.diff(j) != 1))
    starts = np.concatenate(([0], breaks + 1))
    ends = np.concatenate((breaks, [len(i) - 1]))
    size = min(ANCHOR, len(first.folded), len(second.folded))
    lengths = i[ends] - i[starts] + size
    if len(starts) > MAX_SEGMENTS:
        longest = np.sort(np.argsort(-lengths, kind="stable")[:MAX_SEGMENTS])
        starts, lengths = starts[longest], lengths[longest]
    return [_Segment(*values) for values in zip(i[starts].tolist(), j[starts].tolist(), lengths.tolist(), strict=True)]


def _shared(first: Anchored, second: Anchored) -> tuple[Numbers, Numbers]:
    """Where the grams stand that each text has once. In a text that repeats itself, the n-th time counts as once; so it
    does where much of what both have stands twice in one of them, as a lead that is printed above the text again."""
    if not first.repeats and not second.repeats:
        i, j = _matched(first.single, second.single)
        if len(i) >= ENOUGH * min(len(first.grams), len(second.grams)):
            return i, j
        most = max(REPEATED, REPEATED_SHARE * len(i))
        if _again(first, second, len(i), most) < most and _again(second, first, len(i), most) < most:
            return i, j
    return _matched(first.numbered, second.numbered)


def _again(first: Anchored, second: Anchored, matched: int, most: float) -> float:
    """How many grams that the first text has once, but for those that `matched`, the second has more than once; 0 where
    that cannot be `most` of them."""
    once, repeated = first.single[0], second.repeated
    if len(once) - matched < most or len(repeated) < most:
        return 0
    at = np.searchsorted(once, repeated)
    at[at == len(once)] = 0
    return int(np.count_nonzero(once[at] == repeated))


def _matched(ours: tuple[Hashes, Numbers], theirs: tuple[Hashes, Numbers]) -> tuple[Numbers, Numbers]:
    once, where = ours
    other_once, other_where = theirs
    if not len(once) or not len(other_once):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    if len(once) > len(other_once):
        j, i = _hits(other_once, other_where, once, where)
    else:
        i, j = _hits(once, where, other_once, other_where)
    order = np.argsort(i)
    return i[order], j[order]


def _hits(few: Hashes, few_where: Numbers, many: Hashes, many_where: Numbers) -> tuple[Numbers, Numbers]:
    at = np.searchsorted(many, few)
    at[at == len(many)] = 0
    (hits,) = np.nonzero(many[at] == few)
    return few_where[hits], many_where[at[hits]]


def _counted(hashes: Hashes) -> tuple[Hashes, Numbers, Hashes]:
    """The hashes that occur once, ascending, and where; and the others, each once."""
    order = np.argsort(hashes)
    ranked = hashes[order]
    if not len(ranked):
        return ranked, order, ranked
    step = np.concatenate(([True], ranked[1:] != ranked[:-1], [True]))
    alone = step[:-1] & step[1:]
    return ranked[alone], order[alone], ranked[step[:-1] & ~step[1:]]


def _numbered(hashes: Hashes) -> tuple[Hashes, Numbers]:
    """Every hash with the number of times it stood before mixed in, ascending, and where."""
    order = np.argsort(hashes, kind="stable")
    ranked = hashes[order]
    (starts,) = np.nonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    times = np.arange(len(ranked)) - np.repeat(starts, np.diff(np.append(starts, len(ranked))))
    told = ranked ^ (times.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    again = np.argsort(told)
    return told[again], order[again]


def _chains(segments: list[_Segment]) -> Iterator[list[_Segment]]:
    """The heaviest chain, then the heaviest of what it leaves over, until only phrases are left."""
    rest = segments
    steps = 0
    for _ in range(MAX_CHAINS if segments else 0):
        steps += len(rest)
        if steps > MAX_STEPS:
            return
        chain = rest if _ordered(rest) else _heaviest(rest)
        if sum(segment.length for segment in chain) < MIN_CHAIN and rest is not segments:
            return
        yield chain
        taken = set(chain)
        rest = [segment for segment in rest if segment not in taken]
        if sum(segment.length for segment in rest) < MIN_CHAIN:
            return


def _ordered(segments: list[_Segment]) -> bool:
    return all(a.other + a.length <= b.other + ANCHOR for a, b in pairwise(segments))


class _Stairs:
    """Ends of chains, as (where the chain ends in the second text, its weight, its last segment): only those that no
    other beats in both, so that both ascend and the heaviest chain that ends early enough is one search away."""

    def __init__(self) -> None:
        self._ends: list[int] = []
        self._chains: list[tuple[float, int]] = []

    def before(self, end: int) -> tuple[float, int] | None:
        """Weight and last segment of the heaviest chain that ends at `end` or before."""
        at = bisect_right(self._ends, end)
        return self._chains[at - 1] if at else None

    def add(self, end: int, weight: float, segment: int) -> None:
        """Add a chain."""
        at = bisect_right(self._ends, end)
        if at and self._chains[at - 1][0] >= weight:
            return
        low = at - 1 if at and self._ends[at - 1] == end else at
        high = at
        while high < len(self._ends) and self._chains[high][0] <= weight:
            high += 1
        self._ends[low:high] = [end]
        self._chains[low:high] = [(weight, segment)]


def _heaviest(segments: list[_Segment]) -> list[_Segment]:
    """The chain that holds the most characters, less what its jumps from diagonal to diagonal cost.

    Two steps on one diagonal are worth more than a jump to a phrase that happens to be common: a jump of n characters
    costs n / 8, up to 8. Of all the chains that a segment may follow, the heaviest is tried, and the heaviest that ends
    on a diagonal near by; so a segment costs a few searches, however many there are.
    """
    everywhere = _Stairs()
    near: defaultdict[int, _Stairs] = defaultdict(_Stairs)
    same: defaultdict[int, _Stairs] = defaultdict(_Stairs)
    best: list[float] = []
    before: list[int] = []
    for at, (start, other, length) in enumerate(segments):
        shift = other - start
        band = shift // FAR_JUMP
        most, chosen = 0.0, -1
        for stairs in (same[shift], near[band - 1], near[band], near[band + 1], everywhere):
            found = stairs.before(other + ANCHOR - 1)
            if found is not None:
                last = segments[found[1]]
                value = found[0] - min(abs(last.other - last.start - shift), FAR_JUMP) / 8
                if value > most:
                    most, chosen = value, found[1]
        best.append(length + most)
        before.append(chosen)
        for stairs in (same[shift], near[band], everywhere):
            stairs.add(other + length, best[at], at)
    chain = []
    at = max(range(len(best)), key=best.__getitem__)
    while at >= 0:
        chain.append(segments[at])
        at = before[at]
    return chain[::-1]


def _runs(first: str, second: str, chain: list[_Segment], *, whole: bool) -> Iterator[list[Op]]:
    """A chain's runs. `whole`: small rests before and after it are aligned too, so that no change hides there."""
    ops: list[Op] = []
    start, other, _ = chain[0]
    if whole and min(start, other) > 0 and max(start, other) <= SMALL_GAP:
        ops += _gap(first, second, 0, start, 0, other) or []
    at, other_at = start, other
    for start, other, length in chain:
        # Neighbouring anchors may overlap by a few characters on one side.
        overlap = max(at - start, other_at - other, 0)
        if overlap >= length:
            continue
        start, other, length = start + overlap, other + overlap, length - overlap
        between = _gap(first, second, at, start, other_at, other)
        if between is None:
            yield _joined(ops)
            ops = []
        else:
            ops += between
        ops.append(Op("equal", start, start + length, other, other + length))
        at, other_at = start + length, other + length
    rest, other_rest = len(first) - at, len(second) - other_at
    if whole and min(rest, other_rest) > 0 and max(rest, other_rest) <= SMALL_GAP:
        ops += _gap(first, second, at, len(first), other_at, len(second)) or []
    yield _joined(ops)


def _gap(first: str, second: str, start: int, end: int, other_start: int, other_end: int) -> list[Op] | None:
    """The operations between two anchors; None if they are too far apart, or too unlike, to be one passage."""
    size, other_size = end - start, other_end - other_start
    if not size and not other_size:
        return []
    if max(size, other_size) > LARGE_GAP:
        return None
    if not other_size:
        return [Op("insert", start, end, other_start, other_end)] if size <= SMALL_GAP else None
    if not size:
        return [Op("delete", start, end, other_start, other_end)] if other_size <= SMALL_GAP else None
    ops = []
    equal = 0
    # rapidfuzz edits its first text into its second: its insert is our delete.
    for code in Levenshtein.opcodes(first[start:end], second[other_start:other_end]):
        a, b = code.src_start, code.src_end
        equal += b - a if code.tag == "equal" else 0
        ops.append(
            Op(_TAGS[code.tag], start + a, start + b, other_start + code.dest_start, other_start + code.dest_end)
        )
    if max(size, other_size) > SMALL_GAP and equal < ALIKE * max(size, other_size):
        return None
    return ops


def _joined(ops: list[Op]) -> list[Op]:
    """Equal neighbours become one, and edits that touch become one replacement."""
    joined: list[Op] = []
    for op in ops:
        if joined and (joined[-1].tag == "equal") == (op.tag == "equal"):
            last = joined.pop()
            start, end, other_start, other_end = last.start, op.end, last.other_start, op.other_end
            tag = op.tag
            if tag != "equal":
                tag = "insert" if other_start == other_end else "delete" if start == end else "replace"
            op = Op(tag, start, end, other_start, other_end)
        joined.append(op)
    return joined
