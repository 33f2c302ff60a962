"""What a run finds out about its sites: noted while it goes, judged when it ends (`crawler.run.watch.judge`)."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field, frozen

from archive.watch.alarms import Example
from crawler.capture.hearing import ENOUGH, LEAST_WHOLE, Heard, Hearing, Whole
from crawler.run.reading.measured import GENERAL, Measured

OLD: Final = timedelta(days=30)
"""A page that was published so long before the newest of its run is none of today's, and not measured."""
MOST_PAGES: Final = 20_000
"""So many pages of a site are noted in a run; more tell no more."""


@frozen(kw_only=True)
class SeenPage:
    """One answer of a host, and where it is. `again`: its article was known, and looked at again. `known`: it was so at
    the look before, too."""

    host: str
    again: bool
    known: bool = False
    measured: Measured
    capture_id: int | None
    article_id: int | None
    url: str

    @property
    def example(self) -> Example:
        """The page as an alarm names it."""
        return Example(capture_id=self.capture_id, url=self.url)


@frozen(kw_only=True)
class SeenList:
    """One list's first page. `entries`: how many articles it named, None where it could not be had; `reason`: why."""

    url: str
    entries: int | None
    reason: str = ""


@define(kw_only=True)
class Findings:
    """See the module. `sites`: those that are crawled, () where nothing is judged. `started`: when the run began.
    `share`: of how many articles the witness reads the whole page, 0 to 1. `whole`: False for a run that does not
    fetch all that is new (`--limit`, `--since`), of which counts tell nothing. `backfill`: it asks for what is old,
    too."""

    sites: Sequence[str] = ()
    started: datetime | None = None
    share: float = 0.0
    whole: bool = True
    backfill: bool = False
    pages: dict[str, list[SeenPage]] = field(factory=lambda: defaultdict(list))
    lists: dict[tuple[str, str], SeenList] = field(factory=dict)
    new: Counter[str] = field(factory=Counter)
    _heard: Counter[str] = field(factory=Counter)
    _asked: Counter[str] = field(factory=Counter)

    def heard(self, hearing: Hearing) -> Heard:
        """Of which pages that come now the witness reads the body. `hearing`: as the setting has it."""
        return Heard(hearing, frozenset(name for name, count in self._heard.items() if count >= ENOUGH))

    @property
    def sample(self) -> Whole:
        """Of which pages that come now the witness reads the whole."""
        return Whole(self.share, frozenset(name for name, count in self._asked.items() if count >= LEAST_WHOLE))

    def add(self, site: str, page: SeenPage, *, new: bool) -> None:
        """An answer was stored. `new`: with an article that the archive did not have."""
        self.new[site] += new
        template = page.measured.template or GENERAL
        self._heard[template] += page.measured.heard
        self._asked[template] += page.measured.asked
        if len(self.pages[site]) < MOST_PAGES:
            self.pages[site].append(page)

    def add_list(self, site: str, source: str, seen: SeenList) -> None:
        """A list's first page came, or could not be had."""
        self.lists[site, source] = seen

    def today(self, site: str) -> list[SeenPage]:
        """The pages of a site that tell of today's: a first run and a backfill fetch many that are older, and articles
        are looked at again for years.

        What is new is measured by the newest of the run; what is looked at again, and all of a backfill, by the day.
        """
        every = self.pages.get(site, ())
        newest = max((found for page in every if (found := _published(page)) is not None), default=None)
        return [page for page in every if not self._is_old(page, newest)]

    def _is_old(self, page: SeenPage, newest: datetime | None) -> bool:
        published = _published(page)
        by = page.measured.at if page.again or self.backfill else newest
        return published is not None and by is not None and by - published > OLD


def _published(page: SeenPage) -> datetime | None:
    """When a page says it was published; None for nothing, and for a time that is still to come."""
    said, at = page.measured.published_at, page.measured.at
    return said if said is not None and at is not None and said <= at + timedelta(days=1) else None
