"""Elements by selectors: one small language, for templates, for their readers and for clutter rules.

A selector is read when the template, reader or rule is built, so that one that cannot be read fails there and not when
a page comes. It means what it means in CSS. There is no XPath behind it: `contains(@class)` over a whole page costs
more than its parse.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, Generic, TypeVar

from attrs import frozen

from crawler.pages.html.parse import Element, by_id

GRAMMAR: Final = (
    "a selector is a tag, .class, #id, [attribute] or [attribute=value], all in lower case as HTML has them, or several"
    " of them together (p.ad[data-x]); with a space between two the second stands inside the first; with a comma either"
)

_PART: Final = re.compile(
    r"""
    \.(?P<klass>[\w-]+) | \#(?P<id>[\w-]+) | (?P<tag>[a-z][a-z0-9-]*)
    | \[\s*(?P<name>[a-z_][a-z0-9_:.-]*)\s*
      (?:(?P<equals>=)\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<plain>[^\s"'\[\]=]+))\s*)?\]
    """,
    re.VERBOSE,
)
_BETWEEN: Final = re.compile(r"\s*(,)\s*|\s+")

_OF_PAGE: Final = frozenset(("html", "head", "body", "title", "meta", "link", "script"))

_Counts = dict[Element, int]
"""Of elements, how many of a path's outer steps they and those around them fit, from the outermost on."""


class SelectorError(ValueError):
    """A selector that cannot be read."""


@frozen
class Step:
    """What one element must be: `p.ad[data-x]`. `tag`, `id`: "" for any. A value of None: any."""

    tag: str = ""
    id: str = ""
    classes: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str | None], ...] = ()

    def fits(self, element: Element) -> bool:
        """Whether the element is one."""
        if self.tag and element.tag != self.tag:
            return False
        if self.id and element.get("id") != self.id:
            return False
        if self.classes:
            names = element.get("class")
            # The substring tells most elements apart before their names are split.
            if not names or self.classes[0] not in names:
                return False
            given = names.split()
            if not all(name in given for name in self.classes):
                return False
        for name, wanted in self.attributes:
            value = element.get(name)
            if value is None or (wanted is not None and value != wanted):
                return False
        return True


@frozen(eq=False)
class Path:
    """Steps, each inside the one before."""

    steps: tuple[Step, ...]

    def fits(self, element: Element, counts: _Counts) -> bool:
        """Whether the element is what the last step wants, and the others stand around it. `counts`: what is known of
        the elements around; it is kept over the elements of a page, so that all of them cost one look at each."""
        if not self.steps[-1].fits(element):
            return False
        return len(self.steps) == 1 or self._count(element.getparent(), counts) == len(self.steps) - 1

    def _count(self, element: Element, counts: _Counts) -> int:
        around = []
        while element is not None and element not in counts:
            around.append(element)
            element = element.getparent()
        count = 0 if element is None else counts[element]
        for one in reversed(around):
            if count < len(self.steps) - 1 and self.steps[count].fits(one):
                count += 1
            counts[one] = count
        return count

    def find(self, root: Element) -> Iterator[Element]:
        """The elements from `root` on that fit, in order; of an id only the page's first element counts."""
        name = next((step.id for step in reversed(self.steps) if step.id), "")
        if not name:
            return self._search(root)
        first = by_id(root, name)
        if first is None:
            return iter(())
        around = root.getparent() is None or root is first or root in first.iterancestors()
        if self.steps[-1].id:
            return iter((first,) if around and self.fits(first, {}) else ())
        if around:
            return self._search(first)
        return self._search(root) if first in root.iterancestors() else iter(())

    def _search(self, root: Element) -> Iterator[Element]:
        """The elements from `root` on that fit, in order, whatever their ids."""
        step, counts = self.steps[-1], _Counts()
        # One attribute's substring tells most elements apart.
        name, part = "class", ""
        if step.classes:
            part = step.classes[0]
        elif step.attributes:
            name, part = step.attributes[0][0], step.attributes[0][1] or ""
        for element in root.iter(step.tag or "*"):
            if part in element.get(name, "") and self.fits(element, counts):
                yield element


class Selector:
    """A selector, ready to use. Raises `SelectorError` where it cannot be read.

    `text`: as written. `paths`: its alternatives. `begins_with_id`: every one of them does. `is_of_page`: one of them
    begins with an id or with an element of the head, of which a page has one, wherever the text stands.
    """

    __slots__ = ("begins_with_id", "is_of_page", "paths", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.paths = tuple(_read(text))
        outer = [path.steps[0] for path in self.paths]
        self.begins_with_id = all(step.id for step in outer)
        self.is_of_page = any(step.id or step.tag in _OF_PAGE for step in outer)

    def __repr__(self) -> str:
        return f"Selector({self.text!r})"

    def matches(self, element: Element) -> bool:
        """Whether the selector names this element. Of an id that comes again it takes all, unlike a search."""
        return any(path.fits(element, {}) for path in self.paths)

    def find(self, root: Element) -> Iterator[Element]:
        """The elements from `root` on that the selector names, each once, in the page's order.

        What the outer steps name may stand around `root`. Of an id only the page's first element counts, as in a
        browser: it is looked up in no time. Without an id, a selector with a tag costs least.
        """
        if len(self.paths) == 1:
            return self.paths[0].find(root)
        return self._find_any(root)

    def _find_any(self, root: Element) -> Iterator[Element]:
        by_ids = [path for path in self.paths if any(step.id for step in path.steps)]
        named = {element for path in by_ids for element in path.find(root)}
        others = [(path, _Counts()) for path in self.paths if path not in by_ids]
        for element in root.iter(*{path.steps[-1].tag or "*" for path in self.paths}):
            if element in named or any(path.fits(element, counts) for path, counts in others):
                yield element

    def first(self, root: Element) -> Element | None:
        """The first of `find`, or None."""
        return next(self.find(root), None)


def _read(text: str) -> Iterator[Path]:
    """The paths of a selector."""
    steps: list[Step] = []
    parts: list[re.Match[str]] = []
    place = 0
    rest = text.strip()
    if not rest:
        raise SelectorError(f"an empty selector: {GRAMMAR}")
    while place < len(rest):
        if found := _PART.match(rest, place):
            if (parts and found["tag"]) or (found["id"] and any(part["id"] for part in parts)):
                break
            parts.append(found)
        elif parts and (found := _BETWEEN.match(rest, place)):
            steps.append(_step(parts))
            parts = []
            if found[1]:
                yield Path(tuple(steps))
                steps = []
        else:
            break
        place = found.end()
    if place < len(rest) or not parts:
        raise SelectorError(f"no such selector as {text!r}, from {rest[place:]!r} on: {GRAMMAR}")
    yield Path((*steps, _step(parts)))


def _step(parts: Sequence["re.Match[str]"]) -> Step:
    attributes = []
    for part in parts:
        if part["name"]:
            value = next((part[kind] for kind in ("double", "single", "plain") if part[kind] is not None), None)
            attributes.append((part["name"], value))
    return Step(
        tag=next((part["tag"] for part in parts if part["tag"]), ""),
        id=next((part["id"] for part in parts if part["id"]), ""),
        classes=tuple(part["klass"] for part in parts if part["klass"]),
        attributes=tuple(attributes),
    )


Value = TypeVar("Value")


@frozen(eq=False)
class _Entry(Generic[Value]):
    order: int
    path: Path
    value: Value


class SelectorIndex(Generic[Value]):
    """Many selectors, each with a value: which value an element has is that of the first selector that names it.

    It is for a walk that asks of every element: most are told apart by one look into a table.
    """

    def __init__(self, selectors: Iterable[tuple[Selector, Value]]) -> None:
        # Each path stands in one list, by what few elements of a page have.
        self._by_class: dict[str, list[_Entry[Value]]] = {}
        self._by_attribute: dict[str, list[_Entry[Value]]] = {}
        self._by_tag: dict[str, tuple[list[_Entry[Value]]]] = {}
        for order, (selector, value) in enumerate(selectors):
            for path in selector.paths:
                self._list(path.steps[-1]).append(_Entry(order, path, value))

    def _list(self, step: Step) -> list[_Entry[Value]]:
        if step.id:
            return self._by_attribute.setdefault("id", [])
        if step.classes:
            return self._by_class.setdefault(step.classes[0], [])
        if step.attributes:
            return self._by_attribute.setdefault(step.attributes[0][0], [])
        return self._by_tag.setdefault(step.tag, ([],))[0]

    def look_up(self) -> Callable[[Element, str, Sequence[tuple[str, str]]], Value | None]:
        """A look-up for the elements of one page: an element, its tag and its attributes give its value, or None."""
        by_class, by_attribute, by_tag = self._by_class, self._by_attribute, self._by_tag
        counts: dict[Path, _Counts] = {}

        def look_up(element: Element, tag: str, attributes: Sequence[tuple[str, str]]) -> Value | None:
            lists: tuple[list[_Entry[Value]], ...] = by_tag.get(tag, ())
            for name, value in attributes:
                if name == "class":
                    for one in value.split():
                        if one in by_class and by_class[one] not in lists:
                            lists = (*lists, by_class[one])
                if name in by_attribute:
                    lists = (*lists, by_attribute[name])
            return _first(element, lists, counts) if lists else None

        return look_up


def _first(element: Element, lists: tuple[list[_Entry[Value]], ...], counts: dict[Path, _Counts]) -> Value | None:
    """The value of the first entry that names the element."""
    for entry in lists[0] if len(lists) == 1 else sorted(chain(*lists), key=lambda entry: entry.order):
        if entry.path.fits(element, counts.setdefault(entry.path, {})):
            return entry.value
    return None
