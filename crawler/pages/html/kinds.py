"""What a line is beside its neighbours: a picture's caption, or a heading that is merely bold.

What a caption is, is said here and nowhere else. `settle_kinds` comes after the verdicts and changes no text, so it
cannot change what is body.
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

HEADING_LINES: Final = 2
"""More bold lines in a row are text."""

BOLD_LEVEL: Final = 3
"""The level of a heading that is merely bold: below those that a page marks as headings."""

_SENTENCE: Final = re.compile(
    r"[。！？!?…；;，,、：:][\"”’」』]?$|^(?:——|[▲△▼↑↓※（(])|记者|記者|编辑|編輯|来源|來源|^\d{4}年[\d月日\s]{0,8}$"
)
"""What no heading looks like: a sentence or a part of one, a picture's or a list's mark, a byline, a date."""

CAPTION: Final = 150
"""A line of more characters is no caption. The longest of 89 on 158 real pages has 74."""

_CAPTION_CLASS: Final = re.compile(
    r"\bcaption\b|(?:^|[\s_-])(?:img|image|pic|picture|photo)[_-]?(?:descr?|info|note|intro|text|caption|explain)\b",
    re.IGNORECASE,
)
_CENTRED: Final = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_POINTS_DOWN: Final = ("▼", "▽", "↓", "⬇")
# A sign that points to a picture; who took it (新华社记者 某某 摄), gave it (受访者供图) or had it (图/某网, 资料照).
_SAYS_CAPTION: Final = re.compile(
    r"^[▲△▼▽⬆⬇]\s?\S|(?<![拍翻])[摄攝][)）】]?$"
    r"|(?:[供附截制製绘繪]|[资資]料|示意|效果|[網网][络絡路])[图圖]片?(?:[,，][^()（）]{1,12})?[)）】]?$"
    r"|[\u3400-\u9fff]\s[图圖][)）】]?$|[图圖](?:片?[来來]源)?\s?[/／:：|]\s?[^。！？]{1,40}$|[资資]料照片?[)）】]?$"
)


def says_caption(text: str) -> bool:
    """Whether the line says by its words that it belongs to a picture, wherever it stands."""
    return len(text) <= CAPTION and _SAYS_CAPTION.search(text) is not None


def is_caption(text: str, node: Element) -> bool:
    """Whether a line that stands right below an image is its caption: by its words, or by its element, which is centred
    or calls itself one. `node`: the block element of the line."""
    if len(text) > CAPTION or text.startswith(_POINTS_DOWN):
        return False
    names = node.get("class") or ""
    return (
        "center" in names
        or node.get("align") == "center"
        or node.tag == "center"
        or _CENTRED.search(node.get("style") or "") is not None
        or _CAPTION_CLASS.search(names) is not None
        or says_caption(text)
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
            if above == "image" and is_caption(block.text, node):
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


def _is_bold(text: str, node: Element) -> bool:
    """Whether all of a line's text is bold; the line stands in this paragraph, alone or between line breaks."""
    if node.tag not in ("p", "div"):
        return False
    parts = [fold("".join(one.itertext())) for one in node.iter("b", "strong")]
    return text in parts or "".join(parts).replace(" ", "") == text.replace(" ", "")
