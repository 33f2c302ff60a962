"""When a page was published and changed, by what it shows and what its head says to machines.

Shown is what the lines near the headline say, else those below the text that call themselves a time; never the newest
date on the page, which stands in a side list.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import frozen

from crawler.pages.fields.clock import Time, first_stamp, read_time
from crawler.pages.fields.lexicon import (
    MODIFIED_LABELS,
    MODIFIED_METAS,
    MODIFIED_PROPERTIES,
    PUBLISHED_LABELS,
    PUBLISHED_METAS,
    PUBLISHED_PROPERTIES,
    one_of,
    words,
)
from crawler.pages.fields.linked_data import linked_text
from crawler.pages.html.blocks import RawBlock

_LABEL: Final = re.compile(one_of(PUBLISHED_LABELS, MODIFIED_LABELS))
_UPDATED: Final = words(r"<MODIFIED_LABELS>\s{0,2}[:：]?\s{0,2}$")
_AFTER_UPDATED: Final = words(r"\s{0,2}<MODIFIED_LABELS>")
_DAY: Final = timedelta(days=1)
_LONGEST_LINE: Final = 300
_LONGEST_LABELLED: Final = 200
# A date behind so much text is what the line tells of.
_TEXT_BEFORE: Final = 50
_MOST_IN_LINE: Final = 3


@frozen
class PageTimes:
    """`agreement`: 1.0, or 0.5 where what is shown and what machines are told lie more than a day and an hour apart."""

    published: Time | None = None
    modified: Time | None = None
    agreement: float = 1.0


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
    machine = _until(limit, _declared(linked, PUBLISHED_PROPERTIES, metas, PUBLISHED_METAS))
    if shown is None and machine is None and updated is not None:
        shown, updated = updated, None
    published = machine if shown is None or (machine is not None and _finer(machine, shown)) else shown
    modified = updated or _declared(linked, MODIFIED_PROPERTIES, metas, MODIFIED_METAS)
    if modified is not None and published is not None and modified.at <= published.at:
        modified = None
    apart = shown is not None and machine is not None and abs(shown.at - machine.at) >= _DAY + timedelta(hours=1)
    return PageTimes(published, modified, 0.5 if apart else 1.0)


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


def _shown(blocks: Iterable[RawBlock]) -> tuple[Time | None, Time | None]:
    """The first time that lines show as that of publication, and the first that they show as that of an update."""
    shown: Time | None = None
    updated: Time | None = None
    for block in blocks:
        text = block.text
        if len(text) > _LONGEST_LINE:
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
