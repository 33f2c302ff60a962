"""A page of a host without a template: the finder's body, cleaned by rules and shape, and fields by evidence."""

import re
from datetime import datetime
from itertools import chain, islice
from typing import Any, Final

from lxml import etree

from crawler.pages.fields.credits import read_credits
from crawler.pages.fields.damage import find_damage, find_truncation
from crawler.pages.fields.evidence import gather
from crawler.pages.fields.headline import Headline, choose_headline, headline_candidates, info_inside, letters
from crawler.pages.fields.linked_data import read_linked_data
from crawler.pages.fields.stamps import first_stamp
from crawler.pages.general.core import LEAD, is_lead, mark_core
from crawler.pages.general.finder import SOME, Spot, find_body, find_pieces
from crawler.pages.general.goes_on import goes_on
from crawler.pages.general.witness import ask_trafilatura
from crawler.pages.html.blocks import RawBlock, fold, walk
from crawler.pages.html.finish import finish
from crawler.pages.html.overview import look_over
from crawler.pages.html.parse import Element
from crawler.pages.html.surroundings import Piece, between, following, preceding
from crawler.pages.html.whole import whole_page
from crawler.pages.outcome import by_words
from crawler.pages.page import Block, Identity, Outcome, Page
from crawler.pages.rules.edges import ELSEWHERE
from crawler.pages.rules.engine import RuleSet
from crawler.pages.rules.general import GENERAL
from crawler.pages.rules.markers import is_marker, is_solid, names
from crawler.pages.rules.shapes import INFO, RELATED, mark_lists, mark_short, mark_top
from crawler.pages.template.document import Document, element_text

# In a template's body a line `来源：…` is the writer's own, and stays; elsewhere it is the site's.
RULES: Final = RuleSet((*(rule for rule in GENERAL if not rule.keeps), *ELSEWHERE))
_INFO_LINES: Final = 40
_EDGE: Final = 80
_TAIL_PIECES: Final = 40
_LARGE: Final = 1_500
# A box above the text that sums it up repeats it.
_SUMMARY: Final = re.compile(r"[\[【]?(?:摘\s?要|核心提示|导\s?读|内容提要|内容摘要|内容提示|重点提示)[\]】]?\s?[:：]")
_CREDIT: Final = re.compile(
    # No group around alternatives: the search then passes by what none of them begins with.
    r"编辑|編輯|责编|責編|选稿|来源|來源|出处|关键[词字]|關鍵|标签|標籤|Tag|全文|发布时间|发稿|作者\s?[:：]|"
    r"时间\s?[:：]|時間\s?[:：]"
)
_LINE: Final = 400
_BUTTON: Final = 4
_CAPTION: Final = 120
_PICTURED: Final = re.compile(r"[摄攝][)）]?$|[图圖]\s?[/／|:：]|[供][图圖]|[图圖]片?[)）]?$|資料照|资料照")
_BEGINS_DATE: Final = re.compile(r"(?:19|20)\d\d年?(?:\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?)?")
_PART_OF_DATE: Final = re.compile(r"\d{1,2}\s?[-/.月]\s?\d{1,2}日?|\d{1,2}:\d{2}(?::\d{2})?")
_SHORT: Final = 60


