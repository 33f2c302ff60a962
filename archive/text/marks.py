"""What stands in a text and is none of it: markup, addresses, pinyin that was put in; and characters that stand there
as their number.

It is found by the text alone, in the same way for those who index it and for those who look for words in it. Most texts
have no sign of any of it, and a pattern is compiled when the first text has its sign.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

_TAG: Final = r"</?[a-zA-Z!][^<>]{0,300}>|\b(?:strong|span|font|section|div|br|img|em|p|a|b)\s{0,3}/?>"
_ENTITY: Final = r"&(?:[a-zA-Z]{2,8}|#\d{1,7}|#x[0-9a-fA-F]{1,6});"
_IMAGE: Final = r"!\[[^\[\]\n]{0,200}\]\([^()\n]{0,500}\)|(?<=\])\([^()\n]{0,500}\)"  # a link keeps its words
_ADDRESS: Final = r"(?:https?://|www\.)[!-~]{1,500}"
_STYLE: Final = r"style\s{0,2}=\s{0,2}[\"'][^\"']{0,800}[\"']|(?:[a-z-]{4,40}:\s?[^;:{}\n]{1,80};\s?){2,40}"
_RUBY: Final = r"<r[tp]>[^<>]{0,20}</r[tp]>"

_TONED: Final = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
# Script a and g stand for a and g in many pinyin tables; a combining tone mark may follow its vowel.
_LETTER: Final = "a-zêüɑɡ"
_COMBINING: Final = "\u0300\u0301\u0304\u0308\u030c"
# Syllables that carry no tone mark. Any other word without one is a Latin word: 應用(app).
_NEUTRAL: Final = "men|me|ma|zhe|li|ge|le|ne|de|ba|tou"

PINYIN: Final = (
    r"[(（](?<=[\u3400-\u9fff\uf900-\ufaff].)"
    rf"(?:[{_LETTER}]{{0,5}}(?:[{_TONED}]|[{_LETTER}][{_COMBINING}]{{1,2}})[{_LETTER}{_COMBINING}]{{0,5}}|{_NEUTRAL})[)）]"
)
"""One syllable that a mirror put in brackets right after a Han character: `產(chǎn)業(yè)`. Transcoding mirrors do this
to characters that differ between the simplified and the traditional script. Linear: every repeat is bounded. The
bracket stands first, so that a search goes from one to the next."""

_SYLLABLE: Final = "[a-zü]{0,5}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]{0,4}"
_BARE_PINYIN: Final = rf"(?<=[\u3400-\u9fff]){_SYLLABLE}(?=[\u3000-\u9fff]|$)"
_FINAL: Final = "(?:i|u|ü|v)?(?:ai|ei|ao|ou|ang|eng|ong|an|en|a|o|e)|ing|in|iu|ie|ui|un|ue|üe|ve|er|i|u|ü|v|n"
# A reading in other brackets, with its tone as a digit, or with none: only where a text holds several of them.
_ANY_READING: Final = (
    r"[(（\[【](?<=[\u3400-\u9fff].)"
    rf"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:{_FINAL})[0-5]?|{_SYLLABLE})[)）\]】]"
)
_SEVERAL: Final = 3
_CODE_POINT: Final = r"&#(?:(\d{2,7})|[xX]([0-9a-fA-F]{2,6}));|\\u([0-9a-fA-F]{4})"  # a character, escaped
_TORN_PINYIN: Final = r"[(（]\?{1,2}[a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{0,5}[)）]"  # pinyin that lost its first letter

# What to look for where one of these characters stands, and one of these signs.
_MARKUP: Final[tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]] = (
    ("]", ("](",), (_IMAGE,)),
    (">", (">",), (_RUBY, _TAG)),
    ("&", ("&",), (_ENTITY,)),
    ("=;", ("style", "px;"), (_STYLE,)),
    ("/w", ("://", "www."), (_ADDRESS,)),
    ("?", ("(?", "（?"), (_TORN_PINYIN,)),
)
_BRACKETS: Final = "(（[【"
SIGNS: Final = "&(/;=>[\\w（【"
"""One of these stands in every text that anything is found in, but for vowels with a tone."""
TONED: Final = range(0xE0, 0x1DD)
"""The code points of all vowels with a tone."""
_compiled = cache(re.compile)


def spans(text: str, *, toned: bool) -> list[tuple[int, int]]:
    """Where markup and pinyin stand, each from its first character up to but not with the last number; they may
    overlap. `toned`: whether the text has characters of `TONED`."""
    found: list[tuple[int, int]] = []
    holds = text.__contains__
    for chars, signs, patterns in _MARKUP:
        if any(map(holds, chars)) and any(map(holds, signs)):
            for pattern in patterns:
                found += _all(pattern, text)
    if toned:
        found += _all(_BARE_PINYIN, text)
    letters = _bracketed_letters(text)
    if letters:
        found += _all(PINYIN, text)
    if letters >= _SEVERAL:
        readings = _all(_ANY_READING, text)
        found += readings if len(readings) >= _SEVERAL else ()
    return found


def escapes(text: str) -> Iterator[tuple[int, int, int]]:
    """Where a character stands as &#20013; or \\u4e2d, as `spans` has it, and its number, which may be no character's.
    They count also inside of a span."""
    if "&" in text or "\\" in text:
        for match in _compiled(_CODE_POINT).finditer(text):
            decimal, hexadecimal, escaped = match.groups()
            yield *match.span(), int(decimal) if decimal else int(hexadecimal or escaped, 16)


def _all(pattern: str, text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _compiled(pattern).finditer(text)]


def _bracketed_letters(text: str) -> int:
    """How many brackets are followed by a letter, `_SEVERAL` at most: quicker than the patterns that few texts need."""
    found = 0
    for bracket in _BRACKETS:
        at = text.find(bracket)
        while at >= 0:
            found += text[at + 1 : at + 2].islower()
            if found >= _SEVERAL:
                return found
            at = text.find(bracket, at + 1)
    return found
