"""The visible blocks of a subtree, in reading order: what a reader sees as a line, with its kind, links and images.

The walk uses no recursion (pages nest 10,000 deep) and keeps what an extractor that looks for `<p>` loses: text in a
bare `<div>` beside paragraphs, text after an image or a video, lines that only `<br>` parts. It judges nothing: rules
do (`crawler.pages.rules.engine`). What an element does to the lines stands in a table by its tag.
"""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any, Final

from lxml import etree

from crawler.pages.html.blocks import BLOCK_TAGS, HEADINGS, SKIPPED_TAGS, Mark, RawBlock, fold, hides
from crawler.pages.html.images import IMAGE_TAGS, image_block, image_without_script
from crawler.pages.html.lines import Lines
from crawler.pages.html.parse import MAX_ELEMENTS, Element

_FIELD_TAGS: Final = tuple("span em i time cite label small".split())
_CELLS: Final = ("td", "th")
_KEPT_TOGETHER: Final = 2_000
"""A table row of more characters, or with more than three blocks in a cell, is layout: its cells are read in turn."""

# What an element does as it begins; it gives whether the walk goes on in it. And what it does as it ends.
_Begin = Callable[[Lines, Element], bool]
_End = Callable[[Lines, Element], None]
_INSIDE: Final = {
    **dict.fromkeys(("ul", "ol", "dl", "menu", "dir"), "list"),
    **dict.fromkeys(("li", "dt", "dd"), "list_item"),
    "figcaption": "caption",
    "caption": "caption",
    "blockquote": "quote",
    "pre": "code",
}


def walk(
    root: Element, mark: Mark | None = None, *, parted: bool = False, shown: Collection[Element] = ()
) -> list[RawBlock]:
    """The blocks of `root` in reading order.

    `mark`: called for each element below the root; what it gives, if not None, is the `mark` of every block in that
    element, whose text is kept apart from the line around it even where the element is an inline one. `parted`: a space
    stands where an inline element begins or ends, at an image, and between two links that touch: a line of fields, each
    in its `<span>`. What fonts and lone links part stays together.
    Scripts, controls and what is hidden by its own `style` or `hidden` are left out; the root may be hidden itself, and
    so may the elements `shown`. A
    line ends at a block element and at `<br>` (inside a heading that is a space). At most `MAX_ELEMENTS` elements are
    visited: the rest is left out.
    """
    lines = Lines(root, mark, parted)
    if root.text:
        lines.text(root.text)
    _visit(lines, root, shown)
    lines.flush()
    return lines.out


def _visit(lines: Lines, root: Element, shown: Collection[Element]) -> None:
    """Walks what is below `root`. The stack holds what is open around `parent`: the children to come, the element, its
    end."""
    begins, ends = (_BEGINS_PARTED, _ENDS_PARTED) if lines.parted else (_BEGINS, _ENDS)
    left = MAX_ELEMENTS
    stack: list[tuple[Iterator[Element], Element, _End]] = []
    children, parent = iter(root), root
    end: _End = _nothing
    while True:
        for element in children:
            left -= 1
            tag = element.tag
            begin = begins.get(tag)
            if begin is not _skip:
                begin = _begin(lines, element, tag, begin, shown) if left >= 0 else _skip
            if begin is None or begin(lines, element):
                if text := element.text:
                    lines.text(text)
                if len(element):
                    stack.append((children, parent, end))
                    children, parent, end = iter(element), element, ends.get(tag, _nothing)
                    break
                ends.get(tag, _nothing)(lines, element)
            if tail := element.tail:
                lines.text(tail)
        else:
            end(lines, parent)
            if not stack:
                return
            lines.text(parent.tail or "")
            children, parent, end = stack.pop()


def _begin(lines: Lines, element: Element, tag: str, usual: _Begin | None, shown: Collection[Element]) -> _Begin | None:
    """What the element does as it begins; None for nothing. `usual`: what those of its tag do."""
    attributes = element.items()
    if attributes and hides(attributes) and element not in shown:
        return _skip
    if lines.mark is not None and (given := lines.mark(element, tag, attributes)) is not None:
        return partial(_marked, given)
    return usual


def _nothing(_: Lines, __: Element) -> None:
    """What an element does that ends no line."""


def _skip(lines: Lines, element: Element) -> bool:
    """What is not shown, with all in it."""
    if element.tag in BLOCK_TAGS:
        lines.flush()
    return False


def _marked(given: Any, lines: Lines, element: Element) -> bool:
    """What has a mark. An inline element is walked apart from the line that it stands in."""
    tag = element.tag
    if tag in BLOCK_TAGS:
        _OPENS.get(tag, Lines.open)(lines, element)
        lines.marked, lines.mark = (element, len(lines.out), given, lines.mark), None
        return True
    if tag == "br":
        lines.flush()
    blocks = walk(element) if tag not in IMAGE_TAGS else [image_block(element)]
    for block in blocks:
        block.mark = given
    (lines.after if lines.length else lines.out).extend(blocks)
    return False


def _within(lines: Lines, element: Element) -> bool:
    lines.open(element)
    lines.inside[_INSIDE[element.tag]] += 1
    lines.within += 1
    return True


