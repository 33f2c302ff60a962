"""The readers that a template's fields are declared with. Each takes a `Document` and gives a field's text, or None; a
template lists `(field, reader)` in the order of precedence, and the first that gives something wins.

Selectors are those of `crawler.pages.html.selectors`; one that cannot be read raises `SelectorError` at once, with the
reader's name.
"""

import json
import re
from collections.abc import Callable
from typing import Final

from crawler.pages.fields.linked_data import linked_text
from crawler.pages.html.blocks import fold
from crawler.pages.html.selectors import Selector, SelectorError
from crawler.pages.template.document import TEXT_LIMIT, Document, element_text

SCRIPT_WINDOW: Final = 4_000


Reader = Callable[[Document], str | None]


def text(selector: str, pattern: str = "", *, without: tuple[str, ...] = (), until: tuple[str, ...] = ()) -> Reader:
    """Reads the text of the first element that the selector names, or the pattern's group 1 in it.

    `without`, `until`: see `element_text`.
    """
    regex = re.compile(pattern) if pattern else None
    place = _selector("text", selector)

    def read(document: Document) -> str | None:
        if without or until:
            element = document.select(place)
            value = "" if element is None else element_text(element, without, until)
        else:
            value = document.text(place)
        return _found(regex, value)

    return read


def tail(selector: str, word: str) -> Reader:
    """Reads the text that follows the first image of this selector whose `src` has the word."""
    place = _selector("tail", selector)

    def read(document: Document) -> str | None:
        for element in document.select_all(place):
            if word in (element.get("src") or ""):
                return fold(element.tail or "") or None
        return None

    return read


def before(needle: str, pattern: str, *, window: int = SCRIPT_WINDOW) -> Reader:
    """Reads the pattern's last group 1 in the visible text above the first match of `needle`: for pages of bare tables.

    `needle`: a pattern for the page's source. `window`: how much of the source above it is read, characters.
    """
    regex = re.compile(pattern)
    place = re.compile(needle, re.IGNORECASE)

    def read(document: Document) -> str | None:
        values = regex.findall(document.above(place, window))
        return str(values[-1]).strip() or None if values else None

    return read


def prefixed(prefix: str, reader: Reader) -> Reader:
    """Puts a prefix before what another reader gives."""

    def read(document: Document) -> str | None:
        value = reader(document)
        return prefix + value if value else None

    return read


def present(selector: str) -> Reader:
    """Reads "yes" where the page has such an element."""
    place = _selector("present", selector)
    return lambda document: "yes" if document.select(place) is not None else None


def attribute(selector: str, name: str, pattern: str = "") -> Reader:
    """Reads an attribute of the first element that the selector names and that has it."""
    regex = re.compile(pattern) if pattern else None
    place = _selector("attribute", selector)

    def read(document: Document) -> str | None:
        for element in document.select_all(place):
            value = element.get(name)
            if value:
                return _found(regex, fold(value))
        return None

    return read


def meta(name: str, pattern: str = "") -> Reader:
    """Reads a `<meta>`'s content."""
    regex = re.compile(pattern) if pattern else None
    return lambda document: _found(regex, fold(document.metas.get(name, ""))[:TEXT_LIMIT])


def title(pattern: str = "") -> Reader:
    """Reads the `<title>`, or the pattern's group 1 in it."""
    regex = re.compile(pattern) if pattern else None
    return lambda document: _found(regex, document.title)


def script(needle: str, pattern: str) -> Reader:
    """Reads the pattern's group 1 where `needle` stands in the page's source; escapes of a quoted string are undone."""
    regex = re.compile(pattern)

    def read(document: Document) -> str | None:
        start = document.source.find(needle)
        while start >= 0:
            found = regex.match(document.source, start, start + SCRIPT_WINDOW)
            if found:
                return fold(unescape(found[1]))
            start = document.source.find(needle, start + 1)
        return None

    return read


def json_ld(name: str) -> Reader:
    """Reads a value of the article that the page's JSON-LD describes; that of an object is its name."""
    return lambda document: linked_text(document.linked_data, name) or None


def _selector(reader: str, text: str) -> Selector:
    try:
        return Selector(text)
    except SelectorError as error:
        raise SelectorError(f"{reader}({text!r}, …): {error}") from None


def unescape(value: str) -> str:
    r"""A JavaScript string's value: `\u4e2d`, `\"`, `\/`. A string with other escapes is left as it is."""
    if "\\" not in value:
        return value
    try:
        return str(
            json.loads('"' + value.replace("\\'", "'").replace('"', '\\"').replace('\\\\"', '\\"') + '"', strict=False)
        )
    except ValueError:
        return value


def _found(regex: "re.Pattern[str] | None", value: str) -> str | None:
    if regex is None or not value:
        return value or None
    found = regex.search(value)
    if not found:
        return None
    return (found[1] if regex.groups else found[0]) or None
