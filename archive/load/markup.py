"""HTML in the text field of somebody's file, turned into lines."""

import re
from typing import Any, Final

from attrs import frozen
from lxml import etree

FLAG: Final = "from_html"
"""What an article is flagged with whose text came as HTML."""
_BLOCKS: Final = frozenset(
    "address article aside blockquote br center dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr "
    "li main ol p pre section table tbody td tfoot th thead tr ul body".split()
)
_SILENT: Final = frozenset("script style head template noscript iframe object".split())
# Closed somewhere, or of a kind that is never closed: prose about HTML names a tag, it does not use it.
_MARKUP: Final = re.compile(
    r"<(p|div|section|article|span|h[1-6]|ul|ol|li|table|strong|em|b|a|font)\b[^<>]*>", re.IGNORECASE
)
# Of a tag only its name is kept, and of an image its attributes: libxml2 compares each attribute with all before it.
_TAG: Final = re.compile(r"<(/?[a-z][a-z0-9:-]*)([^<>]*)>?", re.IGNORECASE)
_SPACE: Final = re.compile(r"\s+")
_LONGEST_TAG: Final = 4_000
_BREAK: Final = re.compile(r"<br\s*/?>|<img\s[^<>]*\bsrc\s*=[^<>]*>", re.IGNORECASE)


@frozen
class Lines:
    """The text, a block a line, and the addresses of the images in it."""

    text: str
    images: tuple[str, ...]


def is_html(text: str) -> bool:
    """Whether a text is written in HTML."""
    if "<" not in text:
        return False
    if _BREAK.search(text):
        return True
    opened = {match[1].lower() for match in _MARKUP.finditer(text)}
    small = text.lower()
    return any(f"</{name}>" in small for name in opened)


def as_lines(text: str) -> Lines:
    """The text that a reader of the HTML would see. Never raises; line ends of the source are no lines."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(_TAG.sub(_short, text).encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        return Lines("", ())
    pieces: list[str] = []
    images: list[str] = []
    silent = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = element.tag
        if event == "start":
            silent += name in _SILENT
            if name == "img" and (address := _address(element)):
                images.append(address)
        silent -= event == "end" and name in _SILENT
        if name in _BLOCKS:
            pieces.append("\n")
        said = element.text if event == "start" else element.tail
        if said and not silent:
            pieces.append(said if name == "pre" and event == "start" else _SPACE.sub(" ", said))
    return Lines("".join(pieces), tuple(images))


def _short(tag: re.Match[str]) -> str:
    kept = tag[2] if tag[1].lower() == "img" and len(tag[2]) < _LONGEST_TAG else ""
    return f"<{tag[1]}{kept}>"


def _address(image: Any) -> str:
    return next((image.get(name) for name in ("data-src", "data-original", "src") if image.get(name)), "")
