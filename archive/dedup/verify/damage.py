"""Signs of what happened to a text on its way: mojibake, and the script that it was turned into."""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from archive.text.fold import Codes, as_codes, fold_codes
from archive.text.variants import load_variants

_WINDOW: Final = 12  # characters
_SHARE: Final = 0.34  # of rare characters; ordinary text has one in fifty


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
