"""A page template: the marks by which a page is known, where its body stands, and where each field is read.

A site file declares its templates out of the small readers here. A reader takes a `Document` and gives a field's text,
or None; a template lists `(field, reader)` in the order of precedence, and the first that gives something wins.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Final

import attrs
from attrs import define, frozen

from crawler.pages.html.blocks import SKIPPED_TAGS, fold
from crawler.pages.html.parse import Element
from crawler.pages.html.selectors import select_all
from crawler.pages.page import Outcome
from crawler.pages.rules.engine import Rule, RuleSet
from crawler.pages.rules.general import GENERAL

TEXT_LIMIT: Final = 2_000
"""A field's element with more characters is no field."""

SCRIPT_WINDOW: Final = 4_000
LINKED_DATA_LIMIT: Final = 200_000
_WHOLE: Final = re.compile(r"#|(?:html|head|body|title|meta|link|script)\b")
_TAG: Final = re.compile(r"<(?:script|style)\b[^>]*>[^<]*</(?:script|style)>|<[^<>]*>?|&nbsp;", re.IGNORECASE)


@define(slots=True, eq=False)
class Document:
    """A page on its way through a template: its tree, its source text, and its address.

    `target_id`: the native id that the address names, or "". `scope`: the element in which the template's fields stand,
    but for those of the head and those with an id.
    """

    tree: Element
    source: str
    url: str
    target_id: str = ""
    scope: Element | None = None
    _metas: "dict[str, str] | None" = None
    _linked_data: "dict[str, str] | None" = None
    _texts: dict[str, str] = attrs.field(factory=dict)

    @property
    def linked_data(self) -> dict[str, str]:
        """The text values of the first article in the page's JSON-LD; empty without one."""
        if self._linked_data is None:
            self._linked_data = {}
            for element in self.tree.iter("script"):
                if element.get("type") == "application/ld+json" and "Article" in (element.text or ""):
                    self._linked_data = _article_values(element.text)
                    break
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

    def select_all(self, selector: str) -> Iterator[Element]:
        """The elements that the selector names: in the scope, or in the whole page if it begins with an id or with an
        element of the head."""
        return select_all(self.scope if self.scope is not None and not _WHOLE.match(selector) else self.tree, selector)

    def select(self, selector: str) -> Element | None:
        """The first of `select_all`, or None."""
        return next(self.select_all(selector), None)

    def text(self, selector: str) -> str:
        """The folded text of the first element that the selector names; "" without one."""
        if selector not in self._texts:
            element = self.select(selector)
            self._texts[selector] = "" if element is None else element_text(element)
        return self._texts[selector]

    def above(self, place: "re.Pattern[str]", window: int) -> str:
        """The visible text of the source's `window` characters before the first match of `place`."""
        if place.pattern not in self._texts:
            found = place.search(self.source)
            start = found.start() if found else 0
            self._texts[place.pattern] = fold(_TAG.sub(" ", self.source[max(0, start - window) : start]))
        return self._texts[place.pattern]


def _article_values(text: str) -> dict[str, str]:
    if len(text) > LINKED_DATA_LIMIT:
        return {}
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return {}
    nodes = data.get("@graph", [data]) if isinstance(data, dict) else data
    for node in nodes if isinstance(nodes, list) else []:
        if isinstance(node, dict) and str(node.get("@type", "")).endswith("Article"):
            return {key: fold(value) for key, value in node.items() if isinstance(value, str)}
    return {}


Reader = Callable[[Document], str | None]


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


def text(selector: str, pattern: str = "", *, without: tuple[str, ...] = (), until: tuple[str, ...] = ()) -> Reader:
    """Reads the text of the first element that the selector names, or the pattern's group 1 in it.

    `without`, `until`: see `element_text`.
    """
    regex = re.compile(pattern) if pattern else None

    def read(document: Document) -> str | None:
        if without or until:
            element = document.select(selector)
            value = "" if element is None else element_text(element, without, until)
        else:
            value = document.text(selector)
        return _found(regex, value)

    return read


