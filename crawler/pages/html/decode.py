"""Bytes to text. Pages of these portals declare nothing, or declare wrongly, so what decides is what really decodes.

The order: a byte order mark; UTF-16 without one, by where its NUL bytes stand; strict UTF-8 (text of any length in
another encoding does not pass for it by chance); the encodings that the header and the page's own `<meta>` declare,
where they decode strictly; GB18030, where it does and reads as Chinese; and only then, with replacement characters,
whichever reads best: a page of Big5 stays one, though a pair in it is undefined.

What an encoding makes of bytes is what browsers make of them (https://encoding.spec.whatwg.org): `endec` runs their own
decoders. Python's differ: its GB18030 has no 0x80 (€), private characters where Unicode has real ones since 2022, and
its Big5 other punctuation and 192 pairs less.
"""

import re
from functools import lru_cache
from math import inf
from typing import Final

import endec
from attrs import frozen
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding

MAX_BYTES: Final = 6 * 1024 * 1024
"""A page larger than this is not parsed. The largest real article page at hand has 0.8 MB."""

_MARKS: Final = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16le", b"\xfe\xff": "utf-16be"}
# Where w3lib gives a declared encoding Python's name, which is no label of the web's: what stands for it there.
_LABELS: Final = {
    "hz": "gb18030",
    "big5hkscs": "big5",
    "cp932": "shift_jis",
    "cp949": "euc-kr",
    "euc_jp": "euc-jp",
    "iso2022_jp": "iso-2022-jp",
}
_CHINESE_NAMES: Final = ("gb18030", "big5")
# The commonest characters of written Chinese, in both scripts, and its commonest punctuation.
_COMMON: Final = re.compile(
    "[的一是不了在人有我他这個个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实"
    "這們來為國說時會對於著過發後裡種經麼學現當沒動還進樣開從實，。、：；「」“”]"
)
_WIDE: Final = re.compile("[^\\x00-\\x7f]+")
_LOST: Final = "\ufffd"
_SAMPLE: Final = 160
_HEAD: Final = 4_096
# Of every second byte of a page in UTF-16, at least this share is NUL: its markup.
_NULS: Final = 0.25
_READS_CHINESE: Final = 0.1
_SURELY_CHINESE: Final = 0.2


@frozen(kw_only=True)
class Decoded:
    """A page's text. `encoding`: a label of the Encoding Standard. `utf8`: the page's own bytes, where they are
    UTF-8."""

    text: str
    encoding: str
    utf8: bytes | None = None


def unmarked_utf16(data: bytes) -> str | None:
    """`utf-16le` or `utf-16be` for bytes that are text in it without a byte order mark: one of two bytes of its markup
    is NUL, always the same one. None for others."""
    head = data[:_HEAD]
    if b"\0" not in head:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < _NULS * len(head) / 2 or min(even, odd) > max(even, odd) / 20:
        return None
    return "utf-16le" if odd > even else "utf-16be"


@lru_cache(maxsize=256)
def _label(codec: str) -> str | None:
    """The web's label for a Python codec that a page declares, or None where there is none, and for UTF-16: as a page's
    own word it is wrong, since it could not be read in it; in a header it is checked by `unmarked_utf16`."""
    label = _LABELS.get(codec, codec)
    if label.startswith("utf-16"):
        return None
    try:
        endec.decode(b"", label)
    except LookupError:
        return None
    return label


@lru_cache(maxsize=256)
def _takes_any_bytes(name: str) -> bool:
    """Whether any bytes decode: to declare such an encoding proves nothing, so Chinese is tried first. 0x81 begins a
    character, or means nothing, in all the others."""
    return _strict(b"\x81", name) is not None


def _strict(data: bytes, name: str) -> str | None:
    try:
        return endec.decode(data, name, bom="ignore")
    except UnicodeError:
        return None


def _lossy(data: bytes, name: str) -> str:
    return endec.decode(data, name, "replace", bom="ignore")


def _chinese(text: str) -> float:
    """The share of common characters among the first few hundred that are not ASCII: about 0.4 in Chinese, 0.02 in a
    wrong reading."""
    sample = ""
    for run in _WIDE.finditer(text):
        sample += run[0][:_SAMPLE]
        if len(sample) >= _SAMPLE:
            break
    return _common(sample) / len(sample) if sample else 0.0


def _common(text: str) -> int:
    """How many common characters the text has."""
    return len(_COMMON.findall(text))


def decode(data: bytes, content_type: str | None = None) -> Decoded:
    """The text of a page's bytes; never raises. `content_type`: the HTTP header's value.

    The caller bounds the size (`MAX_BYTES`). NUL bytes become spaces, since libxml2 would stop there.
    """
    for mark, marked in _MARKS.items():
        if data.startswith(mark):
            return Decoded(text=_lossy(data[len(mark) :], marked).replace("\0", " "), encoding=marked)
    if wide := unmarked_utf16(data):
        return Decoded(text=_lossy(data, wide).replace("\0", " "), encoding=wide)
    if b"\0" in data:
        data = data.replace(b"\0", b" ")
    try:
        return Decoded(text=data.decode(), encoding="utf-8", utf8=data)
    except UnicodeDecodeError:
        pass
    said = (http_content_type_encoding(content_type), html_body_declared_encoding(data))
    declared = list(dict.fromkeys(label for codec in said if codec and (label := _label(codec))))
    strict = [name for name in declared if not _takes_any_bytes(name)]
    for name in dict.fromkeys((*strict, "gb18030")):
        least = 0.0 if name not in _CHINESE_NAMES else _READS_CHINESE if name in declared else _SURELY_CHINESE
        reading = _strict(data, name)
        if reading is not None and _chinese(reading) >= least:
            return Decoded(text=reading, encoding=name)
    return _best(data, strict, [name for name in declared if name not in strict])


def _best(data: bytes, strict: list[str], loose: list[str]) -> Decoded:
    """Nothing decodes without a loss, or too little of it is Chinese to tell: the reading with the most common
    characters and the least loss. A wrong reading loses about a character in three and has few common ones; a damaged
    page, or one that holds another's piece, loses a few in the right one. Of equals the first declared.

    `strict`, `loose`: the declared encodings in which not all bytes decode, and in which they do.
    """
    best, most = Decoded(text="", encoding=""), -inf
    for name in dict.fromkeys((*strict, *_CHINESE_NAMES, "utf-8")):
        # Of bytes in another encoding UTF-8 loses nearly all, which takes longer than to pass over it.
        if name == "utf-8" and _most_worth(data.decode(errors="ignore")) <= most:
            continue
        text = _lossy(data, name)
        if _most_worth(text) > most and (worth := _worth(text)) > most:
            best, most = Decoded(text=text, encoding=name), worth
    if loose and most <= 0:
        return Decoded(text=_lossy(data, loose[0]), encoding=loose[0])
    return best


def _worth(text: str) -> int:
    """How many common characters the text has, less how many are lost in it."""
    return _common(text) - text.count(_LOST)


def _most_worth(text: str) -> int:
    """What `_worth` cannot be above, in a tenth of its time: if all characters were common that are not lost."""
    return len(text) - len(text.encode("ascii", "ignore")) - 2 * text.count(_LOST)