def read_generic(
    document: Document, *, captured_at: datetime | None = None, identity: Identity, everything: bool = False
) -> Page:
    """What a page without a template says. `identity`: what the address names. `everything`: a verdict for the blocks
    outside the body as well."""
    tree, url = document.tree, document.url
    title, metas = document.text("title"), document.metas
    og_title = fold(metas.get("og:title") or "")
    page_has = look_over(tree)
    candidates = headline_candidates(tree, page_has.headings, title, og_title)
    spot = find_body(tree, page_has.runs) or ask_trafilatura(tree, document.source)
    if spot is None:
        outcome, detail = _of_no_text(document) or (Outcome.NOT_ARTICLE, "no sentence on the page")
        return Page(url=url, outcome=outcome, detail=detail, confidence=0.2, identity=identity)
    headline = choose_headline(candidates, spot.root, title, og_title)
    element = headline.element if headline is not None else None
    raws, roots = _body_blocks(spot, element)
    info, above = _info_lines(spot.root, element)
    if headline is None or (element is None and not _stands_in(headline, info)):
        headline = _headline_above(info) or headline
    text = headline.text if headline is not None else ""
    mark_top(raws, text)
    mark_info(raws)
    mark_lists(raws)
    mark_short(raws)
    mark_core(raws, _common(roots))
    judged = RULES.judge(raws)
    stripped = [RawBlock(b.kind, b.text, None) for b in judged.blocks if not b.kept and _may_credit(b)]
    tail = _tail_lines(spot.root)
    kept = [block.text for block in judged.blocks if block.kept and block.text]
    found = gather(
        [*info, *_around_info(raws)],
        above,
        [*stripped[:_EDGE], *stripped[_EDGE:][-_EDGE:], *tail],
        kept,
        metas=metas,
        linked=read_linked_data(page_has.scripts),
        captured_at=captured_at,
    )
    flags = [*judged.flags, *find_damage(kept), *find_truncation(kept, (block.text for block in tail[:3]))]
    if any(block.rule == "general.back_to_sohu" for block in judged.blocks) and identity.site != "sohu":
        flags.append("mirror")
    if goes_on(page_has.links, url):
        flags.append("paged")
        flags.append("incomplete")
    confidence = _confidence(spot, headline, kept, found.agreement, raws)
    blocks, images = finish(url, judged.blocks)
    verdict = _outcome(document, kept, headline)
    page = Page(
        url=url,
        outcome=verdict[0],
        detail=verdict[1],
        template="generic",
        headline=text or None,
        original_title=judged.fields.get("original_title"),
        published_at=found.published_at,
        published_precision=found.published_precision,
        modified_at=found.modified_at,
        source_name=found.source_name,
        authors=found.authors,
        editor=found.editor,
        keywords=found.keywords,
        location=found.location,
        images=images,
        flags=tuple(dict.fromkeys(flags)),
        confidence=confidence,
        blocks=blocks,
        identity=identity,
    )
    return whole_page(page, tree, *roots) if everything else page


def _may_credit(block: Block) -> bool:
    """Whether a stripped line may name the text's source or editor; a line of a related list only with an editor."""
    return bool(block.text) and (block.rule != RELATED.id or "编辑" in block.text or "責任編輯" in block.text)


def _outcome(document: Document, kept: list[str], headline: Headline | None) -> tuple[Outcome, str | None]:
    """Whether what was found is an article. A few words on a page that calls itself gone are none."""
    length = sum(map(len, kept))
    if length < _SHORT and (said := _of_no_text(document)):
        return said
    if not kept:
        return Outcome.EMPTY, "no line of the page reads as a text"
    if length < _SHORT and headline is None:
        return Outcome.NOT_ARTICLE, "a few words without a headline"
    return Outcome.ARTICLE, None


def _of_no_text(document: Document) -> tuple[Outcome, str] | None:
    body = document.tree.find("body")
    return by_words(document.text("title"), "" if body is None else element_text(body))


def _body_blocks(spot: Spot, headline: Element) -> tuple[list[RawBlock], list[Element]]:
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
    raws += walk(spot.root)
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


def _with_pictures(before: list[Element], spot: Spot, headline: Element) -> list[Element]:
    """The pieces above the root, and the short lead and the boxes of a picture with its caption that stand there too,
    in order."""
    if headline is None or spot.root in headline.iterancestors():
        return before
    found = []
    for piece in islice(between(headline, spot.root), _TAIL_PIECES):
        if isinstance(piece, str) or not isinstance(piece.tag, str):
            continue
        if piece in before or _is_lead(piece):
            found.append(piece)
        elif next(piece.iter("img"), None) is not None and len(_whole_text(piece)) <= _LARGE:
            found += islice(filter(_is_picture, (piece, *piece.iter("figure", "dl"))), 1)
    return found if len(found) > len(before) else before


def _is_lead(piece: Element) -> bool:
    """Whether a box above the text is the writer's lead of one sentence: a longer one reads as text by itself."""
    lines = walk(piece) if LEAD.search(names(piece)) and len(_whole_text(piece)) <= _LARGE else []
    return len(lines) == 1 and is_lead(lines[0]) and _SUMMARY.match(lines[0].text) is None


def _is_picture(box: Element) -> bool:
    """Whether the box holds a picture, its caption and nothing else."""
    lines = walk(box)
    text = "".join(block.text for block in lines if block.kind != "image")
    said = all(block.kind in ("image", "caption") for block in lines) or _PICTURED.search(text) is not None
    return 4 <= len(text) <= _CAPTION and said and not any(block.linked for block in lines)


def _common(roots: list[Element]) -> Element:
    """The nearest element around all of them."""
    if len(roots) == 1:
        return roots[0]
    around = [set(root.iterancestors()) for root in roots[1:]]
    return next(node for node in roots[0].iterancestors() if all(node in nodes for nodes in around))


