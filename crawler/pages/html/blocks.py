"""The visible blocks of a subtree, in reading order: what a reader sees as a line, with its kind, links and images.

The walk uses no recursion (pages nest 10,000 deep) and keeps what an extractor that looks for `<p>` loses: text in a
bare `<div>` beside paragraphs, text after an image or a video, lines that only `<br>` parts. It judges nothing: rules
do (`crawler.pages.rules.engine`).
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from attrs import define

from crawler.pages.html.parse import MAX_ELEMENTS, Element

HEADINGS: Final = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
# Elements that begin and end a line. Every other element (span, a, b, font, an unknown one) runs on in its line.
BLOCK_TAGS: Final = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure"
    " footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html iframe legend li main menu nav ol p pre section"
    " summary table tbody tfoot thead tr td th ul".split()
)
SKIPPED_TAGS: Final = frozenset(
    "script style noscript template head title meta link base object embed param source track audio video canvas svg"
    " math map area button input select option optgroup textarea datalist iframe frame noframes applet".split()
)
"""Never visible as text, or controls."""

HIDDEN: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|;)\s*(?:max-)?height\s*:\s*[01](?:px)?\s*(?:;|$)", re.IGNORECASE
)
_CENTRED: Final = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_LISTS: Final = frozenset(("ul", "ol", "dl", "menu", "dir"))
_ITEMS: Final = frozenset(("li", "dt", "dd"))
_CAPTIONS: Final = frozenset(("figcaption", "caption"))
_KEPT_TOGETHER: Final = 2_000
"""A table row of more characters, or with more than three blocks in a cell, is layout: its cells are read in turn."""
INVISIBLE: Final = re.compile("[\u200b\u200c\u2060\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_IMAGE_ATTRIBUTES: Final = ("data-src", "data-original", "data-echo", "data-lazy-src", "original", "_src", "src")


@define(slots=True, eq=False)
class RawBlock:
    """One line of the page, before any verdict.

    `kind`: paragraph, heading, list_item, quote, table (one row of it), caption, image, code. `text`: white space
    folded, one line (a table row: cells parted by tabs; an image: its `alt`). `level`: heading level, list depth, or 1
    for the first row of a table and 2 for the others. `links`: (start, end,
    href) spans into `text`, `href` as written. `url`: an image's address as written (the lazy-loading attribute before
    `src`). `node`: the element that the block belongs to: the nearest block element above its text, or the image.
    `mark`: what `walk`'s `mark` gave for an element around it. `linked`: how many of the characters of `text` stand in
    links.
    """

    kind: str
    text: str
    node: Element
    level: int = 0
    links: tuple[tuple[int, int, str], ...] = ()
    url: str = ""
    mark: Any = None

    @property
    def linked(self) -> int:
        return sum([end - start for start, end, _ in self.links]) if self.links else 0


def fold(text: str) -> str:
    """White space (also full-width and no-break spaces) folded to single spaces, invisible characters left out."""
    if not text.isprintable() and INVISIBLE.search(text):
        text = INVISIBLE.sub("", text)
    return " ".join(text.split())


_FIELD_TAGS: Final = frozenset("span em i time cite label small".split())

Mark = Callable[[Element, str, list[tuple[str, str]]], Any]
"""Called with an element, its tag and its attributes."""

# Block elements without a meaning of their own: the most of them.
_PLAIN: Final = (
    BLOCK_TAGS
    - {"blockquote", "pre", "ul", "ol", "dl", "menu", "dir", "li", "dt", "dd"}
    - {"figcaption", "caption", "h1", "h2", "h3", "h4", "h5", "h6"}
)


class _Line:
    """The line that is being collected: its text so far, the links in it, and the blocks that wait for its end."""

    __slots__ = ("after", "length", "links", "owner", "parts", "space")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.links: list[tuple[int, int, str]] = []
        self.after: list[RawBlock] = []
        self.length = 0
        self.space = False
        self.owner: Element = None

    def add(self, text: str, owner: Element) -> None:
        """Appends a run of text; white space between runs becomes one space."""
        if text.isspace():
            self.space = True
            return
        if not text.isprintable() and INVISIBLE.search(text):
            text = INVISIBLE.sub("", text)
        words = text.split()
        if not words:
            return
        if self.length and (self.space or text[0].isspace()):
            self.parts.append(" ")
            self.length += 1
        if self.owner is None:
            self.owner = owner
        run = " ".join(words)
        self.parts.append(run)
        self.length += len(run)
        self.space = text[-1].isspace()

    def link(self, first_part: int, href: str) -> None:
        """Makes a link of the parts from `first_part` on."""
        parts = self.parts
        if parts[first_part : first_part + 1] == [" "]:
            first_part += 1
        if first_part < len(parts):
            self.links.append((self.length - sum(map(len, parts[first_part:])), self.length, href))


class _Walk:
    """One walk: the blocks so far, the open line, and what surrounds it."""

    def __init__(self, root: Element, mark: Mark | None, parted: bool = False) -> None:
        self.mark = mark
        self.fields: frozenset[str] = _FIELD_TAGS if parted else frozenset()
        self.out: list[RawBlock] = []
        self.line = _Line()
        self.owners = [root]  # the open block elements; the last one owns the text
        self.links: list[list[int | str]] = []  # the open links: [the part at which the link's text starts, href]
        self.headings: list[int] = []
        self.quotes = self.captions = self.code = self.lists = self.items = 0
        self.left = MAX_ELEMENTS
        self.tables: set[Element] = set()

    def text(self, text: str) -> None:
        """A run of text at this point."""
        if not self.code and text.isspace():  # the half of them
            self.line.space = True
        elif self.code and "\n" in text:
            for row in text.split("\n"):
                self.line.add(row, self.owners[-1])
                self.flush()
        else:
            self.line.add(text, self.owners[-1])

    def flush(self) -> None:
        """Ends the open line, if it holds anything; the images that stood in it follow it."""
        line = self.line
        if not line.length:
            line.space = False
            return
        for link in self.links:
            line.link(link[0], link[1])  # type: ignore[arg-type]
            link[0] = 0
        kind, level = self.kind(line.owner)
        self.out.append(RawBlock(kind, "".join(line.parts), line.owner, level, tuple(line.links)))
        self.out.extend(line.after)
        self.line = _Line()

    def kind(self, owner: Element) -> tuple[str, int]:
        """The kind and level of a line here."""
        if self.headings:
            return "heading", self.headings[-1]
        if self.captions:
            return "caption", 0
        if self.items:
            return "list_item", max(self.lists, 1)
        if self.quotes:
            return "quote", 0
        if self.code:
            return "code", 0
        if self.out and self.out[-1].kind == "image" and _is_centred(owner):
            return "caption", 0
        return "paragraph", 0

    def leaf(self, element: Element) -> None:
        """A `<p>` without elements in it, the most of an article's: a line at once."""
        if self.line.length:
            self.flush()
        self.line.space = False
        text = element.text
        if text and not text.isspace() and (text := fold(text)):
            kind, level = self.kind(element)
            self.out.append(RawBlock(kind, text, element, level))

    def image(self, element: Element) -> None:
        """An `<img>`: before its line while that is empty, else after it."""
        address = image_address(element)
        if address:
            block = RawBlock("image", fold(element.get("alt") or ""), element, 0, (), address)
            (self.line.after if self.line.length else self.out).append(block)

    def marked(self, element: Element, tag: str, mark: Any) -> None:
        """An inline element with a mark: its blocks are walked apart from the line that it stands in."""
        if tag == "br":
            self.flush()
        blocks = [RawBlock("image", fold(element.get("alt") or ""), element, 0, (), image_address(element))]
        if tag != "img":
            blocks = walk(element)
        for block in blocks:
            block.mark = mark
        (self.line.after if self.line.length else self.out).extend(blocks)

    def open(self, tag: str, element: Element) -> None:
        """A block element begins."""
        if self.line.length:
            self.flush()
        self.line.space = False
        self.owners.append(element)
        if tag in _PLAIN:
            return
        if tag in HEADINGS:
            self.headings.append(HEADINGS[tag])
        elif tag in _LISTS:
            self.lists += 1
        elif tag in _ITEMS:
            self.items += 1
        elif tag == "blockquote":
            self.quotes += 1
        elif tag in _CAPTIONS:
            self.captions += 1
        elif tag == "pre":
            self.code += 1

    def close(self, tag: str) -> None:
        """A block element ends."""
        if self.line.length:
            self.flush()
        self.line.space = False
        self.owners.pop()
        if tag in _PLAIN:
            return
        if tag in HEADINGS:
            self.headings.pop()
        elif tag in _LISTS:
            self.lists -= 1
        elif tag in _ITEMS:
            self.items -= 1
        elif tag == "blockquote":
            self.quotes -= 1
        elif tag in _CAPTIONS:
            self.captions -= 1
        elif tag == "pre":
            self.code -= 1

    def row(self, element: Element, cells: list[list[RawBlock]]) -> None:
        """A table row that is data: one block, cells parted by tabs."""
        self.flush()
        texts: list[str] = []
        links: list[tuple[int, int, str]] = []
        after: list[RawBlock] = []
        length = 0
        for cell in cells:
            words: list[str] = []
            for block in cell:
                if block.kind == "image" or block.mark is not None:
                    after.append(block)
                    continue
                links.extend((start + length, end + length, href) for start, end, href in block.links)
                words.append(block.text)
                length += len(block.text) + 1
            if not words:
                length += 1
            texts.append(" ".join(words))
        if length > len(cells):
            table = next(element.iterancestors("table"), None)
            level = 2 if table in self.tables else 1
            self.tables.add(table)
            self.out.append(RawBlock("table", "\t".join(texts), element, level, tuple(links)))
        self.out.extend(after)


