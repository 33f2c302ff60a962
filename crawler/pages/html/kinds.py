"""What a kept line is beside its neighbours: a heading that is merely bold, a caption that only its sign shows.

This comes after the verdicts and changes no text, so it cannot change what is body.
"""

import re
from collections.abc import Sequence
from typing import Final

import attrs

from crawler.pages.html.blocks import fold
from crawler.pages.html.parse import Element
from crawler.pages.page import Block

HEADING: Final = 40
"""A bold line of more characters is no heading."""

CAPTION: Final = 150
HEADING_LINES: Final = 2
"""More bold lines in a row are text."""

BOLD_LEVEL: Final = 3
"""The level of a heading that is merely bold: below those that a page marks as headings."""

_SENTENCE: Final = re.compile(
    r"[。！？!?…；;，,、：:][\"”’」』]?$|^(?:——|[▲△▼↑↓※（(])|记者|記者|编辑|編輯|来源|來源|^\d{4}年[\d月日\s]{0,8}$"
)
"""What no heading looks like: a sentence or a part of one, a picture's or a list's mark, a byline, a date."""

_POINTS_UP: Final = ("▲", "△", "↑", "⬆")
_CAPTION_CLASS: Final = re.compile(
    r"\bcaption\b|(?:^|[\s_-])(?:img|image|pic|picture|photo)[_-]?(?:descr?|info|note|intro|text|caption|explain)\b",
    re.IGNORECASE,
)


_CENTRED: Final = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)


def is_centred(element: Element) -> bool:
    """Whether the element says of itself that what stands in it is centred."""
    return (
        "center" in (element.get("class") or "")
        or element.get("align") == "center"
        or element.tag == "center"
        or _CENTRED.search(element.get("style") or "") is not None
    )


def settle_kinds(blocks: Sequence[Block], nodes: Sequence[Element]) -> list[Block]:
    """The blocks, with headings and captions named as such. `nodes`: the element of each (`RawBlock.node`), or None."""
    settled = list(blocks)
    bold: list[int] = []  # the bold lines right above
    above = ""
    for index, block in enumerate(settled):
        if not block.kept:
            continue
        node = nodes[index]
        kind = block.kind
        if kind == "paragraph" and node is not None:
            if above == "image" and _is_caption(block.text, node):
                kind = "caption"
                settled[index] = attrs.evolve(block, kind=kind)
            elif len(block.text) <= HEADING and len(node) and _is_bold(block.text, node):
                bold.append(index)
                above = kind
                continue
            elif 0 < len(bold) <= HEADING_LINES and not any(_SENTENCE.search(settled[one].text) for one in bold):
                for one in bold:
                    settled[one] = attrs.evolve(settled[one], kind="heading", level=BOLD_LEVEL)
        bold.clear()
        above = kind
    return settled


def _is_caption(text: str, node: Element) -> bool:
    return len(text) <= CAPTION and (
        text.startswith(_POINTS_UP) or _CAPTION_CLASS.search(node.get("class") or "") is not None
    )


def _is_bold(text: str, node: Element) -> bool:
    """Whether all of a line's text is bold; the line stands in this paragraph, alone or between line breaks."""
    if node.tag not in ("p", "div"):
        return False
    parts = [fold("".join(one.itertext())) for one in node.iter("b", "strong")]
    return text in parts or "".join(parts).replace(" ", "") == text.replace(" ", "")
