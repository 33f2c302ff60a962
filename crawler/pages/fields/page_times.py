"""When a page was published and changed, by what it shows and what its head says to machines.

Shown is what the lines near the headline say, else those below the text that call themselves a time; never the newest
date on the page, which stands in a side list.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from attrs import frozen

from archive.times import show_time
from crawler.pages.fields.clock import Time, first_stamp, read_time
from crawler.pages.fields.lexicon import (
    MODIFIED_LABELS,
    MODIFIED_METAS,
    MODIFIED_PROPERTIES,
    PUBLISHED_LABELS,
    PUBLISHED_METAS,
    PUBLISHED_PROPERTIES,
    class_words,
    one_of,
    words,
)
from crawler.pages.fields.linked_data import linked_text
from crawler.pages.html.blocks import RawBlock, fold
from crawler.pages.html.parse import Element
from crawler.pages.page import Candidate

_LABEL: Final = re.compile(rf"{one_of(PUBLISHED_LABELS, MODIFIED_LABELS)}|[Pp]osted (?:@|on)")
_TODAY: Final = re.compile(r"今天是|今日是|现在是|现在时间|北京时间\s?[:：]|当前时间|今天\s?[:：]")
_UPDATED: Final = words(r"<MODIFIED_LABELS>\s{0,2}[:：]?\s{0,2}$")
_AFTER_UPDATED: Final = words(r"\s{0,2}<MODIFIED_LABELS>")
_UPDATED_WORDS: Final = frozenset("updated modified datemodified".split())
_DAY: Final = timedelta(days=1)
_LONGEST_LINE: Final = 300
_LONGEST_LABELLED: Final = 200
# A date behind so much text is what the line tells of.
_TEXT_BEFORE: Final = 50
_MOST_IN_LINE: Final = 3


@frozen
class PageTimes:
    """`agreement`: 1.0, or 0.5 where what is shown and what machines are told lie more than a day and an hour apart.
    `candidates`: the times that `published` was chosen from."""

    published: Time | None = None
    modified: Time | None = None
    agreement: float = 1.0
    candidates: tuple[Candidate, ...] = ()


def find_times(
    info: Sequence[RawBlock],
    tail: Sequence[RawBlock],
    metas: dict[str, str],
    linked: dict[str, Any],
    captured_at: datetime | None,
) -> PageTimes:
    """The page's times. `info`: the lines near the headline; `tail`: those below the text; `metas`, `linked`: the
    head's `<meta>` values and JSON-LD article.

    A time after `captured_at`, but for a day of clocks that disagree, is none.
    """
    shown, updated = _shown(info)
    if shown is None:
        shown, late = _shown(block for block in tail if _calls_itself_time(block.text))
        updated = updated or late
    limit = captured_at + _DAY if captured_at is not None else None
    shown = _until(limit, shown)
    marked, marked_late = _marked(info)
    marked = _until(limit, marked)
    declared = _until(limit, _declared(linked, PUBLISHED_PROPERTIES, metas, PUBLISHED_METAS))
    machine = marked or declared
    updated = updated or marked_late
    if shown is None and machine is None and updated is not None:
        shown, updated = updated, None
    published = machine if shown is None or (machine is not None and _finer(machine, shown)) else shown
    modified = updated or _declared(linked, MODIFIED_PROPERTIES, metas, MODIFIED_METAS)
    if modified is not None and published is not None and modified.at <= published.at:
        modified = None
    apart = shown is not None and machine is not None and abs(shown.at - machine.at) >= _DAY + timedelta(hours=1)
    told = _told(published, [(shown, "line of the time"), (marked, "<time datetime>"), (declared, "the head")])
    return PageTimes(published, modified, 0.5 if apart else 1.0, told)


def _told(chosen: Time | None, found: Sequence[tuple[Time | None, str]]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(field="published_at", value=show_time(one.at, one.precision) or "", why=why, won=one is chosen)
        for one, why in found
        if one is not None
    )


def declares_time(metas: dict[str, str], linked: dict[str, Any]) -> bool:
    """Whether the head tells machines when the page was published."""
    return _declared(linked, PUBLISHED_PROPERTIES, metas, PUBLISHED_METAS) is not None


def _until(limit: datetime | None, found: Time | None) -> Time | None:
    return None if found is not None and limit is not None and found.at > limit else found


def _finer(machine: Time, shown: Time) -> bool:
    """Whether the head tells the hour of the day that is shown. Midnight is what a day becomes in a machine's hands."""
    same_day = shown.at.date() == machine.at.date()
    return (
        shown.precision == "day"
        and machine.precision != "day"
        and same_day
        and (machine.at.hour, machine.at.minute) != (0, 0)
    )


def _declared(linked: dict[str, Any], properties: str, metas: dict[str, str], names: str) -> Time | None:
    """The first of these properties and `<meta>` values that is a time."""
    values = (*(linked_text(linked, name) for name in properties.split()), *(metas.get(name) for name in names.split()))
    return next((found for value in values if value and (found := read_time(value)) is not None), None)


def _marked(blocks: Iterable[RawBlock]) -> tuple[Time | None, Time | None]:
    """What the `<time datetime>` of these lines say of publication and of an update
    (https://html.spec.whatwg.org/#the-time-element)."""
    published: Time | None = None
    updated: Time | None = None
    for block in blocks:
        node = block.node
        if node is None or len(block.text) > _LONGEST_LABELLED or not (len(node) or node.tag == "time"):
            continue
        for element in islice(node.iter("time"), _MOST_IN_LINE):
            text = fold("".join(element.itertext())[:_LONGEST_LABELLED])
            found = read_time(element.get("datetime")) if text in block.text else None
            if found is None:
                continue
            before = block.text.partition(text)[0][-12:] if text else ""
            if _UPDATED.search(before) or class_words(_names(element)) & _UPDATED_WORDS:
                updated = updated or found
            else:
                published = published or found
    return published, updated


def _names(element: Element) -> str:
    return " ".join(filter(None, (element.get("class"), element.get("itemprop"))))


def _shown(blocks: Iterable[RawBlock]) -> tuple[Time | None, Time | None]:
    """The first time that lines show as that of publication, and the first that they show as that of an update."""
    shown: Time | None = None
    updated: Time | None = None
    for block in blocks:
        text = block.text
        if len(text) > _LONGEST_LINE or _TODAY.search(text) is not None:
            continue
        start = 0
        for _ in range(_MOST_IN_LINE):
            stamp = first_stamp(text[start:])
            if stamp is None:
                break
            before, after = text[start : start + stamp.start], text[start + stamp.end :]
            if _UPDATED.search(before[-12:]) or (shown is not None and _AFTER_UPDATED.match(after)):
                updated = updated or stamp
            elif shown is None and len(before) <= _TEXT_BEFORE:
                shown = stamp
            start += stamp.end
        if shown is not None:
            break
    return shown, updated


def _calls_itself_time(text: str) -> bool:
    return len(text) <= _LONGEST_LABELLED and _LABEL.search(text) is not None
