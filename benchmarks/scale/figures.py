"""What was measured, as tables in Markdown."""

from collections.abc import Callable, Sequence

from attrs import define, field


@define
class Figures:
    """One number for each measure and size. `title`: what the columns are sizes of."""

    title: str
    show: Callable[[int], str] = "{:,}".format
    rows: dict[str, dict[int, float]] = field(factory=dict)
    plain: set[str] = field(factory=set)
    """Measures that are no cost, and so without ratios."""

    def add(self, measure: str, size: int, value: float, *, ratio: bool = True) -> None:
        """A figure; another one for the same size takes its place."""
        self.rows.setdefault(measure, {})[size] = value
        if not ratio:
            self.plain.add(measure)

    def table(self) -> str:
        """All of it; behind each figure but the first of a row how many times the first it is."""
        sizes = sorted({size for row in self.rows.values() for size in row})
        lines = [[self.title, *map(self.show, sizes)]]
        for measure, row in self.rows.items():
            first = next(iter(row.values()))
            cells = []
            for size in sizes:
                if size not in row:
                    cells.append("")
                    continue
                times = row[size] / first if first else 1.0
                without = measure in self.plain or row[size] is first or size == next(iter(row))
                cells.append(written(row[size]) + ("" if without else f" ({times:.2f})"))
            lines.append([measure, *cells])
        return markdown(lines)


def written(value: float) -> str:
    """Three figures of it, or all of a whole number's."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def markdown(lines: Sequence[Sequence[str]]) -> str:
    """A table; the first line names the columns."""
    head, *rest = (f"| {' | '.join(cells)} |" for cells in lines)
    return "\n".join((head, "|---" * len(lines[0]) + "|", *rest))
