"""The lines around a page's text that may say of it who wrote it, when, and for whom: above it, and below."""

import re
from collections.abc import Iterable
from itertools import chain, islice
from typing import Final

from lxml import etree

from crawler.pages.fields.headline import info_inside
from crawler.pages.fields.lexicon import CREDIT_HINTS, one_of
from crawler.pages.html.blocks import RawBlock, fold
from crawler.pages.html.parse import Element
from crawler.pages.html.surroundings import Piece, between, following, preceding
from crawler.pages.html.walk import walk
from crawler.pages.rules.markers import is_marker

_INFO_LINES: Final = 40
SEARCHED: Final = 40
"""How many pieces beside the body are looked at."""

LARGE: Final = 1_500
"""A box of more characters holds no credits, lead or picture: it is a list, or comments."""

# No group around alternatives: the search then passes by what none of them begins with.
_CREDIT: Final = re.compile(rf"{one_of(CREDIT_HINTS)}|posted @|作者\s?[:：]|时间\s?[:：]|時間\s?[:：]")
_LINE: Final = 400
_BEGINS_DATE: Final = re.compile(r"(?:19|20)\d\d年?(?:\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?)?")
_PART_OF_DATE: Final = re.compile(r"\d{1,2}\s?[-/.月]\s?\d{1,2}日?|\d{1,2}:\d{2}(?::\d{2})?")


def lines_above(root: Element, headline: Element) -> tuple[list[RawBlock], list[RawBlock]]:
    """The lines between headline and body, and the few above the headline. Without a headline's element, the nearest
    lines above the body, in reading order."""
    if headline is None:
        pieces = [_lines([piece], _INFO_LINES) for piece in islice(preceding(root), SEARCHED)]
        return [line for lines in reversed(pieces) for line in lines][-_INFO_LINES:], []
    if root in headline.iterancestors():
        return [], []
    beside = chain(info_inside(headline), between(headline, root))
    return _lines(beside, _INFO_LINES), _lines(preceding(headline, 2), 4)


def lines_below(root: Element) -> list[RawBlock]:
    """The lines below the body that may credit somebody. Boxes without such a word, and boxes larger than any credits
    (lists, comments), are not walked; the second large one ends the search."""
    lines: list[RawBlock] = []
    large = 0
    for piece in islice(following(root), SEARCHED):
        text = piece if isinstance(piece, str) else _short_text(piece)
        if text is None or len(text) > LARGE:
            large += 1
            if large > 1:
                break
        elif _CREDIT.search(text):
            for block in _piece_blocks(piece):
                if is_marker(block.text):
                    return lines
                if block.kind != "image" and len(block.text) <= _LINE:
                    lines.append(block)
    return lines


def _short_text(element: Element) -> str | None:
    """The element's text, None where it is large."""
    if not isinstance(element.tag, str) or element.tag in ("script", "style", "noscript"):
        return ""
    whole = all_text(element)
    if len(whole) <= LARGE:
        return whole
    if next(element.iter("script", "style"), None) is None and sum(map(len, whole.split())) > LARGE:
        return None
    parts: list[str] = []
    length = 0
    for node in element.iter():
        if node.tag not in ("script", "style") and (text := node.text):
            parts.append(text)
            length += len(text.strip())
        if (text := node.tail) and node is not element:
            parts.append(text)
            length += len(text.strip())
        if length > LARGE:
            return None
    return "".join(parts)


def all_text(element: Element) -> str:
    """All the text in the element, that of scripts too, in one step."""
    text: bytes = etree.tostring(element, method="text", encoding="utf-8", with_tail=False)
    return text.decode()


def _lines(pieces: Iterable[Piece], limit: int) -> list[RawBlock]:
    """Up to `limit` short lines of the pieces, in the order in which those come."""
    lines: list[RawBlock] = []
    for piece in pieces:
        lines += (b for b in _piece_blocks(piece) if b.kind != "image" and b.text and len(b.text) <= _LINE)
        if len(lines) >= limit:
            break
    return lines[:limit]


def _piece_blocks(piece: Piece) -> list[RawBlock]:
    if isinstance(piece, str):
        text = fold(piece)
        return [RawBlock("paragraph", text, None)] if text else []
    if not isinstance(piece.tag, str) or piece.tag in ("script", "style", "noscript"):
        return []
    return _join_dates(walk(piece, parted=True))


def _join_dates(blocks: list[RawBlock]) -> list[RawBlock]:
    """A date whose parts stand each in a box of its own (`2020`, `03/12`, `09:30`) becomes one line."""
    joined: list[RawBlock] = []
    for block in blocks:
        if joined and _PART_OF_DATE.fullmatch(block.text) and _BEGINS_DATE.fullmatch(joined[-1].text):
            last = joined.pop()
            block = RawBlock("paragraph", f"{last.text} {block.text}", last.node)
        joined.append(block)
    return joined
