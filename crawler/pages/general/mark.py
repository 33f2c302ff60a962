"""What the lines of a page without a template are by their shape and place: each that is no text gets a mark.

A mark is a `Rule`, by whose name the line is stripped when the rules judge.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Final

from crawler.pages.fields.clock import first_stamp
from crawler.pages.fields.credits import read_credits
from crawler.pages.general.finder import nearest_around
from crawler.pages.html.blocks import RawBlock
from crawler.pages.html.kinds import says_caption
from crawler.pages.html.parse import Element
from crawler.pages.rules.markers import is_marker, is_solid, names
from crawler.pages.rules.shapes import AFTER, BESIDE, BOX, INFO, LINKS, RELATED, mark_lists, mark_short, mark_top

_BOX_NAMES: Final = re.compile(
    r"comment|relat|recommend|share|advert|player|video|tool|login|footer|copyright|tag|keyword|editor_?info|"
    r"author|social|(?<!p)hot|rank|nav|page",
    re.IGNORECASE,
)
_ADVERT: Final = re.compile(r"\bads?\b|\bad[_-]|\bgg\b|guanggao|promo", re.IGNORECASE)
LEAD: Final = re.compile(
    r"\b(?:summary|lead|intro|digest|subtitle|sub-title|daoyu|daodu|teaser|standfirst)\b", re.IGNORECASE
)
_RUN: Final = 4
"""So many link lines in a row are a list, below which sentences are doubtful."""

_NEARLY_ALL: Final = 0.85
"""The core holds this share of the sentences' characters; a line with this share in links is a link."""

_FIRST: Final = 4
"""The line of time and source is among so many."""

_BUTTON: Final = 4
"""A line of so few characters is a button, and tells nothing of where the text begins."""


def mark(blocks: Sequence[RawBlock], roots: Sequence[Element], headline: str) -> None:
    """Marks what is no text among the blocks. `roots`: the elements that they come from. `headline`: "" without one."""
    mark_top(blocks, headline)
    mark_info(blocks)
    mark_lists(blocks)
    mark_short(blocks)
    mark_core(blocks, nearest_around(roots))


def mark_info(blocks: Sequence[RawBlock]) -> None:
    """Marks the line with time and source where it stands in the body itself, among its first lines."""
    first = (b for b in blocks if b.kind != "image" and b.mark is None and len(b.text) > _BUTTON)
    for block in islice(first, _FIRST):
        text = block.text
        stamp = first_stamp(text) if len(text) <= 120 and "。" not in text else None
        if stamp is not None:
            rest = f"{text[: stamp.start]} {text[stamp.end :]}"
            if len(rest) <= 30 or (len(rest) <= 80 and read_credits(rest).labels):
                block.mark = INFO
        elif is_solid(block):
            return


def mark_core(blocks: Sequence[RawBlock], root: Element) -> None:
    """Marks what stands around the text within the root: boxes without a sentence, and what follows the last one.

    The core is the deepest element that holds nearly all sentences. A line outside it is text only if it is a sentence
    itself; a box in it is left out if it holds none and links or controls instead.
    """
    solid = _own_sentences(blocks)
    if not solid:
        return
    core = _core([blocks[index] for index in solid], root, Counter(block.node for block in blocks))
    boxes = [_box(block.node, core) for block in blocks]
    with_text = {boxes[index] for index in solid}
    dirty = _dirty_boxes(blocks, boxes, with_text) | _teaser_boxes(blocks, boxes, with_text)
    own = [index for index in solid if boxes[index] is not None and boxes[index] not in dirty] or solid
    first, last = own[0], own[-1]
    for index, block in enumerate(blocks[:last]):
        if block.mark is not None:
            continue
        box = boxes[index]
        if box is None:
            pictured = block.kind in ("image", "caption") or says_caption(block.text)
            if index < first and not is_solid(block) and not pictured and not is_lead(block):
                block.mark = BESIDE
        elif box in dirty:
            block.mark = BOX
    _mark_after(blocks, boxes, dirty, last + 1)


def is_lead(block: RawBlock) -> bool:
    """Whether the line is a sentence in an element that calls itself the text's summary."""
    text = block.text
    if not 10 <= len(text) <= 120 or text[-1] not in "。！？" or block.links:
        return False
    return LEAD.search(names(block.node)) is not None