def tail(selector: str, word: str) -> Reader:
    """Reads the text that follows the first image of this selector whose `src` has the word."""

    def read(document: Document) -> str | None:
        for element in document.select_all(selector):
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
    return lambda document: "yes" if document.select(selector) is not None else None


def attribute(selector: str, name: str, pattern: str = "") -> Reader:
    """Reads an attribute of the first element that the selector names and that has it."""
    regex = re.compile(pattern) if pattern else None

    def read(document: Document) -> str | None:
        for element in document.select_all(selector):
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
    return text("title", pattern)


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
    """Reads a text value of the article that the page's JSON-LD describes."""
    return lambda document: document.linked_data.get(name)


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


@frozen(kw_only=True)
class Template:
    """One generation of a site's pages.

    `name`: `netease-post`. `signs`: literals that all stand in the page's source, for a quick no. `body`: selectors of
    the body's root; the first that the page has is it, and a page without any is not of this template. `fields`:
    `(field, reader)`, in the order of precedence; a field `flag.<name>` sets that flag, `page_url` and `page_id` are
    the address and the native id that the page itself names. `rules`: the clutter rules of the body, before the general
    ones.
    `outcome`: what a page of this template is. `flags`: flags of every page of it. `image`: makes an image's address
    out of the written one. `authors_in_text`: whether bylines in the body name authors where no field does.
    `pager`: the selector of the links between the pages of one article. `scope`: class or id of the element around the
    body in which the fields stand: searches in it cost little; without it, the whole page is searched.
    """

    name: str
    body: tuple[str, ...]
    signs: tuple[str, ...] = ()
    fields: tuple[tuple[str, Reader], ...] = ()
    rules: tuple[Rule, ...] = ()
    outcome: Outcome = Outcome.ARTICLE
    flags: tuple[str, ...] = ()
    image: "Callable[[str, Document], str] | None" = None
    authors_in_text: bool = True
    pager: str = ""
    scope: tuple[str, ...] = ()
    ruleset: RuleSet = attrs.field(init=False, repr=False, eq=False)

    @ruleset.default
    def _build(self) -> RuleSet:
        return RuleSet((*self.rules, *GENERAL))

    def root(self, document: Document) -> Element | None:
        """The body's root on this page, or None where the page is not of this template.

        It is the first of the selected elements that has text; without text in any, the first of them.
        """
        # An id is looked up in no time; to read the whole source, or the whole tree, is what takes some.
        by_ids = all(selector.startswith("#") for selector in self.body)
        if not by_ids and not self._has_signs(document):
            return None
        empty = None
        for selector in self.body:
            for element in select_all(document.tree, selector):
                if by_ids and not self._has_signs(document):
                    return None
                if _has_text(element):
                    return element
                empty = element if empty is None else empty
        return empty

    def _has_signs(self, document: Document) -> bool:
        return all(sign in document.source for sign in self.signs)

    def read(self, document: Document, root: Element, found: dict[str, str]) -> dict[str, str]:
        """The fields: those of the readers, then what rules `found` in the body's lines. `root`: the body's root."""
        document.scope = next((one for one in root.iterancestors() if self._is_scope(one)), None)
        values: dict[str, str] = {}
        for name, reader in self.fields:
            if name not in values and (value := reader(document)):
                values[name] = value
        for name, value in found.items():
            values.setdefault(name, value)
        return values

    def _is_scope(self, element: Element) -> bool:
        return (
            any(name in self.scope for name in (element.get("class") or "").split()) or element.get("id") in self.scope
        )


def _has_text(element: Element) -> bool:
    if element.text and not element.text.isspace():
        return True
    for child in element.iterdescendants():
        if (child.tail and not child.tail.isspace()) or (
            child.tag not in SKIPPED_TAGS and child.text and not child.text.isspace()
        ):
            return True
    return False
