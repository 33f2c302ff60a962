"""Which paragraphs of two texts stand for each other: pure."""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

from attrs import frozen
from rapidfuzz.distance import LCSseq
from rapidfuzz.fuzz import ratio

ALIKE: Final = 50
"""Two paragraphs that are so much alike (0 to 100) are one, changed."""
MAX_PAIRED: Final = 60
"""So many paragraphs in a row are paired with each other by likeness; of more, each stands alone."""
MAX_CHARACTERS: Final = 100_000
"""And lines of so many characters together, on either side."""
MAX_COMPARED: Final = 25_000_000
"""So many pairs of lines are looked through for equal ones, beside those that both texts begin and end with."""


@frozen
class Pair:
    """`before[start:end]` stands where `after[other_start:other_end]` does: one line on each side; none on one side
    where only the other has it; several where a text was broken into lines otherwise. `same`: the lines are equal."""

    start: int
    end: int
    other_start: int
    other_end: int
    same: bool = False


def pairs(before: Sequence[str], after: Sequence[str]) -> Iterator[Pair]:
    """All lines of both texts, each once, in the order of both."""
    for tag, start, end, other_start, other_end in _opcodes(before, after):
        old, new = before[start:end], after[other_start:other_end]
        if tag == "equal":
            for line in range(end - start):
                yield Pair(start + line, start + line + 1, other_start + line, other_start + line + 1, same=True)
        elif old and new and "".join(old) == "".join(new):
            yield Pair(start, end, other_start, other_end)
        else:
            for row, column in _paired(old, new):
                yield Pair(
                    *(start + (row or 0), start + (row + 1 if row is not None else 0)),
                    *(other_start + (column or 0), other_start + (column + 1 if column is not None else 0)),
                )


def _opcodes(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """The equal lines in the order of both texts, and what stands between them."""
    most = min(len(before), len(after))
    head = sum(1 for _ in takewhile(lambda at: before[at] == after[at], range(most)))
    tail = sum(1 for _ in takewhile(lambda at: before[-1 - at] == after[-1 - at], range(most - head)))
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if head:
        yield "equal", 0, head, 0, head
    if len(old) * len(new) > MAX_COMPARED:
        yield "replace", head, head + len(old), head, head + len(new)
    else:
        at = other_at = 0
        for one in LCSseq.opcodes(old, new):
            if one.tag == "equal":
                if at < one.src_start or other_at < one.dest_start:
                    yield "replace", head + at, head + one.src_start, head + other_at, head + one.dest_start
                yield "equal", head + one.src_start, head + one.src_end, head + one.dest_start, head + one.dest_end
                at, other_at = one.src_end, one.dest_end
        if at < len(old) or other_at < len(new):
            yield "replace", head + at, head + len(old), head + other_at, head + len(new)
    if tail:
        yield "equal", len(before) - tail, len(before), len(after) - tail, len(after)


def few(lines: Sequence[str]) -> bool:
    """Whether they are few and short enough to be held against others one by one."""
    return len(lines) <= MAX_PAIRED and sum(map(len, lines)) <= MAX_CHARACTERS


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Changed lines in the order of both texts, as alike as can be: the heaviest common subsequence."""
    if not few(old) or not few(new):
        yield from [(one, None) for one in range(len(old))]
        yield from [(None, one) for one in range(len(new))]
        return
    like = [[ratio(one, other, score_cutoff=ALIKE) for other in new] for one in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for row in range(len(old) - 1, -1, -1):
        for column in range(len(new) - 1, -1, -1):
            both = like[row][column] and like[row][column] + best[row + 1][column + 1]
            best[row][column] = max(both, best[row + 1][column], best[row][column + 1])
    row = column = 0
    while row < len(old) and column < len(new):
        if like[row][column] and best[row][column] == like[row][column] + best[row + 1][column + 1]:
            yield row, column
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            yield row, None
            row += 1
        else:
            yield None, column
            column += 1
    yield from [(one, None) for one in range(row, len(old))]
    yield from [(None, one) for one in range(column, len(new))]
