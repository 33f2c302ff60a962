"""What a site file declares. A portal is one file in this folder that ends in `SITE = Site(…)`."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from attrs import frozen

from crawler.pages.page import Outcome
from crawler.pages.template.template import Template

TargetKind = Literal["article", "list", "gallery", "video", "live", "other"]


@frozen(kw_only=True)
class Target:
    """What an address names at its site, by its form alone.

    `native_id`: the site's id with its kind prefix where number spaces overlap (`a:434365209`), "" for a list or a page
    without one. `url`: the canonical address, which is fetched and stored. `part`: which page of a paged article the
    address names, from 1; 0: all of them on one page.
    """

    kind: TargetKind
    native_id: str
    url: str
    part: int = 1


@frozen(kw_only=True)
class Listing:
    """One entry of a list: an address, and what the list says of it. `published_at` carries a zone."""

    url: str
    title: str | None = None
    published_at: datetime | None = None
    source_name: str | None = None


class Listings(list[Listing]):
    """The entries of an answer. `lost`: at how many places of it something cannot be read."""

    lost: int = 0


@frozen(kw_only=True)
class Source:
    """A list that names articles.

    `name`: stable, unique in its site (`guonei`). `urls`: the list's pages, newest first; the walk stops at the first
    page on which nothing is new, or which answers with an error. `posts`: the JSON texts that are posted to these
    addresses, one a page; empty: they are asked for with GET. `parse(text, url, fetched_at)` gives its entries, as
    `Listings` where some may be lost, and raises `ValueError` on an answer that is not what the source gives.
    `encoding`: None to go by header and trial. `expect`: the fewest entries that its first page has on a normal day;
    fewer makes the run doubtful.
    """

    name: str
    urls: tuple[str, ...]
    parse: Callable[[str, str, datetime], Sequence[Listing]]
    posts: tuple[str, ...] = ()
    encoding: str | None = None
    every: timedelta = timedelta(minutes=30)
    expect: int = 1

    def __attrs_post_init__(self) -> None:
        if self.posts and len(self.posts) != len(self.urls):
            raise ValueError(f"source {self.name}: {len(self.urls)} urls, but {len(self.posts)} posts; give one each")


class ListError(ValueError):
    """A list's answer is not what its source gives."""


MEASURES = ("articles", "doubtful", "unknown_template")
WATCHED = (
    *("headline", "published_at", "source_name", "account_name", "authors", "editor", "keywords", "location"),
    *("original_title", "images"),
)
"""The fields whose fill rate is watched."""


@frozen(kw_only=True)
class Expect:
    """What a site is expected to give, whatever its own history says (docs/alarms.md).

    `measure`: `articles` (`least`: new ones a day), `field:NAME` with a field of `WATCHED` (`least`: the share of
    articles that have it), `unknown_template` or `doubtful` (`most`: the share of pages). `why`: where that is known
    from. `template`: of which template; "" for every one that no other expectation is about, and for what concerns the
    whole site. Shares are 0 to 1. Raises `ValueError` for what cannot be expected.
    """

    measure: str
    why: str
    template: str = ""
    least: float | None = None
    most: float | None = None

    def __attrs_post_init__(self) -> None:
        kind, _, name = self.measure.partition(":")
        if self.measure not in MEASURES and (kind != "field" or name not in WATCHED):
            raise ValueError(
                f"expect: no measure is named {self.measure}; there are {', '.join(MEASURES)} and field:NAME"
            )
        upper = self.measure in ("doubtful", "unknown_template")
        bound, other = (self.most, self.least) if upper else (self.least, self.most)
        if bound is None or other is not None or bound < 0 or (bound > 1 and self.measure != "articles"):
            raise ValueError(f"expect {self.measure}: give {'most' if upper else 'least'}, and nothing else")


@frozen(kw_only=True)
class Site:
    """One portal.

    `name`: the id in SQL and on the command line. `title`: the portal's own name. `hosts`: host suffixes (`163.com`
    covers `news.163.com`). `target(url)`: what an address of these hosts names, canonical, or None where it is none
    of the site's pages. `sources`: the lists to poll. `templates`: its generations of pages; the first whose body
    stands on the page is used, so narrower ones come first. `gone`: a pattern of the addresses that a dead article
    redirects to; `front`: the same of lists, which are pages of their own otherwise. `signs`: (literal of the source,
    outcome) of pages that hold no text, where no template fits. `id_time(native_id)`: the time that a native id
    carries, or None. `expect`: what it is expected to give.
    """

    name: str
    title: str
    hosts: tuple[str, ...]
    target: Callable[[str], Target | None]
    sources: tuple[Source, ...] = ()
    templates: tuple[Template, ...] = ()
    gone: str = ""
    front: str = ""
    signs: tuple[tuple[str, Outcome], ...] = ()
    id_time: Callable[[str], datetime | None] | None = None
    expect: tuple[Expect, ...] = ()
