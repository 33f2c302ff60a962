"""The tokenizer of the full-text index, the same for FTS5 and for tsvector, so that both databases give the same hits.

Chinese is indexed by overlapping pairs of characters of the folded text, Latin words and numbers as words. A run of
Chinese ends with its last character alone, so that every single character begins some token: one character is then
found by the beginnings of tokens, two by one token, more by a phrase of tokens. Stops, commas and line ends end a run
(so that 个人，大家 does not hold 人大). White space, middle dots, quotation and title marks, brackets, and what folding
takes for markup or pinyin do not: “十四五”规划 holds 十四五规划. Where a mark closes and the next opens, a comma is
left out (《红楼梦》《西游记》, which is how Chinese lists what is quoted: GB/T 15834-2011, 4.5.3.5), and a run ends.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from archive.text.fold import Codes, Folded, as_codes, as_text, fold_all_positions, fold_positions

# The longest token in characters: a longer Latin word or number is indexed by its beginning.
MAX_TOKEN = 64
CHINESE = 0x2E80
"""The first code point that is not cut into words."""
_SPACE = 0x20
# Middle dots as they are typed between the parts of a foreign name, and what is invisible.
_INSIDE_WORDS = "·•・･‧∙⋅．\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_OPENING = "“‘「『﹁﹃〝《〈（(［[【〔〖｛{"
_CLOSING = "”’」』﹂﹄〞〟》〉）)］]】〕〗｝}"
_EITHER = "\"'＂＇"
_SIGNS = re.escape(_INSIDE_WORDS + _OPENING + _CLOSING + _EITHER)
_SOFT = re.compile(
    rf"(?![^\n]*(?:[{re.escape(_CLOSING)}]\s*[{re.escape(_OPENING)}]|([{_EITHER}])\s*\1))(?:[^\S\n]|[{_SIGNS}])*"
)
_SOFT_SIGNS = np.zeros(0x110000, dtype=np.bool_)
_SOFT_SIGNS[as_codes(f" \t\u00a0\u3000{_INSIDE_WORDS}{_OPENING}{_CLOSING}{_EITHER}")] = True


@frozen
class Term:
    """One thing that must occur: `tokens` one after the other, the last one by its beginning where `prefix`."""

    tokens: tuple[str, ...]
    prefix: bool = False


@frozen(eq=False)
class Runs:
    """A folded text. `codes`: its code points. `ends`: which of them end a run, so that nothing is read across.
    `positions`: where each stands in the text."""

    codes: Codes
    ends: NDArray[np.bool_]
    positions: NDArray[np.int64]


@frozen(eq=False)
class Cuts:
    """Several folded texts, one behind the other. `runs`: of all of them. `borders`: up to which character there each
    goes, 0 before the first. `begins`: where each begins in the texts put together, their length at the end."""

    runs: Runs
    borders: NDArray[np.int64]
    begins: NDArray[np.int64]

    def one(self, number: int) -> Runs:
        """One of the texts, counted from 0, by itself."""
        its = slice(self.borders[number], self.borders[number + 1])
        return Runs(self.runs.codes[its], self.runs.ends[its], self.runs.positions[its] - self.begins[number])


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


@lru_cache(512)
def term(text: str) -> Term | None:
    """The tokens by which a word or phrase is found, or None where nothing of it is indexed (punctuation alone). A
    search asks several times for each."""
    folded = fold_positions(text)
    cut = runs(text, folded)
    codes, ends = cut.codes, cut.ends
    if not len(codes):
        return None
    found = tokens(text, folded).split()
    if codes[-1] < CHINESE:
        return Term(tuple(found))
    if len(codes) == 1 or ends[-2]:
        return Term(tuple(found), prefix=True)
    return Term(tuple(found[:-1]))


def runs(text: str, folded: Folded | None = None) -> Runs:
    """Fold a text and cut it into runs."""
    folded = folded or fold_positions(text)
    return Runs(folded.codes, _ends(text, folded), folded.positions)


@lru_cache(512)
def word_runs(word: str) -> Runs:
    """`runs` of a word that is searched for, which is asked for with each text that it is looked for in."""
    return runs(word)


def cut(texts: Sequence[str]) -> Cuts:
    """`runs` of several texts, in a third of the time: most of what one costs is not its characters."""
    folded, borders = fold_all_positions(texts)
    its = Runs(folded.codes, _ends_of_all(texts, folded, borders), folded.positions)
    begins = np.cumsum([0, *map(len, texts)])
    return Cuts(its, np.array([0, *borders]), begins)


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
    ends[several] = [not _is_soft(text[start:end]) for start, end in gaps]
    return ends


@lru_cache(2_000)  # a few signs stand in most gaps
def _is_soft(gap: str) -> bool:
    """Whether the dropped characters may stand inside a word. Dropped letters mean markup or injected pinyin."""
    return _SOFT.fullmatch(gap) is not None or ("\n" not in gap and any(map(str.isalnum, gap)))


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
