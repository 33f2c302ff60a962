"""How far a long command has come: one line that changes on a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import TaskID

EVERY = 30.0
"""Seconds between two plain lines."""


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """A function that shows a count on a terminal."""
    if not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console

    with Console(stderr=True).status(f"0 {what}") as status:
        yield lambda count: status.update(f"{count:,} {what}")


@contextmanager
def counting_each() -> Iterator[Callable[[str, int], None]]:
    """A function that shows how many there are of something that it names: on a terminal, or now and then a line."""
    if sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status("") as status:
            yield lambda what, count: status.update(f"{count:,} {what}")
        return
    last = time.monotonic()

    def tell(what: str, count: int) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY:
            last = time.monotonic()
            click.echo(f"{count:,} {what}", err=True)

    yield tell


@contextmanager
def through(paths: Sequence[Path]) -> Iterator[Callable[[Path, int], None]]:
    """A function that shows how much of all these files is done, by how many bytes of one are."""
    sizes = {path: path.stat().st_size for path in paths}
    before = dict(zip(sizes, accumulate(sizes.values(), initial=0), strict=False))
    what = str(paths[0]) if len(paths) == 1 else f"{len(paths)} files"
    with steps() as tell:
        yield lambda path, offset: tell(what, before[path] + min(offset, sizes[path]), sum(sizes.values()))


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """A function that shows how far work has come: the step's name, and how much of how much of it is done."""
    if not sys.stderr.isatty():
        last = time.monotonic()

        def tell(step: str, done: int, total: int) -> None:
            nonlocal last
            if time.monotonic() - last >= EVERY:
                last = time.monotonic()
                click.echo(f"{step}: {done / max(1, total):.0%}", err=True)

        yield tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=max(1, total))
            progress.update(tasks[step], completed=done)

        yield show
