"""Readers' comments below a text, in boxes that no name tells from it: they are known by what comes again.

Forums and blogs head every comment with a line of name and time, a floor or a `re:`, and put buttons to reply below it;
above the first of them often stands how many there are. None of it is known by one site's words.
"""

import re
from collections.abc import Sequence
from typing import Final

from crawler.pages.html.blocks import RawBlock
from crawler.pages.rules.engine import Rule
from crawler.pages.rules.markers import is_marker, is_solid

COMMENTS: Final = Rule(id="open.comments")

_WHEN: Final = re.compile(
    r"(?:19|20)\d\d\s?[-/年.]\s?\d{1,2}\s?[-/月.]\s?\d{1,2}日?[\sT,，]{0,3}(?:(?:星期|周|週).\s?)?(?:上午|下午|晚上|早上|[AaPp][Mm])?"
    r"\s?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?"
    r"|\d{1,2}[-/月]\d{1,2}日?\s{1,2}\d{1,2}[:：]\d{2}"
    r"|\d{1,3}\s?(?:秒|分钟|分鐘|小时|小時|天|个月|個月)前|(?:昨天|今天|前天)\s?\d{1,2}[:：]\d{2}"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,2},? \d{4}(?: at)?,? ?"
    r"\d{1,2}:\d{2}(?: ?[AaPp]\.?[Mm]\.?)?"
)
_DAY: Final = re.compile(r"(?:19|20)\d\d\s?[-/年.]\s?\d{1,2}\s?[-/月.]\s?\d{1,2}日?|\d{1,2}/\d{1,2}/(?:19|20)?\d\d")
_RE: Final = re.compile(r"#?\s?(?:re|回复|回覆)\s?[:：]\s?\S.*", re.IGNORECASE)
_FLOOR: Final = re.compile(
    r"[\[【(（#]?\s?(?:第?\s?\d{1,4}\s?[楼樓]|\d{1,4}\s?[F#]|#\s?\d{1,4}|沙发|沙發|板凳|地板)\s?[\]】)）]?(?=$|[\s:：|·，,]|\d{4})"
)
_WORDS: Final = (
    "回复|回覆|引用|举报|檢舉|支持|反对|反對|顶|頂|踩|赞|讚|删除|刪除|更多评论|只看该作者|只看該作者|倒序|回帖|评分|評分|"
    "收藏|编辑|編輯|查看|分享|TOP|Reply|Quote|reply|quote|投诉|修改|资料|文集|个人空间|主页|发消息|加好友|短消息"
)
_BUTTONS: Final = re.compile(rf"(?>(?:{_WORDS})\s?[(（\[]?\d{{0,5}}[)）\]]?[\s|/·\[\]()（）]{{0,4}}){{1,8}}")
# How a line says that somebody writes here, beside name and time.
_SAYS: Final = re.compile(
    r"发表[于於]?|發表|[说說评評][:：道]|写道|寫道|留言|回复|回覆|引用|[楼樓]|沙发|沙發|板凳|网友|網友|游客|訪客|访客|匿名|楼主|樓主|"
    r"says|said|wrote|[Pp]osted|[Cc]omment|只看[该該]作者"
)
_HINT: Final = re.compile(r"\d|沙发|沙發|板凳|地板")
_NAME: Final = re.compile(r"[^。！？；，、“”《》]{0,30}")
# What no name has and no time: most lines of a text do.
_SIGN: Final = re.compile("[。！？；、“”《》]")
_COUNT: Final = re.compile(
    r"(?:已有|共有?|目前有|现有|總共|一共|全部)?\s?\d{1,6}\s?[件条條篇个個则則]?\s?(?:网友|網友|读者|讀者)?(?:评论|評論|回复|回覆|回應|回应|留言|跟帖|"
    r"跟贴|迴響|意見|[Cc]omments?|[Rr]esponses?|[Rr]eplies)[^。]{0,20}"
    r"|(?:[\u3400-\u9fff]{0,6})(?:评论|評論|回复|回覆|回應|回应|留言|迴響|反馈|[Cc]omments?|Feedback|FeedBack)(?:列表|内容|區|区)?\s?[(（\[【:：]{0,2}\s?(?:共\s?)?\d{0,6}\s?[条條]?[)）\]】:：]{0,2}"
)
_COUNT_OF_TITLE: Final = re.compile(
    r".{1,80}[》”」\"]?\s?(?:上的?|共)?有?\s?\d{1,5}\s?[条條篇个個则則]\s?(?:评论|評論|回复|回覆|留言|迴響|想法|回應|回应)"
)
_HEAD: Final = 90
_LINE: Final = 40
_ABOVE: Final = 3
_FAR_ABOVE: Final = 12
_SEVERAL: Final = 2


