"""What stands behind `date:`, `copies:` and `is:`. Each raises `ValueError` with the problem and the cure."""

import re
import unicodedata
from calendar import monthrange
from datetime import date
from typing import Final, cast, get_args

from archive.dedup.relations import Relation
from archive.query.language.nodes import Copies, Is, Published, Quality, Related

EXAMPLES: Final = {
    "date": "date:2022, date:2022-03, date:2022-03-01, date:2022-03..2022-06 or date:2022-03..",
    "copies": "copies:5, copies:>5, copies:<=5 or copies:2..9",
    "is": "is:" + ", is:".join(Quality),
    "relation": "relation:" + ", relation:".join(get_args(Relation)),
}
_DAY: Final = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月?)|年?)", re.ASCII)
_NUMBER: Final = re.compile(r"(<=|>=|<|>|=|)(\d{1,9})", re.ASCII)
_NUMBERS: Final = re.compile(r"(\d{1,9})?\.\.(\d{1,9})?", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


class ValueProblem(ValueError):
    """`problem` and `cure`, as `QueryError` has them."""

    def __init__(self, problem: str, cure: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.cure = cure


def level(text: str) -> str:
    """Full-width and capital letters as others."""
    return unicodedata.normalize("NFKC", text).replace("≥", ">=").replace("≤", "<=").strip().lower()


def read_is(value: str) -> Is:
    """`vanished`, `edited`, …"""
    try:
        return Is(Quality(level(value)))
    except ValueError as error:
        raise ValueProblem("there is nothing called so that an article can be", f"write {EXAMPLES['is']}") from error


def read_relation(value: str) -> Related:
    """`exact`, `spun`, …"""
    relation = level(value)
    if relation not in get_args(Relation):
        raise ValueProblem("there is no such relation", f"write {EXAMPLES['relation']}")
    return Related(cast("Relation", relation))


def read_copies(value: str) -> Copies:
    """`5`, `>5`, `>=5`, `<5`, `<=5`, `2..9`, `2..`, `..9`."""
    text = level(value)
    if (span := _NUMBERS.fullmatch(text)) is not None and any(span.groups()):
        found = Copies(int(span[1] or 1), int(span[2]) if span[2] else None)
    elif (one := _NUMBER.fullmatch(text)) is not None:
        number = int(one[2])
        found = {
            ">": Copies(number + 1, None),
            ">=": Copies(number, None),
            "<": Copies(1, number - 1),
            "<=": Copies(1, number),
        }.get(one[1], Copies(number, number))
    else:
        raise ValueProblem("that is no number of copies", f"write {EXAMPLES['copies']}")
    if found.most is not None and found.most < max(found.least, 1):
        raise ValueProblem(
            "no story has so many, since each has one article at least and the smaller number comes first",
            f"write {EXAMPLES['copies']}",
        )
    return Copies(max(found.least, 1), found.most)


def read_date(value: str) -> Published:
    """`2022`, `2022-03`, `2022-03-01`, and from one to another, with `..` between."""
    text = level(value)
    first, dots, last = text.partition("..")
    if dots and not (first or last):
        raise ValueProblem("neither a beginning nor an end", f"write {EXAMPLES['date']}")
    begin = _days(first)[0] if first else None
    end = _days(last if dots else first)[1] if (last or not dots) else None
    if begin is not None and end is not None and end < begin:
        raise ValueProblem("the end comes before the beginning", f"write date:{last}..{first}")
    return Published(begin, end)


def _days(text: str) -> tuple[date, date]:
    """The first and the last day of a year, a month or a day."""
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueProblem("that is no date", f"write {EXAMPLES['date']}")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None  # noqa: S101 - the pattern's first group
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueProblem(f"no year between {_FIRST_YEAR} and {_LAST_YEAR}", "write date:2022")
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if not 1 <= month <= 12:
        raise ValueProblem("no such month", f"write date:{year}-{min(max(month, 1), 12):02}")
    last = monthrange(year, month)[1]
    if day is None:
        return date(year, month, 1), date(year, month, last)
    if not 1 <= day <= last:
        raise ValueProblem("no such day", f"write date:{year}-{month:02}-{min(max(day, 1), last):02}")
    return date(year, month, day), date(year, month, day)