def _follows_link(element: Element) -> bool:
    """Whether another link stands right before this one."""
    before = element.getprevious()
    return before is not None and before.tag == "a" and not before.tail


def image_address(element: Element) -> str:
    """An `<img>`'s address as written: the lazy-loading attribute where there is one, else `src`; "" without either."""
    for name in _IMAGE_ATTRIBUTES:
        value = element.get(name)
        if value:
            return str(value).strip()
    return ""


def is_hidden(element: Element) -> bool:
    """Whether the element itself (not what is around it) is not shown, by its own attributes."""
    style = element.get("style")
    return (style is not None and _style_hides(style)) or element.get("hidden") is not None


def _hides(attributes: list[tuple[str, str]]) -> bool:
    """Whether an element with these attributes is not shown."""
    for name, value in attributes:
        if name == "hidden":
            return True
        if name == "style" and _style_hides(value):
            return True
    return False


def _style_hides(style: str) -> bool:
    lower = style.lower()
    if "none" in lower or "hidden" in lower or "height" in lower:  # the pattern has no beginning to look for
        return HIDDEN.search(style) is not None
    return False


def _is_centred(element: Element) -> bool:
    return (
        "center" in (element.get("class") or "")
        or element.get("align") == "center"
        or element.tag == "center"
        or _CENTRED.search(element.get("style") or "") is not None
    )