def _if_text(piece: Element) -> list[RawBlock]:
    """The piece's blocks if most of their characters are text of an article, else none."""
    blocks = walk(piece)
    total = sum(len(block.text) for block in blocks if block.kind != "image")
    solid = sum(len(block.text) for block in blocks if is_solid(block))
    if solid < 0.6 * total or any(is_marker(block.text) or _SUMMARY.match(block.text) for block in blocks):
        return []
    return blocks


def _tail_lines(root: Element) -> list[RawBlock]:
    """The lines below the body that may credit somebody. Boxes without such a word, and boxes larger than any credits
    (lists, comments), are not walked; the second large one ends the search."""
    lines: list[RawBlock] = []
    large = 0
    for piece in islice(following(root), _TAIL_PIECES):
        text = piece if isinstance(piece, str) else _short_text(piece)
        if text is None or len(text) > _LARGE:
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
    whole = _whole_text(element)
    if len(whole) <= _LARGE:
        return whole
    if next(element.iter("script", "style"), None) is None and sum(map(len, whole.split())) > _LARGE:
        return None
    parts: list[str] = []
    length = 0
    for node in element.iter():
        if node.tag not in ("script", "style") and node.text:
            parts.append(node.text)
            length += len(node.text.strip())
        if node.tail and node is not element:
            parts.append(node.tail)
            length += len(node.tail.strip())
        if length > _LARGE:
            return None
    return "".join(parts)


def _whole_text(element: Element) -> str:
    """All the text in the element, that of scripts too, in one step."""
    text: bytes = etree.tostring(element, method="text", encoding="utf-8", with_tail=False)
    return text.decode()


def _lines(pieces: Any, limit: int) -> list[RawBlock]:
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


def _info_lines(root: Element, headline: Element) -> tuple[list[RawBlock], list[RawBlock]]:
    """The lines between headline and body, and the few above the headline. Without a headline's element, the nearest
    lines above the body, in reading order."""
    if headline is None:
        pieces = [_lines([piece], _INFO_LINES) for piece in islice(preceding(root), _TAIL_PIECES)]
        return [line for lines in reversed(pieces) for line in lines][-_INFO_LINES:], []
    if root in headline.iterancestors():
        return [], []
    beside = chain(info_inside(headline), between(headline, root))
    return _lines(beside, _INFO_LINES), _lines(preceding(headline, 2), 4)


def mark_info(raws: list[RawBlock]) -> None:
    """Marks the line with time and source where it stands in the body itself, among its first lines."""
    for block in [b for b in raws if b.kind != "image" and b.mark is None and len(b.text) > _BUTTON][:4]:
        text = block.text
        stamp = first_stamp(text) if len(text) <= 120 and "。" not in text else None
        if stamp is not None:
            rest = f"{text[: stamp.start]} {text[stamp.end :]}"
            if len(rest) <= 30 or (len(rest) <= 80 and read_credits(rest).labels):
                block.mark = INFO
        elif is_solid(block):
            return


def _around_info(raws: list[RawBlock]) -> list[RawBlock]:
    """The line of time and source where it stands in the root itself, with its neighbours that are no text."""
    for index, block in enumerate(raws):
        if block.mark is INFO:
            return [near for near in raws[max(0, index - 1) : index + 2] if near.mark is not None]
    return []


def _stands_in(headline: Headline, lines: list[RawBlock]) -> bool:
    own = letters(headline.text)
    return any(letters(block.text) == own for block in lines)


def _headline_above(info: list[RawBlock]) -> Headline | None:
    """The line above the one with the time, where the head of the page names no headline."""
    for index, block in enumerate(info):
        if index and len(block.text) <= 120 and first_stamp(block.text) is not None:
            above = info[index - 1]
            if 6 <= len(above.text) <= 100 and above.linked < 0.5 * len(above.text):
                return Headline(text=above.text)
    return None


def _confidence(
    spot: Spot, headline: Headline | None, kept: list[str], agreement: float, raws: list[RawBlock]
) -> float:
    """0 to 1: how much of the page's text the root holds, whether the title confirms the headline, how much text."""
    length = sum(map(len, kept))
    value = min(1.0, 0.4 + 0.6 * spot.share) * (1.0 if headline is not None and headline.sure else 0.8)
    value *= 1.0 if length >= 200 else 0.8 if length >= 60 else 0.5
    return round(max(0.05, value * (0.7 + 0.3 * agreement)), 2)
