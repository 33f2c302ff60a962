"""Whose a text is on a page without a template: the medium that a label, a class or a place beside the time names."""

import re
from collections.abc import Sequence
from typing import Final

from crawler.pages.fields.clock import first_stamp
from crawler.pages.fields.credits import Credits, clean_source, label_kind, read_credits
from crawler.pages.fields.lexicon import SOURCE_CLASS, SOURCE_PLACE, words
from crawler.pages.fields.names import is_name, is_somebody
from crawler.pages.html.blocks import RawBlock, fold

_HAN: Final = re.compile("[\u3400-\u9fff]")
# 汇报, 通报 and the like end like a newspaper and are none.
_MEDIUM: Final = words(r"^.{1,22}(?:<MEDIA>|<PUBLISHERS>)(?<![举舉汇彙通情警预預海申填回捷喜播][报報])$")
_NOISE: Final = words(
    r"<BUTTONS>|<COUNTED>\d*|<REPORT>|<ORIGIN_BADGES>|更新|.{0,8}(?:时间|時間|更新|日期)|只看.{0,6}|我[来要]说[两几]句.{0,6}"
    r"|.{2,20}官方[账帐帳][号號]|(?:发布于|發布於).{0,30}|\d*人?参与(?:评论)?|[\d,.()（）]+[次人条]?|[:：>|/]+"
    r"|(?:星期|周|週|禮拜)[一二三四五六日天]|\d{0,3}(?:分鐘|分钟|小时|小時)"
)
_SECTION: Final = words(r"<SECTIONS><SECTION_KINDS>?|(?:综合|綜合|即时|即時)?<REPORT>|<PROVINCES>[省市]?")
_PERSON: Final = words(r"(?:本报|本報)?(?:<REPORTER>|<WRITER>|文[/／])")
_YEARLESS: Final = re.compile(r"(?<!\d)\d{1,2}[-月/]\d{1,2}日?\s?\d{1,2}:\d{2}|\d{1,2}\s?(?:小时|分钟|天)前")
NEAR: Final = 24
"""How many lines near the headline, and elements in each, are looked at."""


def find_source(
    near: Sequence[RawBlock], info_credits: Sequence[Credits], tail_credits: Sequence[Credits]
) -> str | None:
    """The source's name. `near`: the lines between headline and text; `info_credits`, `tail_credits`: what the labels
    of the lines near the headline and below the text say."""
    for credit in info_credits:
        if credit.source:
            return credit.source
    if named := by_class(near, SOURCE_CLASS):
        return clean_source(named)
    timed = next((index for index, block in enumerate(near) if len(block.text) <= 80 and _is_timed(block.text)), None)
    for index in () if timed is None else (timed, timed - 1, timed + 1):
        if 0 <= index < len(near) and (named := _unlabelled(near[index])):
            return named
    return next((credit.source for credit in tail_credits if credit.source), None)


def by_class(lines: Sequence[RawBlock], pattern: re.Pattern[str]) -> str:
    """The short text of an element near the headline whose class or id says what it holds; "" without one."""
    seen = set()
    for block in lines[:NEAR]:
        if block.node is None or block.node in seen or len(block.text) > 80:
            continue
        seen.add(block.node)
        for count, element in enumerate(block.node.iter()):
            if count > NEAR:
                break
            names = f"{element.get('class') or ''} {element.get('id') or ''}"
            if len(names) > 1 and pattern.search(names):
                text = fold("".join(element.itertext("*"))[:200])
                half = text[: len(text) // 2]
                text = half if text == f"{half} {half}" else text  # some show the name once more, in a hidden card
                if 2 <= len(text) <= 16 and not _is_noise(text) and first_stamp(text) is None:
                    return text
    return ""


def is_medium(name: str) -> bool:
    """Whether the name ends as those of media do."""
    return _MEDIUM.match(name) is not None


def is_button(part: str) -> bool:
    """Whether the words beside the time are a button, a count or the like, and name nobody."""
    return _NOISE.fullmatch(part) is not None


def _unlabelled(block: RawBlock) -> str:
    """A medium's name without a label: in the line of the time, or alone in the line above or below it."""
    text = block.text
    if len(text) > 80 or block.kind == "list_item" or _PERSON.match(text):
        return ""
    stamp = first_stamp(text)
    if stamp is None:
        return _alone(block)
    rest = f"{text[: stamp.start]} {text[stamp.end :]}"
    raw = (part for part in re.split(r"[\s|/／·丨]+", rest) if not part.endswith((":", "：")))
    parts = [part for part in map(_bare, raw) if part and not re.search("[:：]", part) and not _is_noise(part)]
    for part in parts:
        if is_medium(part):
            return part
    alone = parts[0] if len(parts) == 1 else ""
    return alone if 2 <= len(alone) <= 16 and not is_name(alone) and _HAN.search(alone) else ""


def _alone(block: RawBlock) -> str:
    """The name in a line that holds nothing else, where its element or its ending says that it is one."""
    text = block.text
    if len(block.links) > 2 or not 2 <= len(text) <= 20 or is_button(text) or not is_somebody(text) or is_name(text):
        return ""
    names = f"{block.node.get('class') or ''} {block.node.get('id') or ''}" if block.node is not None else ""
    text = clean_source(text)
    return text if SOURCE_PLACE.search(names) or is_medium(text) else ""


def _is_timed(text: str) -> bool:
    """Whether the line shows a time, be it one without its year."""
    return first_stamp(text) is not None or _YEARLESS.search(text) is not None


def _bare(part: str) -> str:
    return part.strip("()（）-—,，:：【】")


def _is_noise(part: str) -> bool:
    matched = is_button(part) or _SECTION.fullmatch(part) is not None
    return matched or label_kind(part) is not None or first_stamp(part) is not None or read_credits(part).labels > 0
