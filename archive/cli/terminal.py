"""What goes to a terminal: stored texts, and what files say, are other people's."""

from collections.abc import Sequence
from typing import Any, Final

import click

from archive.text.harmless import harmless

__all__ = ["echo", "harmless", "table"]

WIDEST: Final = 60
"""Characters of a cell in a table."""


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a text, `harmless`. JSON stays the same value."""
    click.echo(harmless(text), err=err, nl=nl)


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows below the names of their columns: None as nothing, long texts cut, columns of numbers to the right."""
    # Dear to load, and most commands print no table.
    from rich.cells import cell_len

    lines = [[_cell(value) for value in row] for row in (head, *rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    # A Chinese character is two columns of a terminal wide.
    numbers = [all(not isinstance(value, str) for value in column) for column in zip(*rows, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    for line in lines:
        cells = []
        for place, (text, width) in enumerate(zip(line, widths, strict=True)):
            room = " " * (width - cell_len(text))
            cells.append(room + text if numbers and numbers[place] else text + room)
        echo("  ".join(cells).rstrip())


def _cell(value: Any) -> str:
    line = "" if value is None else harmless(" ".join(str(value).split()))
    return line if len(line) <= WIDEST else f"{line[:WIDEST]}…"
