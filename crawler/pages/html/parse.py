"""Text to a tree, once a page, within bounds."""

from itertools import islice
from typing import Any, Final

from lxml import etree

Element = Any
"""An `lxml.etree._Element`; lxml publishes no types."""

MAX_ELEMENTS: Final = 80_000
"""A tree of more elements is not read. No article page comes near: the largest at hand has 3,300."""

_FEW_BYTES: Final = 4 * MAX_ELEMENTS


def parse(text: str | bytes) -> Element | None:
    """The page's root element, or None where there is nothing to parse. Never raises. Bytes are valid UTF-8.

    Comments and processing instructions are left out, so that the text around them is one run. Deeper nesting than
    libxml2 keeps (2,048) is cut there. Lone surrogates become `?`.
    """
    # A parser of its own for each page: a shared one would grow an error log, and is not safe across threads.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        data = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    return root


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
