"""Fields of a page without a template, by evidence: what stands near the headline and below the text, what the head's
machine-readable data says, and how well they agree.

Never a search over the whole page: the newest date stands in a side list, and every recommended title looks like a
headline.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import define

from archive.times import BEIJING, Precision
from crawler.pages.fields.bylines import reported_by, signed_by, written_by
from crawler.pages.fields.clock import first_stamp
from crawler.pages.fields.credits import Credits, clean_source, is_label, read_credits, split_keywords
from crawler.pages.fields.linked_data import linked_authors, linked_text
from crawler.pages.fields.names import is_name, is_somebody, split_names
from crawler.pages.fields.page_times import (
    LINKED_MODIFIED,
    LINKED_TIMES,
    MODIFIED_METAS,
    TIME_METAS,
    has_time_label,
    machine_time,
    shown_times,
)
from crawler.pages.html.blocks import RawBlock, fold

_HAN: Final = re.compile("[\u3400-\u9fff]")
_ORGANISATION: Final = re.compile(
    r"^.{1,22}(?:网|網|(?<![举舉汇彙通情警预預海申填回捷喜播])[报報]|社|台|臺|网站|周刊|週刊|杂志|雜誌|日报|日報|晚报|晚報|时报|時報|早报|新闻|新聞|"
    r"新闻网|客户端|客戶端|频道|頻道|在线|财经|科技|体育|娱乐|视频|快讯|快訊|电视台|广播|之家|卫视|衛視|"
    r"公众号|中心|资讯|传媒|发布|观察|研究院)$"
)
_NOISE: Final = re.compile(
    r"(?:\+?关注|分享到?|字号|人氣|瀏覽|點閱|點擊|.{2,20}官方[账帐帳][号號]|.{0,8}(?:时间|時間|更新|日期)|(?:星期|周|週|禮拜)[一二三四五六日天]|\d{0,3}(?:分鐘|分钟|小时|小時)|只看.{0,6}|听新闻|我[来要]说[两几]句.{0,6}|字體|(?:发表|查看|我要|网友)?评论\d*|評論|阅读|閱讀|浏览|点击|人气|收藏|打印|"
    r"列印|参与|举报|小|中|大|"
    r"A[-+]?|原创|订阅|報導|报导|报道|更新|(?:发布于|發布於).{0,30}|友善列印|影音訂閱|我有话说|我来说两句|网友评论|\d*人?参与(?:评论)?|收藏本文|微博|"
    r"微信|复制链接|官方账号|官方帳號|"
    r"[\d,.()（）]+[次人条]?|[:：>|/]+)"
)
_SOURCE_CLASS: Final = re.compile(
    r"(?:^|[\s_-])(?:a_)?(?:source|media-?name|origin|laiyuan|copyfrom|nickname|js_name|account-?name)(?:$|"
    r"[\s_-])",
    re.IGNORECASE,
)
_SECTION: Final = re.compile(
    r"(?:国内|国际|國際|社会|社會|财经|財經|体育|體育|娱乐|娛樂|科技|军事|军情|时政|政治|生活|健康|教育|文化|汽车|房产|"
    r"旅游|地方|兩岸|两岸|港澳|台湾|即时|即時|最新|今日|图片|视频|滚动|综合|头条|热点|焦点|时事|行业|公司|本地|民生|法治|"
    r"评论|互联网|数码|全球|产经|证券|股票)(?:新闻|新聞|频道|頻道|资讯|資訊|要闻|快讯|快訊)?|"
    r"(?:综合|綜合|即时|即時)?(?:报道|報導)|(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|"
    r"湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|台湾|台灣)[省市]?"
)
_AUTHOR_CLASS: Final = re.compile(
    r"(?:^|[\s_-])(?:author|reporter|byline|writer)(?:$|[\s_-])|author(?:info)?[_-]?name", re.IGNORECASE
)
_AUTHOR_NAME_CLASS: Final = re.compile(r"author(?:info)?[_-]?name|\bvcard\b|byline", re.IGNORECASE)
_PERSON: Final = re.compile(r"(?:本报|本報)?(?:记者|記者|作者|撰文|文[/／])")
_SPACED_EDITOR: Final = re.compile(
    r"(?:^|\s)[\u3400-\u9fff]{0,4}(?:编辑|編輯|责编)\s{1,2}([\u3400-\u9fff]{2,4})(?=$|\s)"
)
_NEAR: Final = 24
_SOURCE_NAMES: Final = re.compile(
    r"source|origin|media|from|laiyuan|\bly\b|author|account|nickname|site-?name|copyfrom", re.IGNORECASE
)
_BADGED: Final = re.compile(r"(?:原创|原創)[\s:：]{1,3}(.{1,60})")
_YEARLESS: Final = re.compile(r"(?<!\d)\d{1,2}[-月/]\d{1,2}日?\s?\d{1,2}:\d{2}|\d{1,2}\s?(?:小时|分钟|天)前")
_SIGNED_EDITOR: Final = re.compile(
    r"[(（\[【〔](?:[^()（）\[\]【】〔〕。]{0,24}\s)?(?:责任编辑|責任編輯|责编|責編|编辑|編輯|核稿)\s?[:：][^()（）\[\]【】〔〕]{2,24}[)）\]】〕]"
)
_DAY: Final = timedelta(days=1)


@define
class Evidence:
    """What was found. `notes`: why, a few words each; `agreement`: 0 to 1, how well the witnesses of the time agree."""

    published_at: datetime | None = None
    published_precision: Precision | None = None
    modified_at: datetime | None = None
    source_name: str | None = None
    authors: tuple[str, ...] = ()
    editor: str | None = None
    keywords: tuple[str, ...] = ()
    location: str | None = None
    agreement: float = 1.0


def gather(
    near: Sequence[RawBlock],
    above: Sequence[RawBlock],
    tail: Sequence[RawBlock],
    body: Sequence[str],
    *,
    metas: dict[str, str] | None = None,
    linked: dict[str, Any] | None = None,
    captured_at: datetime | None = None,
) -> Evidence:
    """The fields, from the lines between headline and text (`near`), right above the headline (`above`) and below the
    text (`tail`), the text's own lines (`body`), and the head's `<meta>` values and JSON-LD object.

    A time after `captured_at`, but for a day of clocks that disagree, is none.
    """
    metas, linked = metas or {}, linked or {}
    found = Evidence()
    info = [*near, *above]
    info_credits = [read_credits(block.text) for block in info if len(block.text) <= 300]
    tail_credits = [read_credits(block.text) for block in tail if len(block.text) <= 300]
    # `……。（编辑：张三）` at the end of the text is kept in it, and names the editor all the same.
    tail_credits += [read_credits(sign[0]) for line in body[-3:] if (sign := _SIGNED_EDITOR.search(line[-60:]))]
    _read_times(found, info, tail, metas, linked, captured_at)
    found.source_name = _source(near, info_credits, tail_credits)
    found.editor = _editor(tail_credits, info_credits) or _spaced_editor([*(block.text for block in info), *body[-3:]])
    found.authors = _authors(found, info, info_credits, tail_credits, body) or linked_authors(linked)
    found.keywords = _keywords(info_credits, tail_credits, metas)
    found.location = _location(info)
    return found


def _read_times(
    found: Evidence,
    info: Sequence[RawBlock],
    tail: Sequence[RawBlock],
    metas: dict[str, str],
    linked: dict[str, Any],
    captured_at: datetime | None,
) -> None:
    shown, updated = shown_times(info)
    if shown is None:
        shown, late = shown_times([block for block in tail if has_time_label(block.text)])
        updated = updated or late
    machine = machine_time(
        [*(linked_text(linked, name) for name in LINKED_TIMES), *(metas.get(name) for name in TIME_METAS)]
    )
    limit = captured_at + _DAY if captured_at is not None else None
    if shown is not None and limit is not None and shown.at > limit:
        shown = None
    if machine is not None and limit is not None and machine.at > limit:
        machine = None
    if shown is None and machine is None and updated is not None:
        shown, updated = updated, None
    best = shown or machine
    if best is not None:
        found.published_at, found.published_precision = best.at.astimezone(BEIJING), best.precision
    if shown is not None and machine is not None:
        found.agreement = 1.0 if abs(shown.at - machine.at) < _DAY + timedelta(hours=1) else 0.5
        same_day = shown.at.astimezone(BEIJING).date() == machine.at.astimezone(BEIJING).date()
        if shown.precision == "day" and machine.precision != "day" and same_day and machine.at.hour + machine.at.minute:
            found.published_at, found.published_precision = machine.at.astimezone(BEIJING), machine.precision
    changed = updated or machine_time(
        [*(linked_text(linked, name) for name in LINKED_MODIFIED), *(metas.get(name) for name in MODIFIED_METAS)]
    )
    if changed is not None and (found.published_at is None or changed.at > found.published_at):
        found.modified_at = changed.at.astimezone(BEIJING)


def _source(info: Sequence[RawBlock], info_credits: Sequence[Credits], tail_credits: Sequence[Credits]) -> str | None:
    for credit in info_credits:
        if credit.source:
            return credit.source
    named = _by_class(info, _SOURCE_CLASS)
    if named:
        return clean_source(named)
    timed = next((index for index, block in enumerate(info) if len(block.text) <= 80 and _is_timed(block.text)), None)
    for index in () if timed is None else (timed, timed - 1, timed + 1):
        if 0 <= index < len(info) and (named := _unlabelled_source(info[index])):
            return named
    for credit in tail_credits:
        if credit.source:
            return credit.source
    return None


def _by_class(info: Sequence[RawBlock], pattern: re.Pattern[str]) -> str:
    """The short text of an element near the headline whose class or id says what it holds; "" without one."""
    seen = set()
    for block in info[:_NEAR]:
        if block.node is None or block.node in seen or len(block.text) > 80:
            continue
        seen.add(block.node)
        for count, element in enumerate(block.node.iter()):
            if count > _NEAR:
                break
            names = f"{element.get('class') or ''} {element.get('id') or ''}"
            if len(names) > 1 and pattern.search(names):
                text = fold("".join(element.itertext("*"))[:200])
                half = text[: len(text) // 2]
                text = half if text == f"{half} {half}" else text  # some show the name once more, in a hidden card
                if 2 <= len(text) <= 16 and not _is_noise(text) and first_stamp(text) is None:
                    return text
    return ""


def _unlabelled_source(block: RawBlock) -> str:
    """A medium's name without a label: in the line of the time, or alone in the line above or below it."""
    text = block.text
    if len(text) > 80 or block.kind == "list_item" or _PERSON.match(text):
        return ""
    stamp = first_stamp(text)
    if stamp is None:
        if len(block.links) > 2:
            return ""
        names = f"{block.node.get('class') or ''} {block.node.get('id') or ''}" if block.node is not None else ""
        plain = 2 <= len(text) <= 20 and not _NOISE.fullmatch(text) and is_somebody(text) and not is_name(text)
        text = clean_source(text)
        return text if plain and (_SOURCE_NAMES.search(names) or _ORGANISATION.match(text)) else ""
    rest = f"{text[: stamp.start]} {text[stamp.end :]}"
    raw = (part for part in re.split(r"[\s|/／·丨]+", rest) if not part.endswith((":", "：")))
    parts = [part for part in map(_bare, raw) if part and not re.search("[:：]", part) and not _is_noise(part)]
    for part in parts:
        if _ORGANISATION.match(part):
            return part
    alone = parts[0] if len(parts) == 1 else ""
    return alone if 2 <= len(alone) <= 16 and not is_name(alone) and _HAN.search(alone) else ""


