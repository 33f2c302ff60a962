"""What a run found, held against what is usual: alarms are raised, and closed where all is well again.

Nothing is judged of a run in which nothing answered: that is our own network. The trouble of a host that is left alone
is told once, as such, and its pages count for nothing but for what fits a template no more: that is why it may be left.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import log
from typing import Final

from attrs import define, evolve, field, frozen
from sqlalchemy import Connection, select

from archive.errors import PersonNeeded
from archive.store.models import CrawlRun
from archive.text.clean import clean_line
from archive.watch.alarms import Alarm, Example, close_well, open_alarms, raise_alarm, remind
from archive.watch.measures import Key, State, load, save
from archive.watch.usual import COMMON, LEARNT, RAREST, Period, fewest, most_bad, rare_share
from archive.watch.watching import PERIOD, WEEK, Found, Verdict, watch_count, watch_pages, watch_row, watch_values
from crawler.pages.template.site import WATCHED, Expect, Site, Source
from crawler.run.trouble.seen import Seen
from crawler.run.watch import words
from crawler.run.watch.findings import Findings, SeenList, SeenPage
from crawler.sites.registry import find_site, load_sites

UNKNOWN_OF_A_TEMPLATE: Final = RAREST
UNKNOWN: Final = 0.05
"""So many pages may fit no template, of those that a template was for, and of all, before anything was learned."""
REFUSALS: Final = 3
"""A host of which so many pages in vain were refusals has banned us."""
GAP: Final = timedelta(hours=36)
"""After a longer time without a run nobody knows how much of it the lists still hold."""
RUNS_BACK: Final = 200
WHOLE_FLOOR: Final = 0.05
WHOLE_MARGIN: Final = 0.1
LENGTH_FLOOR: Final = 0.5
LENGTH_MARGIN: Final = log(1.4)
"""Of the whole page's share, and of the length (its natural logarithm): the least deviation of a single page that is
taken for real, and by how much a period must leave what periods had. The lengths of articles by three templates at hand
have deviations of 0.8 to 1.2."""


@frozen(kw_only=True)
class Told:
    """What a person is to be told: alarms that were raised, that are well again, of which to be reminded; and whether
    any is open."""

    raised: tuple[Alarm, ...] = ()
    well: tuple[Alarm, ...] = ()
    reminded: tuple[Alarm, ...] = ()
    open: int = 0

    def error(self) -> PersonNeeded:
        """How a run ends with open alarms. It says nothing where a person was told of all of them within a day."""
        news = [alarm.line() for alarm in (*self.raised, *self.reminded)]
        more = f" (and {len(news) - 1} more)" if len(news) > 1 else ""
        return PersonNeeded(f"{news[0]}{more}; `jianbao alarms` shows it, and what to do" if news else "")


@frozen(kw_only=True)
class Ran:
    """How the run went that found it. `id`: its row's. `seen`: what each host did, and each site. `answered`: whether
    any answered at all; `stopped`: whether somebody asked it to end."""

    id: int
    seen: Mapping[str, Seen]
    answered: bool
    stopped: bool


def judge(ran: Ran, findings: Findings, connection: Connection, now: datetime) -> Told:
    """Hold a run's findings against what is usual, in the transaction that ends it."""
    bench = _Bench(ran=ran, findings=findings, connection=connection, now=now)
    if ran.answered:
        bench.judge()
    return Told(
        raised=tuple(bench.raised),
        well=tuple(bench.well),
        reminded=tuple(remind(connection, now)),
        open=len(open_alarms(connection)),
    )


