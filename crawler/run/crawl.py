"""One crawl, as its spiders see it: what they are to fetch, and what they hand in. All of it in the reactor's thread.

An error that ends the run is noted there and raised to no spider; what is handed in after it is let go, since the next
run takes it up.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from attrs import define, field

from archive.store.db import reading
from archive.store.records import CaptureRecord, Item
from crawler.pages.template.site import Site, Source
from crawler.run import frontier
from crawler.run.discovery import Entry, Walk, last_walk
from crawler.run.extraction import Extraction
from crawler.run.frontier import Claim
from crawler.run.politeness.turns import Turns
from crawler.run.retry import Cause, is_passing
from crawler.run.run import Run
from crawler.run.store import Answer, Kept, read_claimed, read_list, store, tell
from crawler.warc.raw import RawCapture

logger = logging.getLogger("jianbao.crawl")

BATCH = 32
"""So many addresses of a site are claimed at a time: enough for many hosts to be asked at once, each in its turn."""


@define
class Crawl:
    """See the module. `turns`: whose turn it is to ask a host. `limit`: the most articles to fetch. `since`: what a
    list dates before it is left out."""

    run: Run
    extraction: Extraction
    turns: Turns
    limit: int | None = None
    since: datetime | None = None
    _claimed: int = 0
    _listed: set[tuple[str, str]] = field(factory=set)
    _looks: set[int] = field(factory=set)

    @property
    def is_ending(self) -> bool:
        """Whether nothing more is to be asked for."""
        return self.run.stopped or self.run.fatal is not None

    # Lists

    def walk(self, site: Site, source: Source) -> Walk | None:
        """The walk over a list's pages; None where this run can leave it out."""
        with self.run.ends(), reading(self.run.engine) as connection:
            last = last_walk(connection, site.name, source.name)
            now = datetime.now(UTC)
            if last is not None and last.ended_at > now:
                logger.warning(
                    "list %s/%s was last read in %s: the clock was ahead then; it is read now",
                    site.name,
                    source.name,
                    f"{last.ended_at:%Y-%m-%d}",
                )
            walk = Walk(site=site, source=source, since=self.since, last=last)
            return walk if walk.is_due(now) else None
        return None

    def store_list(self, capture: CaptureRecord) -> None:
        """Store the row of a list's answer."""
        self._store(read_list(capture))

    def goes_on(self, walk: Walk, entries: Sequence[Entry]) -> bool:
        """Take in a page's entries; whether the walk's next page is to be fetched."""
        with self.run.ends(), reading(self.run.engine) as connection:
            return walk.add(connection, entries)
        return False

    def end_walk(self, walk: Walk, *, whole: bool) -> None:
        """Write down what a source named, once its walk is over. `whole`: it came to its end."""
        if self.run.fatal is not None:
            return
        self._listed |= {(walk.site.name, native_id) for native_id in walk.entries}
        with self.run.ends(), self.run.step() as (connection, counts):
            walk.record(connection, datetime.now(UTC), whole=whole)
            counts.listed = len(self._listed)
        logger.info("list %s/%s: %d named", walk.site.name, walk.source.name, len(walk.entries))

    # Pages

    def claim(self, site: str) -> list[Claim]:
        """The next few addresses of a site to fetch; none when the limit is reached or the run is ending.

        What is due at a host that is left alone is claimed too, and kept until the run ends.
        """
        while True:
            room = BATCH if self.limit is None else min(BATCH, self.limit - self._claimed)
            if room <= 0 or self.is_ending:
                return []
            claims: list[Claim] = []
            with self.run.ends(), self.run.step() as (connection, _):
                claims = frontier.claim(connection, site, self.run.worker, room, datetime.now(UTC))
            wanted = [one for one in claims if not self.run.is_left(one)]
            self._claimed += len(wanted)
            if wanted or not claims:
                return wanted

    def why_left(self, claim: Claim | None) -> str:
        """Why the site of an address that was claimed is left alone by now; "" where it is not."""
        return "" if claim is None else self.run.seen[claim.site].left

    def barred(self, site: str) -> list[Claim]:
        """An address of each host whose robots.txt forbids some: to fetch it is to look whether that still holds."""
        claims: list[Claim] = []
        with self.run.ends(), self.run.step() as (connection, _):
            claims = frontier.barred(connection, site, self.run.worker, datetime.now(UTC))
        self._looks |= {one.id for one in claims}
        return claims

    def note_robots(self, site: str, host: str, robots: str, crawl_delay: float | None) -> None:
        """A host's robots.txt was read. If it is another than before, what the old one forbade is due again.

        `robots`: a digest of it. `crawl_delay`: seconds, None where it names none.
        """
        if not self.turns.note_robots(host, robots, crawl_delay):
            return
        self.run.seen[host].new_robots = True
        freed = 0
        with self.run.ends(), self.run.step() as (connection, _):
            freed = frontier.unbar(connection, site, host, datetime.now(UTC))
        if freed:
            logger.warning(
                "robots.txt of %s has changed; %d addresses that it forbade are asked for again", host, freed
            )

    def store_page(self, raw: RawCapture, claim: Claim, *, further: bool = False) -> Kept:
        """Extract and store one answer for a claimed address, and settle the claim where no page of it is missing.

        `further`: it is not the publication's first page; it settles the claim only where it makes it whole.
        """
        if self.run.fatal is not None:
            return Kept()
        return self._store(self.extraction.page(raw, self.run.hearing, claim, further=further))

    def store_item(self, item: Item, claim: Claim, *, further: bool = False) -> Kept:
        """The same for what was read already, or cannot be read."""
        return self._store(read_claimed(item, claim, further=further))

    def end_parts(self, claim: Claim, cause: str, reason: str) -> None:
        """Pages of a claimed article are not to be had: it stays flagged as incomplete. Where the cause may pass, the
        article is fetched again."""
        if self.run.fatal is not None:
            return
        passing = is_passing(cause)
        with self.run.ends(), self.run.step() as (connection, _):
            if passing:
                self.run.in_vain(connection, claim, cause, reason, datetime.now(UTC))
            else:
                frontier.settle(connection, claim.site, claim.native_id, "done", "article")
        self.run.doubt(f"{claim.url}: pages of the article are missing: {reason}", failed=passing)

    def miss_page(self, claim: Claim, cause: str, reason: str) -> None:
        """A claimed address has no page; what follows stands in `crawler.run.retry`."""
        if self.run.fatal is not None:
            return
        with self.run.ends(), self.run.step() as (connection, counts):
            counts.failed += 1
            self.run.in_vain(connection, claim, cause, reason, datetime.now(UTC))
        logger.warning("failed: %s: %s", claim.url, reason)

    def bar_page(self, claim: Claim) -> None:
        """robots.txt forbids an address: that is no failure."""
        if self.run.fatal is not None:
            return
        with self.run.ends(), self.run.step() as (connection, _):
            self.run.in_vain(connection, claim, Cause.ROBOTS, "robots", datetime.now(UTC))
        self._claimed -= 1
        if claim.id in self._looks:
            return
        seen = self.run.seen[claim.host]
        seen.barred += 1
        level = logging.WARNING if seen.barred == 1 else logging.INFO
        logger.log(level, "left: %s: robots.txt forbids it; it is asked for when that has changed", claim.url)

    def keep_page(self, claim: Claim, reason: str) -> None:
        """An address was not asked for, since its host is left alone: it stays with this run, and is due after that."""
        self._claimed -= 1
        if not self.is_ending and not self.run.is_left(claim):
            self.turns.leave(claim.host, reason)

    def no_answer(self, reason: str) -> None:
        """Some address gave no answer; if none does, the command says why."""
        self.run.unanswered[reason] += 1

    def _store(self, answer: Answer) -> Kept:
        if self.run.fatal is not None:
            return Kept()
        with self.run.ends():
            [kept] = store(self.run, [answer])
            tell(answer)
            return kept
        return Kept()
