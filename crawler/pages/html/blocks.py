"""A line of a page, before any verdict, and which elements of HTML make lines."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from attrs import define

from crawler.pages.html.parse import Element

HEADINGS: Final = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
# Elements that begin and end a line. Every other element (span, a, b, font, an unknown one) runs on in its line.
BLOCK_TAGS: Final = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure"
    " footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html iframe legend li main menu nav ol p pre section"
    " summary table tbody tfoot thead tr td th ul".split()
)
SKIPPED_TAGS: Final = frozenset(
    "script style noscript template head title meta link base object embed param audio video canvas svg"
    " math map area button input select option optgroup textarea datalist iframe frame noframes applet".split()
)
"""Never visible as text, or controls. Not `<source>` and `<track>`: libxml2 does not know that they are empty, and puts
what follows into them."""

_HIDDEN: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|;)\s*(?:max-)?height\s*:\s*[01](?:px)?\s*(?:;|$)", re.IGNORECASE
)
_SHORT_STYLE: Final = 200
# Control and format characters that show nothing. ZERO WIDTH JOINER and the variation selectors stay: emoji need them.
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffc]"
)

Mark = Callable[[Element, str, list[tuple[str, str]]], Any]
"""Called by a walk with an element, its tag and its attributes; what it gives, if not None, is the mark of the blocks
in it."""


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


def visible(text: str) -> str:
    """The text without the characters that show nothing."""
    if (not text.isprintable() or "\ufffc" in text or "\u3164" in text) and INVISIBLE.search(text):
        return INVISIBLE.sub("", text)
    return text


def fold(text: str) -> str:
    """White space (also full-width and no-break spaces) folded to single spaces, invisible characters left out."""
    return " ".join(visible(text).split())


def hides(attributes: list[tuple[str, str]]) -> bool:
    """Whether an element with these attributes is not shown."""
    for name, value in attributes:
        if name == "hidden":
            return True
        if name == "style" and (_short_hides(value) if len(value) <= _SHORT_STYLE else _hides(value)):
            return True
    return False


def _hides(style: str) -> bool:
    lower = style.lower()
    # The pattern has no beginning to look for.
    return ("none" in lower or "hidden" in lower or "height" in lower) and _HIDDEN.search(style) is not None


# The elements of a page share a few styles.
_short_hides: Final = lru_cache(maxsize=256)(_hides)
