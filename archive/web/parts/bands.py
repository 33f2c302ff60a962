"""Where bands stand that lead from names at the left to names at the right, as wide as what goes there. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from attrs import frozen

from archive.web.parts.charts import WIDTH

LABEL: Final = 270
"""Room for names at either side."""
_NODE: Final = 8
_GAP: Final = 9.0
_LEAST: Final = 13.0
"""Height of a name, which stands beside its piece of the axis."""
_TALL: Final = 420.0


@frozen
class End:
    """A name at one side: where its piece begins, and how tall that is."""

    name: str
    number: int
    y: float
    height: float


@frozen
class Band:
    """What goes from one name to another: an outline, `d` of an SVG path."""

    source: str
    target: str
    number: int
    d: str


@frozen
class Bands:
    """All of it. `left`, `right`: where both sides' pieces stand, `node` wide."""

    width: int
    height: float
    left: float
    right: float
    node: int
    sources: tuple[End, ...]
    targets: tuple[End, ...]
    bands: tuple[Band, ...]


def bands(pairs: Sequence[tuple[str, str, int]], *, most: int = 12, others: str) -> Bands:
    """The bands of (from, to, number). Of each side the `most` names with the largest numbers, the rest as one,
    called `others`."""
    sums: tuple[defaultdict[str, int], ...] = (defaultdict(int), defaultdict(int))
    for source, target, number in pairs:
        sums[0][source] += number
        sums[1][target] += number
    kept = [_ranked(one, most) for one in sums]
    counted: defaultdict[tuple[str, str], int] = defaultdict(int)
    for source, target, number in pairs:
        counted[source if source in kept[0] else others, target if target in kept[1] else others] += number
    names = [[*one, *([others] if len(one) < len(every) else [])] for one, every in zip(kept, sums, strict=True)]
    total = sum(counted.values()) or 1
    scale = _TALL / total
    sources, targets = (_ends(side, counted, place, scale) for place, side in enumerate(names))
    height = max(_foot(sources), _foot(targets), 1.0)
    return Bands(
        WIDTH,
        round(height + 4, 2),
        LABEL,
        WIDTH - LABEL - _NODE,
        _NODE,
        sources,
        targets,
        tuple(_bands(sources, targets, counted, scale)),
    )


def _ranked(numbers: dict[str, int], most: int) -> list[str]:
    return sorted(numbers, key=lambda name: (-numbers[name], name))[:most]


def _ends(names: list[str], counted: dict[tuple[str, str], int], place: int, scale: float) -> tuple[End, ...]:
    ends, y = [], 2.0
    for name in names:
        number = sum(count for pair, count in counted.items() if pair[place] == name)
        height = number * scale
        ends.append(End(name, number, round(y, 2), round(max(height, 1.5), 2)))
        y += max(height, _LEAST) + _GAP
    return tuple(ends)


def _foot(ends: Sequence[End]) -> float:
    return max((end.y + max(end.height, _LEAST) for end in ends), default=0.0)


def _bands(
    sources: Sequence[End], targets: Sequence[End], counted: dict[tuple[str, str], int], scale: float
) -> list[Band]:
    """Where a band begins and ends, those of one name stand in the order of the names at the other side."""
    taken = {end.name: end.y for end in targets}
    found = []
    x, to, middle = LABEL + _NODE, WIDTH - LABEL - _NODE, WIDTH / 2
    for source in sources:
        y = source.y
        for target in targets:
            number = counted.get((source.name, target.name), 0)
            if not number:
                continue
            tall, at = max(number * scale, 1.0), taken[target.name]
            d = (
                f"M{x} {y:.1f}C{middle} {y:.1f} {middle} {at:.1f} {to} {at:.1f}"
                f"V{at + tall:.1f}C{middle} {at + tall:.1f} {middle} {y + tall:.1f} {x} {y + tall:.1f}Z"
            )
            found.append(Band(source.name, target.name, number, d))
            y += number * scale
            taken[target.name] += number * scale
    return found
