"""A page on its way through a template: its tree, its source text, its address, and look-ups in them."""

import re
from collections.abc import Iterator
from typing import Any, Final

import attrs
from attrs import define
from lxml import etree

from crawler.pages.fields.linked_data import read_linked_data
from crawler.pages.html.blocks import SKIPPED_TAGS, fold
from crawler.pages.html.parse import Element
from crawler.pages.html.selectors import Selector
from crawler.pages.outcome import Verdict, by_words

TEXT_LIMIT: Final = 2_000
"""A field's element with more characters is no field."""


_TITLES: Final = etree.XPath("//title[not(ancestor::svg)]")  # as quick as a search for the first
_BODY: Final = Selector("body")
_TAG: Final = re.compile(r"<(?:script|style)\b[^>]*>[^<]*</(?:script|style)>|<[^<>]*>?|&nbsp;", re.IGNORECASE)


@define(slots=True, eq=False)
class Document:
    """A page on its way through a template: its tree, its source text, and its address.

    `scope`: the element in which the template's fields stand, but for those of the head and those with an id.
    """

    tree: Element
    source: str
    url: str
    scope: Element | None = None
    _metas: "dict[str, str] | None" = None
    _linked_data: "dict[str, Any] | None" = None
    _texts: dict[str, str] = attrs.field(factory=dict)

    @property
    def linked_data(self) -> dict[str, Any]:
        """What the page's JSON-LD says of its article (`crawler.pages.fields.linked_data`); {} without one."""
        if self._linked_data is None:
            self._linked_data = read_linked_data(self.tree.iter("script"))
        return self._linked_data

    @property
    def metas(self) -> dict[str, str]:
        """The page's `<meta>` values by name, property or itemprop; the first of a name wins."""
        if self._metas is None:
            self._metas = {}
            for element in self.tree.iter("meta"):
                name = element.get("property") or element.get("name") or element.get("itemprop")
                if name:
                    self._metas.setdefault(name, element.get("content") or "")
        return self._metas

    @property
    def title(self) -> str:
        """The folded text of the page's `<title>`; "" without one. Of a page that includes other documents, such as a
        header of its own, the longest."""
        return max((element_text(element) for element in _TITLES(self.tree)), key=len, default="")

    def select_all(self, selector: Selector) -> Iterator[Element]:
        """The elements that the selector names: in the scope, or in the whole page if it begins with an id or with an
        element of the head."""
        return selector.find(self.tree if self.scope is None or selector.is_of_page else self.scope)

    def select(self, selector: Selector) -> Element | None:
        """The first of `select_all`, or None."""
        return next(self.select_all(selector), None)

    def text(self, selector: Selector) -> str:
        """The folded text of the first element that the selector names; "" without one."""
        if selector.text not in self._texts:
            element = self.select(selector)
            self._texts[selector.text] = "" if element is None else element_text(element)
        return self._texts[selector.text]

    def says(self) -> Verdict | None:
        """The outcome that the page's own few words tell, where it has no text."""
        return by_words(self.title, self.text(_BODY))

    def above(self, place: "re.Pattern[str]", window: int) -> str:
        """The visible text of the source's `window` characters before the first match of `place`."""
        if place.pattern not in self._texts:
            found = place.search(self.source)
            start = found.start() if found else 0
            self._texts[place.pattern] = fold(_TAG.sub(" ", self.source[max(0, start - window) : start]))
        return self._texts[place.pattern]


def element_text(element: Element, without: tuple[str, ...] = (), until: tuple[str, ...] = ()) -> str:
    """The folded text of an element, without scripts and controls.

    `without`: classes of elements inside it that are left out. `until`: stops at the first element that has one of
    these classes, or one of these words in its `src`.
    """
    parts = [element.text or ""]
    length = 0
    stack = [iter(element)]
    opened = [element]
    while stack and length < TEXT_LIMIT * 4:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
            done = opened.pop()
            if done is not element and done.tail:
                parts.append(done.tail)
            continue
        length += len(parts[-1])
        classes = (child.get("class") or "").split()
        if until and any(word in classes or word in (child.get("src") or "") for word in until):
            break
        if child.tag in SKIPPED_TAGS or (without and any(name in without for name in classes)):
            parts.append(child.tail or "")
            continue
        if child.tag == "br":
            parts.append(" ")
        parts.append(child.text or "")
        stack.append(iter(child))
        opened.append(child)
    return fold("".join(parts))[:TEXT_LIMIT]
