"""The boxes of a page whose blocks make its text: the body's root, and what beside it reads as text too."""

import re
from itertools import islice
from typing import Final

from crawler.pages.general.beside import LARGE, SEARCHED, all_text
from crawler.pages.general.finder import SOME, Spot, find_pieces
from crawler.pages.general.mark import LEAD, is_lead
from crawler.pages.html.blocks import RawBlock
from crawler.pages.html.images import IMAGE_TAGS
from crawler.pages.html.kinds import CAPTION, says_caption
from crawler.pages.html.parse import Element
from crawler.pages.html.surroundings import between
from crawler.pages.html.walk import walk
from crawler.pages.rules.markers import is_marker, is_solid, names

# A box above the text that sums it up repeats it.
_SUMMARY: Final = re.compile(r"[\[【]?(?:摘\s?要|核心提示|导\s?读|内容提要|内容摘要|内容提示|重点提示)[\]】]?\s?[:：]")


def body_pieces(spot: Spot, headline: Element) -> tuple[list[RawBlock], list[Element]]:
    """The blocks of the root and of boxes beside it that read as text too, and these elements."""
    before, after = find_pieces(spot, headline)
    before = _with_pictures(before, spot, headline)
    raws: list[RawBlock] = []
    roots: list[Element] = []
    for piece in before:
        if spot.sums.get(piece, 0.0) < SOME or _is_lead(piece):
            raws += walk(piece)
            roots.append(piece)
            continue
        for part, more in _text_parts(piece, spot):
            raws += more
            roots.append(part)
    raws += walk(spot.root, shown=spot.shown)
    roots.append(spot.root)
    for piece in after:
        more = _if_text(piece)
        if not more:
            break
        raws += more
        roots.append(piece)
    return raws, roots


def _text_parts(piece: Element, spot: Spot, depth: int = 3) -> list[tuple[Element, list[RawBlock]]]:
    """The piece if it reads as text, else those elements in it that do: a caption in a box with buttons."""
    if blocks := _if_text(piece):
        return [(piece, blocks)]
    if depth == 0:
        return []
    return [part for child in piece if child in spot.sums for part in _text_parts(child, spot, depth - 1)]


def _if_text(piece: Element) -> list[RawBlock]:
    """The piece's blocks if most of their characters are text of an article, else none."""
    blocks = walk(piece)
    total = sum(len(block.text) for block in blocks if block.kind != "image")
    solid = sum(len(block.text) for block in blocks if is_solid(block))
    if solid < 0.6 * total or any(is_marker(block.text) or _SUMMARY.match(block.text) for block in blocks):
        return []
    return blocks


def _with_pictures(before: list[Element], spot: Spot, headline: Element) -> list[Element]:
    """The pieces above the root, and the short lead and the boxes of a picture with its caption that stand there too,
    in order."""
    if headline is None or spot.root in headline.iterancestors():
        return before
    found = []
    for piece in islice(between(headline, spot.root), SEARCHED):
        if isinstance(piece, str) or not isinstance(piece.tag, str):
            continue
        if piece in before or _is_lead(piece):
            found.append(piece)
        elif next(piece.iter(*IMAGE_TAGS), None) is not None and len(all_text(piece)) <= LARGE:
            found += islice(filter(_is_picture, (piece, *piece.iter("figure", "dl"))), 1)
    return found if len(found) > len(before) else before


def _is_lead(piece: Element) -> bool:
    """Whether a box above the text is the writer's lead of one sentence: a longer one reads as text by itself."""
    lines = walk(piece) if LEAD.search(names(piece)) and len(all_text(piece)) <= LARGE else []
    return len(lines) == 1 and is_lead(lines[0]) and _SUMMARY.match(lines[0].text) is None


def _is_picture(box: Element) -> bool:
    """Whether the box holds a picture, its caption and nothing else."""
    lines = walk(box)
    text = "".join(block.text for block in lines if block.kind != "image")
    said = all(block.kind in ("image", "caption") for block in lines) or says_caption(text)
    return 4 <= len(text) <= CAPTION and said and not any(block.linked for block in lines)
