"""Where two paragraphs say other words, in runs that a person can read.

The shortest way from one text to the other leaves single characters standing between changed ones, since any two
Chinese sentences share some. So short equal runs between two changes go with them (the semantic clean-up of
diff-match-patch, https://neil.fraser.name/writing/diff/, with a bound), and a change that could stand in several places
begins or ends where a sentence does.
"""

from collections.abc import Iterator
from typing import Final, Literal

from attrs import define, field, frozen
from rapidfuzz.distance import LCSseq

from archive.query.diff.tokens import edge, is_word, tokens

SHORT: Final = 4
"""Characters of an equal run that may go with the changes around it, where each of them is as long at least."""
MAX_COMPARED: Final = 400_000_000
"""A pair of paragraphs with more pairs of tokens is told as one change, but for what both begin and end with."""

SLIDE: Final = 64
"""So many tokens a change is moved to either side, in search of a better place."""

Tag = Literal["equal", "delete", "insert"]


@frozen
class Run:
    """A piece of both texts (`equal`), of the first alone (`delete`) or of the second alone (`insert`)."""

    tag: Tag
    text: str


@define
class _Step:
    """`equal` stands in both texts, then `old` in the first where `new` does in the second; all are tokens."""

    equal: list[str] = field(factory=list)
    old: list[str] = field(factory=list)
    new: list[str] = field(factory=list)


def runs(before: str, after: str) -> tuple[Run, ...]:
    """The runs of two texts in their order, deleted ones before inserted ones."""
    if before == after:
        return (Run("equal", before),) if before else ()
    steps = _slid(_merged(_steps(tokens(before), tokens(after))))
    return tuple(Run(tag, "".join(part)) for step in steps for tag, part in _parts(step) if part)


def _parts(step: _Step) -> Iterator[tuple[Tag, list[str]]]:
    yield "equal", step.equal
    yield "delete", step.old
    yield "insert", step.new


def _steps(old: list[str], new: list[str]) -> list[_Step]:
    """The longest common subsequence; the last step has nothing changed where both end alike."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    ours, theirs = old[head : len(old) - tail], new[head : len(new) - tail]
    steps = [_Step(equal=old[:head])]
    if len(ours) * len(theirs) > MAX_COMPARED:
        steps[-1].old, steps[-1].new = ours, theirs
    else:
        for one in LCSseq.opcodes(ours, theirs):
            if one.tag != "equal":
                steps[-1].old += ours[one.src_start : one.src_end]
                steps[-1].new += theirs[one.dest_start : one.dest_end]
            elif steps[-1].old or steps[-1].new:
                steps.append(_Step(equal=ours[one.src_start : one.src_end]))
            else:
                steps[-1].equal += ours[one.src_start : one.src_end]
    return [*steps, _Step(equal=old[len(old) - tail :])]


def _merged(steps: list[_Step]) -> list[_Step]:
    """Short equal runs go with the changes around them."""
    done: list[_Step] = []
    for step in steps:
        done.append(step)
        while len(done) > 1 and _goes_with_both(done[-2], done[-1]):
            last = done.pop()
            done[-1].old += last.equal + last.old
            done[-1].new += last.equal + last.new
    return done


def _goes_with_both(left: _Step, right: _Step) -> bool:
    if not (right.old or right.new):
        return False
    if not right.equal:
        return True
    size = len("".join(right.equal))
    # A number or a word that became another one is read by itself.
    if size > SHORT or _stands_alone(left) or _stands_alone(right):
        return False
    return all(max(len("".join(one.old)), len("".join(one.new))) >= size for one in (left, right))


def _stands_alone(step: _Step) -> bool:
    return all(map(is_word, (*step.old, *step.new)))


def _slid(steps: list[_Step]) -> list[_Step]:
    """What only one text has, moved to where it begins or ends with a sentence, if it can be."""
    for number, step in enumerate(steps[:-1]):
        part = step.old or step.new
        following = steps[number + 1].equal
        if (step.old and step.new) or not part or not (step.equal or following):
            continue
        # An equal run between two changes is not used up, so that they stay two.
        first, last = (0 if number == 0 else 1), (0 if number + 2 == len(steps) else 1)
        room = SLIDE
        while room and len(step.equal) > first and step.equal[-1] == part[-1]:
            following.insert(0, part.pop())
            part.insert(0, step.equal.pop())
            room -= 1
        best, shift, at = _worth(step.equal, part, following), 0, 0
        left, middle, right = step.equal[-1:], part[:], following[: 2 * SLIDE + last]
        while at < 2 * SLIDE and len(right) > last and right[0] == middle[0]:
            left.append(middle.pop(0))
            middle.append(right.pop(0))
            at += 1
            if (worth := _worth(left, middle, right)) > best:
                best, shift = worth, at
        for _ in range(shift):
            step.equal.append(part.pop(0))
            part.append(following.pop(0))
    return steps


def _worth(left: list[str], middle: list[str], right: list[str]) -> int:
    first = edge(left[-1] if left else "", middle[0])
    return first + edge(middle[-1], right[0] if right else "")
