"""Passages: a body in the sentences that it is made of, each with a hash; and the body without some of them.

A passage ends at a full stop, a line end, or an editor's credit, so that one tail is the same in every article whoever
edited it, also where all stands in one line. White space and dates with a year do not enter the hash: pages of one day
and the next end in the same rows.
"""

import re
from collections.abc import Collection, Sequence
from hashlib import blake2b
from itertools import zip_longest
from typing import Final

from archive.dedup.propose import foot

SHORTEST: Final = 8
"""Letters that a passage holds at least: what is shorter says too little to be known again."""
LAST: Final = 192
"""So many passages at the end of a body are told, and a third as many at its beginning: clutter stands there."""
LEAST: Final = 10
"""Folded characters: where furniture is left out and no more are left, nothing is left that could be compared."""

_BETWEEN: Final = 24
"""Characters that are left out with what stands around them at most: a credit, a label. More may be a list."""

_FIRST: Final = LAST // 3
_END: Final = re.compile(r"([。！？!?；;\n…]+|\\n)")
_END_OR_CREDIT: Final = re.compile(rf"([。！？!?；;\n…]+|\\n|{foot.CREDIT})")
_DATE: Final = re.compile(r"(?:19|20)\d\d[-年/.]\d{1,2}[-月/.]\d{1,2}日?\s?(?:\d{1,2}[:：]\d\d(?:[:：]\d\d)?)?")
_PLAIN: Final = 16
"""Characters from which on a passage holds enough letters for certain."""

SHORT: Final = 0
"""In place of a hash: too short to be told, and left out with what stands around it."""
FOOT: Final = 1
"""In place of a hash: foot of a page or notice, whatever the archive holds (`archive.dedup.propose.foot`)."""

Passage = tuple[int, int, int]
"""Where it begins and ends, in characters of the body, and its hash: 64 bits, signed, or `SHORT` or `FOOT`."""
Span = tuple[int, int]


def divide(body: str) -> list[Passage]:
    """The passages of a body, in order; without those in the middle of a very long one. Pure."""
    tail = foot.begin(body)
    credited = any(office in body for office in foot.OFFICES)
    pieces = (_END_OR_CREDIT if credited else _END).split(body)
    if tail < len(body):
        pieces = _parted(pieces, tail)
    if len(pieces) > 2 * (_FIRST + LAST):
        last = len(pieces) - 2 * LAST - 1  # a text, as the very last piece is one
        pieces = [*pieces[: 2 * _FIRST], "".join(pieces[2 * _FIRST : last]), "", *pieces[last:]]
    signs = foot.has_signs(body)
    lists = foot.teasers(body)
    made = []
    start = 0
    for text, mark in zip_longest(pieces[::2], pieces[1::2], fillvalue=""):
        end = start + len(text) + len(mark)
        if end == start:
            continue
        clutter = start >= tail or (signs and foot.is_foot(text)) or (lists and foot.within(start, lists))
        made.append((start, end, FOOT if clutter else _hash(text)))
        start = end
    return made


def left_out(passages: Sequence[Passage], furniture: Collection[int]) -> list[Span]:
    """What does not count of a body that is made of these passages: those whose hash is `furniture`, and the few
    characters too short to be told that stand between two of them, or between one and the body's end."""
    if not any(value == FOOT or value in furniture for _, _, value in passages):
        return []
    found: list[Span] = []
    until = 0  # to where all is left out
    between = True  # whether nothing has counted since
    for start, end, value in passages:
        if value == FOOT or value in furniture:
            if between and start - until <= _BETWEEN:
                start = found.pop()[0] if found else 0
            found.append((start, end))
            until, between = end, True
        elif value != SHORT:
            between = False
    if between and passages[-1][1] - until <= _BETWEEN:
        found[-1] = (found[-1][0], passages[-1][1])
    return found


def without(body: str, spans: Sequence[Span]) -> str:
    """The body without these spans."""
    kept = []
    place = 0
    for start, end in spans:
        kept.append(body[place:start])
        place = end
    return "\n".join([*kept, body[place:]]).strip() if spans else body


def _parted(pieces: Sequence[str], place: int) -> list[str]:
    """The pieces, text and end by turns, with another border at a place that stands in a text."""
    made: list[str] = []
    start = 0
    for number, piece in enumerate(pieces):
        if start < place < start + len(piece) and number % 2 == 0:
            made += [piece[: place - start], "", piece[place - start :]]
        else:
            made.append(piece)
        start += len(piece)
    return made


def _hash(text: str) -> int:
    if len(text) < SHORTEST:
        return SHORT
    if "20" in text or "19" in text:
        text = _DATE.sub("", text)
    letters = "".join(text.split())
    if len(letters) < SHORTEST or (len(letters) < _PLAIN and sum(map(str.isalpha, letters)) < SHORTEST):
        return SHORT
    return int.from_bytes(blake2b(letters.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
