"""A page on its way through a template: its tree, its source text, its address, and look-ups in them."""

import re
from collections.abc import Iterator
from typing import Any, Final

import attrs
from attrs import define

from crawler.pages.fields.linked_data import read_linked_data
from crawler.pages.html.blocks import SKIPPED_TAGS, fold
from crawler.pages.html.parse import Element
from crawler.pages.html.selectors import Selector
from crawler.pages.html.urls import absolute
from crawler.pages.outcome import BLANK, Verdict, by_address, by_words
from crawler.pages.page import Outcome

TEXT_LIMIT: Final = 2_000
"""A field's element with more characters is no field."""


_OF_HEAD: Final = ("base", "meta", "title")
_REFRESH: Final = re.compile(r"\s*(\d{1,3})(?:\.\d*)?\s*[;,\s]\s*(?:url\s*=)?\s*['\"]?\s*([^\s'\"]+)", re.IGNORECASE)
_SECONDS: Final = 15
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
    _of_head: "dict[str, list[Element]] | None" = None
    _metas: "dict[str, str] | None" = None
    _linked_data: "dict[str, Any] | None" = None
    _sends_on: str = ""
    _title: str | None = None
    _texts: dict[str, str] = attrs.field(factory=dict)

    def _all(self, tag: str) -> list[Element]:
        """All elements of one of these names, which may stand outside the head: one pass over the page for the three of
        them costs less than a search for each."""
        if self._of_head is None:
            self._of_head = {name: [] for name in _OF_HEAD}
            for element in self.tree.iter(*_OF_HEAD):
                self._of_head[element.tag].append(element)
        return self._of_head[tag]

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
            for element in self._all("meta"):
                if (element.get("http-equiv") or "").lower() == "refresh" and not self._sends_on:
                    self._sends_on = _next_address(element, self.url)
                name = element.get("property") or element.get("name") or element.get("itemprop")
                if name:
                    self._metas.setdefault(name, element.get("content") or "")
        return self._metas

    @property
    def sends_on(self) -> str:
        """The other address to which the page sends its reader on within seconds; "" where it does not."""
        return self._sends_on if self.metas is not None else ""

    @property
    def base(self) -> str:
        """What the page's addresses are relative to: its first `<base href>`, else its own address
        (https://html.spec.whatwg.org/#document-base-url)."""
        for element in self._all("base"):
            if href := element.get("href"):
                return absolute(self.url, href) or self.url
        return self.url

    @property
    def title(self) -> str:
        """The folded text of the page's `<title>`; "" without one. Of a page that includes other documents, such as a
        header of its own, the longest."""
        if self._title is None:
            titles = self._all("title")
            if len(titles) > 1:
                titles = [one for one in titles if next(one.iterancestors("svg"), None) is None]
            self._title = max(map(element_text, titles), key=len, default="")
        return self._title

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
        if self.sends_on:
            return by_address(self.sends_on) or (Outcome.NOT_ARTICLE, f"it sends its readers on to {self.sends_on}")
        return by_words(self.title, self.text(_BODY))

    @property
    def is_blank(self) -> bool:
        """Whether the page has too little text for any article."""
        return len(self.text(_BODY)) < BLANK

    def above(self, place: "re.Pattern[str]", window: int) -> str:
        """The visible text of the source's `window` characters before the first match of `place`."""
        if place.pattern not in self._texts:
            found = place.search(self.source)
            start = found.start() if found else 0
            self._texts[place.pattern] = fold(_TAG.sub(" ", self.source[max(0, start - window) : start]))
        return self._texts[place.pattern]


def _next_address(refresh: Element, url: str) -> str:
    """Where a `<meta http-equiv="refresh">` leads within seconds, if that is another page. One in `<noscript>` is for
    browsers without scripts."""
    found = _REFRESH.match(refresh.get("content") or "")
    if found is None or int(found[1]) > _SECONDS or next(refresh.iterancestors("noscript"), None) is not None:
        return ""
    address = absolute(url, found[2])
    return "" if address.partition("#")[0] == url.partition("#")[0] else address


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