def _is_timed(text: str) -> bool:
    """Whether the line shows a time, be it one without its year."""
    return first_stamp(text) is not None or _YEARLESS.search(text) is not None


def _bare(part: str) -> str:
    return part.strip("()（）-—,，:：【】")


def _is_noise(part: str) -> bool:
    matched = _NOISE.fullmatch(part) or _SECTION.fullmatch(part)
    return matched is not None or is_label(part) or first_stamp(part) is not None or read_credits(part).labels > 0


def _editor(tail_credits: Sequence[Credits], info_credits: Sequence[Credits]) -> str | None:
    both = [*tail_credits, *info_credits]
    for chief in (True, False):
        for credit in both:
            if credit.editor and credit.chief is chief:
                return credit.editor
    return None


def _spaced_editor(lines: Iterable[str]) -> str | None:
    """An editor named without a colon: `编辑 张三 校对 李四`."""
    for line in lines:
        found = _SPACED_EDITOR.search(line[:80])
        if found and is_name(found[1]):
            return found[1]
    return None


def _authors(
    found: Evidence,
    info: Sequence[RawBlock],
    info_credits: Sequence[Credits],
    tail_credits: Sequence[Credits],
    body: Sequence[str],
) -> tuple[str, ...]:
    edges = body if len(body) <= 6 else [*body[:3], *body[-3:]]
    for line in (*edges, *(line for line in body[3:8] if len(line) <= 40)):
        names = written_by(line)
        if names:
            return names
    labelled = next((credit.authors for credit in info_credits if credit.authors), ())
    if labelled and not _ORGANISATION.match(labelled[0]):
        return labelled
    for block in info:
        names = reported_by(_without_time(block.text)) or _beside_time(block, found.source_name)
        if names:
            return names
    for line in edges:
        names = reported_by(line)
        if names:
            return names
    if names := _named_author(info, found.source_name):
        return names
    names = signed_by(body[-1]) if body else ()
    if names:
        return names
    return next((credit.authors for credit in tail_credits if credit.authors), ())


