"""Lines sorted, whatever their number, in bounded memory and with few open files."""

import heapq
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Final

AT_ONCE: Final = 32 * 2**20
"""Characters of the lines that are held."""
OPEN: Final = 64
"""So many files are merged at once."""


def sorted_lines(lines: Iterable[str], folder: Path, *, most: int = AT_ONCE) -> Iterator[str]:
    """The lines in the order of their characters (ASCII: of their bytes), each once. `folder`: where there is room for
    what is not held. `most`: characters that are held."""
    with ExitStack() as stack:
        runs: list[Path] = []
        given = iter(lines)
        while True:
            held = sorted(_some(given, most))
            if len(runs) == 0 and sum(map(len, held)) < most:
                yield from each_once(held)
                return
            if not held:
                break
            runs.append(_written(held, folder))
            stack.callback(runs[-1].unlink, missing_ok=True)
        yield from merged(runs, folder)


def merged(files: Sequence[Path], folder: Path) -> Iterator[str]:
    """The lines of sorted files in order, each once."""
    with ExitStack() as stack:
        waiting = list(files)
        while len(waiting) > OPEN:
            some, waiting = waiting[:OPEN], waiting[OPEN:]
            waiting.append(_written(merged(some, folder), folder))
            stack.callback(waiting[-1].unlink, missing_ok=True)
        opened = [stack.enter_context(path.open(encoding="ascii", newline="\n")) for path in waiting]
        yield from each_once(heapq.merge(*opened))


def _some(lines: Iterator[str], most: int) -> Iterator[str]:
    size = 0
    while size < most and (some := list(islice(lines, 100))):
        size += sum(map(len, some))
        yield from some


def each_once(lines: Iterable[str]) -> Iterator[str]:
    """Sorted lines, each once."""
    before = None
    for line in lines:
        if line != before:
            yield line
        before = line


def _written(lines: Iterable[str], folder: Path) -> Path:
    handle, name = tempfile.mkstemp(dir=folder, prefix=".run-")
    with open(handle, "w", encoding="ascii", newline="\n") as file:  # noqa: PTH123 - it is open already
        file.writelines(lines)
    return Path(name)
