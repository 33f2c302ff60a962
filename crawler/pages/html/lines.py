"""Lines being collected: what a walk has seen so far, the line that is open, and what surrounds it."""

from typing import Any

from crawler.pages.html.blocks import Mark, RawBlock, visible
from crawler.pages.html.images import image_block
from crawler.pages.html.kinds import is_caption
from crawler.pages.html.parse import Element


class Lines:
    """The blocks so far, the open line, and what surrounds it."""

    __slots__ = (
        *("after", "headings", "hrefs", "inside", "length", "link_parts", "links", "mark", "marked", "out", "owner"),
        *("owners", "parted", "parts", "space", "tables", "within"),
    )

    def __init__(self, root: Element, mark: Mark | None, parted: bool) -> None:
        self.out: list[RawBlock] = []
        # The open line: its text so far and whether a space is due, the links in it, the blocks that wait for its end.
        self.parts: list[str] = []
        self.length = 0
        self.space = False
        self.owner: Element = None
        self.links: list[tuple[int, int, str]] = []
        self.after: list[RawBlock] = []
        self.owners = [root]  # the open block elements; the last one owns the text
        self.headings: list[int] = []  # the levels of the open ones
        self.inside = dict.fromkeys(("caption", "list_item", "quote", "code", "list"), 0)  # how many are open
        self.within = 0  # all of these
        self.hrefs: list[str] = []  # of the open links
        self.link_parts: list[int] = []  # and the part of the line at which the text of each starts
        self.tables: set[Element] = set()  # those of which a row has come
        self.parted = parted
        self.mark = mark  # None in an element that has a mark
        self.marked: tuple[Element, int, Any, Mark | None] | None = None  # that element, its first block, its mark

    def text(self, text: str) -> None:
        """A run of text at this point."""
        if self.within and self.inside["code"] and "\n" in text:
            for row in text.split("\n"):
                self._add(row)
                self.flush()
        elif text.isspace():  # the half of them
            self.space = True
        else:
            self._add(text)

    def _add(self, text: str) -> None:
        """Appends a run of text; white space between runs becomes one space."""
        text = visible(text)
        words = text.split()
        if not words:
            return
        if not self.length:
            self.owner = self.owners[-1]
        elif self.space or text[0].isspace():
            self.parts.append(" ")
            self.length += 1
        run = " ".join(words)
        self.parts.append(run)
        self.length += len(run)
        self.space = text[-1].isspace()

    def link(self, first_part: int, href: str) -> None:
        """Makes a link of the open line's parts from `first_part` on."""
        parts = self.parts
        if parts[first_part : first_part + 1] == [" "]:
            first_part += 1
        if first_part < len(parts):
            self.links.append((self.length - sum(map(len, parts[first_part:])), self.length, href))

    def flush(self) -> None:
        """Ends the open line, if it holds anything; the images that stood in it follow it."""
        self.space = False
        if not self.length:
            return
        if self.hrefs:
            for first_part, href in zip(self.link_parts, self.hrefs, strict=True):
                self.link(first_part, href)
            self.link_parts = [0] * len(self.hrefs)
        text = "".join(self.parts)
        kind, level = self.kind(text, self.owner)
        self.out.append(RawBlock(kind, text, self.owner, level, tuple(self.links)))
        self.out.extend(self.after)
        self.parts, self.links, self.after = [], [], []
        self.length = 0

    def kind(self, text: str, owner: Element) -> tuple[str, int]:
        """The kind and level of this line here."""
        if self.headings:
            return "heading", self.headings[-1]
        if self.within:
            for kind in ("caption", "list_item", "quote", "code"):
                if self.inside[kind]:
                    return kind, max(self.inside["list"], 1) if kind == "list_item" else 0
        if self.out and self.out[-1].kind == "image" and is_caption(text, owner):
            return "caption", 0
        return "paragraph", 0

    def open(self, element: Element) -> bool:
        """A block element begins; True: the walk goes on in it."""
        if self.length:
            self.flush()
        self.space = False
        self.owners.append(element)
        return True

    def close(self, element: Element) -> None:
        """A block element ends."""
        if self.length:
            self.flush()
        self.space = False
        self.owners.pop()
        if self.marked is not None and self.marked[0] is element:
            _, first, given, self.mark = self.marked
            self.marked = None
            for block in self.out[first:]:
                block.mark = given

    def image(self, element: Element) -> None:
        """An `<img>`: before its line while that is empty, else after it."""
        block = image_block(element)
        # A placeholder is no image, but what stands below it may be its caption: `finish` leaves it out.
        if block.url or element.get("src"):
            (self.after if self.length else self.out).append(block)

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
