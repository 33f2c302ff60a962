"""What a page gives beside what it is expected to give."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from archive.times import show_time
from crawler.pages.fields.headline import letters
from crawler.pages.page import Page

FIELDS: Final = (
    "headline",
    "original_title",
    "published_at",
    "modified_at",
    "source_name",
    "account_name",
    "authors",
    "editor",
    "keywords",
    "location",
)
"""The fields of a page that a report counts."""

_COMPARED: Final = (*FIELDS, "outcome", "native_id")
_NUMBERS: Final = re.compile(r"\d+")
_ZONE: Final = re.compile(r"(?:[+-]\d\d:?\d\d|Z)$")


def differences(expected: dict[str, Any], page: Page) -> Iterator[str]:
    """A line for each thing that is not as expected. `expected`: names of `jianbao extract`'s output with their values;
    a time counts as far as it is given, `body` is a text, lines or (kind, text); `optional` lines may be there."""
    for name in _COMPARED:
        if name in expected:
            want, have = _plain(expected[name]), _plain(_value(page, name))
            if not (_same_time(want, have) if name.endswith("_at") else want == have):
                yield f"{name} is {have!r}, not {want!r}"
    if "body" in expected:
        optional = {letters(line) for line in expected.get("optional") or ()}
        want_lines, have_lines = _lines(expected["body"]), list(page.lines)
        missing = [line for line in want_lines if line not in have_lines]
        more = [line for line in have_lines if line not in want_lines and letters(line) not in optional]
        if missing:
            yield f"body: {_count(missing)} missing, the first {missing[0][:40]!r}"
        if more:
            yield f"body: {_count(more)} too many, the first {more[0][:40]!r}"
        if not missing and not more and [line for line in have_lines if letters(line) not in optional] != want_lines:
            yield "body: its lines stand in another order, or not as often"


def _value(page: Page, name: str) -> Any:
    if name == "published_at":
        return show_time(page.published_at, page.published_precision)
    value = getattr(page, name)
    return show_time(value) if name.endswith("_at") else str(value) if name == "outcome" else value


def _plain(value: Any) -> Any:
    """A value as JSON has it, so that nothing is nothing in every form."""
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return " ".join(value.split()) if isinstance(value, str) else value or ""


def _same_time(want: Any, have: Any) -> bool:
    wanted, had = (_NUMBERS.findall(_ZONE.sub("", str(value))) for value in (want, have))
    return had[: len(wanted)] == wanted if wanted else not had


def _lines(body: Any) -> list[str]:
    if isinstance(body, str):
        return body.split("\n") if body else []
    texts = [str(one[-1]) if isinstance(one, list | tuple) else str(one) for one in body]
    return [text for text in texts if text]


def _count(lines: Sequence[str]) -> str:
    return f"{len(lines)} lines" if len(lines) > 1 else "a line"
