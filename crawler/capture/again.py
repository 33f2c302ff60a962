"""A stored capture's record, read once more by today's rules: pure but for the file, and done by a process of
`crawler.capture.rereading`. Nothing of the database is loaded here, nor of what finds duplicates."""

import marshal
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from attrs import fields, frozen

from archive.ingest.prepare import Prepared, add_indexes, prepare_rows
from archive.raw import Place
from archive.settings import Home
from archive.store.records import ArticleRecord, Item
from crawler.capture.item import capture_item, part_of
from crawler.capture.role import Role, role_of
from crawler.capture.stored import stored_raw
from crawler.pages.witness import DISAGREES
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


def read_again(stored: Stored) -> Reading | None:
    """None for a list's record, and for what shows the same as is stored. Raises `UsageError` where the record is not
    to be had."""
    raw = stored_raw(stored.home, stored.place)
    if role_of(raw) is Role.LIST:
        return None
    read = reading(raw, stored)
    return None if _is_same(read, stored) else read


def _is_same(read: Reading, stored: Stored) -> bool:
    prepared = read.prepared
    if stored.same is None or read.part is not None or not prepared.article or prepared.digest != stored.digest:
        return False
    return not stored.same or sum_of(prepared.article) == stored.same


def reading(raw: RawCapture, stored: Stored) -> Reading:
    """What an answer that is no list shows."""
    item = capture_item(raw)
    prepared = prepare_rows(item)
    if prepared.article and prepared.digest != stored.digest:
        if stored.witness:
            item = capture_item(raw, witness=True)
            prepared = prepare_rows(item)
        prepared = add_indexes(prepared)
    if item.capture is None:
        raise ValueError("an answer without a capture")
    further = part_of(raw.requested or raw.url) != 1
    return Reading(prepared=prepared, part=item if item.parts or further else None)
