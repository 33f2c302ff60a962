"""What the shape of the lines tells: runs of links, headings of related lists with what stands under them, teasers.

Each finding is a `Rule` without a pattern, put on the block as its mark, so that the rule engine strips it by name.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from crawler.pages.fields.headline import letters
from crawler.pages.html.blocks import RawBlock
from crawler.pages.html.parse import Element
from crawler.pages.rules import Rule
from crawler.pages.short_lines import SHORT, SHORT_LINE

LINKS: Final = Rule(id="open.link_lines")
RELATED: Final = Rule(id="open.related")
TEASER: Final = Rule(id="open.teaser")
COMMENTS: Final = Rule(id="open.comments")
REPEATED: Final = Rule(id="open.repeated")
BOX: Final = Rule(id="open.box")
AFTER: Final = Rule(id="open.after_text")
BESIDE: Final = Rule(id="open.beside_text")
ABOVE: Final = Rule(id="open.above_headline")
HEADLINE: Final = Rule(id="open.headline", field="headline")
INFO: Final = Rule(id="open.info_line", field="published_at,source_name")

_MARKER_WORDS: Final = (
    "相关(?:阅读|新闻|报道|文章|推荐|资讯|链接|内容|专题|信息|主题|视频|图片|搜索|帖子|热词|产品|话题|评论|"
    "下载)|相關(?:閱讀|新聞|報導|文章|推薦|連結|影音)"
    "|(?:延伸|拓展|扩展|深度|更多|推荐|推薦|精彩|热点|猜你喜欢的)(?:阅读|閱讀|新闻|新聞|文章|内容|推荐|图文|"
    "图集|报道|報導|影音|內容)+"
    "|(?:热门|熱門|热点|最新|今日|本周|精彩|精选|编辑|編輯|小编|图文|阅读|点击|人气|周|月|日|24小时|48小时|"
    "一周|头条|焦点|频道|站内)"
    "(?:推荐|推薦|资讯|資訊|新闻|新聞|文章|排行榜?|热点|热文|阅读|閱讀|点击|關鍵字|搜索|搜尋|评论|話題|话题|"
    "视频|影音|图集|图片|导读|专题|点閱|點閱|回顾|精选|部推薦|部推荐|要闻|热搜|动态|内容)+"
    "|更多.{2,10}(?:新闻|新聞|报道|報導|文章)"
    "|(?:为|為)[您你](?:推荐|推薦|精选)|猜你喜[欢歡]|大家都在看|你可能(?:还|也)?(?:喜欢|感兴趣|想看).{0,6}|"
    "看了(?:又|还)看|其他人还看了?|网友(?:评论|热评|留言|都在看)"
    "|作者(?:最新|最近|其他)文章|(?:他|她|TA)的(?:文章|最新文章)|往期(?:回顾|推荐|精选|文章|精彩)|新闻(?:排行|"
    "推荐|热点|榜)|與內文相關的連結|与内文相关的链接"
    "|(?:视频|图片|图库|高清图集|精彩图集|幻灯)(?:推荐|新闻|集锦|欣赏)?|专题推荐|热词|热搜(?:榜)?|热评论?|"
    "最新评论|全部评论|精彩评论|网友评论|发表评论|我要(?:评论|跟帖)|评论列表|評論|留言(?:板)?"
    "|聚焦新[闻聞]|熱門(?:影音|點閱|新聞|話題)|(?:你|您)?(?:还|也)?可能(?:会)?感兴趣.{0,6}|赞助商?链接|广告|"
    "推广|合作媒体|友情链接|APP精彩推荐|特别推荐|栏目推荐|产品推荐|推荐(?:商品|产品|视频|专题|栏目)|"
    "新浪理财师推荐|热卖.{0,6}|关于我们"
)
_MARKER: Final = re.compile(
    rf"[\[【(（〔<＜=\s◎●■◆▲☆★※#|"
    rf"]{{0,4}}(?:[\u3400-\u9fff]{{0,6}}?)(?:{_MARKER_WORDS})(?:更多)?\s?[\d()（）]{{0,8}}[\]】)）〕>＞»:：=\s▼↓…★☆]{{0,6}}"
)
_GAPS: Final = re.compile(r"[\s·・|｜/\xa0]")
_MARKER_HINT: Final = re.compile(
    "相关|相關|阅读|閱讀|推荐|推薦|资讯|資訊|新闻|新聞|排行|热|熱|文章|评论|評論|留言|回顾|喜|大家|广告|推广|"
    "链接|連結|精选|精選|焦点|图|看了|感兴趣|专题|导读|关于|话题|視頻|视频|網友"
)
_PROMPT: Final = re.compile(
    r"(?:>>|»|＞＞|点击|點擊|进入|進入|详细|詳細|相关|相關|专题|更多|原文|下载|全文|查看|阅读|延伸|推荐|"
    r"\[图\]|\[视频\])"
)
_BUTTON: Final = re.compile("打开|查看|点击|點擊|下载|下載|展开|展開|更多|关注|扫码|广告|廣告|APP|原图|大图")
_LITERAL_LINK: Final = re.compile(r"\s*(?:\[\d+\]\s*|\d+[.、]\s*)?(?:https?://|www\.)")
_BYLINE: Final = re.compile(r"[／/]\s?[\u3400-\u9fff]{2,4}(?:報導|报道)$|^(?:记者|記者|文[／/])")
_TEASER: Final = re.compile(r"(?:\.{3}|…{1,2}|\[详细\]|【详细】|\[詳細\])\s*[\])）】]?$")
_TEASER_LENGTH: Final = 12
SENTENCE: Final = re.compile(r"[。！？；][”」』）)】\"']?|[，,].{4,}[，,。]")
_ALWAYS: Final = tuple(rule for rule in SHORT if not rule.needs)
_SHORT_HINT: Final = re.compile("|".join(sorted({re.escape(need) for rule in SHORT for need in rule.needs})))
_REPLY: Final = re.compile(
    r"[\[【]?(?:回复|回覆|举报|檢舉|支持|反对|点赞|赞|顶|踩)[\]】]?\s?[(（\[]?\d{0,6}[)）\]]?(?:\s?(?:回复|"
    r"举报|反对|踩))?"
)
_SAID: Final = re.compile(
    r"20\d\d[-/年.]\d{1,2}[-/月.]\d{1,2}|\d{1,2}[-月]\d{1,2}日?\s?\d{1,2}:\d{2}|\d\s?(?:小时|分钟|天|个月)前|"
    r"\d+\s?楼|(?:昨天|今天)\s?\d{1,2}:"
)
MARKER_LENGTH: Final = 28
_BUTTON_LENGTH: Final = 16
_SEVERAL: Final = 2
_BOX_NAMES: Final = re.compile(
    r"comment|relat|recommend|share|advert|player|video|tool|login|footer|copyright|tag|keyword|editor_?info|"
    r"author|social|(?<!p)hot|rank|nav|page",
    re.IGNORECASE,
)
_ADVERT: Final = re.compile(r"\bads?\b|\bad[_-]|\bgg\b|guanggao|promo", re.IGNORECASE)
_CAPTION: Final = re.compile(
    r"^[▲▼△▽]\s?[\u3400-\u9fff]|[(（](?:圖|图|資料|资料)[^()（）]{0,24}[)）]$|[\u3400-\u9fff][\s/／][摄攝][)）]?$|記者[\u3400-\u9fff]{2,4}攝[)）]?$|"
    r"[(（][\u3400-\u9fff\s]{2,10}[摄攝][)）]$"
)
LEAD: Final = re.compile(
    r"\b(?:summary|lead|intro|digest|subtitle|sub-title|daoyu|daodu|teaser|standfirst)\b", re.IGNORECASE
)
_LOOSE: Final = 0.3
_REPEATS: Final = 3
_RUN: Final = 4
_NEARLY_ALL: Final = 0.85
_LIST_MARK: Final = re.compile(r"^[·•●○◆■▪►▶※◎★☆\-–]\s?")


def is_solid(block: RawBlock) -> bool:
    """Whether the line reads as text of an article: sentences, hardly linked, not cut off."""
    text = block.text
    if len(text) < 25 or block.kind == "image" or block.linked > 0.4 * len(text):
        return False
    # Most sentences have a full stop, which is found sooner than a pattern.
    return ("。" in text or SENTENCE.search(text) is not None) and not (len(text) < 200 and is_cut(text))


def is_cut(text: str) -> bool:
    """Whether the line is a teaser: cut to `…`, or with a link to the rest at its end."""
    return _TEASER.search(text[-_TEASER_LENGTH:]) is not None


def is_marker(text: str) -> bool:
    """Whether the line is the heading of a related list, a ranking, or the comments."""
    if len(text) > MARKER_LENGTH or _MARKER_HINT.search(text) is None:
        return False
    return _MARKER.fullmatch(_GAPS.sub("", text)) is not None


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
            if index < first and not is_solid(block) and not _is_caption(block) and not is_lead(block):
                block.mark = BESIDE
        elif box in dirty:
            block.mark = BOX
    _mark_after(blocks, boxes, dirty, last + 1)


def _is_caption(block: RawBlock) -> bool:
    """A picture, or a line that says by its kind or its words that it belongs to one."""
    return block.kind in ("image", "caption") or (len(block.text) <= 100 and _CAPTION.search(block.text) is not None)


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


def names(element: Element) -> str:
    """The element's class and id."""
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def mark_short(blocks: Sequence[RawBlock]) -> None:
    """Marks the short lines that a rule of `short_lines` knows: buttons, counts, pagers, prompts to log in."""
    for block in blocks:
        text = block.text
        if len(text) > SHORT_LINE or block.mark is not None or block.kind == "image":
            continue
        for rule in SHORT if _SHORT_HINT.search(text) is not None else _ALWAYS:
            if rule.match(text) is not None:
                block.mark = rule
                break


