"""The looks of one crawl at known articles, as its spiders see them: what they are to ask for, and what they hand in.
All of it in the reactor's thread, as in `crawler.run.crawl`.
"""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from attrs import define, evolve, field

from archive.store.db import reading
from crawler.capture.item import part_of
from crawler.capture.join import join
from crawler.pages.page import Outcome
from crawler.run.intake.intake import Intake
from crawler.run.looks.families import ENOUGH, Family, suspicious
from crawler.run.looks.pages import PagedLook
from crawler.run.reading.answer import NOT_BELIEVED, Answer, disbelieved, placed, read_repeat
from crawler.run.reading.asked import Known, Recheck
from crawler.run.run import Run
from crawler.run.schedule import rechecks, share
from crawler.run.trouble.retry import RULES, is_passing
from crawler.warc.raw import RawCapture

logger = logging.getLogger("jianbao.crawl")

CONTROLS: Final = 3
"""So many articles of a host are asked for, one after the other, to see whether it is well."""
ALONE: Final = timedelta(days=3)
"""So long a look must have told nothing else, before it is believed of a host that has no other article."""
Write = Callable[[str], RawCapture]
"""Writes the record of an answer, and says where. It is given why what the answer shows is not believed, or ""."""


@define
class Looks:
    """See the module. `crawl`: what they belong to."""

    crawl: Intake
    _held: dict[int, tuple[Answer, "Write | None"]] = field(factory=dict)
    _asked_control: set[str] = field(factory=set)
    _families: Counter[Family] = field(factory=Counter)

    @property
    def run(self) -> Run:
        """The crawl's run."""
        return self.crawl.run

    # What to ask for

    def due(self, site: str) -> list[Recheck]:
        """The next few articles of a site to look at again, as far as their hosts' shares have room for it."""
        room = self.crawl.room
        found: list[Recheck] = []
        if room <= 0 or self.crawl.is_ending:
            return found
        with self.run.ends(), self.run.step() as (connection, _):
            now = self.run.now()
            part = self._part(site)
            for host in rechecks.hosts(connection, site):
                if len(found) >= room or self.run.trouble.seen[host].left or self.run.trouble.seen[site].left:
                    continue
                delay = self.crawl.turns.pause(connection, host)
                used = share.used(connection, host)
                most = min(room - len(found), share.room(used, delay, part, now))
                claims = rechecks.claim(connection, site, host, self.run.worker, most, now) if most else []
                if claims:
                    share.use(connection, host, share.used_after(used, len(claims), delay, part, now))
                found += claims
        self.crawl.claimed += len(found)
        return found

    def _part(self, site: str) -> float:
        return self.run.home.settings.of(site).recheck_share

    def controls(self, site: str) -> list[Recheck]:
        """Where the last pages of a host show no article, or that known ones are no more: an article of each such host
        that was there lately, which tells whether the host is well. And where pages fit no template, others that are
        built alike."""
        found: list[Recheck] = self._others_of_families(site)
        if found:
            return found
        hosts = {one.host for one in self.run.trouble.held.values() if one.site == site and one.id in self._held}
        hosts |= {claim.host for claim, _ in self.run.trouble.unsure.values() if claim.site == site}
        with self.run.ends(), self.run.step() as (connection, _):
            for host in sorted(hosts):
                seen = self.run.trouble.seen[host]
                left = self.crawl.is_ending or seen.left or self.run.trouble.seen[site].left
                if left or not seen.unsure or seen.controls >= CONTROLS:
                    continue
                vain = [-key for key in seen.vain if key < 0]  # of `Recheck.id`
                asked = rechecks.control(connection, site, host, self.run.worker, vain)
                if asked:
                    seen.controls += 1
                    self.run.trouble.seen[site].controls += 1
                    self._asked_control.add(host)
                found += asked
        return found

    def _others_of_families(self, site: str) -> list[Recheck]:
        """One more page of each family of which all that this run has seen fits no template."""
        found: list[Recheck] = []
        families = suspicious(self.run.findings.today(site))
        asked = {page.url for page in self.run.findings.pages[site]}
        if not families or self.crawl.is_ending or self.run.trouble.seen[site].left:
            return found
        with self.run.ends(), self.run.step() as (connection, _):
            for family in families:
                if self._families[family] < ENOUGH and not self.run.trouble.seen[family.host].left:
                    self._families[family] += 1
                    found += rechecks.alike(connection, site, family.host, self.run.worker, family.has, asked)
        return found

    # What came

    def store(self, raw: RawCapture, found: Recheck, write: Write | None = None) -> PagedLook | None:
        """Store what a look at a known article told; or give the look, where the article has further pages, of which
        nothing is stored before they are there. `write`: writes the record, None where that is written."""
        if self.run.fatal is not None:
            return None
        if raw.repeats is not None:
            answer = read_repeat(raw, found)
            if found.is_paged:
                return self._begin(answer)
            self.crawl.store_answers([answer])
            return None
        answer = self.crawl.extraction.look(raw, self.run.heard, found, whole=self.run.findings.sample)
        if answer.outcome is Outcome.GONE:
            with self.run.ends(), self.run.step() as (connection, _):
                self.run.trouble.hold_look(connection, found, answer.outcome)
            self._held[found.id] = answer, write
            return None
        if answer.part is not None:
            with self.run.ends():
                return self._begin(answer if write is None else placed(answer, write("")))
            return None
        if self.crawl.extraction.is_ours(self.run.home, answer, found):
            answer = evolve(answer, item=evolve(answer.item, cause="extractor"))
        self._store_written(answer, write)
        self._believe()
        return None

    def _store_written(self, answer: Answer, write: Write | None, why_not: str = "") -> None:
        """Write a look's record first, where that has waited for what is believed of it, and then store it."""
        with self.run.ends():
            if write is not None and self.run.fatal is None:
                answer = placed(answer, write(why_not))
            self.crawl.store_answers([disbelieved(answer) if why_not else answer])

    def _believe(self) -> None:
        """Store what waited for a page of its host that is well."""
        for key in self.run.trouble.believed:
            if key in self._held:
                self._store_written(*self._held.pop(key))
        self.run.trouble.believed.clear()

    def end(self) -> None:
        """No page comes any more: decide on what looks showed to be no more. It is believed of a host that was well.
        Of a host with no other article nobody can tell; there it is believed in the end."""
        lost: Counter[str] = Counter()
        at_host = Counter(self.run.trouble.held[key].host for key in self._held)
        for key, (answer, write) in sorted(self._held.items()):
            found = self.run.trouble.held[key]
            alone = at_host[found.host] == 1 and found.host not in self._asked_control
            in_the_end = alone and self.run.now() - found.told_at >= ALONE
            if in_the_end or self.run.trouble.is_well(found):
                self._store_written(answer, write)
            else:
                self._store_written(answer, write, NOT_BELIEVED)
                lost[found.host] += 1
        self._held.clear()
        # Where the run was stopped, nobody has looked whether the host is well.
        for host, pages in lost.items() if not self.run.stopped else ():
            note = f"{host}: no page is well, and {pages} known articles seem to be no more: not believed"
            self.run.doubt(note, "looks", url=host)

    def in_vain(self, found: Recheck, cause: str, reason: str) -> None:
        """A look at a known article told nothing of it."""
        if self.run.fatal is not None:
            return
        with self.run.ends(), self.run.step() as (connection, _):
            if RULES[cause].counts:
                self.run.note_failure(found, cause, reason)
            self.run.trouble.look_in_vain(connection, found, cause, reason, self.run.now())
        logger.info("looked in vain: %s: %s", found.url, reason)

    def keep(self, found: Recheck, reason: str) -> None:
        """An article was not asked for, since its host is left alone: it is due when this run ends."""
        self.crawl.claimed -= 1
        if not self.crawl.is_ending:
            self.crawl.turns.leave(found.host, reason)

    # Articles on several pages

    def _begin(self, answer: Answer) -> PagedLook | None:
        if answer.recheck is None:
            raise ValueError("an answer that is no look")
        look = PagedLook(answer.recheck, [answer])
        self._see_what_is_missing(look)
        return look

    def _see_what_is_missing(self, look: PagedLook) -> None:
        parts = [one.part for one in look.answers if one.part is not None]
        with self.run.ends(), reading(self.run.engine) as connection:
            [its] = join(self.run.home, connection, parts, read=look.read).values()
            look.missing, look.whole = its.missing, its.whole

    def next_page(self, look: PagedLook) -> tuple[str, Known | None] | None:
        """The address of the page to ask for now, and what its answer may repeat; None where the look is over. What is
        asked for is part of the host's share."""
        address = look.next() if not self.crawl.is_ending else None
        if address is None:
            return None
        look.tried.append(address)
        found = look.found
        with self.run.ends(), self.run.step() as (connection, _):
            delay, used, part = (
                self.crawl.turns.pause(connection, found.host),
                share.used(connection, found.host),
                self._part(found.site),
            )
            if part > 0:
                share.use(connection, found.host, share.used_after(used, 1, delay, part, self.run.now()))
            return address, rechecks.known_page(connection, address)
        return None

    def add_page(self, look: PagedLook, raw: RawCapture) -> None:
        """Take in one further page."""
        if self.run.fatal is not None:
            return
        if raw.repeats is not None:
            answer = read_repeat(raw, look.found)
        else:
            answer = self.crawl.extraction.look(raw, self.run.heard, look.found, further=True)
        look.answers.append(answer)
        if answer.outcome in (Outcome.ARTICLE, Outcome.NOT_ARTICLE):
            self._see_what_is_missing(look)
        else:
            self.miss_page(look, answer.outcome, answer.outcome)

    def miss_page(self, look: PagedLook, cause: str, reason: str) -> None:
        """The page that was asked for last is not to be had. Where that is the whole on one page, and for good, the
        single pages tell the same."""
        if part_of(look.tried[-1]) != 0 or is_passing(cause):
            look.cause, look.reason = cause, reason

    def end_pages(self, look: PagedLook) -> None:
        """The look is over: store all of it at once. Where a page is missing, it told nothing of the text."""
        if self.run.fatal is not None:
            return
        self.crawl.store_answers(look.answers)
        if not look.whole and look.cause:
            note = f"{look.found.url}: pages of the article are missing: {look.reason}"
            failed = is_passing(look.cause)
            with self.run.ends(), self.run.step() as (connection, _):
                self.run.trouble.look_in_vain(connection, look.found, look.cause, look.reason, self.run.now())
            self.run.doubt(note, "incomplete", failed=failed, site=look.found.site, url=look.found.url)
        self._believe()
