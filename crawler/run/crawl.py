"""One crawl, as its spiders see it: what they are to fetch, what they hand in, and what they may hand on. All of it in
the reactor's thread.

An error that ends the run is noted there and raised to no spider; what is handed in after it is let go, since the next
run takes it up.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from attrs import Factory, define, field
from sqlalchemy import Connection

from archive.store.db import reading, writing
from archive.store.records import CaptureRecord, Item
from crawler.pages.template.site import Site, Source
from crawler.run import discovery, frontier
from crawler.run.discovery import Entry, Walk, last_walk, unseen
from crawler.run.intake.intake import BATCH, Intake
from crawler.run.looks.looks import Looks
from crawler.run.politeness import hosts
from crawler.run.reading.answer import read_claimed, read_list
from crawler.run.reading.asked import Claim
from crawler.run.schedule import rechecks
from crawler.run.schedule.left import left_early, remember
from crawler.run.store import Kept
from crawler.run.trouble.retry import Cause, is_passing
from crawler.run.watch.findings import SeenList
from crawler.warc.raw import RawCapture

logger = logging.getLogger("jianbao.crawl")


@define
class Crawl(Intake):
    """See the module. `since`: what a list dates before it is left out. `begun`: when it began. `looks`: those at known
    articles."""

    since: datetime | None = None
    begun: datetime = field(default=Factory(lambda self: self.run.now(), takes_self=True))
    looks: Looks = field(default=Factory(Looks, takes_self=True), init=False, repr=False, eq=False)
    _behind: dict[str, str] = field(factory=dict)
    _few: dict[str, int] = field(factory=dict)
    _listed: set[tuple[str, str]] = field(factory=set)
    _barred: set[int] = field(factory=set)

    # Lists

    def walk(self, site: Site, source: Source) -> Walk | None:
        """The walk over a list's pages; None where this run can leave it out, or another crawler walks it."""
        with self.run.ends(), self.run.step() as (connection, _):
            if not discovery.lease(connection, site.name, source.name, self.run.worker):
                return None
            last = last_walk(connection, site.name, source.name)
            now = self.run.now()
            if last is not None and last.ended_at > now:
                logger.warning(
                    "list %s/%s was last read in %s: the clock was ahead then; it is read now",
                    site.name,
                    source.name,
                    f"{last.ended_at:%Y-%m-%d}",
                )
            walk = Walk(site=site, source=source, since=self.since, last=last, crawler=self.run.crawler)
            if walk.is_due(now):
                return walk
            discovery.leave(connection, site.name, source.name)
        return None

    def store_list(self, capture: CaptureRecord) -> None:
        """Store the row of a list's answer."""
        self.store_answer(read_list(capture))

    def names_new(self, walk: Walk, entries: Sequence[Entry]) -> bool:
        """Whether a list names something that it did not name before."""
        with self.run.ends(), reading(self.run.engine) as connection:
            return bool(unseen(connection, walk.site.name, walk.source.name, [one.native_id for one in entries]))
        return False

    def goes_on(self, walk: Walk, entries: Sequence[Entry]) -> bool:
        """Take in a page's entries; whether the walk's next page is to be fetched."""
        with self.run.ends(), reading(self.run.engine) as connection:
            return walk.add(connection, entries)
        return False

    def note_list(self, walk: Walk, entries: int | None, reason: str = "") -> None:
        """A list's first page named so many articles; None where it could not be had, for this reason."""
        if walk.page == 0:
            seen = SeenList(url=walk.url, entries=entries, reason=reason)
            self.run.findings.add_list(walk.site.name, walk.source.name, seen)

    def end_walk(self, walk: Walk, *, whole: bool) -> None:
        """Write down what a source named, once its walk is over. `whole`: it came to its end."""
        if self.run.fatal is not None:
            return
        self._listed |= {(walk.site.name, native_id) for native_id in walk.entries}
        self._few.pop(walk.site.name, None)
        with self.run.ends(), self.run.step() as (connection, counts):
            now = self.run.now()
            walk.record(connection, now, whole=whole)
            if whole:
                before = remember(connection, walk.site.name, walk.source.name, walk.entries)
                left = left_early(connection, walk.site.name, walk.source.name, before, walk.entries)
                rechecks.hurry(connection, left, now)
            counts.listed = len(self._listed)
        logger.info("list %s/%s: %d named", walk.site.name, walk.source.name, len(walk.entries))

    # Pages

    def claim(self, site: str, under_way: int) -> list[Claim]:
        """The next few addresses of a site to fetch; none when the limit is reached or the run is ending, and none of
        hosts that are left alone. `under_way`: so many are asked for already. While those are enough, the frontier is
        not asked; and where it had nothing, not before half of them are there, or a list may have named something."""
        if under_way > self._few.get(site, BATCH // 2):
            return []
        room = self.room
        claims: list[Claim] = []
        behind = self._behind.get(site, "")
        if room <= 0 or self.is_ending or self.run.trouble.seen[site].left:
            return claims
        with self.run.ends(), self.run.step() as (connection, _):
            claims = frontier.claim(
                connection,
                site,
                self.run.worker,
                room,
                self.run.now(),
                blocked=lambda host: self._is_blocked(connection, host),
                after=behind,
            )
        self._few[site] = BATCH // 2 if claims else under_way // 2
        if claims:
            self._behind[site] = max((one.host for one in claims), key=lambda host: (host <= behind, host))
        self.claimed += len(claims)
        return claims

    def _is_blocked(self, connection: Connection, host: str) -> bool:
        """Whether nothing of a host's queue is to be had now: it is left alone, or may not be asked for long."""
        if not self.run.trouble.seen[host].left and (why := self.turns.blocked(connection, host)):
            self.turns.leave(host, why)
        return bool(self.run.trouble.seen[host].left)

    def why_left(self, claim: Claim | None) -> str:
        """Why the site of an address that was claimed is left alone by now; "" where it is not."""
        return "" if claim is None else self.run.trouble.seen[claim.site].left

    def barred(self, site: str) -> list[Claim]:
        """An address of each host whose robots.txt forbids some: to fetch it is to look whether that still holds."""
        claims: list[Claim] = []
        with self.run.ends(), self.run.step() as (connection, _):
            claims = frontier.barred(connection, site, self.run.worker, self.run.now())
        self._barred |= {one.id for one in claims}
        return claims

    def note_robots(self, site: str, host: str, robots: str, crawl_delay: float | None) -> None:
        """A host's robots.txt was read. If it is another than before, what the old one forbade is due again.

        `robots`: a digest of it. `crawl_delay`: seconds, None where it names none.
        """
        if not self.turns.note_robots(host, robots, crawl_delay):
            return
        self.run.trouble.seen[host].new_robots = True
        freed = 0
        with self.run.ends(), self.run.step() as (connection, _):
            freed = frontier.unbar(connection, site, host, self.run.now())
        if freed:
            logger.warning(
                "robots.txt of %s has changed; %d addresses that it forbade are asked for again", host, freed
            )

    def rules(self, host: str, agent: str) -> hosts.KnownRules | None:
        """What is known of a host's robots.txt since yesterday, by this process or another one."""
        with self.run.ends(), reading(self.run.engine) as connection:
            return hosts.rules(connection, host, agent, self.run.now())
        return None

    def keep_rules(self, host: str, agent: str, text: str) -> None:
        """A host's robots.txt was read."""
        with self.run.ends(), writing(self.run.engine) as connection:
            hosts.keep_rules(connection, host, agent, text, self.run.now())

    # What was fetched

    async def store_page(self, raw: RawCapture, claim: Claim, *, further: bool = False) -> Kept:
        """Extract and store one answer for a claimed address, and settle the claim where no page of it is missing.

        `further`: it is not the publication's first page; it settles the claim only where it makes it whole.
        """
        if self.run.fatal is not None:
            return Kept()
        heard, whole = self.run.heard, self.run.findings.sample
        reading = self.extraction.page(raw, heard, claim, further=further, whole=whole)
        return await self.arrivals.answer(asyncio.ensure_future(reading))

    def store_item(self, item: Item, claim: Claim, *, further: bool = False) -> Kept:
        """The same for what was read already, or cannot be read."""
        return self.store_answer(read_claimed(item, claim, further=further))

    def end_parts(self, claim: Claim, kept: Kept, cause: str, reason: str) -> None:
        """Pages of a claimed article are not to be had: it stays flagged as incomplete. Where the cause may pass, the
        article is fetched again. `kept`: what became of the last page that was to be had."""
        if self.run.fatal is not None:
            return
        passing = is_passing(cause)
        with self.run.ends(), self.run.step() as (connection, _):
            if passing:
                self.run.trouble.in_vain(connection, claim, cause, reason, self.run.now())
            else:
                frontier.settle(connection, claim, "done", "article")
        self._note_fresh(kept.stored)
        note = f"{claim.url}: pages of the article are missing: {reason}"
        self.run.doubt(note, "incomplete", failed=passing, site=claim.site, url=claim.url)

    def miss_page(self, claim: Claim, cause: str, reason: str) -> None:
        """A claimed address has no page; what follows stands in `crawler.run.trouble.retry`."""
        if self.run.fatal is not None:
            return
        with self.run.ends(), self.run.step() as (connection, _):
            self.run.note_failure(claim, cause, reason)
            self.run.trouble.in_vain(connection, claim, cause, reason, self.run.now())
        logger.warning("failed: %s: %s", claim.url, reason)

    def bar_page(self, claim: Claim) -> None:
        """robots.txt forbids an address: that is no failure."""
        if self.run.fatal is not None:
            return
        with self.run.ends(), self.run.step() as (connection, _):
            self.run.trouble.in_vain(connection, claim, Cause.ROBOTS, "robots", self.run.now())
        self.claimed -= 1
        if claim.id in self._barred:
            return
        seen = self.run.trouble.seen[claim.host]
        seen.barred += 1
        level = logging.WARNING if seen.barred == 1 else logging.INFO
        logger.log(level, "left: %s: robots.txt forbids it; it is asked for when that has changed", claim.url)

    def keep_page(self, claim: Claim, reason: str) -> None:
        """An address was not asked for, since its host is left alone: it stays with this run, and is due after that."""
        self.claimed -= 1
        if not self.is_ending and not self.run.trouble.is_left(claim):
            self.turns.leave(claim.host, reason)
