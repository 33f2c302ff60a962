"""When an article is looked at again: pure functions over one table, which docs/changes.md shows (a test holds the two
together).

News articles change early or never, and what platforms delete goes within a day, mostly. So the looks are close at
first, and farther and farther apart: without a change each wait is about twice the one before. A change halves the
waits that follow, and each look without one doubles them again, until they are the table's.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zlib import crc32

LOOKS: Final = (
    timedelta(minutes=30),
    timedelta(hours=1.5),
    timedelta(hours=4),
    timedelta(hours=10),
    timedelta(hours=24),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=30),
    timedelta(days=180),
)
"""After publication."""
MISSING: Final = (
    timedelta(hours=2),
    timedelta(hours=24),
    timedelta(days=3),
    timedelta(days=14),
    timedelta(days=30),
    timedelta(days=180),
)
"""After the first look that said that an article is no more: the second one tells a fault that passed, the others bring
the states `vanished` and `removed`, and see whether it returns."""
YEAR: Final = timedelta(days=365)
SAMPLE: Final = 10
"""Behind the table's end one article in so many is looked at each year, others each time."""
LEAST: Final = timedelta(minutes=30)
"""No wait is shorter."""
MOST_PACE: Final = 4
FIRST_DAY: Final = timedelta(hours=24)
MANY: Final = 3
"""A story with so many copies, or more, comes first among those of its age."""

HURRIED: Final = 0
"""The rank of what is looked at before all else."""


def next_look(
    since: datetime, looked: datetime, *, pace: int = 0, missed: datetime | None = None, key: str
) -> datetime:
    """When an article is due again that was looked at now (`looked`).

    `since`: its publication. `pace`: how often its waits are halved (`pace_after`). `missed`: the first look that said
    that it is no more, None where it is there. `key`: names it, for the yearly sample.
    """
    start, table = (since, LOOKS) if missed is None else (missed, MISSING)
    age = max(looked - start, timedelta(0))
    wait = _next(table, age, key) - age
    return looked + max(wait / 2**pace if missed is None else wait, LEAST)


def pace_after(pace: int, *, changed: bool) -> int:
    """The pace after a look that found a change, or none."""
    return min(pace + 1, MOST_PACE) if changed else max(pace - 1, 0)


def after_vain(told: datetime, looked: datetime) -> datetime:
    """When an article is due again of which a look told nothing: a ban, an outage. `told`: the last look that did."""
    return looked + min(max((looked - told) / 4, LEAST), timedelta(days=30))


def rank(age: timedelta, copies: int) -> int:
    """Which looks come first where not all can be done: the lower ones. `age`: when it is due, since it was published
    or was missed first. So the late looks thin out, and those of the first day do not."""
    return (1 if age <= FIRST_DAY else 3) + (copies < MANY)


def _next(table: Sequence[timedelta], age: timedelta, key: str) -> timedelta:
    """The age at which the next look is due. A look that came late stands for all that were due before it, and for none
    that follows: else the two around a change would be farther apart than the table says."""
    before = timedelta(0)
    for at in table:
        if at > age:
            return at
        before = at
    year = max(1, -(-(age - before + YEAR / 2) // YEAR))
    while crc32(f"{key} {year}".encode("utf-8", "replace")) % SAMPLE:
        year += 1
    return before + year * YEAR
