"""A stored capture's record, read once more by today's rules: pure but for the file, and done by a process of
`crawler.capture.rereading`. Nothing of the database is loaded here, nor of what finds duplicates."""

import marshal
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from attrs import fields, frozen

from archive.errors import UsageError
from archive.flags import DISAGREES
from archive.ingest.prepare import Prepared, add_indexes, prepare_rows
from archive.raw import Place
from archive.settings import Home
from archive.store.records import ArticleRecord, Item
from crawler.capture.item import capture_item, part_of
from crawler.capture.role import Role, role_of
from crawler.capture.stored import stored_raw
from crawler.warc.raw import RawCapture


@frozen(kw_only=True)
class Stored:
    """A capture whose record is to be read. `digest`: of the text that it shows by what was read last, None where it
    showed none. `witness`: whether the witness is asked, where it shows another one now. `same`: what tells the fields
    that are stored (`sum_of`), "" where the text's digest is all that counts: a reading that gives the same is not
    handed back. None where every reading is."""

    home: Home
    place: Place
    digest: str | None
    witness: bool
    same: bytes | None = None


@frozen(kw_only=True)
class Reading:
    """What a record shows. `prepared`: its rows; with what the indexes hold of it where the text is another one now.
    `part`: the same, where it is one page of an article on several, to be put together (`crawler.capture.join`)."""

    prepared: Prepared
    part: Item | None = None


_FIELDS: Final = tuple(one.name for one in fields(ArticleRecord))


def sum_of(article: Mapping[str, Any]) -> bytes:
    """Tells that an article's fields are the same without handing them over: equal sums are of equal fields, but for
    the order of the flags and for what the witness says, who is not asked again where the text is the same."""
    values: list[Any] = []
    for name in _FIELDS:
        value = article[name]
        if isinstance(value, datetime):
            value = value.timestamp()
        elif name == "flags":
            value = sorted(flag for flag in value if flag != DISAGREES)
        values.append(value)
    # Of version 2, in which equal values have equal bytes; where they have not, the reading is handed back.
    return blake2b(marshal.dumps(values, 2), digest_size=16).digest()


def read_again(every: Sequence[Stored]) -> list[Reading | UsageError | None]:
    """What the records of some captures show, in their order: None for a list's, and for what shows the same as is
    stored; the error where a record is not to be had.

    Each step is done for all of them before the next one, so that its code and tables are still in the processor's
    cache.
    """
    raws = [_raw(one) for one in every]
    items = [
        capture_item(raw, witness=_is_new(stored)) if isinstance(raw, RawCapture) else raw
        for stored, raw in zip(every, raws, strict=True)
    ]
    rows = [prepare_rows(item) if isinstance(item, Item) else item for item in items]
    return [
        _changed(stored, raw, item, prepared)
        if isinstance(raw, RawCapture) and isinstance(item, Item) and isinstance(prepared, Prepared)
        else None
        if isinstance(prepared, Prepared)
        else prepared
        for stored, raw, item, prepared in zip(every, raws, items, rows, strict=True)
    ]


def _raw(stored: Stored) -> RawCapture | UsageError | None:
    """A capture's record; None for a list's."""
    try:
        raw = stored_raw(stored.home, stored.place)
    except UsageError as error:
        return error
    return None if role_of(raw) is Role.LIST else raw


def _changed(stored: Stored, raw: RawCapture, item: Item, prepared: Prepared) -> Reading | None:
    """What an answer that is no list shows; None where that is stored."""
    part = item if item.parts or part_of(raw.requested or raw.url) != 1 else None
    if part is None and _is_same(prepared, stored):
        return None
    if prepared.article and prepared.digest != stored.digest:
        if stored.witness and not _is_new(stored):
            item = capture_item(raw, witness=True)
            prepared = prepare_rows(item)
            part = part and item
        prepared = add_indexes(prepared)
    return Reading(prepared=prepared, part=part)


def _is_new(stored: Stored) -> bool:
    """Whether the witness is asked for whatever the record shows, and the page need not be read once more for it."""
    return stored.witness and stored.digest is None


def _is_same(prepared: Prepared, stored: Stored) -> bool:
    if stored.same is None or not prepared.article or prepared.digest != stored.digest:
        return False
    return not stored.same or sum_of(prepared.article) == stored.same
