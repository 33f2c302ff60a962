"""What a form asks for, read: times, words, names of a list. Raises `UsageError` for what cannot be read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from archive.errors import UsageError
from archive.times import parse_span
from archive.web.visit import Visit

LONGEST: Final = 100
"""Characters of a word."""


def moment(visit: Visit, name: str, *, end: bool = False) -> datetime | None:
    """A time of the query: the beginning, or the `end`, of the year, month, day or minute that it names; None where it
    is not there."""
    value = visit.arg(name).strip()
    if not value:
        return None
    try:
        return parse_span(value)[end]
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from error


def word(visit: Visit, name: str) -> str:
    """A word of the query, "" where it is not there."""
    value = visit.arg(name).strip()
    if len(value) > LONGEST:
        raise UsageError(f"{name} has {len(value)} characters; it takes {LONGEST} at most")
    return value


def known(visit: Visit, name: str, values: Sequence[str]) -> list[str]:
    """Those of a list of values that the query names."""
    found = list(dict.fromkeys(visit.args(name)))
    for one in found:
        if one not in values:
            raise UsageError(f"{name} is {one[:40]!r}; it takes {', '.join(values)}")
    return found
