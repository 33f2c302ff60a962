"""The one classifier of the short texts around an article: a person, a medium, a place, a button, a date, or a name of
which nobody knows whose.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final

from crawler.pages.fields.clock import first_stamp
from crawler.pages.fields.credits import label_kind, read_credits
from crawler.pages.fields.lexicon import CRUMB_WORDS, words
from crawler.pages.fields.names import is_name, is_somebody

_LONGEST: Final = 40
_HAN: Final = re.compile("[\u3400-\u9fff]")
# 汇报, 通报 and the like end like a newspaper and are none.
_MEDIUM: Final = words(r"^.{1,22}(?:<MEDIA>|<PUBLISHERS>)(?<![举舉汇彙通情警预預海申填回捷喜播][报報])$")
_BUTTON: Final = words(
    r"<BUTTONS>|<COUNTED>\d*|<REPORT>|<ORIGIN_BADGES>|更新|.{0,8}(?:时间|時間|更新|日期)|只看.{0,6}|我[来要]说[两几]句.{0,6}"
    r"|.{2,20}官方[账帐帳][号號]|\d*人?参与(?:评论)?|[\d,.()（）]+[万萬wkWK+]?[次人条]?|[:：>|/∙·]+"
    r"|(?:星期|周|週|禮拜)[一二三四五六日天]|\d{0,3}(?:分鐘|分钟|小时|小時)(?:前|[阅閱][读讀])?|\d*\s?字|字数|.{0,16}(?:创作者|创作达人|领域达人|认证)|(?:进入|返回|打开).{1,8}|我要.{1,4}|.{0,8}通行证.{0,8}"
)
_SECTION: Final = words(r"<SECTIONS><SECTION_KINDS>?|(?:综合|綜合|即时|即時)?<REPORT>")
_PLACE: Final = words(r"(?:<PROVINCES>|<CITIES>|<COUNTRIES>)[省市]?")
_ENDS: Final = r"(?:[省市]|(?=[\s|·・,，)）])|$|(?=[\u3400-\u9fff]{2,12}官方))"
_FROM: Final = words(
    r"(?:(?:<PLACE_LABELS>)\s?[:：]?\s?(?P<known><PROVINCES>|<CITIES>|<COUNTRIES>)"
    r"|(?:<ADDRESS_LABELS>|IP\s属地)\s?[:：]?\s?(?P<place>[\u3400-\u9fff]{2,8}?))" + _ENDS
)
_YEARLESS: Final = re.compile(r"(?<!\d)\d{1,2}[-月/]\d{1,2}日?\s?\d{1,2}:\d{2}|\d{1,2}\s?(?:小时|分钟|天)前")


class Kind(StrEnum):
    """What a short text is."""

    PERSON = "person"
    MEDIUM = "medium"
    NAME = "name"
    PLACE = "place"
    SECTION = "section"
    BUTTON = "button"
    DATE = "date"
    LABEL = "label"
    TEXT = "text"


SOMEBODY: Final = (Kind.PERSON, Kind.MEDIUM, Kind.NAME)
"""Kinds that may be a source or an author."""


@lru_cache(maxsize=4096)
def classify(text: str) -> Kind:
    """What the text is by its words alone. A name that reads like a person's and like a medium's is a medium's."""
    if not text or len(text) > _LONGEST:
        return Kind.TEXT
    if is_button(text):
        return Kind.BUTTON
    if is_timed(text):
        return Kind.DATE
    if label_kind(text) is not None or text[-1] in ":：" or read_credits(text).labels > 0:
        return Kind.LABEL
    if _PLACE.fullmatch(text) or _FROM.fullmatch(text):
        return Kind.PLACE
    if _SECTION.fullmatch(text) or any(one in text for one in CRUMB_WORDS):
        return Kind.SECTION
    if is_medium(text):
        return Kind.MEDIUM
    if is_name(text):
        return Kind.PERSON
    return Kind.NAME if len(text) <= 24 and is_somebody(text) else Kind.TEXT


def is_medium(name: str) -> bool:
    """Whether the name ends as those of media do."""
    return _MEDIUM.match(name) is not None


def is_button(part: str) -> bool:
    """Whether the words are a button, a count or the like, and name nobody."""
    return _BUTTON.fullmatch(part) is not None


def is_timed(text: str) -> bool:
    """Whether the line shows a time, be it one without its year."""
    return first_stamp(text) is not None or _YEARLESS.search(text) is not None


def is_in_script(text: str) -> bool:
    """Whether the text has a Chinese character."""
    return _HAN.search(text) is not None


def place_in(line: str) -> str | None:
    """The place that a line says its text was sent from: `来自广东`, `发布于：浙江省`, `IP 属地 广东`."""
    found = _FROM.search(line[:160])
    return (found["known"] or found["place"]) if found is not None else None


def without_province(place: str) -> str:
    """`浙江` for `浙江省`."""
    return place[:-1] if len(place) > 2 and place[-1] in "省市" else place