@define(kw_only=True)
class _Bench:
    ran: Ran
    findings: Findings
    connection: Connection
    now: datetime
    raised: list[Alarm] = field(factory=list)
    well: list[Alarm] = field(factory=list)
    _states: dict[Key, State] = field(factory=dict)
    _open: dict[Key, Alarm] = field(factory=dict)

    def judge(self) -> None:
        self._states = load(self.connection, self.findings.sites)
        known = {key: evolve(state) for key, state in self._states.items()}
        self._open = {(one.site, one.measure, one.scope): one for one in open_alarms(self.connection)}
        for name in self.findings.sites:
            if (site := load_sites().get(name)) is not None:
                self._pages(site)
                self._articles(site)
                self._lists(site)
        self._hosts()
        changed = {key: state for key, state in self._states.items() if known.get(key) != state}
        save(self.connection, changed, known)

    # Pages

    def _pages(self, site: Site) -> None:
        every = self.findings.today(site.name)
        seen = [page for page in every if not self.ran.seen[page.host].left]
        counted = list(self._counted(seen))
        if counted:
            self._shares(site, "doubtful", "", [(page.measured.doubtful, page) for page in counted])
        templates: defaultdict[str, list[SeenPage]] = defaultdict(list)
        for page in every:
            if page.measured.template or not self.ran.seen[page.host].left:
                templates[page.measured.template].append(page)
        for template, pages in sorted(templates.items()):
            # Without a template: of all pages those that fit none, and of which nobody can say which it was.
            of_it = pages if template else seen
            unknown = [(page.measured.unknown and page.measured.template == template, page) for page in of_it]
            if (site.name, "unknown_template", template) not in self._open:
                # One page that cannot be read is one, however often it is looked at; it still is not well.
                unknown = [(bad, page) for bad, page in unknown if not page.known]
            self._shares(site, "unknown_template", template, unknown)
            self._articles_of(site, template, [page for page in pages if page.measured.filled])

    def _counted(self, seen: Sequence[SeenPage]) -> Iterator[SeenPage]:
        """The pages of which it counts that they are doubtful: of a host that gave no good one in this run, one."""
        once: set[str] = set()
        for page in seen:
            if self.ran.seen[page.host].well or page.host not in once:
                once.add(page.host)
                yield page

    def _articles_of(self, site: Site, template: str, pages: Sequence[SeenPage]) -> None:
        if not pages:
            return
        for place, name in enumerate(WATCHED):
            lacking = [(not page.measured.filled[place], page) for page in pages]
            self._shares(site, f"field:{name}", template, lacking)
        lengths = [(log(max(1, page.measured.length)), page) for page in pages]
        self._values(site, "length", template, lengths)
        shares = [(page.measured.whole_share, page) for page in pages if page.measured.whole_share is not None]
        if shares:
            self._values(site, "witness", template, shares)

    def _shares(self, site: Site, measure: str, template: str, pages: Sequence[tuple[bool, SeenPage]]) -> None:
        key = (site.name, measure, template)
        state, history = self._state(key), self._state(key).history
        most, why = _most(site, measure, template, history)
        found = watch_pages(
            state,
            [(bad, page.example) for bad, page in pages],
            most,
            declared=bool(why),
            is_open=key in self._open,
            now=self.now,
        )
        bad = [page for is_bad, page in pages if is_bad]
        self._settle(key, found, lambda: self._words_of_share(key, most or 0.0, history, why, found, bad))

    def _words_of_share(
        self, key: Key, most: float, history: Sequence[Period], why: str, found: Found, bad: Sequence[SeenPage]
    ) -> tuple[str, str, str]:
        _, measure, template = key
        name = measure.partition(":")[2]
        article = next((page.article_id for page in reversed(bad) if page.article_id is not None), None)
        command = words.page_command(article)
        if name:
            return words.usual_field(name, most, history, why), words.now_field(name, found), command
        what = "are doubtful" if measure == "doubtful" else "fit no template"
        if measure == "unknown_template":
            command = words.draft_command(template, [one.url for one in self._states[key].examples])
        return words.usual_share(what, most, history, why), words.now_share(what, found), command

    def _values(self, site: Site, measure: str, template: str, pages: Sequence[tuple[float, SeenPage]]) -> None:
        key = (site.name, measure, template)
        state, history = self._state(key), self._state(key).history
        is_length = measure == "length"
        found = watch_values(
            state,
            [(value, page.example) for value, page in pages],
            floor=LENGTH_FLOOR if is_length else WHOLE_FLOOR,
            margin=LENGTH_MARGIN if is_length else WHOLE_MARGIN,
            is_open=key in self._open,
            now=self.now,
        )
        usual, now = (words.usual_length, words.now_length) if is_length else (words.usual_whole, words.now_whole)
        lowest = min(pages, key=lambda one: one[0])[1]
        command = words.page_command(lowest.article_id)
        self._settle(key, found, lambda: (usual(history), now(found), command))

    # Counts

    def _articles(self, site: Site) -> None:
        began = self._run_before(site.name)
        started = self.findings.started
        took = started - began if began is not None and started is not None else None
        whole = self.findings.whole and not self.ran.stopped and took is not None and timedelta(0) <= took <= GAP
        key = (site.name, "articles", "")
        count = self.findings.new[site.name]
        if not whole or took is None:
            if key in self._states:
                self._states[key].total += count
                if took is not None and took > GAP:
                    self._states[key].begin(self.now)
            return
        state, history = self._state(key), self._state(key).history
        expected = _expected(site, "articles", "")
        least = expected.least if expected is not None else None
        found = watch_count(state, count, took, least, is_open=key in self._open, now=self.now)
        shown = least if least is not None else fewest(history, least=WEEK)
        why = expected.why if expected is not None else ""
        command = f"jianbao crawl {site.name} --limit 1 -v"
        self._settle(key, found, lambda: (words.usual_count(shown or 0, history, why), words.now_count(found), command))

    def _run_before(self, site: str) -> datetime | None:
        """When the crawl before this one began that asked the site, however it ended."""
        this = self.ran.id
        query = select(CrawlRun.sites, CrawlRun.started_at, CrawlRun.kind)
        query = query.where(CrawlRun.id >= this - RUNS_BACK, CrawlRun.id < this).order_by(CrawlRun.id.desc())
        return next(
            (began for sites, began, kind in self.connection.execute(query) if kind == "crawl" and site in sites), None
        )

    # Lists

    def _lists(self, site: Site) -> None:
        sources = {source.name: source for source in site.sources}
        for (name, scope), seen in sorted(self.findings.lists.items()):
            if name == site.name and scope in sources:
                self._list(site, sources[scope], seen)
        for key, alarm in list(self._open.items()):
            if key[0] == site.name and key[1] in ("list", "entries") and key[2] not in sources:
                self._close(key, alarm)  # it is not polled any more

    def _list(self, site: Site, source: Source, seen: SeenList) -> None:
        key = (site.name, "entries", source.name)
        history = self._states[key].history if key in self._states else []
        dead = not seen.entries
        if source.expect > 0 or len(history) >= LEARNT:
            usual = f"it names {source.expect} articles or more" if source.expect > 0 else "it names articles"
            what = "names none" if seen.entries == 0 else seen.reason
            self._row((site.name, "list", source.name), usual, what, seen.url, bad=dead)
        if dead:
            return
        state, entries = self._state(key), seen.entries or 0
        least = max(source.expect, fewest(history, least=WEEK) or 0)
        usual = f"{least:.0f} articles or more ({words.source(history, '')})"
        self._row(key, usual, f"{entries}", seen.url, bad=entries < least)
        if entries >= least and (not history or self.now - state.begun_at >= PERIOD):
            state.remember(Period(n=1, middle=float(entries)), self.now)

    def _row(self, key: Key, usual: str, now: str, url: str, *, bad: bool, at_once: bool = False) -> None:
        """A list or a host, which is in trouble or not."""
        if not bad and key not in self._states and key not in self._open:
            return
        state = self._state(key)
        found = watch_row(state, bad=bad, is_open=key in self._open, at_once=at_once)
        if bad:
            state.show(
                [Example(capture_id=None, url=url)] if Example(capture_id=None, url=url) not in state.examples else []
            )
        site, measure, _ = key
        slower = f"--set site.{site}.delay=5 " if measure == "ban" else ""
        runs = f"{now}, {found.n} runs in a row" if found.n > 1 else now
        self._settle(key, found, lambda: (usual, runs, f"jianbao {slower}crawl {site} --limit 1 -v"))

    # Hosts

    def _hosts(self) -> None:
        hosts = {name: find_site(f"https://{name}/") for name in self.ran.seen}
        left = {site.name for name, site in hosts.items() if site is not None and self.ran.seen[name].left}
        for name, site in sorted(hosts.items(), key=lambda one: one[0]):
            if site is not None and site.name in self.findings.sites:
                self._host(site.name, name, self.ran.seen[name])
        for name in self.findings.sites:
            # Pages of several hosts, of each too few to tell: then it is the whole site that is left alone.
            seen = self.ran.seen.get(name)
            if seen is not None and not (seen.left and name in left):
                self._host(name, "", seen)

    def _host(self, site: str, host: str, seen: Seen) -> None:
        if not (seen.left or seen.well):
            return
        if seen.left and len(seen.unsure) * 2 > len(seen.vain) and self._knows_why(site):
            return
        refused = seen.refused >= REFUSALS
        what = f"it refuses us: {seen.left}" if refused else seen.left
        shown = seen.shown[-1] if seen.shown else f"https://{host}/"
        self._row((site, "ban", host), "it answers", what, shown, bad=bool(seen.left), at_once=refused)

    def _knows_why(self, site: str) -> bool:
        """Whether an alarm tells already why no page of a site shows an article."""
        told = [*self._open.values(), *self.raised]
        return any((one.site, one.measure) == (site, "unknown_template") for one in told)

    # What all of them do

    def _state(self, key: Key) -> State:
        return self._states.setdefault(key, State(begun_at=self.now))

    def _settle(self, key: Key, found: Found, told: Callable[[], tuple[str, str, str]]) -> None:
        """Raise or close what a verdict says. `told`: what was usual, what is now, what to type next."""
        if found.verdict is Verdict.WELL:
            self._close(key, self._open[key])
        elif found.verdict is Verdict.RAISE:
            usual, now, command = told()
            self.raised.append(
                raise_alarm(
                    self.connection,
                    key,
                    self.ran.id,
                    self.now,
                    usual=usual,
                    found=clean_line(now) or "",
                    examples=self._states[key].examples,
                    next_command=command,
                )
            )

    def _close(self, key: Key, alarm: Alarm) -> None:
        close_well(self.connection, alarm, self.now)
        self.well.append(evolve(alarm, closed_at=self.now, closed_why="well"))
        del self._open[key]


def _most(site: Site, measure: str, template: str, history: Sequence[Period]) -> tuple[float | None, str]:
    """The largest share of bad pages that is usual, None where nobody knows; and why, where a site file says so."""
    expected = _expected(site, measure, template)
    if expected is not None:
        most = expected.most if expected.most is not None else 1 - (expected.least or 0.0)
        return min(max(most, RAREST), COMMON), expected.why
    if measure != "unknown_template":
        return most_bad(history), ""
    return rare_share(history, UNKNOWN_OF_A_TEMPLATE if template else UNKNOWN), ""


def _expected(site: Site, measure: str, template: str) -> Expect | None:
    """What a site file declares of a measure: of this template, else of every one."""
    fitting = [one for one in site.expect if one.measure == measure and one.template in ("", template)]
    return max(fitting, key=lambda one: bool(one.template), default=None)
