"""The values of people's files: what a list of one, `{"$date"}`, `{name}` or a time in some form means."""

import json
import re
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from archive.load.address import is_address
from archive.store.records import ImageRecord
from archive.text.clean import clean_line, clean_lines
from archive.times import Precision, parse_mail_time, parse_time

MAX_FIELD: Final = 10_000
"""Characters of a field other than the body."""
MAX_LIST: Final = 1_000
"""Items of a list."""
_SAMPLE: Final = 60
_WRAPPED: Final = ("$oid", "$date", "$numberLong", "$numberInt", "$numberDouble")
_NAMED: Final = ("name", "title", "#text", "@value")
_CHINESE: Final = re.compile(
    r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?[日号號]?"
    r"(?:\s*(\d{1,2})\s?[:：时時点點]\s?(?:(\d{1,2})\s?(?:[:：分]\s?(?:(\d{1,2})\s?秒?)?)?)?)?"
)
_EPOCH: Final = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}", re.ASCII)
_PARTS: Final = re.compile(r"[;；、]|[,，](?=\s*[\u3400-\u9fff])")
_KEYWORDS: Final = re.compile(r"[,，;；、]")


class Odd(ValueError):
    """The value cannot be read; the message says what is wrong with it, after the field's name."""


def bare(value: Any) -> Any:
    """The value without what wraps it: a list of one is its item, `{"$date": 7}` is 7 (MongoDB's extended JSON)."""
    for _ in range(4):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        elif isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _WRAPPED:
            (value,) = value.values()
        else:
            break
    return value


def text(value: Any) -> str | None:
    """A text of one line; None where it is empty. Raises `Odd`."""
    value = bare(value)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Odd("is not text")
    if len(value) > MAX_FIELD:
        raise Odd(f"is longer than {MAX_FIELD} characters")
    return clean_line(value)


def name(value: Any) -> str | None:
    """A text, or the name of an object that has one; no address."""
    value = bare(value)
    if isinstance(value, dict):
        value = next((value[key] for key in _NAMED if value.get(key)), value)
    found = text(value)
    if is_address(found):
        raise Odd("is an address")
    return found


def names(value: Any) -> tuple[str, ...]:
    """Names: a list of texts or of objects with a name, one of these, or a text in which they are parted."""
    return _several(value, _PARTS, name)


def keywords(value: Any) -> tuple[str, ...]:
    """Keywords: a list of texts, or a text in which they are parted by commas, semicolons or 、."""
    return _several(value, _KEYWORDS, name)


def flags(value: Any) -> tuple[str, ...]:
    """Flags: a list of texts, or one."""
    return _several(value, None, text)


def _several(value: Any, parted: re.Pattern[str] | None, read: Any) -> tuple[str, ...]:
    value = bare(value)
    if isinstance(value, list):
        if len(value) > MAX_LIST:
            raise Odd(f"has more than {MAX_LIST} items")
        found = [read(item) or "" for item in value if item is not None]
    else:
        one = read(value) or ""
        found = parted.split(one)[:MAX_LIST] if parted else [one]
    return tuple(dict.fromkeys(clean_lines(found)))


def images(value: Any) -> tuple[ImageRecord, ...]:
    """Images: addresses, or objects with `url` (or `src`, `contentUrl`) and perhaps `caption`; a list or one."""
    value = bare(value)
    listed = value if isinstance(value, list) else [value]
    if len(listed) > MAX_LIST:
        raise Odd(f"has more than {MAX_LIST} items")
    return tuple(image for image in map(_image, listed) if image.url)


def _image(value: Any) -> ImageRecord:
    value = bare(value)
    caption = None
    if isinstance(value, dict):
        caption = value.get("caption") or value.get("alt")
        value = bare(next((value[key] for key in ("url", "src", "contentUrl") if value.get(key)), None))
    if not isinstance(value, str):
        raise Odd("holds something else than addresses")
    return ImageRecord(url=text(value) or "", caption=text(caption) or "" if isinstance(caption, str) else "")


def native_id(value: Any) -> str | None:
    """A record's own id. Raises `Odd`."""
    value = bare(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise Odd("is neither text nor a number")
    return (clean_line(str(value)) or "")[:200] or None


def time(value: Any) -> tuple[datetime, Precision] | None:
    """A time: ISO 8601, seconds or milliseconds since 1970 as a number or a text, 年月日, RFC 2822 (e-mail, feeds)."""
    value = bare(value)
    if value is None or value == "":
        return None
    if not isinstance(value, (str, int, float)):
        raise Odd("is not a time")
    try:
        return _time(value)
    except (ValueError, OverflowError) as error:
        raise Odd(f"is {error}" if str(error).startswith("not a time") else "is not a time") from error


def _time(value: str | float) -> tuple[datetime, Precision]:
    if isinstance(value, int) and 19_000_101 <= value < 22_000_000:
        value = str(value)  # 20251031 is a day: as seconds it would lie in 1970
    if not isinstance(value, str):
        return parse_time(value)
    value = (clean_line(value) or "")[:100]
    if _EPOCH.fullmatch(value):
        return parse_time(float(value))
    if match := _CHINESE.fullmatch(value):
        year, month, day, hour, minute, second = match.groups()
        clock = f" {hour}:{int(minute or 0):02}" if hour else ""
        return parse_time(f"{year}-{month}-{day}{clock}" + (f":{int(second):02}" if second else ""))
    if value[:1].isalpha() or " " in value[:3]:
        with suppress(ValueError):
            return parse_time(parse_mail_time(value).isoformat())
    return parse_time(value)


def shown(value: Any, most: int = _SAMPLE) -> str:
    """A value of a file, for people: one line, cut."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    line = clean_line(text[: 4 * most]) or ""
    return line if len(line) <= most else line[: most - 1] + "…"