def _end_within(lines: Lines, element: Element) -> None:
    lines.close(element)
    lines.inside[_INSIDE[element.tag]] -= 1
    lines.within -= 1


def _heading(lines: Lines, element: Element) -> bool:
    lines.open(element)
    lines.headings.append(HEADINGS[element.tag])
    return True


def _end_heading(lines: Lines, element: Element) -> None:
    lines.close(element)
    lines.headings.pop()


def _paragraph(lines: Lines, element: Element) -> bool:
    if len(element) or lines.hrefs or lines.inside["code"]:
        return lines.open(element)
    # Without elements in it, as most of an article's are: a line at once.
    if lines.length:
        lines.flush()
    lines.space = False
    text = element.text
    if text and not text.isspace() and (text := fold(text)):
        kind, level = lines.kind(text, element)
        lines.out.append(RawBlock(kind, text, element, level))
    return False


def _row(lines: Lines, element: Element) -> bool:
    cells = _data_cells(element)
    if not cells:
        return lines.open(element)
    lines.row(element, [_cell_blocks(lines, cell) for cell in cells])
    return False


def _break(lines: Lines, _: Element) -> bool:
    if lines.headings:
        lines.space = True
    else:
        lines.flush()
    return False


def _image(lines: Lines, element: Element) -> bool:
    lines.image(element)
    lines.space = lines.space or lines.parted
    return False


def _without_script(lines: Lines, element: Element) -> bool:
    image = image_without_script(element)
    return _image(lines, image) if image is not None else False


def _annotation(lines: Lines, element: Element) -> bool:
    """What is written small over its word: in brackets, as `<rp>` has them for those who cannot show it."""
    if not _has_brackets(element):
        lines.text("(")
    return True


def _end_annotation(lines: Lines, element: Element) -> None:
    if not _has_brackets(element):
        lines.text(")")


def _has_brackets(element: Element) -> bool:
    """Whether a ruby annotation needs none: it has its `<rp>`, or stands in another one."""
    before, around = element.getprevious(), element.getparent()
    return (before is not None and before.tag == "rp") or (around is not None and around.tag == "rtc")


def _link(lines: Lines, element: Element) -> bool:
    if lines.parted and _follows_link(element):
        lines.space = True
    lines.hrefs.append(element.get("href") or "")
    lines.link_parts.append(len(lines.parts))
    return True


def _end_link(lines: Lines, _: Element) -> None:
    lines.link(lines.link_parts.pop(), lines.hrefs.pop())


def _field(lines: Lines, _: Element) -> bool:
    lines.space = True
    return True


def _end_field(lines: Lines, _: Element) -> None:
    lines.space = True


_OPENS: Final[dict[Any, _Begin]] = {**dict.fromkeys(HEADINGS, _heading), **dict.fromkeys(_INSIDE, _within)}
_BEGINS: Final[dict[Any, _Begin]] = {
    **dict.fromkeys(BLOCK_TAGS, Lines.open),
    **_OPENS,
    "p": _paragraph,
    "tr": _row,
    "br": _break,
    **dict.fromkeys(IMAGE_TAGS, _image),
    "rt": _annotation,
    "rtc": _annotation,
    "a": _link,
    **dict.fromkeys((*SKIPPED_TAGS, etree.Comment, etree.ProcessingInstruction, etree.Entity), _skip),
    "noscript": _without_script,
}
_ENDS: Final[dict[Any, _End]] = {
    "rt": _end_annotation,
    "rtc": _end_annotation,
    **dict.fromkeys(BLOCK_TAGS, Lines.close),
    **dict.fromkeys(HEADINGS, _end_heading),
    **dict.fromkeys(_INSIDE, _end_within),
    "a": _end_link,
}
_BEGINS_PARTED: Final = _BEGINS | dict.fromkeys(_FIELD_TAGS, _field)
_ENDS_PARTED: Final = _ENDS | dict.fromkeys(_FIELD_TAGS, _end_field)


def _follows_link(element: Element) -> bool:
    """Whether another link stands right before this one."""
    before = element.getprevious()
    return before is not None and before.tag == "a" and not before.tail


def _data_cells(row: Element) -> list[Element]:
    """The cells of a table row that is data; none of a row that only lays out the page, or holds text of its own."""
    cells = [cell for cell in row if cell.tag in _CELLS and not hides(cell.items())]
    if len(cells) < 2 or not all(one.tag in _CELLS or one.tag in SKIPPED_TAGS for one in row):
        return []
    if any(text and not text.isspace() for text in (row.text, *[one.tail for one in row])):
        return []
    length = 0
    for cell in cells:
        if next(cell.iter("table", "tr", "script", "form", "h1"), None) is not None:
            return []
        if sum(1 for _ in zip(cell.iter("p", "div", "li", "br"), range(4), strict=False)) > 3:
            return []
        length += sum(map(len, cell.itertext()))
        if length > _KEPT_TOGETHER:
            return []
    return cells


def _cell_blocks(lines: Lines, cell: Element) -> list[RawBlock]:
    given = lines.mark(cell, cell.tag, cell.items()) if lines.mark is not None else None
    blocks = walk(cell, lines.mark if given is None else None, parted=lines.parted)
    for block in blocks if given is not None else ():
        block.mark = given
    return blocks
