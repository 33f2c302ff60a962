"""Text to a tree, once a page, within bounds."""

import re
from itertools import islice
from typing import Any, Final

from lxml import etree

Element = Any
"""An `lxml.etree._Element`; lxml publishes no types."""

MAX_ELEMENTS: Final = 80_000
"""A tree of more elements is not read. No article page comes near: the largest at hand has 3,300."""

_FEW_BYTES: Final = 4 * MAX_ELEMENTS


# The document's end. No more than a tag: the page may be hostile.
_END: Final = re.compile(rb"</(?:body|html)[\s/]*>", re.IGNORECASE)
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
        root = etree.fromstring(_without_ends(data), parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    if root is not None:
        _begin_body(root)
    return root


def _without_ends(data: bytes) -> bytes:
    """The page without the tags that end it, where anything follows the first of them."""
    first = _END.search(data)
    if first is None or not _END.sub(b"", data[first.end() :]).strip():
        return data
    return data[: first.start()] + _END.sub(b"", data[first.start() :])


def _begin_body(root: Element) -> None:
    """Moves what does not belong into the head, and all that follows it there, to the front of the body."""
    head = root.find("head")
    if head is None:
        return
    stray = next((element for element in head if element.tag not in _OF_HEAD), None)
    if stray is None:
        return
    body = root.find("body")
    if body is None:
        body = etree.SubElement(root, "body")
    moved = [stray, *stray.itersiblings()]
    # The body's own first words come after what is moved.
    moved[-1].tail = (moved[-1].tail or "") + (body.text or "")
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
