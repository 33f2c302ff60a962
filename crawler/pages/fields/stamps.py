"""Dates and times as Chinese pages print them: `2025-11-13 04:58:22`, `2014年12月12日13:47`, `民國103年12月12日`.

Nothing is guessed: a date without a year is none, a month 13 is none, and the precision is what the text shows.
A time without a zone is Beijing or Taipei time, which are the same.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from attrs import frozen

from archive.times import BEIJING, Precision


@frozen
class Stamp:
    """One date found in a text: the moment, how much of it the text shows, and where it stands (offsets)."""

    at: datetime
    precision: Precision
    start: int
    end: int


# Every repeat is bounded, so a line of ten thousand digits costs one pass.
_CLOCK = (
    r"(?P<half>上午|下午|中午|晚上|晚间|傍晚|早上|凌晨|[AP]M|[ap]m)?\s{0,2}"
    r"(?P<H>\d{1,2})\s{0,1}[:：時时點点]\s{0,1}(?P<M>\d{1,2})(?:\s{0,1}[:：分]\s{0,1}(?P<S>\d{2})(?:\.\d{1,6}|"
    r"秒)?|分)?"
    r"(?:\s{0,1}(?P<late>[AP]M|[ap]m)\b)?"
    r"(?P<zone>Z|\s?[+-]\d{2}:?\d{2}(?!\d)|\s?GMT(?![+-])|\s?UTC(?![+-]))?"
)
_GAP = (
    r"[\s,，T|·/]{0,4}(?:[(（]?(?:星期|周|週|"
    r"禮拜)[一二三四五六日天][)）]?[\s,，]{0,3})?(?:HKT\s|北京时间\s?)?(?P<gmt>格林[尼威]治标准时间\s{0,2})?"
)
_DAY = (
    r"(?<!\d)(?:(?P<y>(?:19[89]|"
    r"20[0-4])\d)\s{0,2}(?P<sep>[-/.年－_])\s{0,2}(?P<m>\d{1,2})\s{0,2}[-/.月－_]\s{0,2}(?P<d>\d{1,2})(?!\d{3,})\s{0,2}[日号號]?"
    r"|(?P<y2>20[0-4]\d)\s{1,3}(?P<m2>\d{1,2})\s{0,2}/\s{0,2}(?P<d2>\d{1,2})(?!\d)"
    r"|民[國国]\s{0,2}(?P<roc>\d{2,3})\s{0,2}年\s{0,2}(?P<m3>\d{1,2})\s{0,2}月\s{0,2}(?P<d3>\d{1,2})\s{0,2}日)"
)
_STAMP = re.compile(rf"{_DAY}(?:{_GAP}{_CLOCK})?")
_CLOCK_FIRST = re.compile(
    r"(?<![\d:])(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?[\s,，|"
    r"]{1,3}(?P<y>20[0-4]\d)[-/年](?P<m>\d{1,2})[-/月](?P<d>\d{1,2})"
)
_YEAR = re.compile(r"19[89]\d|20[0-4]\d|民[國国]")


def find_stamps(text: str) -> Iterator[Stamp]:
    """Every full date of the text, in order; overlapping readings are not given twice."""
    year = _YEAR.search(text)
    if year is None:
        return
    for match in _STAMP.finditer(text, year.start()):
        stamp = _read(match)
        if stamp is not None:
            yield stamp


def first_stamp(text: str) -> Stamp | None:
    """The first full date of the text; a clock that stands before its date counts (`07:48 2019/09/23`)."""
    stamp = next(find_stamps(text), None)
    if stamp is not None and stamp.precision == "day" and stamp.start >= 4:
        ahead = _CLOCK_FIRST.search(text)
        if ahead and ahead.start() <= stamp.start <= ahead.end():
            try:
                year, month, day, hour, minute, second = (int(ahead[k] or 0) for k in ("y", "m", "d", "H", "M", "S"))
                at = datetime(year, month, day, hour, minute, second, tzinfo=BEIJING)
            except ValueError:
                return stamp
            return Stamp(at, "second" if ahead["S"] else "minute", ahead.start(), ahead.end())
    return stamp


def parse_machine_time(text: str) -> Stamp | None:
    """A machine-readable time: ISO 8601, or an epoch in seconds or milliseconds; None where it is neither."""
    text = text.strip()[:40]
    if text.isdigit() and len(text) in (10, 13):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return Stamp(datetime.fromtimestamp(int(seconds), BEIJING), "second", 0, len(text))
    return first_stamp(text)


def _read(match: re.Match[str]) -> Stamp | None:
    if match["roc"]:
        day = (int(match["roc"]) + 1911, int(match["m3"]), int(match["d3"]))
    elif match["y2"]:
        day = (int(match["y2"]), int(match["m2"]), int(match["d2"]))
    else:
        day = (int(match["y"]), int(match["m"]), int(match["d"]))
    precision: Precision = "day"
    end = match.end("d") if match["d"] else match.end("d2") if match["d2"] else match.end("d3") + 1
    hour = minute = second = 0
    zone: tzinfo = BEIJING
    if match["H"]:
        hour, minute, second = int(match["H"]), int(match["M"]), int(match["S"] or 0)
        half = match["half"] or match["late"] or ""
        if half.lower() in ("下午", "晚上", "晚间", "傍晚", "pm") and hour < 12:
            hour += 12
        elif half.lower() == "am" and hour == 12:
            hour = 0
        zone = UTC if match["gmt"] else _zone((match["zone"] or "").strip())
        if hour < 24 and minute < 60 and second < 60:
            precision = "second" if match["S"] else "minute"
            end = match.end()
        else:
            hour = minute = second = 0
    try:
        at = datetime(*day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
    return Stamp(at, precision, match.start(), end)


def _zone(text: str) -> tzinfo:
    if not text:
        return BEIJING
    if text in ("Z", "GMT", "UTC"):
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        return BEIJING
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)
