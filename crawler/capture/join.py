"""Articles that a portal spread over several pages, put together out of what the archive has captured.

Nothing waits in memory: each page is stored as a capture of its own, and whenever one comes in, by a crawl, by the
recovery of a killed run or by an import, the others are read back from their WARC files. So the order does not matter,
nothing is lost when a run is killed, and a rebuild from the WARC files gives the article that the crawl made.

The text that the pages of one look give together is what the last captured of its further pages shows
(`crawler.capture.looks`): then all of it had been seen. A look of which a page is missing shows no text. Before the
first whole one, a page that was captured earlier stands in.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import define, evolve, field, frozen
from sqlalchemy import Connection, func, select

from archive.errors import UsageError
from archive.ingest.observations import PART
from archive.ingest.prepare import Again, Prepared, prepare
from archive.raw import Place
from archive.settings import Home
from archive.store.models import Article, Capture
from archive.store.records import CaptureRecord, Item
from archive.text.clean import clean_line
from crawler.capture.item import capture_page, part_of
from crawler.capture.looks import Identity, Seen, looks
from crawler.capture.stored import stored_raw
from crawler.pages.page import Outcome, Page
from crawler.pages.paged import join_parts
from crawler.pages.template.parts import MAX_PARTS

Key = tuple[str, str]
"""Site and native id."""
Pages = dict[Place, Page | None]
"""What records show that were read already; None where one is not to be had, or is of another article."""

_OUTCOMES: Final = (str(Outcome.ARTICLE), str(Outcome.NOT_ARTICLE))
_OWN: Final = "own"
"""Stands for the digest of a text that one page shows by itself."""
_ROW: Final = ("outcome", "template", "detail", "agreement", "whole_share", "site", "native_id", "part", "extractor")


@frozen(kw_only=True)
class Whole:
    """The text that the pages of one look give together. `shown`: the capture that shows it. `item`: the article, ready
    to store."""

    shown: Seen
    item: Prepared


@frozen(kw_only=True)
class Joined:
    """What the pages of one article give together.

    `wholes`: the texts of the looks that are whole now. `nothing`: captures that were held to show such a text, and do
    not. `whole`: no page of the newest look is missing; else `missing` has the addresses to fetch for it, the whole on
    one page before the single pages, as far as they are known.
    """

    wholes: tuple[Whole, ...] = ()
    nothing: tuple[Seen, ...] = ()
    whole: bool = False
    missing: tuple[str, ...] = ()


def is_whole(connection: Connection, site: str, native_id: str) -> bool:
    """Whether the archive has the article, and no page of it is missing."""
    query = select(Article.flags).where(Article.site == site, Article.native_id == native_id)
    flags = connection.execute(query).scalar_one_or_none()
    return flags is not None and "incomplete" not in flags


def join(
    home: Home, connection: Connection, items: Iterable[Item], *, anew: bool = False, read: Pages | None = None
) -> dict[Key, Joined]:
    """For each paged article of which `items` show a page: what there is of it, in the items and in the archive.

    To be called before the items are stored, in the same transaction; what it gives is stored with them
    (`with_wholes`). `anew`: the items are stored already, and the newest look is put together again, by today's rules.
    `read`: the pages that were read already, of the same article; what is read is added.
    """
    by_key: dict[Key, list[Item]] = {}
    for item in items:
        if item.capture is not None and item.capture.site and item.capture.native_id:
            by_key.setdefault((item.capture.site, item.capture.native_id), []).append(item)
    known = _paged(connection, [item for its in by_key.values() for item in its])
    return {
        key: _Join(home, connection, key, anew=anew, read={} if read is None else read).join(its)
        for key, its in by_key.items()
        if any(item.parts or _number(item.capture) not in (1, None) or _url(item) in known for item in its)
    }


def with_wholes(items: Sequence[Prepared], joined: Iterable[Joined]) -> tuple[list[Prepared], list[int]]:
    """What is to be stored, in this order: items, whose captures show what the pages of their look give together, and
    what is stored already and shows something else now; and the places of the items in it."""
    every = [its for its in joined if its.wholes]
    fresh: dict[Identity | None, tuple[Joined, Prepared]] = {
        one.shown.identity: (its, one.item) for its in every for one in its.wholes if one.shown.id is None
    }
    waiting = {id(its): [_again(one, Prepared({}, {})) for one in its.nothing] for its in every}
    found: list[Prepared] = []
    places = []
    for item in items:
        its, whole = fresh.get(_identity(item), (None, None))
        # There is no moment without any whole text.
        found += waiting.pop(id(its), [])
        places.append(len(found))
        found.append(_shown(item, whole))
    for its in every:
        found += waiting.pop(id(its), [])
        found += [_again(one.shown, one.item) for one in its.wholes if one.shown.id is not None]
    return found, places


def _again(seen: Seen, shows: Prepared) -> Prepared:
    """A stored capture, and what it shows."""
    number = seen.id or 0
    again = Again(capture_id=number, shows_id=number, at=seen.at, showed=bool(seen.text))
    return evolve(shows, capture=seen.row, again=again)


def _shown(item: Prepared, whole: Prepared | None) -> Prepared:
    if whole is None:
        return item
    return evolve(whole, capture={**item.capture, "text_digest": whole.digest}, repeats=item.repeats)


def _identity(item: Prepared) -> Identity | None:
    return (item.capture["url"], item.capture["digest"], item.capture["captured_at"]) if item.capture else None


def _url(item: Item) -> str:
    return (clean_line(item.capture.url) or "") if item.capture is not None else ""


def _number(capture: CaptureRecord | None) -> int | None:
    """Which page a capture shows; None where it was asked for another one."""
    if capture is None:
        return None
    number = part_of(capture.url)
    return number if number == (1 if capture.part is None else capture.part) else None


def _paged(connection: Connection, items: Iterable[Item]) -> set[str]:
    """The addresses, of those whose captures repeat another one, whose page is one of several."""
    urls = {_url(item) for item in items if item.capture is not None and item.capture.repeats is not None}
    if not urls:
        return set()
    query = select(Capture.url).where(Capture.url.in_(sorted(urls)), Capture.text_digest.startswith(PART))
    return set(connection.execute(query.distinct()).scalars())


@define
class _Join:
    """Of one article. `stored`, `fresh`: captures of its pages, in the archive and in the items."""

    home: Home
    connection: Connection
    key: Key
    anew: bool
    read: Pages
    stored: dict[Identity, Seen] = field(factory=dict)
    fresh: dict[Identity, Seen] = field(factory=dict)
    _texts: list[tuple[datetime, str]] | None = None

    def join(self, items: Sequence[Item]) -> Joined:
        addresses = {address for item in items for address in item.parts} | {_url(item) for item in items}
        addresses |= {item.capture.repeats[0] for item in items if item.capture is not None and item.capture.repeats}
        asked: set[str] = set()
        # A pager may leave out the pages in the middle, so each page is asked for those that it names.
        while (more := addresses - asked) and len(asked) <= 2 * MAX_PARTS:
            asked |= more
            self._look_up(more)
            self._take(items)
            for one in self._touched():
                page = self._page(one)
                addresses.update((page.url, *page.parts) if page is not None else ())
        return self._together()

    # What there is

    def _look_up(self, addresses: Iterable[str]) -> None:
        """The captures of these addresses that the archive knows."""
        of = Capture.aliased()
        place = (of.warc_file, of.warc_offset, of.warc_length, of.url, of.digest)
        its = (Capture.captured_at, Capture.url, Capture.digest, Capture.text_digest, Capture.id)
        query = (
            select(*its, *place, *(getattr(Capture, name) for name in _ROW))
            .join(of, of.id == func.coalesce(Capture.repeats_id, Capture.id))
            .where(Capture.url.in_(sorted(addresses)), Capture.outcome.in_(_OUTCOMES))
            .where(of.warc_file.is_not(None), of.warc_offset.is_not(None))
        )
        for at, url, digest, text, key, *rest in self.connection.execute(query):
            columns: dict[str, Any] = dict(zip(_ROW, rest[len(place) :], strict=True))
            number = part_of(url)
            if number != (1 if columns["part"] is None else columns["part"]):
                continue  # it was asked for another page, and led to this one
            columns |= {"captured_at": at, "url": url, "digest": digest}
            one = Seen(at, number, url, Place(*rest[: len(place)]), digest, text or "", key, columns)
            self.stored[one.identity] = one

    def _take(self, items: Iterable[Item]) -> None:
        """The captures of the items that the archive does not have yet."""
        for item in items:
            capture = item.capture
            number = _number(capture)
            if capture is None or number is None or capture.outcome not in _OUTCOMES:
                continue
            place = self._place(capture)
            if place is not None:
                one = Seen(capture.captured_at, number, _url(item), place, clean_line(capture.digest))
                self.fresh[one.identity] = one

    def _place(self, capture: CaptureRecord) -> Place | None:
        """Where the record stands that has what a capture shows."""
        if capture.repeats is None:
            if capture.warc_file is None or capture.warc_offset is None:
                return None
            url = clean_line(capture.url) or ""
            return Place(capture.warc_file, capture.warc_offset, capture.warc_length, url, capture.digest)
        url, at = capture.repeats
        before = (clean_line(url) or "", clean_line(capture.digest), at)
        one = self.stored.get(before) or self.fresh.get(before)
        return one.place if one is not None else None

    def _seen(self) -> list[Seen]:
        return [*self.stored.values(), *(one for key, one in self.fresh.items() if key not in self.stored)]

    def _touched(self) -> list[Seen]:
        """The captures of the items, and all that were taken together with one of them."""
        found = dict.fromkeys(self.stored.get(key, one) for key, one in self.fresh.items())
        for its in self._changed().values():
            found.update(dict.fromkeys(its.values()))
        return list(found)

    def _changed(self) -> dict[Seen, dict[int, Seen]]:
        """The looks of which the items bring something that the archive does not have; `anew`, the newest one of which
        they have something at all."""
        before, now = looks(self.stored.values()), looks(self._seen())
        changed = {first: its for first, its in now.items() if before.get(first) != its}
        if changed and not any(at < min(changed).at for at, _ in self._known()):
            # What stood in for a page of a later look, does so no more, where there is an earlier whole.
            changed = {first: its for first, its in now.items() if first >= min(changed)}
        if self.anew and now:
            newest = max(now)
            changed |= {newest: now[newest]} if any(one.identity in self.fresh for one in now[newest].values()) else {}
        return changed

    def _page(self, one: Seen) -> Page | None:
        """The page of a capture; None where it is not to be had, or is of another article."""
        if one.place not in self.read:
            self.read[one.place] = self._read(one)
        return self.read[one.place]

    def _read(self, one: Seen) -> Page | None:
        try:
            page = capture_page(stored_raw(self.home, one.place))
        except UsageError:
            return None
        if page.native_id != self.key[1] or not page.body:
            return None
        # Further pages are no articles of their own.
        wanted = Outcome.ARTICLE if one.number < 2 else Outcome.NOT_ARTICLE
        return page if page.outcome is wanted else None

    # Putting together

    def _together(self) -> Joined:
        changed, wholes, last = self._changed(), [], Joined()
        before: dict[int, Seen] = {}
        again = {one.at for its in changed.values() for one in its.values()}
        known = [(at, text) for at, text in self._known() if at not in again]
        nothing: list[Seen] = []
        for first, its in looks(self._seen()).items():
            text = next((text for at, text in reversed(known) if at < first.at), "")
            if first in changed:
                whole, last = self._look(its, text)
                shown = whole.shown if whole is not None else None
                nothing += [one for number, one in its.items() if number > 1 and one.text and one != shown]
                if whole is not None and (self.anew or whole.item.digest != whole.shown.text):
                    wholes.append(self._with_cause(whole, before, text))
                if last.whole:
                    known = sorted([*known, (first.at, whole.item.digest if whole is not None else _OWN)])
            before = its
        return evolve(last, wholes=tuple(wholes), nothing=tuple(nothing))

    def _known(self) -> list[tuple[datetime, str]]:
        """The whole texts of the article that the archive has, by the digests, and when each was shown."""
        if self._texts is not None:
            return self._texts
        query = (
            select(Capture.captured_at, func.coalesce(Capture.text_digest, ""))
            .join(Article, Article.id == Capture.article_id)
            .where(Article.site == self.key[0], Article.native_id == self.key[1], Capture.text_digest.is_not(None))
        )
        rows = self.connection.execute(query).all()
        self._texts = sorted((at, str(text)) for at, text in rows if not str(text).startswith(PART))
        return self._texts

    def _look(self, its: dict[int, Seen], text: str) -> tuple[Whole | None, Joined]:
        """What one look shows. `text`: the digest of what the one before it showed, "" where none was whole."""
        pages = {number: page for number, one in its.items() if (page := self._page(one)) is not None}
        if 0 in pages:
            return None, Joined(whole=True)  # its own capture is the whole article
        named = {part_of(url): url for page in pages.values() for url in (*page.parts[::-1], page.url)}
        used = dict(its)
        if not text:
            for number, one in self._earlier(its[1]).items():
                if number in named and number not in pages and (page := self._page(one)) is not None:
                    pages[number], used[number] = page, one
        if not pages.keys() & {1}:
            return None, Joined()
        joined = join_parts(pages, named)
        missing = tuple(named[number] for number in sorted(named) if number not in pages)
        if "incomplete" in joined.flags:
            return None, Joined(missing=missing)
        further = [used[number] for number in pages if number > 1]
        if not further:
            return None, Joined(whole=True)
        item = prepare(Item(capture=None, article=joined.article()))
        return Whole(shown=max(further), item=evolve(item, cause="publisher")), Joined(whole=True)

    def _earlier(self, first: Seen) -> dict[int, Seen]:
        """The newest capture of each other page before this one of the first page."""
        return {one.number: one for one in sorted(self._seen()) if one.at < first.at and one.number != 1}

    def _with_cause(self, whole: Whole, before: dict[int, Seen], text: str) -> Whole:
        """Where the pages of the look before give this text too, only our rules are others."""
        if text in ("", _OWN, whole.item.digest):
            return whole
        was, _ = self._look(before, text)
        ours = was is not None and was.item.digest == whole.item.digest
        return evolve(whole, item=evolve(whole.item, cause="extractor")) if ours else whole
