"""Times as people and programs read them: ISO 8601 in Beijing time, at the precision that the page showed."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Literal

Precision = Literal["second", "minute", "day"]
"""How much of a time its page showed."""

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")  # no daylight saving since 1991


def show_time(moment: datetime | None, precision: Precision | None = None) -> str | None:
    """`2025-04-11T21:49:25+08:00`, `2025-04-11T21:49+08:00` or `2025-04-11`; None for None."""
    if moment is None:
        return None
    local = moment.astimezone(BEIJING)
    if precision == "day":
        return local.date().isoformat()
    return local.isoformat(timespec="minutes" if precision == "minute" else "seconds")


def show_times(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A database row as JSON may hold it: its times, columns whose names end in `_at`, as `show_time` gives them."""
    return {name: show_time(value) if name.endswith("_at") else value for name, value in row.items()}


_ISO = re.compile(
    r"(?P<year>\d{4})(?:(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})|(?P<mmdd>\d{4}))"
    r"(?:[T\s]\s*(?P<time>\d{1,2}:\d{2})(?P<second>:\d{2}(?:[.,]\d{1,9})?)?"
    r"\s*(?P<zone>Z|z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_YEAR_2200 = datetime(2200, 1, 1, tzinfo=UTC).timestamp()


def parse_time(value: str | float) -> tuple[datetime, Precision]:
    """A time as files and options write it, with the precision that it shows; Beijing time where it names no zone.

    ISO 8601 (`2025-04-11`, `2025-04-11 21:49`, `2025-04-11T21:49:25Z`) or seconds or milliseconds since 1970. Raises
    `ValueError` on anything else, and on a year before 1900 or after 2199.
    """
    if isinstance(value, bool):
        raise ValueError(f"not a time: {value}")
    if isinstance(value, (int, float)):
        # As seconds, 1e11 and more would lie after the year 5000; as milliseconds it is 1973.
        seconds = value / 1000 if 1e11 <= value < 1e14 else value
        if not 0 < seconds < _YEAR_2200:
            raise ValueError("not a time: a number of seconds or milliseconds outside the years 1970 to 2199")
        return datetime.fromtimestamp(seconds, UTC), "second"
    match = _ISO.fullmatch(value.strip())
    if match is None or not 1900 <= int(match["year"]) < 2200:
        raise ValueError(f"not a time: {value[:40]!r}; write 2025-04-11 or 2025-04-11T21:49:25+08:00")
    date = match["year"] + (match["mmdd"] or f"{match['month']:0>2}{match['day']:0>2}")
    second = (match["second"] or ":00").replace(",", ".")[:10]
    try:
        moment = datetime.fromisoformat(f"{date}T{match['time'] or '00:00':0>5}{second}{(match['zone'] or '').upper()}")
    except ValueError as error:
        raise ValueError(f"not a time: {value[:40]!r}") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)
    return moment, "day" if match["time"] is None else "second" if match["second"] else "minute"


def parse_mail_time(value: str) -> datetime:
    """A time as mails, feeds and HTTP headers write it (`Wed, 04 Mar 2026 06:06:07 GMT`), with its zone; Universal Time
    where it names none, or -0000 (RFC 5322, 3.3, RFC 9110, 5.6.7). Raises `ValueError`."""
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise ValueError(f"not a time: {value[:40]!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_MONTH = re.compile(r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2}))?", re.ASCII)


def parse_span(value: str) -> tuple[datetime, datetime]:
    """From when to when, not included, what `value` names: a year (`2025`), a month (`2025-04`), a day, a minute or a
    second, as `parse_time` reads it. Raises `ValueError`."""
    match = _MONTH.fullmatch(value.strip())
    if match is None:
        try:
            moment, precision = parse_time(value)
        except ValueError as error:
            raise ValueError(f"not a time: {value[:40]!r}; write 2025, 2025-04 or 2025-04-11") from error
        return moment, moment + _LENGTHS[precision]
    year, month = int(match["year"]), int(match["month"] or 1)
    if not (1900 <= year < 2200 and 1 <= month <= 12):
        raise ValueError(f"not a time: {value!r}; write 2025, 2025-04 or 2025-04-11")
    months = 12 * year + month - 1 + (1 if match["month"] else 12)
    return datetime(year, month, 1, tzinfo=BEIJING), datetime(months // 12, months % 12 + 1, 1, tzinfo=BEIJING)


_LENGTHS: dict[Precision, timedelta] = {
    "day": timedelta(days=1),
    "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
}
