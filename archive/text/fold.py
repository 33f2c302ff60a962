"""The comparison form of a text: what two copies of a story share however they were typed, transcoded or wrapped.

Folding is for comparison and search only; what is stored stays as it was. NFKC, case and accents are levelled, variant
characters become one (`archive.text.variants`), and injected pinyin, tags, entities, addresses, image marks,
punctuation and white space are dropped. One look-up in a table over code points does nearly all of it, so a character
costs little.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, pairwise
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from archive.text.letters import load_folds, load_letters
from archive.text.pinyin import PINYIN
from archive.text.variants import load_variants

Codes = NDArray[np.uint32]

_DROP: Final = 0
_EXPAND: Final = 0x110000  # this code point folds to several: looked up in the second table
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,300}>|\b(?:strong|span|font|section|div|br|img|em|p|a|b)\s{0,3}/?>")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,200}\]\([^()\n]{0,500}\)|(?<=\])\([^()\n]{0,500}\)")  # a link keeps its words
_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]{1,500}")
_STYLE = re.compile(r"style\s{0,2}=\s{0,2}[\"'][^\"']{0,800}[\"']|(?:[a-z-]{4,40}:\s?[^;:{}\n]{1,80};\s?){2,40}")
_RUBY = re.compile(r"<r[tp]>[^<>]{0,20}</r[tp]>")
_BARE_PINYIN = re.compile(r"(?<=[\u3400-\u9fff])[a-zü]{0,5}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]{0,4}(?=[\u3000-\u9fff]|$)")
_FINAL = "(?:i|u|ü|v)?(?:ai|ei|ao|ou|ang|eng|ong|an|en|a|o|e)|ing|in|iu|ie|ui|un|ue|üe|ve|er|i|u|ü|v|n"
# A reading in other brackets, with its tone as a digit, or with none: only where a text holds several of them.
_ANY_READING = re.compile(
    r"[(（\[【](?<=[\u3400-\u9fff].)"
    rf"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:{_FINAL})[0-5]?|[a-zü]{{0,5}}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]{{0,4}})"
    r"[)）\]】]"
)
_SEVERAL: Final = 3
_CODE_POINT = re.compile(r"&#(?:(\d{2,7})|[xX]([0-9a-fA-F]{2,6}));|\\u([0-9a-fA-F]{4})")  # a character, escaped
_TORN_PINYIN = re.compile(r"[(（]\?{1,2}[a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{0,5}[)）]")  # pinyin that lost its first letter
# What to look for where one of the signs stands: most texts have none of them, and to see that costs next to nothing.
_Markup = tuple[tuple[str, ...], tuple[re.Pattern[str], ...]]
_MARKUP: Final[tuple[_Markup, ...]] = (
    (("](",), (_IMAGE,)),
    ((">",), (_RUBY, _TAG)),
    (("&",), (_ENTITY,)),
    (("style", "px;"), (_STYLE,)),
    (("://", "www."), (_ADDRESS,)),
    (("(", "（"), (PINYIN,)),
    (("?",), (_TORN_PINYIN,)),
)
_BRACKETS: Final = "(（[【"
_SIGNS: Final = frozenset(chain(*(signs for signs, _ in _MARKUP), _BRACKETS, "&\\"))
"""What stands in every text that anything is looked for in, but for vowels with a tone."""


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
    for number in sorted(toned.union(*(_having(sign, everything, ends) for sign in _SIGNS))):
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
    """Drop what is markup or injected pinyin."""
    for signs, patterns in _MARKUP:
        for sign in signs:
            if sign in text:
                _blank(patterns, text, codes)
                break
    if toned:
        _blank((_BARE_PINYIN,), text, codes)
    if _has_bracketed_letters(text):
        readings = [match.span() for match in _ANY_READING.finditer(text)]
        for start, end in readings if len(readings) >= _SEVERAL else ():
            codes[start:end] = _DROP
    if "&" in text or "\\" in text:
        _unescape(text, codes)


def _may_be_toned(raw: Codes) -> bool:
    return bool(_toned(raw).any())


def _toned(raw: Codes) -> NDArray[np.bool_]:
    """Which characters may be vowels with a tone."""
    return (raw >= 0xE0) & (raw < 0x1DD)


def _blank(patterns: Iterable[re.Pattern[str]], text: str, codes: Codes) -> None:
    for pattern in patterns:
        for match in pattern.finditer(text):
            codes[match.start() : match.end()] = _DROP


def _has_bracketed_letters(text: str) -> bool:
    """Whether several brackets are followed by a letter: quicker than the pattern, which few texts need."""
    found = 0
    for bracket in _BRACKETS:
        at = text.find(bracket)
        while at >= 0:
            found += text[at + 1 : at + 2].islower()
            if found >= _SEVERAL:
                return True
            at = text.find(bracket, at + 1)
    return False


def _unescape(text: str, codes: Codes) -> None:
    """Put in the characters that stand in the text as &#20013; or \\u4e2d."""
    one = _table().one
    for match in _CODE_POINT.finditer(text):
        decimal, hexadecimal, escaped = match.groups()
        code = int(decimal) if decimal else int(hexadecimal or escaped, 16)
        codes[match.start() : match.end()] = _DROP
        if code < len(one) and one[code] != _EXPAND:
            codes[match.start()] = one[code]


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
    for span in ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xAC00, 0xD7A4), (0x20000, 0x2F800), (0x30000, 0x323B0)):
        one[slice(*span)] = np.arange(*span)
    for variant, chosen in load_variants().items():
        one[ord(variant)] = ord(chosen)
    for letters in load_letters():
        one[letters.start : letters.stop] = np.arange(letters.start, letters.stop)
    for char, folded in load_folds().items():
        one[ord(char)] = ord(folded) if len(folded) == 1 else _EXPAND if folded else _DROP
        if len(folded) > 1:
            many[ord(char)] = folded
    return _Table(one, many)
