"""A page template: the marks by which a page is known, where its body stands, and where each field is read.

A site file declares its templates out of the small readers of `crawler.pages.template.readers`.
"""

from typing import TYPE_CHECKING

import attrs
from attrs import frozen

from crawler.pages.fields.clock import read_time
from crawler.pages.html.blocks import SKIPPED_TAGS
from crawler.pages.html.parse import Element
from crawler.pages.html.selectors import Selector, SelectorError
from crawler.pages.page import Outcome
from crawler.pages.rules.engine import Rule, RuleSet
from crawler.pages.rules.general import GENERAL
from crawler.pages.template.document import Document
from crawler.pages.template.readers import Reader
from crawler.pages.witness import TEMPLATE_AGREEMENT

if TYPE_CHECKING:
    from collections.abc import Callable


ENOUGH_FIELDS = 3
"""Fewer fields may be read on any page."""


@frozen(kw_only=True)
class Template:
    """One generation of a site's pages.

    `name`: `netease-post`. `signs`: literals that all stand in the page's source, for a quick no. `body`: selectors
    (`crawler.pages.html.selectors`) of the body's root, in the order of precedence; a page without any such element is
    not of this template. `fields`: `(field, reader)`, in the order of precedence; a field `flag.<name>` sets that flag,
    `page_url` and `page_id` are the address and the native id that the page itself names. `rules`: the clutter rules of
    the body, before the general ones. `outcome`: what a page of this template is. `flags`: flags of every page of it.
    `image`: makes an image's address out of the written one. `authors_in_text`: whether bylines in the body name
    authors where no field does. `agreement`: below it, an article is doubtful (`crawler.pages.witness`). `pager`: the
    selector of the links between the pages of one article. `scope`: the selector of the element around the body in
    which the fields stand: searches in it cost little; without it, the whole page is searched. `unproven`:
    written after other people's code; no real page of it has been tried.

    Raises `SelectorError`, with the template's name, for a selector that cannot be read.
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
    scope: str = ""
    agreement: float = TEMPLATE_AGREEMENT
    unproven: bool = False
    ruleset: RuleSet = attrs.field(init=False, repr=False, eq=False)
    roots: tuple[Selector, ...] = attrs.field(init=False, repr=False, eq=False)
    pager_at: Selector | None = attrs.field(init=False, repr=False, eq=False)
    scope_at: Selector | None = attrs.field(init=False, repr=False, eq=False)

    @ruleset.default
    def _build(self) -> RuleSet:
        return RuleSet((*self.rules, *GENERAL))

    @roots.default
    def _read_body(self) -> tuple[Selector, ...]:
        if isinstance(self.body, str):
            raise SelectorError(
                f"template {self.name}, body: it is a tuple, with a comma even for one: ({self.body!r},)"
            )
        return tuple(self._read_selector("body", text) for text in self.body)

    @pager_at.default
    def _read_pager(self) -> Selector | None:
        return self._read_selector("pager", self.pager) if self.pager else None

    @scope_at.default
    def _read_scope(self) -> Selector | None:
        return self._read_selector("scope", self.scope) if self.scope else None

    def _read_selector(self, part: str, text: str) -> Selector:
        try:
            return Selector(text)
        except SelectorError as error:
            raise SelectorError(f"template {self.name}, {part}: {error}") from None

    def root(self, document: Document) -> Element | None:
        """The body's root on this page, or None where the page is not of this template.

        It is the first of the selected elements that has text; without text in any, the first of them.
        """
        # An id is looked up in no time; to read the whole source, or the whole tree, is what takes some.
        by_ids = all(selector.begins_with_id for selector in self.roots)
        if not by_ids and not self._has_signs(document):
            return None
        empty = None
        for selector in self.roots:
            for element in selector.find(document.tree):
                if by_ids and not self._has_signs(document):
                    return None
                if _has_text(element):
                    return element
                empty = element if empty is None else empty
        return empty

    def _has_signs(self, document: Document) -> bool:
        return all(sign in document.source for sign in self.signs)

    def likeness(self, document: Document) -> int:
        """How many of its fields are read on this page, whether its body stands there or not; 0 where that is less than
        half of them, or too few to tell."""
        names = {name for name, _ in self.fields if not name.startswith("flag.")}
        found = {
            name
            for name, reader in self.fields
            if name in names and (value := reader(document)) and _says_something(name, value)
        }
        return len(found) if len(found) >= max(ENOUGH_FIELDS, len(names) / 2) else 0

    def read(self, document: Document, root: Element, found: dict[str, str]) -> dict[str, str]:
        """The fields: those of the readers, then what rules `found` in the body's lines. `root`: the body's root."""
        if (scope := self.scope_at) is not None:
            document.scope = next((one for one in root.iterancestors() if scope.matches(one)), None)
        values: dict[str, str] = {}
        for name, reader in self.fields:
            if name not in values and (value := reader(document)) and _says_something(name, value):
                values[name] = value
        for name, value in found.items():
            values.setdefault(name, value)
        return values


def _says_something(name: str, value: str) -> bool:
    """Whether a time is one that can be read: `undefined` and `0` must not hide the next reader's."""
    return not name.endswith("_at") or read_time(value) is not None


def _has_text(element: Element) -> bool:
    if element.text and not element.text.isspace():
        return True
    for child in element.iterdescendants():
        if (child.tail and not child.tail.isspace()) or (
            child.tag not in SKIPPED_TAGS and child.text and not child.text.isspace()
        ):
            return True
    return False
