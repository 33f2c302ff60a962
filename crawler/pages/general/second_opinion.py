"""Where trafilatura sees the body of a page on which the finder sees no sentence: verse, or prose without punctuation.

It costs 20 to 48 times the parse and loses short, bare and spoken lines, so it is asked last, and only for the place:
the blocks come from our own walk over that place, so that no line is lost without a rule's name.
"""

from itertools import islice
from typing import Final

from crawler.pages.general.finder import Spot, nearest_around
from crawler.pages.html.parse import Element
from crawler.pages.html.walk import walk
from crawler.pages.witness import read_lines

_MAX_SOURCE: Final = 500_000  # characters; bounds what the question may cost
_MAX_ELEMENTS: Final = 20_000
_ENOUGH: Final = 100  # characters; navigation and notices have less
_LINKED: Final = 0.2


def ask_trafilatura(tree: Element, source: str) -> Spot | None:
    """The nearest element around the lines that trafilatura takes for the text, or None where they are few, are
    mostly links, or stand on a page too large to ask."""
    if len(source) > _MAX_SOURCE or next(islice(tree.iter(), _MAX_ELEMENTS, None), None) is not None:
        return None
    lines = frozenset(read_lines(source) or ())
    chosen = [raw for raw in walk(tree) if raw.kind not in ("image", "heading") and raw.text in lines]
    length = sum(len(raw.text) for raw in chosen)
    if length < _ENOUGH or sum(raw.linked for raw in chosen) > _LINKED * length:
        return None
    return Spot(root=nearest_around([raw.node for raw in chosen]), weight=float(length), share=0.0, sums={})
