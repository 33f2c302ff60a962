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
_MONTH_DAY: Final = re.compile(r"(?<![0-9])(1[0-2]|[1-9])月(3[01]|[12][0-9]|[1-9])(?=[日号])")
_CLOCK: Final = re.compile(
    r"(?P<part>凌晨|清晨|早上|早晨|早|上午|中午|下午|傍晚|晚上|晚间|晚|深夜)?"
    r"(?:(?P<hour>[01]?[0-9]|2[0-4])(?P<sign>[时点])(?P<minute>[0-5]?[0-9]|半)?|(?<![0-9])(?P<four>(?:[01][0-9]|2[0-3])[0-5][0-9])(?![0-9]))"
)
_HOUR: Final = re.compile("[时点]")
_LATE: Final = frozenset({"下午", "傍晚", "晚上", "晚间", "晚", "深夜"})
_TODAY: Final = re.compile("今|昨|当[天日晚]|日前|近日")
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


def same_hour(numbers: Numbers) -> bool:
    """15时 for 下午3点; the day before it, too, may be written otherwise: 9月12日20时 for 今天晚上8点."""
    ours, theirs = _clock(numbers.ours + numbers.after), _clock(numbers.theirs + numbers.other_after)
    if ours is None or theirs is None or ours[0].isdisjoint(theirs[0]):
        return False
    if not (_HOUR.search(numbers.ours + numbers.after) or _HOUR.search(numbers.theirs + numbers.other_after)):
        return False
    days = DIGITS.findall(ours[1]), DIGITS.findall(theirs[1])
    if days[0] and days[1]:
        short, long = sorted(days, key=len)
        return long[len(long) - len(short) :] == short
    return not any(days) or bool(_TODAY.search(ours[1] + theirs[1])) or not (ours[1] and theirs[1])


def _clock(text: str) -> tuple[frozenset[int], str] | None:
    """The minutes of the day that a passage may mean, and what stands before the hour in it."""
    found = _CLOCK.search(text)
    if found is None:
        return None
    four = found["four"]
    hour, minute = (four[:2], four[2:]) if four else (found["hour"], found["minute"] or "0")
    at = int(hour) % 24 * 60 + (30 if minute == "半" else int(minute))
    part = found["part"]
    late = at + 12 * 60 if at < 12 * 60 else at
    if part is None:
        # 时 counts to 24; 3点 is at night or in the afternoon.
        return frozenset({at, late} if found["sign"] == "点" else {at}), text[: found.start()]
    return frozenset({late if part in _LATE or (part == "中午" and at < 3 * 60) else at}), text[: found.start()]


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
    Predicate(False, same_hour),
    Predicate(True, other_digits),
    Predicate(True, other_numerals),
)
"""Whether the passages say other numbers."""


def are_other_numbers(numbers: Numbers) -> bool:
    """Whether two passages that stand for each other say other numbers."""
    found = decide(NUMBERS, numbers)
    return found is not None and found.says


def named_days(text: str) -> frozenset[tuple[int, int]]:
    """The days that a text names with their month: 3月8日."""
    return frozenset((int(month), int(day)) for month, day in _MONTH_DAY.findall(text))


def moved_days(ours: str, theirs: str) -> Iterator[int]:
    """By how many days each day of the month in the one differs from the one that stands for it in the other."""
    days, other_days = _DAY.findall(ours), _DAY.findall(theirs)
    if len(days) == len(other_days):
        for one, other in zip(days, other_days, strict=True):
            if one != other:
                yield abs(int(one) - int(other))