def _data_cells(row: Element) -> list[Element]:
    """The cells of a table row that is data; none of a row that only lays out the page."""
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    if len(cells) < 2:
        return []
    length = 0
    for cell in cells:
        if next(cell.iter("table", "script", "form", "h1"), None) is not None:
            return []
        if sum(1 for _ in zip(cell.iter("p", "div", "li", "br"), range(4), strict=False)) > 3:
            return []
        length += sum(map(len, cell.itertext()))
        if length > _KEPT_TOGETHER:
            return []
    return cells


def walk(root: Element, mark: Mark | None = None, *, parted: bool = False) -> list[RawBlock]:
    """The blocks of `root` in reading order.

    `mark`: called for each element below the root; what it gives, if not None, is the `mark` of every block in that
    element, whose text is kept apart from the line around it even where the element is an inline one. `parted`: a space
    stands where an inline element begins or ends, at an image, and between two links that touch: a line of fields, each
    in its `<span>`. What fonts and lone links part stays together.
    Scripts, controls and what is hidden by its own `style` or `hidden` are left out; the root may be hidden itself. A
    line ends at a block element and at `<br>` (inside a heading that is a space). At most `MAX_ELEMENTS` elements are
    visited: the rest is left out.
    """
    state = _Walk(root, mark, parted)
    if root.text:
        state.text(root.text)
    _visit(state, root)
    state.flush()
    return state.out


def _visit(state: _Walk, root: Element) -> None:
    """Walks what is below `root`. The stack holds the open elements: the children to come, the tag, the element."""
    mark = state.mark
    marked: Element = None  # the open block element that has a mark, where its blocks begin, and the mark
    marked_from, given = 0, None
    stack: list[tuple[Iterator[Element], str, Element]] = [(iter(root), "", root)]
    while stack:
        children, tag, element = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if not tag:
                continue
            if tag == "a":
                first_part, href = state.links.pop()
                state.line.link(first_part, href)  # type: ignore[arg-type]
            elif tag in BLOCK_TAGS:
                state.close(tag)
                if element is marked:
                    for block in state.out[marked_from:]:
                        block.mark = given
                    marked, mark = None, state.mark
            elif tag in state.fields:
                state.line.space = True
            if tail := element.tail:
                state.text(tail)
            continue
        state.left -= 1
        name = child.tag
        attributes = child.items()
        if name in SKIPPED_TAGS or not isinstance(name, str) or state.left < 0 or (attributes and _hides(attributes)):
            if name in BLOCK_TAGS or name == "iframe":
                state.flush()
        elif mark is not None and (found := mark(child, name, attributes)) is not None:
            if name not in BLOCK_TAGS:
                state.marked(child, name, found)
            else:
                state.open(name, child)
                marked, marked_from, given, mark = child, len(state.out), found, None
                if text := child.text:
                    state.text(text)
                stack.append((iter(child), name, child))
                continue
        elif name == "p" and not len(child) and not state.links and not state.code:
            state.leaf(child)
        elif name == "br":
            if state.headings:
                state.line.space = True
            else:
                state.flush()
        elif name == "img":
            state.image(child)
            state.line.space = state.line.space or bool(state.fields)
        elif name == "tr" and (cells := _data_cells(child)):
            state.row(child, [walk(cell, mark) for cell in cells])
        else:
            if name == "a":
                if state.fields and _follows_link(child):
                    state.line.space = True
                state.links.append([len(state.line.parts), child.get("href") or ""])
            elif name in BLOCK_TAGS:
                state.open(name, child)
            elif name in state.fields:
                state.line.space = True
            if text := child.text:
                state.text(text)
            stack.append((iter(child), name, child))
            continue
        if tail := child.tail:
            state.text(tail)