def mark_lists(blocks: Sequence[RawBlock]) -> None:
    """Marks related lists, runs of link lines and teasers. Blocks that carry a mark already are left alone."""
    _mark_comments(blocks)
    _mark_related(blocks)
    _mark_links(blocks)
    _mark_teasers(blocks)
    _mark_repeated(blocks)


def _mark_comments(blocks: Sequence[RawBlock]) -> None:
    """Marks readers' comments in boxes that no name tells from the text: from the first name and time above a button
    to reply, where such buttons come again, to the end."""
    replies = [i for i, b in enumerate(blocks) if len(b.text) <= _BUTTON_LENGTH and _REPLY.fullmatch(b.text)]
    if len(replies) < _SEVERAL:
        return
    first = replies[0]
    timed = [i for i in range(max(0, first - 4), first) if len(blocks[i].text) <= 60 and _SAID.search(blocks[i].text)]
    if not timed or not any(is_solid(block) for block in blocks[: timed[0]]):
        return
    start = timed[0]
    while start > 0 and blocks[start - 1].kind != "image" and is_marker(blocks[start - 1].text):
        start -= 1
    for block in blocks[start:]:
        block.mark = block.mark or COMMENTS


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
        at_edge = index < first or index > last
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
        # The beginning tells most lines apart.
        if wanted.startswith(letters(block.text[:8])) and letters(block.text) == wanted:
            solid = any(is_solid(above) and len(above.text) > 60 for above in blocks[:index])
            block.mark = HEADLINE
            if not solid:
                for above in blocks[:index]:
                    if above.kind != "image" and above.mark is None:
                        above.mark = ABOVE
            return
