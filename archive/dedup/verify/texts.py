"""A text ready to be compared: folded, with what the rules ask of it computed once.

Among that are signs of what happened to it on its way: mojibake, and the script that it was turned into.
"""

import re
from datetime import datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from archive.dedup.propose.signature import signature
from archive.dedup.verify.align import Anchored
from archive.dedup.verify.predicates import Predicate, decide
from archive.text.fold import Codes, as_codes, as_text, fold, fold_codes
from archive.text.variants import load_variants

if TYPE_CHECKING:
    from datasketch import MinHash

_WINDOW: Final = 12  # characters
_SHARE: Final = 0.34  # of rare characters; ordinary text has one in fifty
_A_SIGN: Final = 16
"""Characters of mojibake that one sign of damage accounts for."""
# The three bytes of a Han character or of East Asian punctuation, twice and more in a row.
_UTF8: Final = re.compile(rb"(?:[\xe2-\xe9\xef][\x80-\xbf]{2}){2,}")
_EURO: Final = "€".encode("gb18030")
_RESIDUE: Final = re.compile(r"[?\ufffd]+(?=[\u3400-\u9fff])")
_NARROW: Final = re.compile(r"[\x00-\x7f]")
# First-level characters of GB 2312 in a row.
_ORDINARY: Final = re.compile(rb"(?:[\xb0-\xd7][\xa1-\xfe]){6,}")


MAX_HEADLINE: Final = 500
"""Of a headline so many characters are compared: most have thirty, and the time that it takes to lay one along another
grows with the cube of their length (two of 9,000 took six seconds)."""


def compared_headline(headline: str | None) -> str:
    """What of a headline is compared, as it is stored; "" where there is none."""
    return (headline or "")[:MAX_HEADLINE]


class Text(Anchored):
    """One text to compare, folded. `body`, `headline`: as they are stored. `published_at` carries a zone."""

    def __init__(self, body: str, codes: Codes, published_at: datetime | None, headline: str | None = None) -> None:
        super().__init__(as_text(codes), codes)
        self.body = body
        self.published_at = published_at
        self.headline = headline

    @cached_property
    def folded_headline(self) -> str:
        """The headline as it is compared; "" where there is none."""
        return fold(compared_headline(self.headline))

    @cached_property
    def traditional(self) -> float:
        """The share of its characters in the traditional script, 0 to 1."""
        return traditional_share(self.body)

    @cached_property
    def damaged(self) -> NDArray[np.bool_]:
        """Which folded characters stand in a run of mojibake; none, where nothing says how rare ones came there."""
        runs = damaged_runs(self.codes)
        size = int(runs.sum())
        return runs if size and decide(DAMAGE, Suspect(self.body, size)) else np.zeros_like(runs)

    @cached_property
    def signature(self) -> "MinHash":
        """Its MinHash."""
        return signature(self.codes)


def prepare(body: str, published_at: datetime | None = None, headline: str | None = None) -> Text:
    """A text ready to be compared. Pure."""
    return Text(body, fold_codes(body), published_at, headline)


def days_between(first: Text, second: Text) -> float | None:
    """Days between the publications, at 0.01; None if one has no date."""
    if first.published_at is None or second.published_at is None:
        return None
    return round(abs((first.published_at - second.published_at).total_seconds()) / 86400, 2)


@frozen
class Suspect:
    """A text, and how many of its folded characters stand where rare ones are frequent."""

    body: str
    size: int


def utf8_as_gbk(suspect: Suspect) -> bool:
    """Its bytes in GBK are those of a text in UTF-8: 涓浗 for 中国. Byte 80 is the euro sign there (WHATWG)."""
    raw = suspect.body.encode("gb18030", "replace").replace(_EURO, b"\x80")
    return suspect.size <= _A_SIGN * sum(len(found) // 3 for found in _UTF8.findall(raw))


def residue(suspect: Suspect) -> bool:
    """It has what decoders write for bytes that they cannot read, in front of a character: `?`, U+FFFD."""
    return suspect.size <= _A_SIGN * len(_RESIDUE.findall(suspect.body))


def lost_byte(suspect: Suspect) -> bool:
    """Read from the second byte of a character on it is ordinary text: a byte before it was lost."""
    raw = _NARROW.sub("\u3000", suspect.body).encode("gb18030", "replace")  # two bytes each, or four
    return suspect.size <= sum(len(found[0]) for found in _ORDINARY.finditer(raw) if found.start() % 2)


DAMAGE: Final = (Predicate(True, utf8_as_gbk), Predicate(True, residue), Predicate(True, lost_byte))
"""Whether rare characters in a text are mojibake. Rarity alone is none: names, old texts and dialects are rare too."""


def damaged_runs(codes: Codes) -> NDArray[np.bool_]:
    """Which folded characters stand where rare ones are as frequent as in mojibake. Shape as `codes`."""
    if not len(codes):
        return np.zeros(0, dtype=np.bool_)
    rare = ~_common()[np.minimum(codes, 0xFFFF)]
    if rare.sum() < 3:
        return np.zeros(len(codes), dtype=np.bool_)
    total = np.concatenate(([0], np.cumsum(rare)))
    middle = np.arange(len(codes))
    low, high = np.maximum(0, middle - _WINDOW // 2), np.minimum(len(codes), middle + _WINDOW // 2)
    return np.asarray((total[high] - total[low]) >= _SHARE * (high - low))


def traditional_share(text: str) -> float:
    """The share of a text's Han characters that folding turned into another one, 0 to 1."""
    codes = np.minimum(as_codes(text), 0xFFFF)
    han = int(((codes >= 0x3400) & (codes < 0xA000)).sum())
    return float(_folded()[codes].sum()) / han if han else 0.0


@cache
def _common() -> NDArray[np.bool_]:
    """The code points of ordinary text: the first level of GB 2312, folded, and all that is not Han."""
    common = np.zeros(0x10000, dtype=np.bool_)
    common[:0x3400] = True
    common[0xA000:0xE000] = True
    level = bytes(byte for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF) for byte in (row, cell))
    common[fold_codes(level.decode("gb2312", "ignore"))] = True
    return common


@cache
def _folded() -> NDArray[np.bool_]:
    changed = np.zeros(0x10000, dtype=np.bool_)
    changed[[ord(char) for char in load_variants() if ord(char) < 0x10000]] = True
    return changed
