"""Bytes to text. Pages of these portals declare nothing, or declare wrongly, so what decides is what really decodes.

The order: a byte order mark; strict UTF-8 (text of any length in another encoding does not pass for it by chance); the
encodings that the header and the page's own `<meta>` declare, where they decode strictly; GB18030 and Big5, whichever
reads as more Chinese; and only then, with replacement characters, whichever loses least.
"""

import codecs
import re
from typing import Final

from attrs import frozen
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

MAX_BYTES: Final = 6 * 1024 * 1024
"""A page larger than this is not parsed. The largest real article page at hand has 0.8 MB."""

# The web's labels `gb2312` and `gbk` stand for GB18030, `big5` for Big5 with the Hong Kong characters.
_CHINESE: Final = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "hz": "gb18030", "big5": "big5hkscs"}
# Encodings in which any bytes decode: to declare one proves nothing, so Chinese is tried first.
_ANY_BYTES: Final = frozenset({"cp1252", "iso8859-1", "latin-1", "iso8859-15", "ascii", "cp1250", "cp1251"})
# The commonest characters of written Chinese, in both scripts, and its commonest punctuation.
_COMMON: Final = frozenset(
    "的一是不了在人有我他这個个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实"
    "這們來為國說時會對於著過發後裡種經麼學現當沒動還進樣開從實，。、：；「」“”"
)
_WIDE: Final = re.compile("[^\\x00-\\x7f]+")
_SAMPLE: Final = 160


@frozen(kw_only=True)
class Decoded:
    """A page's text. `encoding`: a Python codec's name. `utf8`: the page's own bytes, where they are UTF-8."""

    text: str
    encoding: str
    utf8: bytes | None = None


def _codec(label: str | None) -> str | None:
    """The codec that a declared label means, or None for an unknown one."""
    if not label:
        return None
    name = resolve_encoding(label)
    if name is None:
        return None
    try:
        name = codecs.lookup(name).name
    except LookupError:
        return None
    return _CHINESE.get(name, "big5hkscs" if name.startswith("big5") else name)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _lossy(data: bytes, encoding: str) -> tuple[int, str]:
    """How many characters are lost when `data` is read as `encoding`, and the text."""
    text = data.decode(encoding, "replace")
    return text.count("\ufffd"), text


def _chinese(text: str) -> float:
    """The share of common characters among the first few hundred that are not ASCII: about 0.4 in Chinese, 0.02 in a
    wrong reading."""
    seen = common = 0
    for run in _WIDE.finditer(text):
        characters = run.group()[:_SAMPLE]
        seen += len(characters)
        common += sum(map(_COMMON.__contains__, characters))
        if seen >= _SAMPLE:
            break
    return common / seen if seen else 0.0


def decode(data: bytes, content_type: str | None = None) -> Decoded:
    """The text of a page's bytes; never raises. `content_type`: the HTTP header's value.

    The caller bounds the size (`MAX_BYTES`). NUL bytes become spaces, since libxml2 would stop there.
    """
    if b"\0" in data and data[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        data = data.replace(b"\0", b" ")
    encoding, mark = read_bom(data)
    if encoding and mark:
        _, text = _lossy(data[len(mark) :], encoding)
        return Decoded(text=text.replace("\0", " "), encoding=str(encoding))
    text_or_none = _strict(data, "utf-8")
    if text_or_none is not None:
        return Decoded(text=text_or_none, encoding="utf-8", utf8=data)
    labels = (http_content_type_encoding(content_type), html_body_declared_encoding(data))
    declared = list(dict.fromkeys(codec for codec in map(_codec, labels) if codec))
    candidates = [codec for codec in declared if codec not in _ANY_BYTES]
    for codec in candidates:
        text_or_none = _strict(data, codec)
        if text_or_none is not None and (codec not in ("gb18030", "big5hkscs") or _chinese(text_or_none) > 0.1):
            return Decoded(text=text_or_none, encoding=codec)
    return _best(data, declared)


def _best(data: bytes, declared: list[str]) -> Decoded:
    """Nothing that is declared decodes: the Chinese encoding that reads best, else the one that loses least."""
    readings = [(codec, text) for codec in ("gb18030", "big5hkscs") if (text := _strict(data, codec)) is not None]
    if readings:
        codec, text = max(readings, key=lambda reading: _chinese(reading[1]))
        if _chinese(text) > 0.1 or not declared:
            return Decoded(text=text, encoding=codec)
    loose = [codec for codec in declared if codec in _ANY_BYTES]
    trials = dict.fromkeys(["utf-8", "gb18030", "big5hkscs", *declared])
    results = {codec: _lossy(data, codec) for codec in trials if codec not in _ANY_BYTES}
    # A wrong reading loses about a character in three; a damaged or truncated page in the right one loses a few.
    codec = min(results, key=lambda name: (results[name][0], -_chinese(results[name][1])))
    lost, text = results[codec]
    wide = sum(byte > 0x7F for byte in data[:20_000])
    if loose and (lost > wide // 8 or _chinese(text) < 0.1):
        return Decoded(text=data.decode(loose[0], "replace"), encoding=loose[0])
    return Decoded(text=text, encoding=codec)
