"""What stands around an element, in reading order: the lines between a headline and a body, before it, and after it.

Each generator gives whole subtrees and the bare text between them, and touches nothing inside the two ends.
"""

from collections.abc import Iterator

from crawler.pages.html.parse import Element

Piece = Element | str


def between(start: Element, end: Element) -> Iterator[Piece]:
    """The pieces after `start` and before `end`; none where `end` does not come after it."""
    path = {end, *end.iterancestors()}
    node = start
    while node is not None and node not in path:
        if node.tail:
            yield node.tail
        for sibling in node.itersiblings():
            if sibling in path:
                yield from _before_in(sibling, end, path)
                return
            yield sibling
            if sibling.tail:
                yield sibling.tail
        node = node.getparent()


def _before_in(container: Element, end: Element, path: set[Element]) -> Iterator[Piece]:
    while container is not end:
        if container.text:
            yield container.text
        following = None
        for child in container:
            if child in path:
                following = child
                break
            yield child
            if child.tail:
                yield child.tail
        if following is None:
            return
        container = following


def preceding(end: Element, levels: int = 4) -> Iterator[Piece]:
    """The pieces before `end`, nearest first, from the siblings of it and of its nearest ancestors."""
    node = end
    for _ in range(levels):
        for sibling in node.itersiblings(preceding=True):
            if sibling.tail:
                yield sibling.tail
            yield sibling
        parent = node.getparent()
        if parent is None or parent.tag in ("body", "html"):
            return
        if parent.text:
            yield parent.text
        node = parent


def following(start: Element, levels: int = 4) -> Iterator[Piece]:
    """The pieces after `start`, nearest first, from the siblings of it and of its nearest ancestors."""
    node = start
    for _ in range(levels):
        if node.tail:
            yield node.tail
        for sibling in node.itersiblings():
            yield sibling
            if sibling.tail:
                yield sibling.tail
        node = node.getparent()
        if node is None or node.tag in ("body", "html"):
            return
