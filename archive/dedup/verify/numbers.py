"""When two numbers say the same, though they are written otherwise: dates with and without the month, 21万 and 210000.

All strings here are folded: the point of a decimal, the sign of a per cent and the dashes of a date are gone.
"""

import re
from collections.abc import Iterator
from typing import Final

_DIGITS: Final = re.compile(r"[0-9]+")
_NUMERALS: Final = frozenset("零〇一二三四五六七八九十百千万亿两")
_DATE: Final = re.compile(r"[年月日号]")
_DAY: Final = re.compile(r"(?<![0-9])([0-9]{1,2})(?=[日号])")
_SCANNED: Final = str.maketrans("oli", "011")
_YEAR, _MONTH, _BOTH = 4, 2, 6  # digits


def are_other_numbers(ours: str, theirs: str, after: str = "", other_after: str = "") -> bool:
    """Whether two replaced passages say other numbers. `after`: what stands behind each of them."""
    digits, other_digits = _DIGITS.findall(ours), _DIGITS.findall(theirs)
    if not digits or not other_digits:
        return set(ours) <= _NUMERALS and set(theirs) <= _NUMERALS
    if digits == other_digits or "".join(digits) == "".join(other_digits):
        return False
    if _is_scanned(ours, theirs):
        return False
    dated = bool(_DATE.search(ours + after[:1])), bool(_DATE.search(theirs + other_after[:1]))
    if any(dated) and _is_same_date(digits, other_digits, whole=not all(dated)):
        return False
    return not _is_same_sum(ours + after, theirs + other_after, digits, other_digits)


def moved_days(ours: str, theirs: str) -> Iterator[int]:
    """By how many days each day of the month in the one differs from the one that stands for it in the other."""
    days, other_days = _DAY.findall(ours), _DAY.findall(theirs)
    if len(days) == len(other_days):
        for one, other in zip(days, other_days, strict=True):
            if one != other:
                yield abs(int(one) - int(other))


def _is_same_date(digits: list[str], other_digits: list[str], *, whole: bool) -> bool:
    """9月11日 for 11日, 2025年9月 for 9月, 20250911 for 9月11日: one may leave out the year, the month or both.

    `whole`: one has no sign of a date, so nothing may be left out.
    """
    ours, theirs = "".join(part.zfill(2) for part in digits), "".join(part.zfill(2) for part in other_digits)
    short, long = sorted((ours, theirs), key=len)
    return long.endswith(short) and len(long) - len(short) in ((0,) if whole else (0, _MONTH, _YEAR, _BOTH))


def _is_same_sum(ours: str, theirs: str, digits: list[str], other_digits: list[str]) -> bool:
    """2113万 for 211300: the point is gone, so only the digits up to the zeros can be compared."""
    wide, other_wide = "万" in ours or "亿" in ours, "万" in theirs or "亿" in theirs
    if wide == other_wide or len(digits) != len(other_digits):
        return False
    return all(one.rstrip("0") == other.rstrip("0") for one, other in zip(digits, other_digits, strict=True))


def _is_scanned(ours: str, theirs: str) -> bool:
    """2o2l for 2021: a scan reads letters for digits."""
    if not (set("oli") & set(ours + theirs)):
        return False
    return _DIGITS.findall(ours.translate(_SCANNED)) == _DIGITS.findall(theirs.translate(_SCANNED))
