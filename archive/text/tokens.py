"""The tokenizer of the full-text index, the same for FTS5 and for tsvector, so that both databases give the same hits.

Chinese is indexed by overlapping pairs of characters of the folded text, Latin words and numbers as words. A run of
Chinese ends with its last character alone, so that every single character begins some token: one character is then
found by the beginnings of tokens, two by one token, more by a phrase of tokens. Stops, commas and line ends end a run
(so that 个人，大家 does not hold 人大). White space, middle dots, quotation and title marks, brackets, and what folding
takes for markup or pinyin do not: “十四五”规划 holds 十四五规划. Where a mark closes and the next opens, a comma is
left out (《红楼梦》《西游记》, which is how Chinese lists what is quoted: GB/T 15834-2011, 4.5.3.5), and a run ends.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from archive.text.fold import Codes, Folded, as_codes, as_text, fold_positions
from archive.text.levelled import CHINESE, SOFT_SIGNS, is_soft
from archive.text.words import MAX_TOKEN

_SPACE = 0x20
_SOFT_SIGNS = np.zeros(0x110000, dtype=np.bool_)
_SOFT_SIGNS[as_codes(SOFT_SIGNS)] = True


@frozen(eq=False)
class Runs:
    """A folded text. `codes`: its code points. `ends`: which of them end a run, so that nothing is read across.
    `positions`: where each stands in the text."""

    codes: Codes
    ends: NDArray[np.bool_]
    positions: NDArray[np.int64]


def tokens(text: str, folded: Folded | None = None) -> str:
    """The tokens of a text, in order, each with a space after it. A phrase of tokens stays a phrase of the text.

    `folded`: the text as `fold_positions` gives it, for those who have it already.
    """
    cut = runs(text, folded)
    if not len(cut.codes):
        return ""
    return as_text(_written(cut.codes, cut.ends)[0])


def tokens_of_all(texts: Sequence[str], folded: tuple[Folded, list[int]]) -> list[str]:
    """`tokens` of several texts, in a third of the time: most of what one costs is not its characters. `folded`: as
    `fold_all_positions` gives them."""
    codes, ends = folded[0].codes, _ends_of_all(texts, *folded)
    if not len(codes):
        return [""] * len(texts)
    made, after = _written(codes, ends)
    places = [int(after[end - 1]) if end else 0 for end in (0, *folded[1])]
    return [as_text(made[start:end]) for start, end in pairwise(places)]


def _written(codes: Codes, ends: NDArray[np.bool_]) -> tuple[Codes, NDArray[np.int64]]:
    """The tokens of characters of which `ends` end a run, and up to where they are written at each character."""
    latin = codes < CHINESE
    paired = ~latin & ~ends
    size = np.where(paired, 3, np.where(ends, 2, 1))
    dropped = _beyond_the_longest(latin, ends)
    if dropped is not None:
        size[dropped] -= 1
    after = np.cumsum(size)
    start = after - size
    made = np.full(int(after[-1]), _SPACE, dtype=np.uint32)
    if dropped is None:
        made[start] = codes
    else:
        made[start[~dropped]] = codes[~dropped]
    (first,) = np.nonzero(paired)
    made[start[first] + 1] = codes[first + 1]
    return made, after


def written(words: str) -> str:
    """The characters that tokens were made of, a space around each run: ` 稀土价 上 ` of `稀土 土价 价 上`. Tokens that
    follow each other are characters that do."""
    codes = as_codes(f" {words.rstrip()} ")
    chinese = codes >= CHINESE
    (second,) = np.nonzero(chinese[1:-2] & chinese[:-3])
    kept = np.ones(len(codes), dtype=np.bool_)
    kept[second + 1] = kept[second + 2] = False
    return as_text(codes[kept])


def runs(text: str, folded: Folded | None = None) -> Runs:
    """Fold a text and cut it into runs."""
    folded = folded or fold_positions(text)
    return Runs(folded.codes, _ends(text, folded), folded.positions)


def _ends_of_all(texts: Sequence[str], folded: Folded, borders: Sequence[int]) -> NDArray[np.bool_]:
    ends = _ends("".join(texts), folded)
    last = np.array(borders, dtype=np.int64) - 1
    ends[last[last >= 0]] = True
    return ends


def _ends(text: str, folded: Folded) -> NDArray[np.bool_]:
    codes, positions = folded.codes, folded.positions
    ends = np.ones(len(codes), dtype=np.bool_)
    if len(codes) < 2:
        return ends
    latin = codes < CHINESE
    ends[:-1] = latin[1:] != latin[:-1]
    (parted,) = np.nonzero(positions[1:] - positions[:-1] > 1)
    ends[parted] = True
    # Between two Chinese characters, what was dropped decides.
    parted = parted[~(latin[parted] | latin[parted + 1])]
    single = positions[parted + 1] - positions[parted] == 2
    alone = parted[single]
    ends[alone] = ~_SOFT_SIGNS[as_codes(text)[positions[alone] + 1]]
    several = parted[~single]
    gaps = zip((positions[several] + 1).tolist(), positions[several + 1].tolist(), strict=True)
    ends[several] = [not is_soft(text[start:end]) for start, end in gaps]
    return ends


def _beyond_the_longest(latin: NDArray[np.bool_], ends: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """The characters of words that are longer than a token may be, past that length; None where there are none."""
    if np.count_nonzero(latin) <= MAX_TOKEN:
        return None
    (last,) = np.nonzero(ends)
    length = np.diff(last, prepend=-1)
    if not (length[latin[last]] > MAX_TOKEN).any():
        return None
    begin = np.repeat(last - length + 1, length)
    return latin & (np.arange(len(latin)) - begin >= MAX_TOKEN)