def mark_comments(blocks: Sequence[RawBlock]) -> None:
    """Marks the comments, from the line above the first one that counts or names them to the end. They stand below a
    sentence of the text, since a forum heads the text like its answers."""
    text = next((index for index, block in enumerate(blocks) if is_solid(block)), None)
    if text is None:
        return
    heads = [index for index in range(text + 1, len(blocks)) if _may_head(blocks[index]) and _is_head(blocks, index)]
    if not heads or not _are_comments(blocks, heads):
        return
    for block in blocks[_first(blocks, text, heads[0]) :]:
        block.mark = block.mark or COMMENTS


def _may_head(block: RawBlock) -> bool:
    """A quick look: most lines are too long, or have no digit."""
    text = block.text
    return 4 <= len(text) <= _HEAD and _HINT.search(text) is not None and block.kind not in ("image", "table")


def _is_head(blocks: Sequence[RawBlock], index: int) -> bool:
    """Whether the line heads a comment: name and time, a floor, `re:`; or the time alone, below a name."""
    text = blocks[index].text
    if _SIGN.search(text) is not None and _RE.match(text) is None:
        return False
    if _FLOOR.match(text) is not None:
        return _NAME.fullmatch(_DAY.sub("", _WHEN.sub("", text))) is not None
    when = _WHEN.search(text)
    if when is None:
        said = _DAY.search(text) is not None and _SAYS.search(text) is not None
        return said and _NAME.fullmatch(_DAY.sub("", text)) is not None
    if _RE.match(text):
        return True
    rest = f"{text[: when.start()]}{text[when.end() :]}".strip(" |·:：/-()（）[]【】,，")
    if _NAME.fullmatch(rest) is None:
        return False
    return bool(rest) or _is_name(blocks[index - 1])


def _is_name(block: RawBlock) -> bool:
    return block.kind != "image" and 1 <= len(block.text) <= 20 and _NAME.fullmatch(block.text) is not None


def _are_comments(blocks: Sequence[RawBlock], heads: Sequence[int]) -> bool:
    """Whether these lines head comments, and not the entries of a chronicle: something there speaks of answering."""
    if any(_RE.match(blocks[index].text) for index in heads):
        return True
    if any(_counts(block) for block in blocks[max(0, heads[0] - _ABOVE) : heads[0]]):
        return True
    below = blocks[heads[0] :]
    worded = sum(_SAYS.search(blocks[index].text) is not None for index in heads)
    buttons = sum(len(block.text) <= _LINE and _BUTTONS.fullmatch(block.text) is not None for block in below)
    return len(heads) >= _SEVERAL and (worded >= _SEVERAL or buttons >= _SEVERAL)


def _counts(block: RawBlock) -> bool:
    """Whether the line counts the comments, or is their heading."""
    text = block.text
    if text[:1] in '《“「"':
        return len(text) <= _HEAD and _COUNT_OF_TITLE.fullmatch(text) is not None
    return len(text) <= _LINE and (_COUNT.fullmatch(text) is not None or (is_marker(text) and "评" in text))


def _first(blocks: Sequence[RawBlock], text: int, head: int) -> int:
    """Where the comments begin: at the line above the first head that counts them, if the name and time stand below
    each comment, else at that head and the name and buttons above it. `text`: where the text's first sentence is."""
    for index in range(head - 1, max(text, head - _FAR_ABOVE), -1):
        if _counts(blocks[index]):
            head = index
    while head - 1 > text and (_counts(blocks[head - 1]) or _BUTTONS.fullmatch(blocks[head - 1].text[:_LINE])):
        head -= 1
    when = _WHEN.fullmatch(blocks[head].text)
    return head - 1 if when is not None and head - 1 > text else head