def _named_author(info: Sequence[RawBlock], source: str | None) -> tuple[str, ...]:
    """Who stands near the headline in an element that says so: `class="author"`. A medium is no author."""
    for block in info[:_NEAR]:
        if block.node is not None and block.node.tag == "address" and is_name(block.text):
            return (block.text,)
    named = _by_class(info, _AUTHOR_CLASS)
    names = split_names(named)
    if not named or named == source or _ORGANISATION.match(named):
        return ()
    if all(is_name(name) for name in names):
        return names
    return names if _by_class(info, _AUTHOR_NAME_CLASS) == named else ()


def _without_time(text: str) -> str:
    """What stands behind the time in a line, and behind the source without a label there: `聯合報 記者張三／報導`."""
    stamp = first_stamp(text) if len(text) <= 160 else None
    return text[stamp.end :] if stamp is not None and stamp.start < 12 else text


def _beside_time(block: RawBlock, source: str | None) -> tuple[str, ...]:
    """Names that stand without a label beside the time: `2020-06-05 20:35 张三 李四`, `快讯／张三 2020年…`."""
    stamp = first_stamp(block.text) if len(block.text) <= 80 else None
    if stamp is None:
        badge = _BADGED.match(block.text)
        if badge and source and source in block.text:
            return split_names(badge[1].partition(source)[0])
        if source and block.text.endswith(source) and "/" in block.text:
            return tuple(name for name in split_names(block.text.partition("/")[0]) if is_name(name))
        return ()
    rest = f"{block.text[: stamp.start]} {block.text[stamp.end :]}"
    parts = [part for part in re.split(r"[\s|/／·]+", rest) if part and part != source and not _NOISE.fullmatch(part)]
    parts = [part for part in parts if not is_label(part) and part[-1] not in "于於"]
    if any(is_name(part) for part in parts):
        return tuple(part for part in parts if is_name(part) or (2 <= len(part) <= 4 and part.isalpha()))
    return ()


def _keywords(info: Sequence[Credits], tail: Sequence[Credits], metas: dict[str, str]) -> tuple[str, ...]:
    for credit in (*tail, *info):
        if credit.keywords:
            return credit.keywords
    return split_keywords(fold(metas.get("keywords") or metas.get("news_keywords") or ""))


def _location(info: Sequence[RawBlock]) -> str | None:
    for block in info:
        match = re.search(
            r"(?:发布于|發布於|IP属地|IP屬地)\s?[:：]?\s?([\u3400-\u9fff]{2,8}?)(?:[省市]|(?=[\s|·])|$|"
            r"(?=[\u3400-\u9fff]{2,12}官方))",
            block.text[:120],
        )
        if match:
            return match[1]
    return None
