"""What field texts mean: times, keywords, authors."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from archive.times import BEIJING, Precision
from crawler.pages.fields.credits import reported_by, signed_by, written_by

_STAMP: Final = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})日?"
    r"(?:[\sT　]{0,3}(?P<hour>\d{1,2})[:：时](?P<minute>\d\d)(?:[:：分](?P<second>\d\d))?)?"
)


_EPOCH: Final = re.compile(r"1\d{12}|1\d{9}")


_SHORT_LINE: Final = 24


def read_time(value: str) -> tuple[datetime | None, Precision | None]:
    """A time as these portals print it or as milliseconds, in Beijing time, with the precision that it shows."""
    found = _STAMP.search(value)
    if not found:
        number = _EPOCH.fullmatch(value.strip())
        if not number:
            return None, None
        seconds = int(number[0][:10])
        return datetime.fromtimestamp(seconds, BEIJING), "second"
    precision: Precision = "second" if found["second"] else "minute" if found["hour"] else "day"
    parts = [int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
    try:
        return datetime(*parts, tzinfo=BEIJING), precision  # type: ignore[arg-type,misc]
    except ValueError:
        return None, None


def split_keywords(value: str) -> tuple[str, ...]:
    """The words of a keyword list, in order, each once."""
    words = (word.strip() for word in re.split(r"[,，、;；|\s]+", value))
    return tuple(dict.fromkeys(word for word in words if word))[:20]


def find_authors(lines: Sequence[str]) -> tuple[str, ...]:
    """The authors that a byline names: in the first or last lines of a text, or in a short line between them."""
    edges = (
        lines
        if len(lines) <= 8
        else [*lines[:5], *(line for line in lines[5:-3] if len(line) < _SHORT_LINE), *lines[-3:]]
    )
    for reader in (written_by, reported_by):
        for line in edges:
            if names := reader(line):
                return names
    return signed_by(lines[-1]) if lines else ()
