"""Which of several occasions a text tells of: the third meeting or the fourth, before it or afterwards."""

import re
from typing import Final

from archive.dedup.verify.gaps import Gap, is_left_of
from archive.dedup.verify.numbers import DIGITS

_ORDINAL: Final = re.compile(
    "第([0-9零〇一二三四五六七八九十百]+)(次|届|场|期|号|季|轮|集|批|卷|章|回|站|讲|篇|部|弹|辑|版)"
)
_REACH: Final = 5
"""Characters: so far before and behind a gap an ordinal may begin and end that it is part of."""
_TO_COME: Final = re.compile(
    "即将|将要|就要|快要|拟于|定于|将(?=于|在|出席|举行|召开|赴|开|公开|启程|访|发射|举办|前往|抵达|到访|会见|出任|迎来|启动|发布|公布|[0-9]|上午|下午|今|明)"
)
"""What speaks of things to come; 将 also stands before what something is done to."""
_AHEAD: Final = 2
"""Characters behind a gap that say what 将 means."""


def is_another_of_a_series(first: str, second: str, gap: Gap) -> bool:
    """Whether the gap makes another meeting, issue or season of the one that the first text tells of (第三次, 第四次).

    A number that lacks digits of the other one is left out: noise eats digits.
    """
    ours, theirs = _ordinal(first, gap.start, gap.end), _ordinal(second, gap.other_start, gap.other_end)
    if ours is None or theirs is None or ours[1] != theirs[1]:
        return False
    short, long = sorted((ours[0], theirs[0]), key=len)
    return short != long and not (DIGITS.fullmatch(long) and is_left_of(short, long))


def are_two_of_a_series(headline: str, other: str) -> bool:
    """Whether two folded headlines count otherwise what both count: 第三次会议, 第四次会议."""
    ours, theirs = (_by_counter(found) for found in (headline, other))
    return any(ours[counter].isdisjoint(theirs[counter]) for counter in ours.keys() & theirs.keys())


def _by_counter(headline: str) -> dict[str, set[str]]:
    counted: dict[str, set[str]] = {}
    for number, counter in _ORDINAL.findall(headline):
        counted.setdefault(counter, set()).add(number)
    return counted


def _ordinal(text: str, start: int, end: int) -> tuple[str, str] | None:
    """The ordinal that a gap is part of, and what it counts."""
    first, last = max(0, start - _REACH), end + _REACH
    if text.find("第", first, last) < 0:
        return None
    for found in _ORDINAL.finditer(text, first, last):
        if found.start() <= end and start <= found.end():
            return found[1], found[2]
    return None


def announces(text: str, start: int, end: int) -> bool:
    """Whether a text speaks in a gap of what is to come: 将于, 即将."""
    found = _TO_COME.search(text, start, end + _AHEAD) if start < end else None
    return found is not None and found.start() < end
