"""Copies on a time line: how long after the first each came, on a logarithmic scale, since minutes and months stand on
one line. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log1p
from typing import Final

from attrs import frozen

WIDTH: Final = 720
LEFT: Final = 176
"""Room for names."""
RIGHT: Final = 92
"""Room for the lag in words."""
ROW: Final = 26
HEAD: Final = 10
TICKS: Final = (
    ("minute", timedelta(minutes=1)),
    ("hour", timedelta(hours=1)),
    ("day", timedelta(days=1)),
    ("week", timedelta(days=7)),
    ("month", timedelta(days=30)),
    ("year", timedelta(days=365)),
)
_UNITS: Final = (("days", 86400), ("hours", 3600), ("minutes", 60))


@frozen
class Mark:
    """One copy: its place in the list that was given, where it stands, and how long after the first it came, as a
    number of `unit` (days, hours, minutes; "" for the first). `x` is None of one without a time."""

    place: int
    x: float | None
    y: float
    lag: int
    unit: str


@frozen
class Lags:
    """`ticks`: each with its x and the name of its span."""

    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]
    height: float


def lags(times: Sequence[datetime | None]) -> Lags:
    """Where each copy stands, in the order in which they are given."""
    known = [time for time in times if time is not None]
    first = min(known, default=None)
    longest = max(3600.0, (max(known) - min(known)).total_seconds() if known else 0.0)

    def x(seconds: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * log1p(seconds / 60) / log1p(longest / 60), 1)

    marks = []
    for place, time in enumerate(times):
        after = (time - first).total_seconds() if time is not None and first is not None else None
        unit, size = next(((name, size) for name, size in _UNITS if after is not None and after >= size), ("", 1))
        y = HEAD + ROW * place + ROW / 2
        marks.append(
            Mark(place, None if after is None else x(after), y, int((after or 0) // size) if unit else 0, unit)
        )
    ticks = tuple((x(span.total_seconds()), name) for name, span in TICKS if span.total_seconds() <= longest)
    return Lags(tuple(marks), ticks, HEAD + ROW * len(times))
