"""Discovery: what the lists name, which of it is new, and how far back a list is walked.

A walk over a source's pages is recorded as a whole when it ends. Killed half-way, it leaves nothing behind, so that the
next run walks just as far; were page 1 recorded alone, page 2 would never be looked at again.
"""

from collections.abc import Sequence
from datetime import datetime

from attrs import define, field, frozen
from sqlalchemy import Connection, select

from archive.store.models import Sighting
from crawler.pages.template.site import Listing, Site, Source
from crawler.run import frontier
from crawler.sites.registry import find_site

_T = Sighting.__table__


@frozen(kw_only=True)
class Entry:
    """One article that a list names, by its canonical address."""

    native_id: str
    url: str
    listing: Listing


def entries_of(site: Site, listings: Sequence[Listing]) -> list[Entry]:
    """The articles of this very site among a list's entries, each once, in the list's order."""
    found: dict[str, Entry] = {}
    for listing in listings:
        # A site's rules look at the form of an address and take its host for granted.
        target = site.target(listing.url) if find_site(listing.url) is site else None
        if target is not None and target.kind == "article" and target.native_id:
            found.setdefault(target.native_id, Entry(native_id=target.native_id, url=target.url, listing=listing))
    return list(found.values())


@define
class Walk:
    """One source's pages of this run, newest first, until a stop rule says enough.

    It stops at a page on which nothing is new to the source, at one whose dated entries are all older than `since`, at
    the last page, and at a page that does not answer as it should.
    """

    site: Site
    source: Source
    since: datetime | None = None
    page: int = 0
    whole: bool = True
    """False where a page failed in a way that may pass: the next run then walks the same pages again."""
    entries: dict[str, Entry] = field(factory=dict)

    @property
    def url(self) -> str:
        """The address of the page to fetch now."""
        return self.source.urls[self.page]

    def add(self, connection: Connection, entries: Sequence[Entry]) -> bool:
        """Take in a page's entries; whether the next page (now `url`) is to be fetched."""
        fresh = [entry for entry in entries if entry.native_id not in self.entries]
        new = unseen(connection, self.site.name, self.source.name, [entry.native_id for entry in fresh])
        self.entries.update({entry.native_id: entry for entry in fresh})
        self.page += 1
        recent = [entry for entry in entries if not self._is_old(entry)]
        return bool(new and recent and self.page < len(self.source.urls))

    def record(self, connection: Connection, now: datetime) -> None:
        """Write down the sightings, and offer the articles to the frontier."""
        if self.whole:
            see(connection, self.site.name, self.source.name, list(self.entries.values()), now)
        recent = [entry for entry in self.entries.values() if not self._is_old(entry)]
        frontier.offer(connection, self.site.name, [(entry.native_id, entry.url) for entry in recent], now)

    def _is_old(self, entry: Entry) -> bool:
        moment = entry.listing.published_at
        return self.since is not None and moment is not None and moment < self.since


def unseen(connection: Connection, site: str, source: str, native_ids: Sequence[str]) -> set[str]:
    """Which of these the source has not named before."""
    known: set[str] = set()
    for start in range(0, len(native_ids), 500):
        some = native_ids[start : start + 500]
        query = select(_T.c.native_id).where(_T.c.site == site, _T.c.source == source, _T.c.native_id.in_(some))
        known.update(connection.execute(query).scalars())
    return set(native_ids) - known


def see(connection: Connection, site: str, source: str, entries: Sequence[Entry], now: datetime) -> None:
    """Write down that a source named these articles now."""
    rows = [
        {
            "site": site,
            "source": source,
            "native_id": entry.native_id,
            "url": entry.url,
            "title": entry.listing.title,
            "first_seen_at": now,
            "last_seen_at": now,
            "times_seen": 1,
        }
        for entry in sorted(entries, key=lambda entry: entry.native_id)
    ]
    if not rows:
        return
    insert = frontier.insert(connection, _T)
    again = {"last_seen_at": insert.excluded.last_seen_at, "times_seen": _T.c.times_seen + 1}
    connection.execute(insert.on_conflict_do_update(index_elements=["site", "source", "native_id"], set_=again), rows)