def _own_sentences(blocks: Sequence[RawBlock]) -> list[int]:
    """Where the sentences of the text are. Below a related list only those count that stand beside the ones above it:
    what follows such a list is mostly the site's own, unless it is most of the text."""
    found: list[int] = []
    doubtful: list[int] = []
    places: set[Element] = set()
    below = False
    links = 0
    for index, block in enumerate(blocks):
        links = links + 1 if block.mark is LINKS else 0
        if block.mark is RELATED or links >= _RUN:
            below = bool(found)
        elif block.mark is None and is_solid(block):
            place = block.node.getparent()
            if not below:
                places.add(place)
            elif place not in places:
                doubtful.append(index)
                continue
            found.append(index)
    if sum(len(blocks[index].text) for index in doubtful) > sum(len(blocks[index].text) for index in found):
        return sorted(found + doubtful)
    return found


def _core(solid: Sequence[RawBlock], root: Element, lines: Counter[Element]) -> Element:
    sums: dict[Element, int] = {}
    total = 0
    for block in solid:
        total += len(block.text)
        # An element with one line is a line, be it a `<p>` or a bare `<div>`; one with several holds the text.
        node = block.node if lines[block.node] > 1 else block.node.getparent()
        while node is not None:
            sums[node] = sums.get(node, 0) + len(block.text)
            if node is root:
                break
            node = node.getparent()
    core = root
    while True:
        below = next((child for child in core if sums.get(child, 0) >= _NEARLY_ALL * total), None)
        if below is None:
            return core
        core = below


def _box(node: Element, core: Element) -> Element | None:
    """The child of the core that the node stands in, the core itself for its own text, None outside."""
    below = node
    while node is not None:
        if node is core:
            return below
        below = node
        node = node.getparent()
    return None


def _dirty_boxes(blocks: Sequence[RawBlock], boxes: Sequence[Element], with_text: set[Element]) -> set[Element]:
    """Boxes without a sentence that hold links, or several lines none of which a text would have."""
    inside: dict[Element, list[RawBlock]] = {}
    for block, box in zip(blocks, boxes, strict=True):
        if box is not None and box not in with_text and block.kind != "image" and block.mark is None:
            inside.setdefault(box, []).append(block)
    dirty = set()
    for box, held in inside.items():
        length = sum(len(block.text) for block in held)
        linked = sum(block.linked for block in held)
        if box is held[0].node and len(held) == 1:
            if linked > _NEARLY_ALL * length and _ADVERT.search(names(box)):
                dirty.add(box)
            continue  # else a line, no box
        if box.tag in ("table", "ul", "ol", "dl", "blockquote", "pre", "figure") and linked < 0.5 * length:
            continue
        if linked > 0.3 * length or any(is_marker(block.text) for block in held) or _BOX_NAMES.search(names(box)):
            dirty.add(box)
    return dirty


def _teaser_boxes(blocks: Sequence[RawBlock], boxes: Sequence[Element], with_text: set[Element]) -> set[Element]:
    """Small boxes that hold a linked title and a few lines about it: another article's teaser in the middle of this."""
    inside: dict[Element, list[RawBlock]] = {}
    for block, box in zip(blocks, boxes, strict=True):
        if box is not None and block.kind != "image":
            inside.setdefault(box, []).append(block)
    total = sum(len(block.text) for held in inside.values() for block in held)
    teasers = set()
    for box in with_text:
        held = inside.get(box, [])
        length = sum(len(block.text) for block in held)
        if 2 <= len(held) <= 4 and length < min(300, 0.25 * total) and held[0].mark is LINKS:
            teasers.add(box)
    return teasers


def _mark_after(blocks: Sequence[RawBlock], boxes: Sequence[Element], dirty: set[Element], start: int) -> None:
    """Below the last sentence of the core: lines go on while they stand in the core and look like text."""
    ended = False
    for index in range(start, len(blocks)):
        block = blocks[index]
        if block.mark is not None:
            ended = ended or block.mark in (RELATED, LINKS)
            continue
        if not ended:
            box = boxes[index]
            if box is None:
                ended = not is_solid(block) and block.kind not in ("image", "caption")
            else:
                ended = box in dirty or (block.kind == "table" and block.linked > 0)
        if ended:
            block.mark = AFTER
