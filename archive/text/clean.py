"""What no stored text may hold: PostgreSQL refuses NUL, UTF-8 lone surrogates; terminals obey control characters."""

import re
from collections.abc import Iterable
from typing import Any

_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_HALF = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile("\r\n?|[\u2028\u2029\x85\x0b\x0c]")


def clean_text(text: str) -> str:
    """A text that may be stored: no control characters but tab and line end, U+FFFD for a lone surrogate."""
    if text.isprintable():  # most are, and all that is looked for below is not
        return text
    if "\r" in text or "\u2028" in text or "\u2029" in text or "\x85" in text or "\x0b" in text or "\x0c" in text:
        text = _LINE_END.sub("\n", text)
    return _BAD.sub(_replacement, text) if _BAD.search(text) else text


def has_half(text: str) -> bool:
    """Whether it holds half of a character (a lone surrogate), which no database takes."""
    return not text.isascii() and _HALF.search(text) is not None


def clean_line(text: str | None) -> str | None:
    """A field of one line: as `clean_text`, white space levelled, None where nothing is left."""
    return " ".join(clean_text(text).split()) or None if text is not None else None


def clean_lines(texts: Iterable[str]) -> list[str]:
    """Several fields of one line, without those that are empty."""
    return [line for line in map(clean_line, texts) if line]


def clean_body(text: str) -> str:
    """A body: one block a line, each without white space around it, no blank lines."""
    return "\n".join(line for line in map(str.strip, clean_text(text).split("\n")) if line)


def clean_json(value: Any) -> Any:
    """A JSON value, every string in it (keys too) as `clean_text` leaves it."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_json(key): clean_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean_json(item) for item in value]
    return value


def _replacement(match: re.Match[str]) -> str:
    return "\ufffd" if "\ud800" <= match[0] <= "\udfff" else ""
