"""Where the body of a page stands on which the finder sees no sentence: verse, or prose without punctuation.

Verse is short lines in one place below a heading. Trafilatura is asked last, since it costs 20 to 48 times the parse
and loses short, bare and spoken lines, and only for the place: the blocks come from our own walk over that place, so
that no line is lost without a rule's name.
"""

import re
from collections import Counter
from itertools import islice
from typing import Final

from crawler.pages.fields.clock import first_stamp
from crawler.pages.fields.lexicon import BUTTONS, each_of
from crawler.pages.general.finder import Spot, nearest_around, worth_of_place
from crawler.pages.html.blocks import RawBlock
from crawler.pages.html.parse import Element
from crawler.pages.html.walk import walk
from crawler.pages.rules.markers import is_furniture, is_marker
from crawler.pages.witness import read_lines

_MAX_SOURCE: Final = 500_000  # characters; bounds what the question may cost
_MAX_ELEMENTS: Final = 4_000  # justext, which it asks, compares each short line with all: 7,000 took three seconds
_ENOUGH: Final = 100  # characters; navigation and notices have less
_LINKED: Final = 0.2
_VERSE: Final = 40
_VERSES: Final = 4
_VERSE_LENGTH: Final = 20
_GOOD_PLACE: Final = 0.3
_HAN: Final = re.compile("[\u3400-\u9fff]")
_BUTTON_WORDS: Final = frozenset(each_of(BUTTONS))


def find_verse(tree: Element) -> Spot | None:
    """The place below a heading with the most short lines of text, or None where none has as many as a poem."""
    lines: list[RawBlock] = []
    below = False
    for block in walk(tree):
        below = below or block.kind == "heading"
        if below and _may_be_verse(block):
            lines.append(block)
    counts = Counter(block.node for block in lines)
    places: dict[Element, list[str]] = {}
    for block in lines:
        place = block.node if counts[block.node] > 1 else block.node.getparent()
        places.setdefault(place, []).append(block.text)
    if not places:
        return None
    root, found = max(places.items(), key=lambda one: sum(map(len, one[1])))
    length = sum(map(len, found))
    if len(found) < _VERSES or length < _VERSE_LENGTH or worth_of_place(root) < _GOOD_PLACE:
        return None
    return Spot(root=root, weight=float(length), share=0.0, sums={})


def _may_be_verse(block: RawBlock) -> bool:
    text = block.text
    return (
        block.kind == "paragraph"
        and not block.links
        and 2 <= len(text) <= _VERSE
        and _HAN.search(text) is not None
        and text not in _BUTTON_WORDS
        and not (is_furniture(text) or is_marker(text) or ":" in text or "：" in text or first_stamp(text))
    )


def ask_trafilatura(tree: Element, source: str) -> Spot | None:
    """The nearest element around the lines that trafilatura takes for the text, or None where they are few, are
    mostly links, or stand on a page too large to ask."""
    if len(source) > _MAX_SOURCE or next(islice(tree.iter(), _MAX_ELEMENTS, None), None) is not None:
        return None
    lines = frozenset(read_lines(source) or ())
    chosen = [raw for raw in walk(tree) if raw.kind not in ("image", "heading") and raw.text in lines]
    chosen = [raw for raw in chosen if not is_furniture(raw.text)]
    length = sum(len(raw.text) for raw in chosen)
    if length < _ENOUGH or sum(raw.linked for raw in chosen) > _LINKED * length:
        return None
    return Spot(root=nearest_around([raw.node for raw in chosen]), weight=float(length), share=0.0, sums={})
