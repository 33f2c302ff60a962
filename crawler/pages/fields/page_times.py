"""What tells a page's times: the lines near the headline or below the text, and the head's machine-readable values."""

import re
from collections.abc import Iterable
from typing import Any, Final

from crawler.pages.fields.clock import Stamp, Time, first_stamp, read_time
from crawler.pages.html.blocks import RawBlock

TIME_METAS: Final = (
    "article:published_time",
    "og:article:published_time",
    "og:release_date",
    "pubdate",
    "publishdate",
    "PublishDate",
    "publish-date",
    "publishtime",
    "datePublished",
    "weibo:article:create_at",
    "bytedance:published_time",
    "DC.date.issued",
    "Pubdate",
    "PubDate",
    "date",
    "_pubtime",
    "apub:time",
    "firstpublishedtime",
)
MODIFIED_METAS: Final = (
    "article:modified_time",
    "og:updated_time",
    "bytedance:updated_time",
    "dateModified",
    "lastmod",
)
LINKED_TIMES: Final = ("datePublished", "pubDate")
LINKED_MODIFIED: Final = ("dateModified", "upDate")
_UPDATED: Final = re.compile(r"(?:更新|修改|修訂|编辑|改)(?:于|於|时间|時間|日期|時間)?\s{0,2}[:：]?\s{0,2}$")
_AFTER_UPDATED: Final = re.compile(r"^\s{0,2}(?:更新|修改)")


def shown_times(blocks: Iterable[RawBlock]) -> tuple[Stamp | None, Stamp | None]:
    """The first time that lines show as that of publication, and the first that they show as that of an update."""
    shown = updated = None
    for block in blocks:
        text = block.text
        if len(text) > 300:
            continue
        start = 0
        for _ in range(3):
            stamp = first_stamp(text[start:])
            if stamp is None:
                break
            before, after = text[start : start + stamp.start], text[start + stamp.end :]
            is_update = bool(_UPDATED.search(before[-12:]) or (_AFTER_UPDATED.match(after) and shown is not None))
            if is_update:
                updated = updated or stamp
            elif shown is None and not (len(text) > 60 and before and len(before) > 50):
                shown = stamp
            start += stamp.end
        if shown is not None:
            break
    return shown, updated


def has_time_label(text: str) -> bool:
    """Whether the line says that it shows a time."""
    return len(text) <= 200 and re.search("时间|時間|日期|发布|發布|发表|發表|发稿|编辑于|更新", text) is not None


def machine_time(values: Iterable[Any]) -> Time | None:
    """The first of the values that is a time."""
    return next((found for value in values if (found := read_time(value)) is not None), None)
