"""The tokenizer of the full-text index, the same for FTS5 and for tsvector, so that both databases give the same hits.

Chinese is indexed by overlapping pairs of characters of the folded text, Latin words and numbers as words. A run of
Chinese ends with its last character alone, so that every single character begins some token: one character is then
found by the beginnings of tokens, two by one token, more by a phrase of tokens. Punctuation and line ends end a run (so
that 个人，大家 does not hold 人大); white space, middle dots and what folding takes for markup or pinyin do not.
"""

import re

import numpy as np
from attrs import frozen

from archive.fold import FOLD_VERSION, fold_positions

SCHEME = f"1.{FOLD_VERSION}"
"""Which rules made an index: this module's, and the folding's. An index of another scheme must be made anew."""

# The longest token in characters: a longer Latin word or number is indexed by its beginning.
MAX_TOKEN = 64
_RUN = re.compile(r"([0-9a-z\u00aa-\u2e7f]+)|[^0-9a-z\u00aa-\u2e7f]+")
_SOFT = re.compile(r"[^\S\n]*[·•・\u00ad\u200b-\u200d\ufeff]?[^\S\n]*")
_FIRST_CHINESE = "\u2e80"


@frozen
class Term:
    """One thing that must occur: `tokens` one after the other, the last one by its beginning where `prefix`."""

    tokens: tuple[str, ...]
    prefix: bool = False


def tokens(text: str) -> list[str]:
    """The tokens of a text, in order."""
    found: list[str] = []
    for piece in _pieces(text):
        for match in _RUN.finditer(piece):
            found.extend(_run_tokens(match))
    return found


def term(text: str) -> Term | None:
    """The tokens by which a word or phrase is found, or None where nothing of it is indexed (punctuation alone)."""
    runs = [match for piece in _pieces(text) for match in _RUN.finditer(piece)]
    if not runs:
        return None
    *before, last = runs
    found: list[str] = []
    for match in before:
        found.extend(_run_tokens(match))
    if last[1]:
        return Term((*found, last[0][:MAX_TOKEN]))
    if len(last[0]) == 1:
        return Term((*found, last[0]), prefix=True)
    return Term((*found, *map(str.__add__, last[0], last[0][1:])))


def _run_tokens(match: re.Match[str]) -> list[str]:
    run = match[0]
    if match[1]:
        return [run[:MAX_TOKEN]]
    return [*map(str.__add__, run, run[1:]), run[-1]]


def _pieces(text: str) -> list[str]:
    """The folded text, cut where no token may reach across."""
    folded = fold_positions(text)
    cuts = cut_points(text, folded.text, folded.positions)
    return [folded.text[start:end] for start, end in zip([0, *cuts], [*cuts, len(folded.text)], strict=True)]


def cut_points(text: str, folded: str, positions: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> list[int]:
    """Where in the folded text a run ends though the characters before and after stand side by side."""
    (gaps,) = np.nonzero(np.diff(positions) > 1)
    before = positions[gaps].tolist()
    after = positions[gaps + 1].tolist()
    return [
        gap + 1
        for gap, start, end in zip(gaps.tolist(), before, after, strict=True)
        if not (folded[gap] >= _FIRST_CHINESE and folded[gap + 1] >= _FIRST_CHINESE and _is_soft(text[start + 1 : end]))
    ]


def _is_soft(gap: str) -> bool:
    """Whether the dropped characters may stand inside a word. Dropped letters mean markup or injected pinyin."""
    return _SOFT.fullmatch(gap) is not None or ("\n" not in gap and any(map(str.isalnum, gap)))
