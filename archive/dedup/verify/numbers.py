"""When two numbers say the same, though they are written otherwise: dates with and without the month, 21万 and 210000.

All strings here are folded: the point of a decimal, the sign of a per cent and the dashes of a date are gone.
"""

import re
from collections.abc import Iterator
from typing import Final

from attrs import field, frozen

from archive.dedup.verify.predicates import Predicate, decide

DIGITS: Final = re.compile(r"[0-9]+")
_NUMERALS: Final = frozenset("零〇一二三四五六七八九十百千万亿两")
_DATE: Final = re.compile(r"[年月日号]")
_DAY: Final = re.compile(r"(?<![0-9])([0-9]{1,2})(?=[日号])")
_YEAR, _MONTH, _BOTH = 4, 2, 6  # digits


@frozen
class Numbers:
    """Two passages that stand for each other. `after`, `other_after`: the characters behind them, which say what is
    counted."""

    ours: str
    theirs: str
    after: str = ""
    other_after: str = ""
    digits: list[str] = field(init=False)
    other_digits: list[str] = field(init=False)

    @digits.default
    def _digits(self) -> list[str]:
        return DIGITS.findall(self.ours)

    @other_digits.default
    def _other_digits(self) -> list[str]:
        return DIGITS.findall(self.theirs)

    @property
    def both(self) -> bool:
        """Whether there are digits in both."""
        return bool(self.digits and self.other_digits)


def same_digits(numbers: Numbers) -> bool:
    """The digits are the same, and words around them differ; or they are parted otherwise."""
    return numbers.both and "".join(numbers.digits) == "".join(numbers.other_digits)


def same_date(numbers: Numbers) -> bool:
    """9月11日 for 11日, 2025年9月 for 9月, 20250911 for 9月11日: one may leave out the year, the month or both.

    Where one has no sign of a date, nothing may be left out.
    """
    dated = (
        bool(_DATE.search(numbers.ours + numbers.after[:1])),
        bool(_DATE.search(numbers.theirs + numbers.other_after[:1])),
    )
    if not numbers.both or not any(dated):
        return False
    dates = ("".join(part.zfill(2) for part in digits) for digits in (numbers.digits, numbers.other_digits))
    short, long = sorted(dates, key=len)
    return long.endswith(short) and len(long) - len(short) in ((0, _MONTH, _YEAR, _BOTH) if all(dated) else (0,))


def same_sum(numbers: Numbers) -> bool:
    """2113万 for 211300: the point is gone, so only the digits up to the zeros can be compared."""
    ours, theirs = numbers.ours + numbers.after, numbers.theirs + numbers.other_after
    if ("万" in ours or "亿" in ours) == ("万" in theirs or "亿" in theirs):
        return False
    if not numbers.both or len(numbers.digits) != len(numbers.other_digits):
        return False
    pairs = zip(numbers.digits, numbers.other_digits, strict=True)
    return all(one.rstrip("0") == other.rstrip("0") for one, other in pairs)


def other_digits(numbers: Numbers) -> bool:
    """Digits stand for other digits."""
    return numbers.both


def other_numerals(numbers: Numbers) -> bool:
    """三 stands for 四, and nothing else with it."""
    return set(numbers.ours) <= _NUMERALS and set(numbers.theirs) <= _NUMERALS


NUMBERS: Final = (
    Predicate(False, same_digits),
    Predicate(False, same_date),
    Predicate(False, same_sum),
    Predicate(True, other_digits),
    Predicate(True, other_numerals),
)
"""Whether the passages say other numbers."""


def are_other_numbers(numbers: Numbers) -> bool:
    """Whether two passages that stand for each other say other numbers."""
    found = decide(NUMBERS, numbers)
    return found is not None and found.says


def moved_days(ours: str, theirs: str) -> Iterator[int]:
    """By how many days each day of the month in the one differs from the one that stands for it in the other."""
    days, other_days = _DAY.findall(ours), _DAY.findall(theirs)
    if len(days) == len(other_days):
        for one, other in zip(days, other_days, strict=True):
            if one != other:
                yield abs(int(one) - int(other))
