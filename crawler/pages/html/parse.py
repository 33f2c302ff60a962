"""Text to a tree, once a page, within bounds."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from lxml import etree

Element = Any
"""An `lxml.etree._Element`; lxml publishes no types."""

MAX_ELEMENTS: Final = 80_000
"""A tree of more elements is not read. No article page comes near: the largest at hand has 3,300."""

MAX_ATTRIBUTES: Final = 1_000
"""A tag's further attributes are let go. The most at hand are 60."""
_LONG_TAG: Final = 4096
_MANY_HIDDEN: Final = 8
"""Values with a `>` that may hide as many stretches of `_LONG_TAG` bytes in one tag: ten thousand attributes, which
libxml2 compares in a tenth of a second."""
_HIDDEN: Final = re.compile(rb"""=\s*+(?:"[^">]*+>|'[^'>]*+>)""")
_BEGIN: Final = re.compile(rb"<[A-Za-z]")
_OPENING: Final = re.compile(rb"<(?:!--|[A-Za-z])")
_RAW: Final = re.compile(rb"<(script|style|textarea|title|xmp|iframe|noembed|noframes)(?=[\s/>])", re.IGNORECASE)
# As browsers cut a tag (https://html.spec.whatwg.org/multipage/parsing.html, 13.2.5.32 and on), without a step back.
_ATTRIBUTE: Final = re.compile(rb"""[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?+|'[^']*+'?+|[^\s>]*+))?+""")
_TAG: Final = re.compile(rb"<(?:[\s/]++|" + _ATTRIBUTE.pattern + rb")*+")

_FEW_BYTES: Final = 4 * MAX_ELEMENTS


# The document's end. No more than a tag: the page may be hostile.
# Both cases written out: the search then passes by what does not begin with `</`.
_END: Final = re.compile(rb"</(?:[Bb][Oo][Dd][Yy]|[Hh][Tt][Mm][Ll])[\s/]*>")
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OF_HEAD: Final = frozenset(
    "base basefont bgsound link meta title noscript noframes style script template object".split()
)
"""What may stand in `<head>`."""


def parse(text: str | bytes) -> Element | None:
    """The page's root element, or None where there is nothing to parse. Never raises. Bytes are valid UTF-8.

    As browsers do (https://html.spec.whatwg.org/multipage/parsing.html, "after body" and "after head"), and libxml2
    does not: the page goes on after a `</body>` or `</html>`, in the elements that are open, and `<main>`, `<article>`
    and whatever else is none of the head's begin the body. Comments and processing instructions are left out, so that
    the text around them is one run. Deeper nesting than libxml2 keeps (2,048) is cut there. Lone surrogates become `?`.
    """
    # A parser of its own for each page: a shared one would grow an error log, and is not safe across threads.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        data = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
        root = etree.fromstring(_without_ends(_without_surplus(data)), parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    if root is not None:
        _begin_body(root)
    return root


def _without_surplus(data: bytes) -> bytes:
    """The page without the attributes of a tag behind its first `MAX_ATTRIBUTES`: libxml2 compares each with all before
    it, which takes minutes where they are hundreds of thousands."""
    if not _has_surplus(data):
        return data
    pieces: list[bytes] = []
    kept = place = 0
    while (found := _OPENING.search(data, place)) is not None:
        if found[0] == b"<!--":
            place = data.find(b"-->", found.end())
            if place < 0:
                break
            continue
        surplus, place = _tag(data, found.start())
        if surplus is not None:
            pieces.append(data[kept:surplus])
            kept = place
        name = _RAW.match(data, found.start())
        if name is not None:
            end = re.compile(b"</" + name[1], re.IGNORECASE).search(data, place)
            if end is None:
                break
            place = end.start()
    return b"".join([*pieces, data[kept:]])


def _tag(data: bytes, start: int) -> tuple[int | None, int]:
    """Where the surplus attributes of the tag at `start` begin, None where it has none, and where the tag ends."""
    match = _TAG.match(data, start)
    end = match.end() if match is not None else start + 1
    surplus = next(islice(_ATTRIBUTE.finditer(data, start + 1, end), MAX_ATTRIBUTES + 1, None), None)
    return (surplus.start() if surplus is not None else None), end


def _has_surplus(data: bytes) -> bool:
    """Whether what looks like a tag has surplus attributes; a script may look so too."""
    end = 0
    for start in _long_tags(data):
        if start >= end:
            surplus, end = _tag(data, start)
            if surplus is not None:
                return True
    return False


def _long_tags(data: bytes) -> Iterator[int]:
    """Where tags begin that may have very many attributes: those that do not end soon, or, since a `>` may stand in a
    value, all of them where there are several such values."""
    if next(islice(_HIDDEN.finditer(data), _MANY_HIDDEN - 1, None), None) is not None:
        yield from (match.start() for match in _BEGIN.finditer(data))
        return
    place = 0
    while place + _LONG_TAG < len(data):
        last = data.rfind(b">", place, place + _LONG_TAG)
        if last >= 0:
            place = last + 1
            continue
        end = data.find(b">", place + _LONG_TAG)
        end = len(data) if end < 0 else end
        yield from (match.start() for match in _BEGIN.finditer(data, place, end))
        place = end + 1


def _without_ends(data: bytes) -> bytes:
    """The page without the tags that end it, where anything follows the first of them."""
    first = _END.search(data)
    if first is None or not _END.sub(b"", data[first.end() :]).strip():
        return data
    return data[: first.start()] + _END.sub(b"", data[first.start() :])


def _begin_body(root: Element) -> None:
    """Moves what does not belong into the head, and all that follows it there, to the front of the body."""
    head = next(root.iterchildren("head"), None)
    if head is None:
        return
    stray = next((element for element in head if element.tag not in _OF_HEAD), None)
    if stray is None:
        return
    body = next(root.iterchildren("body"), None)
    if body is None:
        body = etree.SubElement(root, "body")
    moved = [stray, *stray.itersiblings()]
    # The body's own first words come after what is moved.
    # What libxml2 reads, it does not always let anyone write: control characters.
    moved[-1].tail = _UNWRITABLE.sub(" ", (moved[-1].tail or "") + (body.text or ""))
    body.text = None
    body[:0] = moved


def is_too_large(root: Element, size: int) -> bool:
    """Whether the tree of a page of `size` bytes has more than `MAX_ELEMENTS` elements."""
    return size > _FEW_BYTES and next(islice(root.iter(), MAX_ELEMENTS, None), None) is not None


def by_id(root: Element, name: str) -> Element | None:
    """The first element of the page with this `id`: libxml2's table of them is some 50 times as fast as a search.

    libxml2 takes the `name` of an `<a>` for an id too, and knows one element for each: where it knows such an anchor,
    the page is searched.
    """
    found = _ID(root, name=name)
    if not found or found[0].get("id") == name:
        return found[0] if found else None
    return next((element for element in root.getroottree().iter("*") if element.get("id") == name), None)


_ID = etree.XPath("id($name)")
