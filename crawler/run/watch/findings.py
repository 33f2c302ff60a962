"""What a run finds out about its sites: noted while it goes, judged when it ends (`crawler.run.watch.judge`)."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import define, field, frozen

from archive.store.records import ArticleRecord, Item
from archive.watch.alarms import Example
from crawler.capture.hearing import LEAST_WHOLE, Whole
from crawler.pages.page import Outcome
from crawler.pages.template.site import WATCHED

OLD: Final = timedelta(days=30)
"""A page that was published so long before the newest of its run is none of today's, and not measured."""
MOST_PAGES: Final = 20_000
"""So many pages of a site are noted in a run; more tell no more."""
GENERAL: Final = "generic"
"""What pages of nobody's template have for one."""


@frozen(kw_only=True)
class Measured:
    """What one answer tells. `template`: as in `capture`. `unknown`: it fits none; `doubtful`: it is doubtful for
    another reason. `filled`: of an article, which fields of `WATCHED` it has, in that order; () for anything else.
    `length`: of its text, in characters. `whole_share`: as in `capture`; `asked`: the witness was asked for it. `at`:
    when it was captured; `published_at`: as its page says."""

    template: str = ""
    unknown: bool = False
    doubtful: bool = False
    filled: tuple[bool, ...] = ()
    length: int = 0
    whole_share: float | None = None
    asked: bool = False
    at: datetime | None = None
    published_at: datetime | None = None


def measure(item: Item, doubt: str, *, dated: datetime | None = None, asked: bool = False) -> Measured:
    """What an answer tells. `doubt`: why it is doubtful, "" where it is not. `dated`: when its page says that it was
    published, where it is not known to be an article."""
    capture, article = item.capture, item.article
    if capture is None:
        return Measured()
    published = dated if article is None else article.published_at
    unknown = capture.outcome == Outcome.UNKNOWN_TEMPLATE
    template = capture.template or ""
    return Measured(
        template="" if template == GENERAL else template,
        unknown=unknown,
        doubtful=bool(doubt) and not unknown,
        filled=() if article is None else filled(article),
        length=0 if article is None else len(article.body),
        whole_share=capture.whole_share,
        asked=asked,
        at=capture.captured_at,
        published_at=published,
    )


def filled(article: ArticleRecord) -> tuple[bool, ...]:
    """Which fields of `WATCHED` an article has by its page; a time that its id alone tells is none."""
    from_id = "time_from_id" in article.flags
    return tuple(bool(getattr(article, name)) and not (name == "published_at" and from_id) for name in WATCHED)


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
    _asked: Counter[str] = field(factory=Counter)

    @property
    def sample(self) -> Whole:
        """Of which pages that come now the witness reads the whole."""
        return Whole(self.share, frozenset(name for name, count in self._asked.items() if count >= LEAST_WHOLE))

    def add(self, site: str, page: SeenPage, *, new: bool) -> None:
        """An answer was stored. `new`: with an article that the archive did not have."""
        self.new[site] += new
        if page.measured.asked:
            self._asked[page.measured.template or GENERAL] += 1
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
