"""Searches of a growing archive: the same words at each size, hits and count of each."""

import random
import statistics
from collections.abc import Callable, Sequence
from typing import Final

from benchmarks.scale.figures import Figures
from benchmarks.scale.invented import corpus
from jianbao import Archive

WIDEST: Final = "的"
"""The word that most texts hold."""
_WIDTHS: Final = (2, 2, 2, 3, 4, 4, 6)


def words(seed: int, articles: int, queries: int) -> list[str]:
    """Pieces of the first articles, of two to six characters; every fifth query is of two of them."""
    dice = random.Random(seed)
    found: list[str] = []
    while len(found) < queries:
        body = corpus.make(seed, dice.randint(1, articles)).record["body"]
        its = [piece for piece in (_piece(body, dice) for _ in range(2)) if piece]
        if len(its) == 2:
            found.append(" ".join(its) if len(found) % 5 == 4 else its[0])
    return found


def _piece(body: str, dice: random.Random) -> str:
    width = dice.choice(_WIDTHS)
    start = dice.randrange(max(1, len(body) - width))
    piece = body[start : start + width]
    return piece if len(piece) == width and all("\u4e00" <= char <= "\u9fff" for char in piece) else ""


def middle_and_worst(ask: Callable[[str], object], asked: Sequence[str], clock: Callable[[], float]) -> list[float]:
    """Milliseconds: the median, and what 99 of 100 queries stay below; each is asked once, behind five that warm up."""
    for word in asked[:5]:
        ask(word)
    took = []
    for word in asked:
        before = clock()
        ask(word)
        took.append(1e3 * (clock() - before))
    return [statistics.median(took), statistics.quantiles(took, n=100, method="inclusive")[98]]


def measure(where: str, figures: Figures, column: int, asked: Sequence[str], clock: Callable[[], float]) -> None:
    """Ask an archive (`jianbao.Archive`'s `where`)."""
    with Archive(where) as archive:
        middle, worst = middle_and_worst(archive.search, asked, clock)
        took = []
        for _ in range(3):
            before = clock()
            total = archive.search(WIDEST).total
            took.append(1e3 * (clock() - before))
    figures.add("search, hits and count: median, ms (20 asked at 200,000)", column, middle)
    figures.add("search, hits and count: 99 of 100 below, ms (200 asked)", column, worst)
    figures.add(f"search of the widest word, {WIDEST}, ms (300 asked)", column, statistics.median(took))
    figures.add("stories that hold it", column, total, ratio=False)
