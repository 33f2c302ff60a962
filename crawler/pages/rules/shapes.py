"""What the shape of the lines tells: runs of links, related lists, teasers, comments, what comes again.

Each finding is a `Rule` without a pattern, put on the block as its mark, so that the rule engine strips it by name.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from crawler.pages.fields.headline import letters
from crawler.pages.html.blocks import RawBlock
from crawler.pages.rules.anywhere import SHORT, SHORT_LINE
from crawler.pages.rules.comments import mark_comments
from crawler.pages.rules.engine import Rule
from crawler.pages.rules.markers import MARKER_LENGTH, SENTENCE, is_cut, is_marker, is_solid

LINKS: Final = Rule(id="open.link_lines")


RELATED: Final = Rule(id="open.related")


TEASER: Final = Rule(id="open.teaser")


REPEATED: Final = Rule(id="open.repeated")


BOX: Final = Rule(id="open.box")


AFTER: Final = Rule(id="open.after_text")


BESIDE: Final = Rule(id="open.beside_text")


ABOVE: Final = Rule(id="open.above_headline")


HEADLINE: Final = Rule(id="open.headline", field="headline")


INFO: Final = Rule(id="open.info_line", field="published_at,source_name")


_PROMPT: Final = re.compile(
    r"(?:>>|»|＞＞|点击|點擊|进入|進入|详细|詳細|相关|相關|专题|更多|原文|下载|全文|查看|阅读|延伸|推荐|"
    r"\[图\]|\[视频\])"
)


_BUTTON: Final = re.compile("打开|查看|点击|點擊|下载|下載|展开|展開|更多|关注|扫码|广告|廣告|APP|原图|大图")


_LITERAL_LINK: Final = re.compile(r"\s*(?:\[\d+\]\s*|\d+[.、]\s*)?(?:https?://|www\.)")


_BYLINE: Final = re.compile(r"[／/]\s?[\u3400-\u9fff]{2,4}(?:報導|报道)$|^(?:记者|記者|文[／/])")


_ALWAYS: Final = tuple(rule for rule in SHORT if not rule.needs)
_ALWAYS_LIMIT: Final = max(rule.limit for rule in _ALWAYS)


_SHORT_HINT: Final = re.compile("|".join(sorted({re.escape(need) for rule in SHORT for need in rule.needs})))


_LOOSE: Final = 0.3


_REPEATS: Final = 3


_PARAGRAPH: Final = 25
_ENDS: Final = "。！？!?”」』"


_LIST_MARK: Final = re.compile(r"^[·•●○◆■▪►▶※◎★☆\-–]\s?")


def mark_short(blocks: Sequence[RawBlock]) -> None:
    """Marks the short lines that a rule of `short_lines` knows: buttons, counts, pagers, prompts to log in."""
    for block in blocks:
        text = block.text
        if len(text) > SHORT_LINE or block.mark is not None or block.kind == "image":
            continue
        hinted = _SHORT_HINT.search(text) is not None
        if not hinted and len(text) > _ALWAYS_LIMIT:
            continue
        for rule in SHORT if hinted else _ALWAYS:
            if rule.match(text) is not None:
                block.mark = rule
                break


def mark_lists(blocks: Sequence[RawBlock]) -> None:
    """Marks related lists, runs of link lines and teasers. Blocks that carry a mark already are left alone."""
    mark_comments(blocks)
    _mark_related(blocks)
    _mark_links(blocks)
    _mark_teasers(blocks)
    _mark_repeated(blocks)


def _mark_related(blocks: Sequence[RawBlock]) -> None:
    markers = [
        index
        for index, block in enumerate(blocks)
        if len(block.text) <= MARKER_LENGTH and block.mark is None and block.kind not in ("image", "table")
        if is_marker(block.text)
    ]
    if not markers:
        return
    total = len(blocks)
    # The next sentence of every place, and how many lines and loose lines stand before it: one pass for all headings.
    following = [total] * (total + 1)
    for index in range(total - 1, -1, -1):
        following[index] = index if is_solid(blocks[index]) else following[index + 1]
    lines, loose = [0], [0]
    for block in blocks:
        counts = block.kind != "image"
        lines.append(lines[-1] + counts)
        loose.append(loose[-1] + (counts and _is_loose(block)))
    end = 0
    for index in markers:
        if index < end:
            continue
        stop = following[index + 1]
        # A heading such as 视频 or 图片 in the middle of a text has text under it, and is the writer's own.
        under, linked = lines[stop] - lines[index + 1], loose[stop] - loose[index + 1]
        if stop == total or (linked and linked >= 0.5 * under):
            end = stop if stop == total else _end_of_links(blocks, index + 1, stop)
            for inner in blocks[index:end]:
                if inner.mark is None:
                    inner.mark = RELATED


def _is_loose(block: RawBlock) -> bool:
    return block.linked > _LOOSE * len(block.text) or is_cut(block.text)


def _end_of_links(blocks: Sequence[RawBlock], start: int, stop: int) -> int:
    """Where the list under a heading ends, if text follows: after its last link line."""
    return next((index + 1 for index in range(stop - 1, start - 1, -1) if _is_loose(blocks[index])), start + 1)


def _mark_links(blocks: Sequence[RawBlock]) -> None:
    lines = [index for index, block in enumerate(blocks) if block.kind != "image" and block.text]
    links = {index for index in lines if _is_link_line(blocks[index])}
    text = [index for index in lines if index not in links and blocks[index].mark is None]
    first, last = (text[0], text[-1]) if text else (0, -1)
    for place, index in enumerate(lines):
        block = blocks[index]
        if index not in links or block.mark is not None:
            continue
        beside = [lines[place + step] for step in (-1, 1) if 0 <= place + step < len(lines)]
        # A paragraph of the text may be a link as a whole, at its edges too.
        own = len(block.text) >= _PARAGRAPH and block.text[-1] in _ENDS and block.kind == "paragraph"
        at_edge = (index < first or index > last) and not own
        plain = block.kind != "heading" and len(block.text) >= 6 and not SENTENCE.search(block.text)
        if at_edge or plain or any(other in links for other in beside) or _PROMPT.search(block.text):
            block.mark = LINKS


def _is_link_line(block: RawBlock) -> bool:
    if block.kind == "table" or not block.links:
        return False
    text = _LIST_MARK.sub("", block.text)
    if (block.linked < 0.8 * len(text) and not _only_links(block)) or len(text) >= 120 or _LITERAL_LINK.match(text):
        return False
    return _BYLINE.search(text) is None


def _only_links(block: RawBlock) -> bool:
    """Whether three links and more stand in the line, and nothing but signs between them."""
    rest = end = 0
    for start, stop, _ in block.links:
        rest += len(letters(block.text[end:start]))
        end = stop
    return len(block.links) >= 3 and rest + len(letters(block.text[end:])) == 0


def _mark_repeated(blocks: Sequence[RawBlock]) -> None:
    """Marks a short prompt that stands three times and more, as below every picture. Lines of a list or of code may
    come again too: what is no prompt stays."""
    lines = [block for block in blocks if block.mark is None and 6 <= len(block.text) <= 30]
    prompts = [block for block in lines if _BUTTON.search(block.text)]
    counts = Counter(block.text for block in prompts)
    for block in prompts:
        if counts[block.text] >= _REPEATS:
            block.mark = REPEATED


def _mark_teasers(blocks: Sequence[RawBlock]) -> None:
    """Teasers at the end: lines cut to `…`, two or more together, or one below a related list."""
    tail = []
    for block in reversed(blocks):
        if block.kind == "image" or block.mark is not None:
            continue
        if len(block.text) < 200 and is_cut(block.text):
            tail.append(block)
        else:
            break
    if len(tail) >= 2:
        for block in tail:
            block.mark = TEASER


def mark_top(blocks: Sequence[RawBlock], headline: str, info: Sequence[RawBlock] = ()) -> None:
    """Marks the headline where it is repeated at the top of the body, and what stands above it."""
    wanted = letters(headline)
    if len(wanted) < 4:
        return
    for index, block in enumerate(blocks[:40]):
        if block.kind == "image":
            continue
        # The first letter tells most lines apart.
        first = block.text[:1]
        if first.isalnum() and not wanted.startswith(first.lower()):
            continue
        if letters(block.text) == wanted:
            solid = any(is_solid(above) and len(above.text) > 60 for above in blocks[:index])
            block.mark = HEADLINE
            if not solid:
                for above in blocks[:index]:
                    if above.kind != "image" and above.mark is None:
                        above.mark = ABOVE
            return
