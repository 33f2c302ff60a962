"""The pieces of the lines near a headline, as their elements part them: what each says, what its element is called."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from attrs import frozen

from crawler.pages.fields.evidence.classify import SOMEBODY, Kind, classify, is_timed
from crawler.pages.fields.lexicon import (
    ACCOUNT_LINK,
    ACCOUNT_WORDS,
    AUTHOR_LINK,
    AUTHOR_WORDS,
    EDITOR_WORDS,
    NO_NAME_WORDS,
    PLACE_WORDS,
    SOURCE_WORDS,
    class_words,
)
from crawler.pages.html.blocks import BLOCK_TAGS, SKIPPED_TAGS, RawBlock, fold, hides
from crawler.pages.html.parse import Element

_ELEMENTS: Final = 24
"""How many elements in a line are looked at."""
_BESIDE: Final = 3
_WIDE: Final = frozenset(("body", "article", "main", "section", "td"))
_MOST_LINKS: Final = 6
_LONGEST: Final = 200
_TELLING: Final = (*SOMEBODY, Kind.PLACE, Kind.DATE)
_DEEPEST: Final = 8
_PARTING: Final = ("br", "span", "em", "i", "time", "cite", "label", "small")
_LONGEST_SPAN: Final = 40
_LONGEST_AROUND: Final = 60


@frozen
class Span:
    """A piece of a line. `text`: folded; `kind`: what it is by its words. `words`: those of its element's class, id and
    `itemprop`; `around`: those of the elements around it that hold little else. `href`: the link that it is, or is in,
    or holds. `line`: which."""

    text: str
    kind: Kind
    words: frozenset[str]
    around: frozenset[str]
    href: str
    line: int

    def is_called(self, wanted: frozenset[str]) -> bool:
        """Whether the element itself has a class of these words, and none that names something else."""
        return _called(self.words, wanted)

    def stands_in(self, wanted: frozenset[str]) -> bool:
        """Whether the element, or one around it, has a class of these words."""
        return _called(self.words, wanted) or (not self.words & NO_NAME_WORDS and _called(self.around, wanted))

    @property
    def is_source(self) -> bool:
        return self.is_called(SOURCE_WORDS)

    @property
    def is_author(self) -> bool:
        return self.stands_in(AUTHOR_WORDS)

    @property
    def is_editor(self) -> bool:
        return self.is_called(EDITOR_WORDS)

    @property
    def is_account(self) -> bool:
        return self.is_called(ACCOUNT_WORDS) or ACCOUNT_LINK.search(self.href) is not None

    @property
    def is_place(self) -> bool:
        return self.is_called(PLACE_WORDS)

    @property
    def is_writer_link(self) -> bool:
        """Whether it links to the page of somebody who writes on this site."""
        return AUTHOR_LINK.search(self.href) is not None


def _called(words: frozenset[str], wanted: frozenset[str]) -> bool:
    return bool(words & wanted) and not words & NO_NAME_WORDS


def spans(blocks: Sequence[RawBlock]) -> list[Span]:
    """The pieces of the lines that are a name, a place or a time, in reading order; an element comes before those that
    it holds."""
    found: list[Span] = []
    seen = set()
    for index, block in _beside_time(blocks):
        node = block.node
        if node is None or node in seen or len(block.text) > _LONGEST or len(block.links) > _MOST_LINKS:
            continue
        seen.add(node)
        around: frozenset[str] | None = None
        for count, (element, outer, href) in enumerate(_inline(node)):
            if count > _ELEMENTS:
                break
            text = block.text if element is node else _text(element)
            half = text[: len(text) // 2]
            text = half if text == f"{half} {half}" else text  # some show the name once more, in a hidden card
            if not 2 <= len(text) <= _LONGEST_SPAN or (kind := classify(text)) not in _TELLING:
                continue
            if around is None:
                around = _around(node)
            found.append(Span(text, kind, _words(element), outer | around if around else outer, href, index))
    return found


def _beside_time(blocks: Sequence[RawBlock]) -> list[tuple[int, RawBlock]]:
    """The lines around the first that shows a time, else the first few."""
    timed = next(
        (index for index, block in enumerate(blocks) if len(block.text) <= _LONGEST and is_timed(block.text)), 0
    )
    start = max(0, timed - _BESIDE)
    return list(enumerate(blocks))[start : timed + _BESIDE + 1]


def _inline(node: Element) -> Iterator[tuple[Element, frozenset[str], str]]:
    """The node and the elements in it that begin no line of their own, each with the words around it and its link."""
    stack: list[tuple[Element, frozenset[str], str]] = [(node, frozenset(), _link_in(node))]
    while stack:
        element, outer, href = stack.pop()
        yield element, outer, href
        inside = [one for one in islice(element, _ELEMENTS) if _is_inline(one)]
        if inside:
            inner = outer | _words(element)
            around = href if element.tag == "a" else ""
            stack += [(one, inner, _link_in(one) or around) for one in reversed(inside)]


def _is_inline(element: Element) -> bool:
    tag = element.tag
    return isinstance(tag, str) and tag not in BLOCK_TAGS and tag not in SKIPPED_TAGS and not hides(element.items())


def _link_in(element: Element) -> str:
    """Where the element or its one link leads."""
    if element.tag == "a":
        return element.get("href") or ""
    if not len(element):
        return ""
    links = [one for one in islice(element, _ELEMENTS) if one.tag == "a"]
    return (links[0].get("href") or "") if len(links) == 1 else ""


def _words(element: Element) -> frozenset[str]:
    given = [element.get(name) for name in ("class", "id", "itemprop", "rel")]
    if element.tag == "address":  # who wrote the article around it (https://html.spec.whatwg.org/#the-address-element)
        given.append("author")
    names = " ".join(filter(None, given))
    return class_words(names) if names else frozenset()


def _around(node: Element) -> frozenset[str]:
    """The words of the two elements around a line, where they call it an author's and hold little more than it."""
    found: frozenset[str] = frozenset()
    parent = node.getparent()
    for _ in range(2):
        if parent is None or parent.tag in _WIDE:
            break
        words = _words(parent)
        if words & AUTHOR_WORDS:
            if _is_long(parent):
                break
            found |= words
        parent = parent.getparent()
    return found


def _is_long(element: Element) -> bool:
    length = 0
    for text in element.itertext("*"):
        length += len(text.strip())
        if length > _LONGEST_AROUND:
            return True
    return False


def _text(element: Element) -> str:
    """The element's text without the lines that begin in it."""
    if not len(element):
        return fold(element.text or "")
    parts: list[str] = []
    length = 0
    for text in _texts(element):
        parts.append(text)
        length += len(text)
        if length > _LONGEST:
            break
    return fold("".join(parts))


def _texts(element: Element, depth: int = _DEEPEST) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in islice(element, _ELEMENTS if depth else 0):
        if child.tag in _PARTING:
            yield " "
        if _is_inline(child):
            yield from _texts(child, depth - 1)
        if child.tag in _PARTING:
            yield " "
        if child.tail:
            yield child.tail
