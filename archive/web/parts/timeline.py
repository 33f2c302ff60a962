"""Charts as numbers for a template's SVG: pure. Widths and heights are in the units of its `viewBox`."""

from collections.abc import Sequence
from typing import Final

from attrs import frozen

WIDTH: Final = 720
HEIGHT: Final = 96
MOST_BARS: Final = 72
"""More months than that are shown as years."""


@frozen
class Bar:
    """One bar. `span`: of the time that it stands for, as the query language writes it (`2022-03`, `2022`)."""

    span: str
    count: int
    x: float
    width: float
    y: float
    height: float


@frozen
class Bars:
    """`ticks`: the words below the axis, each with its x."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    most: int


def bars(months: Sequence[tuple[str, int]]) -> Bars:
    """A chart of counts by month (`2022-03`, ascending), with the months between that have none."""
    counted = _filled(months)
    if len(counted) > MOST_BARS:
        years: dict[str, int] = {}
        for month, count in counted:
            years[month[:4]] = years.get(month[:4], 0) + count
        counted = list(years.items())
    most = max((count for _, count in counted), default=0)
    step = WIDTH / max(len(counted), 12)
    made = []
    for place, (span, count) in enumerate(counted):
        height = round(max(count / most * (HEIGHT - 8), 2.0), 1) if count else 0.0
        made.append(Bar(span, count, round(place * step, 1), round(step, 1), round(HEIGHT - height, 1), height))
    return Bars(tuple(made), tuple(_ticks(made)), most)


def _filled(months: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    if not months:
        return []
    known = dict(months)
    year, month = map(int, months[0][0].split("-"))
    last = months[-1][0]
    found = []
    while (name := f"{year:04}-{month:02}") <= last:
        found.append((name, known.get(name, 0)))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


def _ticks(made: Sequence[Bar]) -> list[tuple[float, str]]:
    """A word for the first bar of each year, as far as they have room; or for the first and the last."""
    found: list[tuple[float, str]] = []
    seen = ""
    for bar in made:
        year = bar.span[:4]
        if year != seen and (not found or bar.x - found[-1][0] >= 44):
            found.append((bar.x, year))
        seen = year
    if len(made) > 1 and len(found) == 1:
        found = [(made[0].x, made[0].span), (made[-1].x, made[-1].span)]
    return found
