"""A stored capture's record, read once more by today's rules: pure but for the file, and done by a process of
`crawler.run.extraction`."""

from attrs import frozen

from archive.ingest.prepare import Prepared, add_indexes, prepare_rows
from archive.raw import Place
from archive.settings import Home
from archive.store.records import Item
from crawler.capture.item import capture_item
from crawler.capture.join import part_of
from crawler.capture.role import Role, role_of
from crawler.capture.stored import stored_raw
from crawler.warc.raw import RawCapture


@frozen(kw_only=True)
class Stored:
    """A capture whose record is to be read. `digest`: of the text that it shows by what was read last, None where it
    showed none. `witness`: whether the witness is asked, where it shows another one now."""

    home: Home
    place: Place
    digest: str | None
    witness: bool


@frozen(kw_only=True)
class Reading:
    """What a record shows. `prepared`: its rows; with what the indexes hold of it where the text is another one now.
    `part`: the same, where it is one page of an article on several, to be put together (`crawler.capture.join`)."""

    prepared: Prepared
    part: Item | None = None


def read_again(stored: Stored) -> Reading | None:
    """None for a list's record. Raises `UsageError` where it is not to be had."""
    raw = stored_raw(stored.home, stored.place)
    return None if role_of(raw) is Role.LIST else reading(raw, stored)


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
