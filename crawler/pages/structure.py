"""What the shape of the lines tells: runs of links, headings of related lists with what stands under them, teasers.

Each finding is a `Rule` without a pattern, put on the block as its mark, so that the rule engine strips it by name.
"""

import re
from collections.abc import Sequence
from typing import Final

from crawler.pages.blocks import RawBlock
from crawler.pages.headline import letters
from crawler.pages.rules import Rule

LINKS: Final = Rule(id="open.link_lines")
RELATED: Final = Rule(id="open.related")
TEASER: Final = Rule(id="open.teaser")
ABOVE: Final = Rule(id="open.above_headline")
HEADLINE: Final = Rule(id="open.headline", field="headline")
INFO: Final = Rule(id="open.info_line", field="published_at,source_name")

_MARKER_WORDS: Final = (
    "相关(?:阅读|新闻|报道|文章|推荐|资讯|链接|内容|专题|信息|主题|视频|图片|搜索|帖子|热词|产品|话题|评论|"
    "下载)|相關(?:閱讀|新聞|報導|文章|推薦|連結|影音)"
    "|(?:延伸|拓展|扩展|深度|更多|推荐|推薦|精彩|热点|猜你喜欢的)(?:阅读|閱讀|新闻|新聞|文章|内容|推荐|图文|"
    "图集|报道)"
    "|(?:热门|熱門|热点|最新|今日|本周|精彩|精选|编辑|編輯|小编|图文|阅读|点击|人气|周|月|日|24小时|48小时|"
    "一周|头条|焦点|频道|站内)"
    "(?:推荐|推薦|资讯|資訊|新闻|新聞|文章|排行榜?|热点|热文|阅读|閱讀|点击|關鍵字|搜索|搜尋|评论|話題|话题|"
    "视频|影音|图集|图片|导读|专题|点閱|點閱|回顾|精选|部推薦|部推荐|要闻|热搜|动态|内容)+"
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
    rf"]{{0,4}}(?:[\u3400-\u9fff]{{0,6}}?)(?:{_MARKER_WORDS})(?:更多)?\s?[\d()（）]{{0,8}}[\]】)）〕>＞»:：=\s▼↓…]{{0,6}}"
)
_MARKER_HINT: Final = re.compile(
    "相关|相關|阅读|閱讀|推荐|推薦|资讯|資訊|新闻|新聞|排行|热|熱|文章|评论|評論|留言|回顾|喜|大家|广告|推广|"
    "链接|連結|精选|精選|焦点|图|看了|感兴趣|专题|导读|关于|话题|視頻|视频|網友"
)
_PROMPT: Final = re.compile(
    r"(?:>>|»|＞＞|点击|點擊|进入|進入|详细|詳細|相关|相關|专题|更多|原文|下载|全文|查看|阅读|延伸|推荐|"
    r"\[图\]|\[视频\])"
)
_LITERAL_LINK: Final = re.compile(r"\s*(?:\[\d+\]\s*|\d+[.、]\s*)?(?:https?://|www\.)")
_TEASER: Final = re.compile(r"(?:\.{3}|…{1,2}|\[详细\]|【详细】|\[詳細\])\s*[\])）】]?$")
_SENTENCE: Final = re.compile(r"[。！？；][”」』）)】\"']?|[，,].{4,}[，,。]")
_LIST_MARK: Final = re.compile(r"^[·•●○◆■▪►▶※◎★☆\-–]\s?")


def is_solid(block: RawBlock) -> bool:
    """Whether the line reads as text of an article: sentences, hardly linked, not cut off."""
    text = block.text
    if len(text) < 25 or block.kind == "image" or block.linked > 0.4 * len(text):
        return False
    return _SENTENCE.search(text) is not None and not (len(text) < 200 and _TEASER.search(text))


def is_marker(text: str) -> bool:
    """Whether the line is the heading of a related list, a ranking, or the comments."""
    return len(text) <= 24 and _MARKER_HINT.search(text) is not None and _MARKER.fullmatch(text) is not None


def mark_lists(blocks: Sequence[RawBlock]) -> None:
    """Marks related lists, runs of link lines and teasers. Blocks that carry a mark already are left alone."""
    _mark_related(blocks)
    _mark_links(blocks)
    _mark_teasers(blocks)


def _mark_related(blocks: Sequence[RawBlock]) -> None:
    index = 0
    while index < len(blocks):
        block = blocks[index]
        if block.mark is None and block.kind not in ("image", "table") and is_marker(block.text):
            stop = index + 1
            while stop < len(blocks) and not is_solid(blocks[stop]):
                stop += 1
            # A heading such as 视频 or 图片 in the middle of a text has text under it, and is the writer's own.
            under = [b for b in blocks[index + 1 : stop] if b.kind != "image"]
            loose = sum(b.linked > 0.6 * len(b.text) or bool(_TEASER.search(b.text)) for b in under)
            if stop == len(blocks) or (loose and loose >= 0.5 * len(under)):
                end = stop if stop == len(blocks) else _end_of_links(blocks, index + 1, stop)
                for inner in blocks[index:end]:
                    if inner.mark is None:
                        inner.mark = RELATED
                index = end
                continue
        index += 1


def _end_of_links(blocks: Sequence[RawBlock], start: int, stop: int) -> int:
    """Where the list under a heading ends, if text follows: after its last link line."""
    last = start
    for index in range(start, stop):
        block = blocks[index]
        if block.linked > 0.6 * len(block.text) or _TEASER.search(block.text):
            last = index + 1
    return last


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
        plain = block.kind != "heading" and len(block.text) >= 6 and not _SENTENCE.search(block.text)
        if at_edge or plain or any(other in links for other in beside) or _PROMPT.search(block.text):
            block.mark = LINKS


def _is_link_line(block: RawBlock) -> bool:
    if block.kind == "table" or not block.links:
        return False
    text = _LIST_MARK.sub("", block.text)
    return block.linked >= 0.8 * len(text) and len(text) < 120 and not _LITERAL_LINK.match(text)


def _mark_teasers(blocks: Sequence[RawBlock]) -> None:
    """Teasers at the end: lines cut to `…`, two or more together, or one below a related list."""
    tail = []
    for block in reversed(blocks):
        if block.kind == "image" or block.mark is not None:
            continue
        if len(block.text) < 200 and _TEASER.search(block.text):
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
        if letters(block.text) == wanted:
            solid = any(is_solid(above) and len(above.text) > 60 for above in blocks[:index])
            block.mark = HEADLINE
            if not solid:
                for above in blocks[:index]:
                    if above.kind != "image" and above.mark is None:
                        above.mark = ABOVE
            return
