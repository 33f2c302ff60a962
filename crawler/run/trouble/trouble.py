"""Hosts in trouble, of one run: whether a try in vain was the address's own doing or its host's, when a host is left
alone, and which answers that show no article are believed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

from attrs import define, field
from sqlalchemy import Connection

from crawler.pages.page import Outcome
from crawler.run import frontier
from crawler.run.politeness.hosts import note_page
from crawler.run.reading.asked import Claim, Recheck
from crawler.run.schedule import rechecks
from crawler.run.trouble.retry import AGAIN, RULES
from crawler.run.trouble.seen import IN_A_ROW, Seen

SHOWN: Final = 3
"""So many addresses of pages in vain are remembered of a host."""


class Doubt(Protocol):
    """Counts something that a person should look at, and says it: `Run.doubt`."""

    def __call__(self, note: str, cause: str, *, site: str | None = None, url: str | None = None) -> None:
        """`cause`, `url`: as in `archive.store.problems.Problem`."""


@define
class Trouble:
    """See the module. `worker`: under which name the run leases addresses; `now`: its clock; `doubt`: who hears what a
    person should look at. `seen`: what each host did, and each site. `unsure`: claimed addresses (ids) whose answers
    show no article, with the outcomes, until a page of their host is well. `leases`: of the addresses (ids) that were
    tried in vain. `held`: looks at known articles that show them to be no more, `believed`: those of them (ids) whose
    host was well after it."""

    worker: str
    now: Callable[[], datetime]
    doubt: Doubt
    seen: dict[str, Seen] = field(factory=lambda: defaultdict(Seen))
    unsure: dict[int, tuple[Claim, str]] = field(factory=dict)
    leases: dict[int, int] = field(factory=dict)
    held: dict[int, Recheck] = field(factory=dict)
    believed: list[int] = field(factory=list)

    def in_vain(self, connection: Connection, claim: Claim, cause: str, reason: str, now: datetime) -> None:
        """A claimed address was tried in vain: it waits, or is given up; and its host may be left alone. `cause`: of
        `crawler.run.trouble.retry`. `reason`: in a few words."""
        frontier.miss(connection, claim, cause, reason, now)
        if RULES[cause].counts:
            self._one_more(connection, claim, reason)

    def look_in_vain(self, connection: Connection, found: Recheck, cause: str, reason: str, now: datetime) -> None:
        """A look at a known article told nothing of it."""
        rechecks.miss(connection, found, now)
        if found.id not in self.held and (RULES[cause].counts or not RULES[cause].sure):
            self._one_more(connection, found, reason, sure=RULES[cause].sure)

    def hold_look(self, connection: Connection, found: Recheck, outcome: str) -> None:
        """A look at a known article shows that it is no more, which may be the host's trouble, too: as `no_article`."""
        self.held[found.id] = found
        self._one_more(connection, found, outcome, sure=False)

    def no_article(self, connection: Connection, claim: Claim, outcome: str, now: datetime) -> None:
        """The answer for a claimed address shows no article, which may be the host's trouble: it is the last word once
        a page of the host is well after it; else the end of the run decides."""
        frontier.hold(connection, claim, self.worker, now)
        self.unsure[claim.id] = claim, outcome
        self._one_more(connection, claim, outcome, sure=False)

    def _one_more(self, connection: Connection, claim: Claim | Recheck, reason: str, *, sure: bool = True) -> None:
        """One more page of a host and a site in vain; after some in a row they are left alone. `sure`: as for
        `Seen.add_vain`."""
        self.seen[claim.host].shared_vain = note_page(connection, claim.host, vain=True)
        if isinstance(claim, Claim):
            self.leases[claim.id] = claim.lease
        for name in (claim.host, claim.site):
            seen = self.seen[name]
            seen.add_vain(claim.id, sure=sure)
            seen.refused += reason.startswith(Outcome.BLOCKED)
            seen.shown = [*seen.shown, claim.url][-SHOWN:]
            if claim.again:
                seen.again.add(claim.id)
            if seen.is_enough and not self.is_left(claim):
                seen.left = f"{len(seen.vain)} pages in a row were in vain, the last one: {reason}"
                self.doubt(f"{name}: {seen.left}; left alone for this run", "host", site=claim.site, url=name)

    def went_well(self, connection: Connection, claim: Claim | Recheck) -> None:
        """A claimed address gave a page that is final: so are those without an article that its host gave before."""
        if self.seen[claim.host].shared_vain:
            note_page(connection, claim.host, vain=False)
        for key in sorted(self.seen[claim.host].unsure):
            if key in self.unsure:
                self._settle(connection, *self.unsure.pop(key))
            else:
                self.believed.append(key)
        for name in (claim.host, claim.site):
            self.seen[name].page_well()

    def _settle(self, connection: Connection, claim: Claim, outcome: str) -> None:
        waits = AGAIN.get(outcome)
        due_at = self.now() + waits[min(claim.attempts, len(waits) - 1)] if waits else None
        frontier.settle(connection, claim, RULES[outcome].then, outcome, due_at=due_at)

    def settle(self, connection: Connection, now: datetime, *, answered: bool) -> None:
        """What the end of the run says of the tries in vain: whether they were the addresses' own, or their hosts'.
        `answered`: whether anything answered in the run at all."""
        troubled = [seen for seen in self.seen.values() if seen.in_trouble(answered=answered)]
        excused = {key for seen in troubled for key in seen.excused(answered=answered)}
        tried = self.leases.keys() & (excused - self.unsure.keys())
        frontier.excuse(connection, {key: self.leases[key] for key in tried}, now)
        for key, (claim, outcome) in sorted(self.unsure.items()):
            if self.is_well(claim):
                self._settle(connection, claim, outcome)
            elif key in excused:
                frontier.put_back(connection, claim, outcome, now)
            else:
                frontier.miss(connection, claim, outcome, outcome, now, well=False)

    def is_well(self, claim: Claim | Recheck) -> bool:
        """Whether what the host of an address said last is to be believed. Of a host with few pages its site tells; of
        one of which articles are known these do (`Crawl.controls`)."""
        both = self.seen[claim.host], self.seen[claim.site]
        return any(seen.well for seen in both) and all(len(seen.vain) < IN_A_ROW and not seen.controls for seen in both)

    def answer(self, host: str, site: str) -> None:
        """A host of a site gave an answer, whichever."""
        self.seen[host].answered = self.seen[site].answered = True

    def is_left(self, claim: Claim | Recheck) -> bool:
        """Whether the host of an address, or its whole site, is left alone in this run."""
        return bool(self.seen[claim.host].left or self.seen[claim.site].left)

    def say_what_is_left(self) -> None:
        """What a person should know at the end of the run: whose robots.txt forbids too much, and which sites showed no
        article at last."""
        for host, seen in self.seen.items():
            if seen.forbids_much:
                note = f"{host}: robots.txt forbids all that was to be fetched, {seen.barred} addresses new to it"
                self.doubt(note, "robots", url=host)
        nothing = Counter(
            claim.site for claim, _ in self.unsure.values() if not (self.is_well(claim) or self.is_left(claim))
        )
        for site, pages in nothing.items():
            if pages > 1 or self.seen[site].controls:
                note = f"{site}: none of the last {pages} pages shows an article; they are asked for again"
                self.doubt(note, "host", site=site, url=site)
