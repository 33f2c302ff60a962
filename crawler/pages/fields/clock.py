"""The clock: every time that pages and lists show, as a moment in Beijing time with the precision that they show.

`2025-11-13 04:58:22`, `2014年12月12日13:47`, `民國103年12月12日`, `２０２５年１月２日 夜间11点半`,
`2024-05-13T00:49:12.000Z`, seconds and milliseconds since 1970, `Thu, 13 Nov 2025 04:58:22 GMT`,
`Nov. 13, 2025, 4:58 p.m.`, `十一月 6th, 2009`. Each form is found here and written as ISO 8601, which `archive.times`
reads.

Nothing is guessed: a date without a year is none, a month 13 is none, and the precision is what the text shows; an hour
that is named alone (`21时许`) is one to the minute. A time without a zone is Beijing or Taipei time, which are the
same. A year before 1980 or after 2099 is no page's.
"""

import heapq
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from attrs import frozen

from archive.times import BEIJING, Precision, parse_time


@frozen
class Time:
    """A moment, in Beijing time and whole seconds, and how much of it was shown."""

    at: datetime
    precision: Precision


@frozen
class Stamp(Time):
    """A time found in a text, and where it stands there (offsets)."""

    start: int
    end: int


# Hours that are counted to twelve: which half of the day a word before or behind them names.
_FORENOON: Final = "上午 早上 早晨 早间 早間 清晨 凌晨".split()
_NOON: Final = "中午 午间 午間 正午".split()
_AFTERNOON: Final = "下午 午后 午後 傍晚".split()
_EVENING: Final = "晚上 晚间 晚間 夜间 夜間 夜里 夜裡 夜晚 深夜 半夜 午夜".split()
_LATIN_HALF: Final = r"[AaPp]\.?[Mm](?:\.|\b)"
# Every repeat is bounded, so a line of ten thousand digits costs one pass.
_HOURS: Final = (
    rf"(?P<half>{'|'.join((*_FORENOON, *_NOON, *_AFTERNOON, *_EVENING))}|[AaPp][Mm])?\s{{0,2}}"
    r"(?P<H>\d{1,2})(?:\s{0,1}[:：时時點点]\s{0,1}(?P<M>\d{1,2})"
    r"(?:\s{0,1}[:：分]\s{0,1}(?P<S>\d{2})(?:\.\d{1,9}|,\d{1,9}(?=[Zz+-])|秒)?|分)?"
    r"|\s?[时時点點](?![击擊赞讚评評閱阅报報])(?:(?P<sharp>半)|整|正|许|許|左右)?)"
    rf"(?:\s{{0,1}}(?P<late>{_LATIN_HALF}))?"
)
_ZONE: Final = (
    r"(?P<zone>[Zz](?![A-Za-z])|\s?(?:GMT|UTC)(?:\s?[+-]\d{1,2}(?::?\d{2})?(?!\d))?|\s?[+-]\d{2}:?\d{2}(?!\d)"
    r"|(?<=:\d\d)[+-]\d{2}(?![\d:]))?"
)
_GAP: Final = (
    r"(?P<gap>[\s,，Tt|·/]{0,4})(?:[(（]?(?:星期|周|週|禮拜)[一二三四五六日天][)）]?[\s,，]{0,3})?"
    r"(?:HKT\s|北京时间\s?)?(?P<gmt>格林[尼威]治标准时间\s{0,2})?"
)
_DAY: Final = (
    r"(?<!\d)(?P<day>(?P<y>(?:19[89]|20[0-4])\d)\s{0,2}[-/.年－_]\s{0,2}(?P<m>\d{1,2})\s{0,2}[-/.月－_]\s{0,2}"
    r"(?P<d>\d{1,2})(?!\d{3,})(?:\s{0,2}[日号號])?"
    r"|(?P<y2>20[0-4]\d)\s{1,3}(?P<m2>\d{1,2})\s{0,2}/\s{0,2}(?P<d2>\d{1,2})(?!\d)"
    r"|民[國国]\s{0,2}(?P<roc>\d{2,3})\s{0,2}年\s{0,2}(?P<m3>\d{1,2})\s{0,2}月\s{0,2}(?P<d3>\d{1,2})\s{0,2}日)"
)
_STAMP: Final = re.compile(rf"{_DAY}(?:{_GAP}{_HOURS}{_ZONE})?")
_HOURS_FIRST: Final = re.compile(
    r"(?<![\d:])(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?[\s,，|]{1,3}"
    r"(?P<y>20[0-4]\d)[-/年](?P<m>\d{1,2})[-/月](?P<d>\d{1,2})"
)
_YEAR: Final = re.compile(r"19[89]\d|20[0-4]\d|民[國国]|[１２][９０][０-４８９]")
_WIDE: Final = str.maketrans("０１２３４５６７８９：－／", "0123456789:-/")
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_MONTH: Final = rf"(?:{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_CHINESE_MONTHS: Final = "一 二 三 四 五 六 七 八 九 十 十一 十二".split()
_CHINESE_MONTH: Final = r"(?:十[一二]?|[一二三四五六七八九]|(?<!\d)1?\d)\s?月"
# 13 Nov 2025 (RFC 5322); November 13, 2025; Nov 13 04:58:22 GMT+08:00 2025 (as Java and C print it); 十一月 6th, 2009
# and 5 月 10, 2023 (as content systems translate English dates)
_NAMED: Final = (
    rf"(?P<day>(?:\b(?P<d>\d{{1,2}})[\s-](?P<m>{_MONTH}),?[\s-]"
    rf"|(?:\b(?P<m2>{_MONTH})|(?P<m3>{_CHINESE_MONTH}))\s{{1,2}}(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,2}}"
    r"(?:(?P<clock>\d\d:\d\d:\d\d)\s(?:(?P<zone2>(?:GMT|UTC)(?:[+-]\d\d:?\d\d)?)\s|[A-Z]{3,4}\s)?)?)"
    r"(?P<y>(?:19[89]|20\d)\d)\b)(?:,?\sat\b)?"
)
_NAMED_STAMP: Final = re.compile(rf"{_NAMED}(?:{_GAP}{_HOURS}{_ZONE})?")
_MONTH_NAME: Final = re.compile(rf"{'|'.join(_MONTHS)}|月\s")
_AMERICAN: Final = re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})(?!\d)", re.ASCII)
_COMPACT: Final = re.compile(
    r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?:[Tt]?(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_NUMBER: Final = re.compile(r"\d{1,14}(?:\.\d{0,9})?", re.ASCII)
_AGO: Final = re.compile(r"(\d{1,4})\s?(秒|分[钟鐘]|小[时時]|天)前", re.ASCII)
_DAY_NAMED: Final = re.compile(r"(?P<day>今天|昨天|前天)\s?(?:(?P<H>\d{1,2}):(?P<M>\d{2}))?", re.ASCII)
_STEPS: Final = {
    "秒": timedelta(seconds=1),
    "分": timedelta(minutes=1),
    "小": timedelta(hours=1),
    "天": timedelta(days=1),
}
_DAYS_AGO: Final = {"今天": 0, "昨天": 1, "前天": 2}
_LONGEST: Final = 2_000
_LONGEST_LINE: Final = 300
_YEARS: Final = range(1980, 2100)


def find_stamps(text: str) -> Iterator[Stamp]:
    """Every full date of the text, in order; overlapping readings are not given twice."""
    year = _YEAR.search(text)
    if year is None:
        return
    if year[0] >= "０":  # full-width figures, which are one character each too
        text = text.translate(_WIDE)
    found = filter(None, map(_read, _STAMP.finditer(text, year.start())))
    if _MONTH_NAME.search(text) is not None:
        named = filter(None, map(_read_named, _NAMED_STAMP.finditer(text)))
        found = heapq.merge(found, named, key=lambda stamp: stamp.start)  # type: ignore[assignment]
    yield from found


def first_stamp(text: str) -> Stamp | None:
    """The first full date of the text; a clock that stands before its date counts (`07:48 2019/09/23`)."""
    return _first_of_line(text) if len(text) <= _LONGEST_LINE else _first_stamp(text)


def _first_stamp(text: str) -> Stamp | None:
    stamp = next(find_stamps(text), None)
    if stamp is not None and stamp.precision == "day" and stamp.start >= 4:
        ahead = _HOURS_FIRST.search(text)
        if ahead and ahead.start() <= stamp.start <= ahead.end():
            found = _time(_date(ahead["y"], ahead["m"], ahead["d"]) + _hours(ahead["H"], ahead["M"], ahead["S"]))
            return stamp if found is None else Stamp(found.at, found.precision, ahead.start(), ahead.end())
    return stamp


# Whoever looks for the fields of a page asks for the time of the same few lines.
_first_of_line: Final = lru_cache(maxsize=256)(_first_stamp)


def read_time(value: object) -> Time | None:
    """What is declared to be a time: by an attribute, a `<meta>`, JSON-LD, an entry of a list. None where it is none.

    Reads seconds and milliseconds since 1970, as a number or a string; `20251113`, `202511130458`, `20251113T045822Z`;
    the forms of a text (`first_stamp`), and those with an English month. A string may say more than the time.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    if not isinstance(value, str):
        value = str(int(value)) if 0 < value < 1e14 else ""
    text = value.strip()[:_LONGEST]
    if match := _COMPACT.fullmatch(text):
        hours = "" if match["H"] is None else _hours(match["H"], match["M"], match["S"])
        if found := _time(_date(match["y"], match["m"], match["d"]) + hours + (match["zone"] or "")):
            return found
    if _NUMBER.fullmatch(text):
        return _time(float(text))
    return first_stamp(text)


def read_listed(value: object, fetched_at: datetime) -> Time | None:
    """The time that an entry of a list gives, in the forms of `read_time`, or as portals' lists alone give it:
    `01/31/2025 08:09:10`, or relative to when the list was fetched: `30分钟前`, `今天 10:31`, `昨天10:31`, `5天前`.
    """
    if not isinstance(value, str):
        return read_time(value)
    text = value.strip()[:_LONGEST]
    if match := _AMERICAN.match(text):
        return read_time(f"{match['y']}-{match['m']}-{match['d']}{text[match.end() :]}")
    now = fetched_at.astimezone(BEIJING)
    if match := _AGO.match(text):
        return _time((now - int(match[1]) * _STEPS[match[2][0]]).timestamp())
    if match := _DAY_NAMED.match(text):
        date = (now - timedelta(days=_DAYS_AGO[match["day"]])).date().isoformat()
        return _time(date if match["H"] is None else date + _hours(match["H"], match["M"]))
    return read_time(text)


def _read_named(match: re.Match[str]) -> Stamp | None:
    """A date whose month is a word."""
    if month := match["m"] or match["m2"]:
        number = _MONTHS.index(month[:3]) + 1
    else:
        written = match["m3"].rstrip("月").strip()
        number = int(written) if written.isdecimal() else _CHINESE_MONTHS.index(written) + 1
    date = _date(match["y"], str(number), match["d"] or match["d2"])
    if match["clock"]:
        zone = _zone(match["zone2"] or "", match)
        found = _time(date + _hours(*match["clock"].split(":")) + zone)
        return None if found is None else Stamp(found.at, found.precision, match.start(), match.end("day"))
    return _with_hours(match, date)


def _read(match: re.Match[str]) -> Stamp | None:
    if match["roc"]:
        date = _date(int(match["roc"]) + 1911, match["m3"], match["d3"])
    elif match["y2"]:
        date = _date(match["y2"], match["m2"], match["d2"])
    else:
        date = _date(match["y"], match["m"], match["d"])
    return _with_hours(match, date)


def _with_hours(match: re.Match[str], date: str) -> Stamp | None:
    """The date with the hours that stand behind it; without them, where they are none."""
    if match["H"]:
        minute = match["M"] or ("30" if match["sharp"] else "00")
        hours = _hours(match["H"], minute, match["S"], match["half"] or match["late"] or "")
        zone = "Z" if match["gmt"] else _zone(match["zone"] or "", match)
        if hours and (found := _time(date + hours + zone)):
            end = match.start("zone") if match["zone"] and not zone else match.end()
            return Stamp(found.at, found.precision, match.start(), end)
    found = _time(date)
    return None if found is None else Stamp(found.at, found.precision, match.start(), match.end("day"))


def _date(year: str | int, month: str, day: str) -> str:
    return f"{int(year)}-{int(month)}-{int(day)}"


def _hours(hour: str, minute: str, second: str | None = None, half: str = "") -> str:
    """The time of day as ISO 8601 has it, behind its `T`. `half`: of the day, where the hours are counted to twelve.

    "" for twelve in the evening: some mean midnight, some noon, and whose midnight nobody knows.
    """
    hours = int(hour)
    half = half.lower().replace(".", "")
    if half in _EVENING and hours == 12:
        return ""
    if (
        (hours < 12 and (half in _AFTERNOON or half == "pm"))
        or (half in _NOON and hours < 4)
        or (half in _EVENING and 5 <= hours < 12)
    ):
        hours += 12
    elif hours == 12 and (half in _FORENOON or half == "am"):
        hours = 0
    return f"T{hours}:{int(minute):02}" + (f":{int(second):02}" if second else "")


def _zone(written: str, match: re.Match[str]) -> str:
    """`+09:00` out of `+0900`, `+09`, `GMT+9`; "" for none. `10:00-11:30` is a span of hours, and names no zone."""
    written = written.strip().upper()
    if written in ("", "Z", "GMT", "UTC"):
        return written and "Z"
    named = written.startswith(("GMT", "UTC"))
    sign, figures = (written[3:].strip() if named else written)[0], re.sub(r"\D", "", written)
    hours, minutes = (int(figures[:-2]), int(figures[-2:])) if len(figures) > 2 else (int(figures), 0)
    is_span = sign == "-" and ":" in written and not named and not match["S"] and "t" not in match["gap"].lower()
    return "" if is_span or hours > 14 or minutes > 59 else f"{sign}{hours:02}:{minutes:02}"


def _time(written: str | float) -> Time | None:
    """What the written ISO time or the seconds or milliseconds since 1970 mean; None for no time, or no page's."""
    try:
        at, precision = parse_time(written)
    except ValueError:
        return None
    at = at.astimezone(BEIJING).replace(microsecond=0)
    return Time(at, precision) if at.year in _YEARS else None
