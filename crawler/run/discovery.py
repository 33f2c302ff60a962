"""Discovery: what the lists name, which of it is new, and how far back a list is walked.

A walk over a source's pages is recorded as a whole when it ends. Killed half-way, it leaves nothing behind, so that the
next run walks just as far; were page 1 recorded alone, page 2 would never be looked at again. For the same reason a
walk may stop where nothing is new only if the walk before it came to its end, and went as far back (table `poll`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import define, field, frozen
from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from archive.store.models import Poll, Sighting
from crawler.pages.template.site import Listing, Site, Source
from crawler.run import frontier
from crawler.sites.registry import find_site

_T = Sighting.__table__
_POLL: Any = Poll.__table__


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


EVERY_RUN = timedelta(minutes=30)
"""A source whose `every` is no longer is polled by each run, whenever that comes."""


@frozen(kw_only=True)
class LastWalk:
    """A walk that came to its end: when, how far back it went, and the name of the crawler that walked.

    What the list dates before `since` may have been left out; None where nothing was.
    """

    ended_at: datetime
    since: datetime | None
    crawler: str | None = None

    def reached(self, since: datetime | None) -> bool:
        """Whether it went as far back as a walk with this `since` wants to."""
        return self.since is None or (since is not None and self.since <= since)


@define
class Walk:
    """One source's pages of this run, newest first, until a stop rule says enough.

    It stops at a page on which nothing is new to the source, if the last walk went as far back, at one whose dated
    entries are all older than `since`, at the last page, and at a page that does not answer as it should.
    """

    site: Site
    source: Source
    since: datetime | None = None
    last: LastWalk | None = None
    crawler: str | None = None
    page: int = 0
    left_out: bool = False
    """Whether `since` left out something that was new."""
    slipped: bool = False
    """Whether a page was torn, or the first one named nothing, which may be the portal's slip: no end to go by."""
    entries: dict[str, Entry] = field(factory=dict)

    @property
    def url(self) -> str:
        """The address of the page to fetch now."""
        return self.source.urls[self.page]

    @property
    def post(self) -> str | None:
        """The JSON text to post to it; None where it is simply asked for."""
        return self.source.posts[self.page] if self.source.posts else None

    @property
    def goes_on_from_last(self) -> bool:
        """Whether what is not new was taken care of by the last walk."""
        return self.last is not None and self.last.reached(self.since)

    def is_due(self, now: datetime) -> bool:
        """Whether the list is to be polled: always, unless it was walked lately, as far back, and changes slowly or
        another crawler did it."""
        if self.last is None or not self.goes_on_from_last:
            return True
        if self.source.every <= EVERY_RUN and self.last.crawler in (None, self.crawler):
            return True
        # Where the clock was ahead at the last walk, nobody knows when that was.
        wait = max(self.source.every, EVERY_RUN) - EVERY_RUN / 2
        return self.last.ended_at > now or now - self.last.ended_at >= wait

    def add(self, connection: Connection, entries: Sequence[Entry]) -> bool:
        """Take in a page's entries; whether the next page (now `url`) is to be fetched."""
        fresh = [entry for entry in entries if entry.native_id not in self.entries]
        new = unseen(connection, self.site.name, self.source.name, [entry.native_id for entry in fresh])
        self.entries.update({entry.native_id: entry for entry in fresh})
        self.left_out = self.left_out or any(entry.native_id in new and self._is_old(entry) for entry in fresh)
        self.page += 1
        recent = [entry for entry in entries if not self._is_old(entry)]
        enough = self.goes_on_from_last and not new
        return bool(recent and not enough and self.page < len(self.source.urls))

    def record(self, connection: Connection, now: datetime, *, whole: bool) -> None:
        """Write down the sightings and how far the walk went, and offer the articles to the frontier.

        `whole`: it came to its end; else the next run walks all pages.
        """
        see(connection, self.site.name, self.source.name, list(self.entries.values()), now)
        recent = [entry for entry in self.entries.values() if not self._is_old(entry)]
        frontier.offer(connection, self.site.name, [(entry.native_id, entry.url) for entry in recent], now)
        frontier.may_be_back(connection, self.site.name, [entry.native_id for entry in recent], now)
        if not whole:
            _forget_walk(connection, self.site.name, self.source.name)
        elif last_walk(connection, self.site.name, self.source.name) == self.last:
            # Else another crawler has walked the list meanwhile, and what it saw first was not new to this one.
            since = self.last.since if self.last and self.goes_on_from_last and not self.left_out else self.since
            walk = LastWalk(ended_at=now, since=since, crawler=self.crawler)
            _remember_walk(connection, self.site.name, self.source.name, walk)

    def _is_old(self, entry: Entry) -> bool:
        moment = entry.listing.published_at
        return self.since is not None and moment is not None and moment < self.since


def last_walk(connection: Connection, site: str, source: str) -> LastWalk | None:
    """What is known of a source's last walk; None where there was none, or it did not come to its end."""
    query = select(_POLL.c.ended_at, _POLL.c.since, _POLL.c.crawler).where(_its(site, source))
    row = connection.execute(query.where(_POLL.c.ended_at.is_not(None))).mappings().one_or_none()
    return LastWalk(**row) if row is not None else None


def lease(connection: Connection, site: str, source: str, worker: str) -> bool:
    """Let this worker walk a list, until it writes down how far it went, or its run ends or is found dead. False where
    another one walks it now."""
    connection.execute(
        frontier.insert(connection.dialect.name, _POLL).values(site=site, source=source).on_conflict_do_nothing()
    )
    free = or_(_POLL.c.leased_by.is_(None), _POLL.c.leased_by == worker)
    return bool(connection.execute(update(_POLL).where(_its(site, source), free).values(leased_by=worker)).rowcount)


def leave(connection: Connection, site: str, source: str) -> None:
    """Give a list back without a walk."""
    connection.execute(update(_POLL).where(_its(site, source)).values(leased_by=None))


def release(connection: Connection, workers: Sequence[str]) -> None:
    """Give back the lists that these workers walk."""
    connection.execute(update(_POLL).where(_POLL.c.leased_by.in_(workers)).values(leased_by=None))


def _its(site: str, source: str) -> ColumnElement[bool]:
    return and_(_POLL.c.site == site, _POLL.c.source == source)


def _remember_walk(connection: Connection, site: str, source: str, walk: LastWalk) -> None:
    values = {"ended_at": walk.ended_at, "since": walk.since, "crawler": walk.crawler, "leased_by": None}
    insert = frontier.insert(connection.dialect.name, _POLL).values(site=site, source=source, **values)
    connection.execute(insert.on_conflict_do_update(index_elements=["site", "source"], set_=values))


def _forget_walk(connection: Connection, site: str, source: str) -> None:
    nothing = {"ended_at": None, "since": None, "named": None, "crawler": None, "leased_by": None}
    connection.execute(update(_POLL).where(_its(site, source)).values(**nothing))


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
    insert = frontier.insert(connection.dialect.name, _T)
    again = {"last_seen_at": insert.excluded.last_seen_at, "times_seen": _T.c.times_seen + 1}
    connection.execute(insert.on_conflict_do_update(index_elements=["site", "source", "native_id"], set_=again), rows)
