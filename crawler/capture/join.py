"""Articles that a portal spread over several pages, put together out of what the archive has captured.

Nothing waits in memory: each page is stored as a capture of its own, and whenever one comes in, by a crawl, by the
recovery of a killed run or by an import, the others are read back from their WARC files. So the order does not matter,
nothing is lost when a run is killed, and a rebuild from the WARC files gives the article that the crawl made.
"""

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen
from sqlalchemy import Connection, select

from archive.errors import UsageError
from archive.raw import Place
from archive.settings import Home
from archive.store.models import Article, Capture
from archive.store.records import CaptureRecord, Item
from crawler.capture.item import capture_page, part_of
from crawler.capture.stored import stored_raw
from crawler.pages.page import Outcome, Page
from crawler.pages.paged import join_parts
from crawler.pages.template.parts import MAX_PARTS

Key = tuple[str, str]
"""Site and native id."""

_READ = (str(Outcome.ARTICLE), str(Outcome.NOT_ARTICLE))


@frozen(kw_only=True)
class Joined:
    """What the pages of one article give together.

    `item`: the article, once all of them are there. `missing`: the addresses to fetch for it, the whole on one page
    before the single pages.
    """

    item: Item | None = None
    missing: tuple[str, ...] = ()


def join(home: Home, connection: Connection, items: Iterable[Item]) -> dict[Key, Joined]:
    """For each paged article of which `items` show a page: what there is of it, in the items and in the archive.

    To be called before the items are stored, in the same transaction; what it gives is stored behind them.
    """
    by_key: dict[Key, list[Item]] = {}
    for item in items:
        capture = item.capture
        if item.parts and capture is not None and capture.site and capture.native_id:
            by_key.setdefault((capture.site, capture.native_id), []).append(item)
    return {key: _join(home, connection, key[1], together) for key, together in by_key.items()}


def is_whole(connection: Connection, site: str, native_id: str) -> bool:
    """Whether the archive has the article, and no page of it is missing."""
    query = select(Article.flags).where(Article.site == site, Article.native_id == native_id)
    flags = connection.execute(query).scalar_one_or_none()
    return flags is not None and "incomplete" not in flags


@frozen(order=True)
class _Place:
    """Where one page's record stands; the newest of a page counts."""

    at: datetime
    record: Place

    @property
    def url(self) -> str:
        """The page's address."""
        return self.record.url


def _join(home: Home, connection: Connection, native_id: str, items: list[Item]) -> Joined:
    named: dict[int, str] = {}
    places: dict[int, _Place] = {}
    read: dict[_Place, Page | None] = {}
    asked: set[str] = set()
    for item in items:
        if item.capture is not None:
            _note(places, _place(item.capture))
    addresses = {address for item in items for address in item.parts} | {place.url for place in places.values()}
    # A pager may leave out the pages in the middle, so each page is asked for those that it names.
    while (fresh := addresses - asked) and len(asked) <= 2 * MAX_PARTS:
        asked |= fresh
        for place in _captured(connection, fresh):
            _note(places, place)
        for place in places.values():
            if place not in read:
                read[place] = page = _read(home, place, native_id)
                addresses.update((page.url, *page.parts) if page is not None else ())
    for address in sorted(addresses):
        named.setdefault(part_of(address), address)
    pages = {number: page for number, place in places.items() if (page := read.get(place)) is not None}
    if 0 in pages:
        return Joined()  # its own capture is the whole article
    joined = join_parts(pages, named) if 1 in pages else None
    if joined is None or "incomplete" in joined.flags:
        return Joined(missing=tuple(named[number] for number in sorted(named) if number not in pages))
    newest = max(place.at for place in places.values())
    return Joined(item=Item(capture=None, article=joined.article(), captured_at=newest, cause="publisher"))


def _note(places: dict[int, _Place], place: _Place | None) -> None:
    if place is not None:
        number = part_of(place.url)
        places[number] = max(place, places.get(number, place))


def _place(capture: CaptureRecord) -> _Place | None:
    if capture.outcome not in _READ or capture.warc_file is None or capture.warc_offset is None:
        return None
    place = Place(capture.warc_file, capture.warc_offset, capture.warc_length, capture.url, capture.digest)
    return _Place(capture.captured_at, place)


def _captured(connection: Connection, addresses: Iterable[str]) -> list[_Place]:
    """The records of these addresses that the archive knows."""
    place = (Capture.warc_file, Capture.warc_offset, Capture.warc_length, Capture.url, Capture.digest)
    query = select(Capture.captured_at, *place).where(
        Capture.url.in_(sorted(addresses)),
        Capture.outcome.in_(_READ),
        Capture.warc_file.is_not(None),
        Capture.warc_offset.is_not(None),
        Capture.repeats_id.is_(None),
    )
    return [
        _Place(at, Place(file or "", offset or 0, length, url, digest))
        for at, file, offset, length, url, digest in connection.execute(query)
    ]


def _read(home: Home, place: _Place, native_id: str) -> Page | None:
    """The page of a record; None where it is not to be had, or is of another article."""
    try:
        page = capture_page(stored_raw(home, place.record))
    except UsageError:
        return None
    if page.native_id != native_id or not page.body:
        return None
    # Further pages are no articles of their own.
    wanted = Outcome.ARTICLE if part_of(page.url) < 2 else Outcome.NOT_ARTICLE
    return page if page.outcome is wanted else None
