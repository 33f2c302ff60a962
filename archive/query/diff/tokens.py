"""What a difference never cuts: a number, a word of letters, a character with its marks."""

import re
from typing import Final

_MARKS: Final = "[\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f\u200d]"
# Letters and digits of scripts that part words by spaces; Han, kana, hangul and the rest of CJK are read one by one.
_LETTER: Final = "[^\\W_\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
_TOKEN: Final = re.compile(
    # 3.5, 12,000, 10:30, 2025-11-03, C919, AB-19, don't, and the per cent sign of a number.
    f"(?:{_LETTER}{_MARKS}*)+(?:[.,:'’\\-/．，：](?=[0-9０-９A-Za-zＡ-Ｚａ-ｚ])(?:{_LETTER}{_MARKS}*)+)*[%％‰]?"
    # A number in Chinese characters.
    "|[〇零一二三四五六七八九十百千万亿两]{2,}"
    f"|.{_MARKS}*",
    re.DOTALL,
)
_WORD: Final = re.compile(f"(?:{_LETTER}|[〇零一二三四五六七八九十百千万亿两]{{2}})")
_CLOSES: Final = frozenset("。！？；…」』”’）》】!?;)\n")
_SIGN: Final = re.compile(r"[\W_]")


def tokens(text: str) -> list[str]:
    """The text in pieces that are shown whole; joined they are the text."""
    return _TOKEN.findall(text)


def is_word(token: str) -> bool:
    """Whether it is a number or a word: what is read as one, and stands for itself."""
    return _WORD.match(token) is not None


def edge(before: str, after: str) -> int:
    """How good a place for a difference to begin or end is between these tokens, "" for a text's end: 0 to 2."""
    if not before or not after or before in _CLOSES:
        return 2
    return 1 if _SIGN.match(before) or _SIGN.match(after) else 0
