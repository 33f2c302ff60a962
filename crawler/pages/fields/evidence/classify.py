"""The one classifier of the short texts around an article: a person, a medium, a place, a button, a date, or a name of
which nobody knows whose.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final

from crawler.pages.fields.clock import first_stamp
from crawler.pages.fields.credits import label_kind, read_credits
from crawler.pages.fields.lexicon import (
    ADDRESS_LABELS,
    BUTTONS,
    CITIES,
    COUNTED,
    COUNTRIES,
    CRUMB_WORDS,
    MEDIA,
    ORIGIN_BADGES,
    PLACE_LABELS,
    PROVINCES,
    PUBLISHERS,
    REPORT,
    SECTION_KINDS,
    SECTIONS,
    each_of,
    words,
)
from crawler.pages.fields.names import is_name, is_somebody

_LONGEST: Final = 40
_LONGEST_NAME: Final = 24
_HAN: Final = re.compile("[\u3400-\u9fff]")
_MEDIA_ENDS: Final = each_of(MEDIA, PUBLISHERS)
# 汇报, 通报 and the like end like a newspaper and are none.
_NO_MEDIA: Final = tuple(f"{first}{last}" for first in "举舉汇彙通情警预預海申填回捷喜播" for last in "报報")
_LONGEST_MEDIUM: Final = 26
_BUTTONS: Final = frozenset(each_of(BUTTONS, REPORT, ORIGIN_BADGES, COUNTED))
# Words of a button or a counter: its beginnings and its ends, each with the most characters that it then has.
_BUTTON_BEGINS: Final = {10: ("进入", "返回", "打开"), 9: ("只看",), 6: ("我要", "我来说")}
_BUTTON_ENDS: Final = {
    10: ("时间", "時間", "更新", "日期"),
    22: ("创作者", "创作达人", "领域达人", "认证", "官方账号", "官方帐号", "官方帳號", "通行证", "字数"),
}
_COUNTER: Final = words(
    r"<COUNTED>\d*|\d*人?参与(?:评论)?|[\d,.()（）]+[万萬wkWK+]?[次人条字]?|[:：>|/∙·]+"
    r"|\d{0,3}(?:分鐘|分钟|小时|小時)(?:[阅閱][读讀])?|\d*\s字|我[来要]说[两几]句.{0,6}"
)
_WEEKDAYS: Final = frozenset(f"{week}{day}" for week in ("星期", "周", "週", "禮拜") for day in "一二三四五六日天")
_SECTIONS: Final = frozenset(
    [f"{one}{kind}" for one in each_of(SECTIONS) for kind in ("", *each_of(SECTION_KINDS))]
    + [f"{one}{report}" for one in ("综合", "綜合", "即时", "即時") for report in each_of(REPORT)]
)
_PLACES: Final = frozenset(
    f"{place}{level}" for place in each_of(PROVINCES, CITIES, COUNTRIES) for level in ("", "省", "市")
)
_ENDS: Final = r"(?:[省市]|(?=[\s|·・,，)）])|$|(?=[\u3400-\u9fff]{2,12}官方))"
_FROM: Final = words(
    r"(?:(?:<PLACE_LABELS>)\s?[:：]?\s?(?P<known><PROVINCES>|<CITIES>|<COUNTRIES>)"
    r"|(?:<ADDRESS_LABELS>|IP\s属地)\s?[:：]?\s?(?P<place>[\u3400-\u9fff]{2,8}?))" + _ENDS
)
_FROM_BEGINS: Final = (*each_of(PLACE_LABELS, ADDRESS_LABELS), "IP")
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
    kind = _told_by_words(text) if text.isalpha() else _told_by_signs(text) or _told_by_words(text)
    if kind is not None:
        return kind
    if is_medium(text):
        return Kind.MEDIUM
    if is_name(text):
        return Kind.PERSON
    return Kind.NAME if is_somebody(text) or (text.isascii() and is_somebody(text[:_LONGEST_NAME])) else Kind.TEXT


def _told_by_signs(text: str) -> Kind | None:
    """What a text with figures or signs is by them."""
    if is_timed(text):
        return Kind.DATE
    if text[-1] in ":：" or read_credits(text).labels > 0:
        return Kind.LABEL
    return Kind.SECTION if any(one in text for one in CRUMB_WORDS) else None


def _told_by_words(text: str) -> Kind | None:
    if label_kind(text) is not None:
        return Kind.LABEL
    if text in _PLACES or (text.startswith(_FROM_BEGINS) and _FROM.fullmatch(text)):
        return Kind.PLACE
    return Kind.SECTION if text in _SECTIONS else None


def is_medium(name: str) -> bool:
    """Whether the name ends as those of media do."""
    ends = 2 <= len(name) <= _LONGEST_MEDIUM and name.endswith(_MEDIA_ENDS)
    return ends and name not in _MEDIA_ENDS and not name.endswith(_NO_MEDIA)


def is_button(part: str) -> bool:
    """Whether the words are a button, a count or the like, and name nobody."""
    if part in _BUTTONS or part in _WEEKDAYS:
        return True
    size = len(part)
    return (
        any(size <= most and part.startswith(beginnings) for most, beginnings in _BUTTON_BEGINS.items())
        or any(size <= most and part.endswith(ends) for most, ends in _BUTTON_ENDS.items())
        or _COUNTER.fullmatch(part) is not None
    )


def is_timed(text: str) -> bool:
    """Whether the line shows a time, be it one without its year."""
    return first_stamp(text) is not None or _YEARLESS.search(text) is not None


def is_in_script(text: str) -> bool:
    """Whether the text has a Chinese character."""
    return _HAN.search(text) is not None


def place_in(line: str) -> str | None:
    """The place that a line says its text was sent from: `来自广东`, `发布于：浙江省`, `IP 属地 广东`."""
    head = line[:160]
    if not any(label in head for label in _FROM_BEGINS):
        return None
    found = _FROM.search(head)
    return (found["known"] or found["place"]) if found is not None else None


def without_province(place: str) -> str:
    """`浙江` for `浙江省`."""
    return place[:-1] if len(place) > 2 and place[-1] in "省市" else place
