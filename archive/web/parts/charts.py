"""Where everything of a chart of columns stands, in SVG's units: `templates/charts.html` draws it, and
`templates/parts.html` the time line of hits. Pure."""

from collections.abc import Sequence
from math import floor, log10
from typing import Final

from attrs import frozen

WIDTH: Final = 960
LEFT: Final = 44
"""Room for the numbers at the axis."""
FOOT: Final = 22
"""Room for the words below it."""
HEAD: Final = 8
SPANS_WIDTH: Final = 720
SPANS_HEIGHT: Final = 96
MOST_BARS: Final = 72
"""More months than that are shown as years."""
_STEPS: Final = (1, 2, 5, 10)


@frozen(kw_only=True)
class Column:
    """One place of the axis. `label`: below it. `title`: what is told of it. `parts`: one on the other from the axis
    up, each a class of the style sheet and a number. `href`: where it leads, "" for nowhere."""

    label: str
    title: str
    parts: Sequence[tuple[str, float]]
    href: str = ""


@frozen
class Bar:
    """A part as it is drawn."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@frozen
class Drawn:
    """A column as it is drawn; `x` and `width` of the whole place, which can be pointed at."""

    x: float
    width: float
    title: str
    href: str
    bars: tuple[Bar, ...]


@frozen
class Chart:
    """`ticks`: heights with their number. `labels`: places with their word."""

    width: int
    height: int
    left: int
    base: float
    columns: tuple[Drawn, ...]
    ticks: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str], ...]


def column_chart(columns: Sequence[Column], *, height: int = 150, labels: int = 8) -> Chart:
    """Columns over an axis. `labels`: about so many of their words are shown."""
    base = float(height - FOOT)
    most = max((sum(number for _, number in column.parts) for column in columns), default=0)
    top, step = _scale(most)
    place = (WIDTH - LEFT) / max(1, len(columns))
    gap = min(4.0, place * 0.25)
    drawn, shown = [], []
    every = max(1, -(-len(columns) // labels))
    for number, column in enumerate(columns):
        x, y = LEFT + number * place, base
        bars = []
        for kind, value in column.parts:
            tall = (base - HEAD) * value / top
            y -= tall
            if value:
                bars.append(Bar(kind, _r(x + gap / 2), _r(y), _r(place - gap), _r(max(tall, 1.0))))
        drawn.append(Drawn(_r(x), _r(place), column.title, column.href, tuple(bars)))
        if number % every == 0:
            shown.append((_r(x + place / 2), column.label))
    ticks = [(_r(base - (base - HEAD) * n * step / top), f"{n * step:,g}") for n in range(round(top / step) + 1)]
    return Chart(WIDTH, height, LEFT, base, tuple(drawn), tuple(ticks), tuple(shown))


def _scale(most: float) -> tuple[float, float]:
    """The top of an axis that has room for `most`, and the step of its numbers: whole ones, three to five of them."""
    if most <= 0:
        return 1.0, 1.0
    power = 10.0 ** floor(log10(most / 4)) if most > 4 else 1.0
    step = max(1.0, next(step * power for step in _STEPS if step * power * 4 >= most))
    return step * max(1, -(-most // step)), step


def _r(number: float) -> float:
    return round(number, 2)


@frozen
class SpanBar:
    """One bar of a time line. `span`: of the time that it stands for, as a query says it (`2022-03`, `2022`)."""

    span: str
    count: int
    x: float
    width: float
    y: float
    height: float


@frozen
class Bars:
    """`ticks`: the words below the axis, each with its x."""

    bars: tuple[SpanBar, ...]
    ticks: tuple[tuple[float, str], ...]
    most: int


def bars(months: Sequence[tuple[str, int]]) -> Bars:
    """A chart of counts by month (`2022-03`, ascending), with the months between that have none."""
    known = dict(months)
    counted = [(month, known.get(month, 0)) for month in (every_month(min(known), max(known)) if known else ())]
    if len(counted) > MOST_BARS:
        years: dict[str, int] = {}
        for month, count in counted:
            years[month[:4]] = years.get(month[:4], 0) + count
        counted = list(years.items())
    most = max((count for _, count in counted), default=0)
    step = SPANS_WIDTH / max(len(counted), 12)
    made = []
    for place, (span, count) in enumerate(counted):
        height = round(max(count / most * (SPANS_HEIGHT - 8), 2.0), 1) if count else 0.0
        made.append(
            SpanBar(span, count, round(place * step, 1), round(step, 1), round(SPANS_HEIGHT - height, 1), height)
        )
    return Bars(tuple(made), tuple(_ticks(made)), most)


def every_month(first: str, last: str) -> list[str]:
    """The months from one to another (`2022-03`), with both."""
    start, end = (int(month[:-3]) * 12 + int(month[-2:]) - 1 for month in (first, last))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(start, end + 1)]


def _ticks(made: Sequence[SpanBar]) -> list[tuple[float, str]]:
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
