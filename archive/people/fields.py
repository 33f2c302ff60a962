"""The fields that a person may correct: what is typed for each, read into the columns of the article's row."""

import re
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from typing import Any, Final

from archive.errors import UsageError
from archive.people.words import MOST, whole
from archive.store.people import COLUMNS
from archive.text.clean import clean_body, clean_line, clean_lines
from archive.times import parse_time

LONGEST: Final = 1000
"""Characters of a field of one line."""
_NAMES: Final = re.compile("[;；、\n]")
_KEYWORDS: Final = re.compile("[;；、,，\n]")

Read = Callable[[str, str, Mapping[str, Any]], dict[str, Any]]
"""Takes a field's name, what was typed, and the article's row; gives the columns. Raises `UsageError`."""


def read(field: str, typed: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of `field` as a person wants them; what is typed is "" where it has none. `row`: the article's.

    Raises `UsageError` with the cure: a field that there is not, or a value that it cannot have.
    """
    reader = _READERS.get(field)
    if reader is None:
        raise UsageError(f"{field!r} is no field that can be corrected; there are {', '.join(COLUMNS)}")
    return reader(field, whole(typed, field), row)


def _line(field: str, typed: str, row: Mapping[str, Any]) -> dict[str, Any]:
    if "\n" in typed.strip():
        raise UsageError(f"{field} is one line; leave out the line ends")
    line = clean_line(typed)
    if line is not None and len(line) > LONGEST:
        raise UsageError(f"{field} has {len(line)} characters; write {LONGEST} at most")
    return {field: line}


def _time(field: str, typed: str, row: Mapping[str, Any]) -> dict[str, Any]:
    if not typed.strip():
        return {"published_at": None, "published_precision": None}
    try:
        moment, precision = parse_time(typed)
    except ValueError as error:
        raise UsageError(f"{field} is {error}") from error
    return {"published_at": moment, "published_precision": precision}


def _list(parted: re.Pattern[str]) -> Read:
    def read_list(field: str, typed: str, row: Mapping[str, Any]) -> dict[str, Any]:
        found = list(dict.fromkeys(clean_lines(parted.split(typed))))
        if len(typed) > LONGEST:
            raise UsageError(f"{field} has {len(typed)} characters; write {LONGEST} at most")
        return {field: found}

    return read_list


def _body(field: str, typed: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The blocks that the text had stay where their lines do; a line that is new is a paragraph."""
    body = clean_body(typed)
    if not body:
        raise UsageError("the body is empty; `jianbao withdraw` hides an article")
    if len(body) > 10 * MOST:
        raise UsageError(f"the body has {len(body)} characters; write {10 * MOST} at most")
    return {"body": body, "blocks": _blocks(body.split("\n"), row["blocks"])}


def _blocks(lines: list[str], blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`blocks` for a text of these lines. A block stays where all of its lines do, an image, which has none, too."""
    before = [(line.strip(), place) for place, block in enumerate(blocks) for line in block["text"].split("\n")]
    matcher = SequenceMatcher(None, [line for line, _ in before], lines, autojunk=False)
    made: list[dict[str, Any]] = []
    for kind, first, last, start, end in matcher.get_opcodes() if blocks else ():
        if kind != "equal":
            made += [blocks[place] for line, place in before[first:last] if not line]
            made += [{"kind": "paragraph", "text": line} for line in lines[start:end]]
            continue
        here = [place for _, place in before[first:last]]
        for number, place in enumerate(here):
            whole = here.count(place) == sum(place == other for _, other in before)
            if whole and place not in here[:number]:
                made.append(blocks[place])
            elif not whole:
                made.append({"kind": "paragraph", "text": before[first + number][0]})
    return made


_READERS: Final[Mapping[str, Read]] = {
    **dict.fromkeys(COLUMNS, _line),
    "body": _body,
    "published_at": _time,
    "authors": _list(_NAMES),
    "keywords": _list(_KEYWORDS),
}
