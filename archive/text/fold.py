"""The comparison form of a text: what two copies of a story share however they were typed, transcoded or wrapped.

Folding is for comparison and search only; what is stored stays as it was. NFKC, case and accents are levelled, variant
characters become one (`archive.text.variants`), and injected pinyin, tags, entities, addresses, image marks,
punctuation and white space are dropped. One look-up in a table over code points does nearly all of it, so a character
costs little.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from archive.text import marks
from archive.text.letters import WHOLE, load_folds, load_letters
from archive.text.variants import load_variants

Codes = NDArray[np.uint32]

_DROP: Final = 0
_EXPAND: Final = 0x110000  # this code point folds to several: looked up in the second table


@frozen
class _Table:
    """`one`: folded code point by code point (0: dropped). `many`: the few that fold to several."""

    one: Codes
    many: dict[int, str]


@frozen(eq=False)
class Folded:
    """A folded text as code points with, for each of them, the index of the character that it came from."""

    codes: Codes
    positions: NDArray[np.int64]

    @property
    def text(self) -> str:
        """The same as a string."""
        return as_text(self.codes)


def fold(text: str) -> str:
    """The comparison form of a text. Pure; any string is valid input, lone surrogates included."""
    return as_text(fold_codes(text))


def fold_codes(text: str) -> Codes:
    """The comparison form as an array of code points, for those who hash it."""
    codes = _looked_up(text)
    kept: Codes = codes[codes != _DROP]
    return kept


def fold_many(texts: Sequence[str]) -> list[Codes]:
    """`fold_codes` of several texts, in a third of the time: most of what one costs is not its characters."""
    everything = "".join(texts)
    raw = as_codes(everything)
    codes = _table().one.take(raw)
    ends = np.cumsum([len(text) for text in texts]).tolist()
    _blank_marks_of_all(texts, ends, everything, raw, codes)
    if (codes == _EXPAND).any():
        return [fold_codes(text) for text in texts]
    kept = codes != _DROP
    folded = codes[kept]
    borders = np.concatenate(([0], np.cumsum(kept)))[[0, *ends]].tolist()
    return [folded[start:end] for start, end in pairwise(borders)]


def fold_positions(text: str) -> Folded:
    """The comparison form, and where each of its characters stands in the text."""
    raw = as_codes(text)
    codes = _table().one.take(raw)
    _blank_marks(text, codes, toned=_may_be_toned(raw))
    return _kept(text, codes)


def fold_all_positions(texts: Sequence[str]) -> tuple[Folded, list[int]]:
    """`fold_positions` of several texts as of one, each by itself but for where its characters stand, which is counted
    from the first text's beginning; and how many folded characters there are up to the end of each."""
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64).tolist()
    everything = "".join(texts)
    raw = as_codes(everything)
    codes = _table().one.take(raw)
    _blank_marks_of_all(texts, ends, everything, raw, codes)
    folded = _kept(everything, codes)
    return folded, np.searchsorted(folded.positions, ends).tolist()


def as_text(codes: Codes) -> str:
    """The string of an array of code points."""
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def as_codes(text: str) -> Codes:
    """The code points of a string."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _looked_up(text: str) -> Codes:
    raw = as_codes(text)
    codes = _table().one.take(raw)
    _blank_marks(text, codes, toned=_may_be_toned(raw))
    if (codes == _EXPAND).any():
        return _expanded(text, codes)[0]
    return codes


def _kept(text: str, codes: Codes) -> Folded:
    """What is left of a text that was looked up, without what was dropped."""
    if not (codes == _EXPAND).any():
        (kept,) = np.nonzero(codes != _DROP)
        return Folded(codes.take(kept), kept)
    codes, origin = _expanded(text, codes)
    (kept,) = np.nonzero(codes != _DROP)
    return Folded(codes.take(kept), origin.take(kept))


def _blank_marks_of_all(texts: Sequence[str], ends: Sequence[int], everything: str, raw: Codes, codes: Codes) -> None:
    """`_blank_marks` of texts, each up to its end in `everything`, where they stand one behind the other. Few have any,
    and those alone are looked through."""
    toned = set(np.searchsorted(ends, np.nonzero(_toned(raw))[0], side="right").tolist())
    for number in sorted(toned.union(*(_having(sign, everything, ends) for sign in marks.SIGNS))):
        text, end = texts[number], ends[number]
        _blank_marks(text, codes[end - len(text) : end], toned=number in toned)


def _having(sign: str, everything: str, ends: Sequence[int]) -> Iterator[int]:
    """In which of the texts a sign begins."""
    at = everything.find(sign)
    while at >= 0:
        number = bisect_right(ends, at)
        yield number
        at = everything.find(sign, ends[number])


def _blank_marks(text: str, codes: Codes, *, toned: bool) -> None:
    """Drop what is markup or injected pinyin, and put in the characters that stand there as their number."""
    one = _table().one
    for start, end in marks.spans(text, toned=toned):
        codes[start:end] = _DROP
    for start, end, code in marks.escapes(text):
        codes[start:end] = _DROP
        if code < len(one) and one[code] != _EXPAND:
            codes[start] = one[code]


def _may_be_toned(raw: Codes) -> bool:
    return bool(_toned(raw).any())


def _toned(raw: Codes) -> NDArray[np.bool_]:
    """Which characters may be vowels with a tone."""
    return (raw >= marks.TONED.start) & (raw < marks.TONED.stop)


def _expanded(text: str, codes: Codes) -> tuple[Codes, NDArray[np.int64]]:
    """Put the characters in that fold to several (½, ㎡, ﬁ)."""
    origin = np.arange(len(codes), dtype=np.int64)
    (spots,) = np.nonzero(codes == _EXPAND)
    if not len(spots):
        return codes, origin
    many = _table().many
    parts = [as_codes(many[ord(text[spot])]) for spot in spots]
    lengths = np.ones(len(codes), dtype=np.int64)
    lengths[spots] = [len(part) for part in parts]
    wide = np.repeat(codes, lengths)
    wide[wide == _EXPAND] = np.concatenate(parts)
    return wide, np.repeat(origin, lengths)


@cache
def _table() -> _Table:
    one = np.zeros(0x110000, dtype=np.uint32)
    many: dict[int, str] = {}
    for whole in WHOLE:
        one[whole.start : whole.stop] = np.arange(whole.start, whole.stop)
    for variant, chosen in load_variants().items():
        one[ord(variant)] = ord(chosen)
    for letters in load_letters():
        one[letters.start : letters.stop] = np.arange(letters.start, letters.stop)
    for char, folded in load_folds().items():
        one[ord(char)] = ord(folded) if len(folded) == 1 else _EXPAND if folded else _DROP
        if len(folded) > 1:
            many[ord(char)] = folded
    return _Table(one, many)
