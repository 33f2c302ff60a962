"""One crawl, as its spiders see it: what they are to fetch, and what they hand in. All of it in the reactor's thread.

An error that ends the run is noted there and raised to no spider; what is handed in after it is let go, since the next
run takes it up.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from attrs import define, field
from sqlalchemy import Connection

from archive.store.db import reading, writing
from archive.store.records import CaptureRecord, Item
from crawler.pages.template.site import Site, Source
from crawler.run import frontier
from crawler.run.discovery import Entry, Walk, last_walk
from crawler.run.extraction import Extraction
from crawler.run.frontier import Claim
from crawler.run.run import Run
from crawler.run.store import Answer, Kept, read_claimed, read_list, store, tell
from crawler.warc.raw import RawCapture

logger = logging.getLogger("jianbao.crawl")

BATCH = 8
"""So many addresses of a site are claimed at a time, so that a lease never grows old in a queue."""


@define
class Crawl:
    """See the module. `limit`: the most articles to fetch. `since`: what a list dates before it is left out."""

    run: Run
    extraction: Extraction
    limit: int | None = None
    since: datetime | None = None
    _claimed: int = 0
    _listed: set[tuple[str, str]] = field(factory=set)

    @property
    def is_ending(self) -> bool:
        """Whether nothing more is to be asked for."""
        return self.run.stopped or self.run.fatal is not None

    # Lists

    def walk(self, site: Site, source: Source) -> Walk | None:
        """The walk over a list's pages; None where this run can leave it out."""
        with self.run.ends(), reading(self.run.engine) as connection:
            last = last_walk(connection, site.name, source.name)
            walk = Walk(site=site, source=source, since=self.since, last=last)
            return walk if walk.is_due(datetime.now(UTC)) else None
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
        """The next few addresses of a site to fetch; none when the limit is reached or the run is ending."""
        room = BATCH if self.limit is None else min(BATCH, self.limit - self._claimed)
        if room <= 0 or self.is_ending:
            return []
        claims: list[Claim] = []
        with self.run.ends(), writing(self.run.engine) as connection:
            claims = frontier.claim(connection, site, self.run.worker, room, datetime.now(UTC))
        self._claimed += len(claims)
        return claims

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

    def end_parts(self, claim: Claim, reason: str, *, passing: bool) -> None:
        """Pages of a claimed article are not to be had: it stays flagged as incomplete. `passing`: they may be later,
        and the article is fetched again then."""
        if self.run.fatal is not None:
            return
        with self.run.ends(), writing(self.run.engine) as connection:
            if passing:
                frontier.try_again(connection, claim, reason, datetime.now(UTC))
            else:
                frontier.settle(connection, claim.site, claim.native_id, "done", "article")
        self.run.doubt(f"{claim.url}: pages of the article are missing: {reason}", failed=passing)

    def miss_page(self, claim: Claim, outcome: str, *, final: bool = False) -> None:
        """A claimed address gave no answer; it is due again later unless `final`."""
        if self.run.fatal is not None:
            return
        with self.run.ends(), self.run.step() as (connection, counts):
            counts.failed += 1
            if final:
                _give_up(connection, claim, outcome)
            else:
                frontier.try_again(connection, claim, outcome, datetime.now(UTC))
        logger.warning("failed: %s: %s", claim.url, outcome)

    def leave_page(self, claim: Claim, outcome: str) -> None:
        """An address is not to be fetched (robots.txt): that is no failure."""
        if self.run.fatal is not None:
            return
        with self.run.ends(), writing(self.run.engine) as connection:
            _give_up(connection, claim, outcome)
        logger.info("left: %s: %s", claim.url, outcome)

    def _store(self, answer: Answer) -> Kept:
        if self.run.fatal is not None:
            return Kept()
        with self.run.ends():
            [kept] = store(self.run, [answer])
            tell(answer)
            return kept
        return Kept()


def _give_up(connection: Connection, claim: Claim, outcome: str) -> None:
    frontier.settle(connection, claim.site, claim.native_id, "failed", outcome)
