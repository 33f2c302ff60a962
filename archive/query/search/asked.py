"""What is asked for, and what comes of it."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from attrs import field, frozen

from archive.text.snippet import Snippet


class Sort(StrEnum):
    """The order of hits: the most fitting first, the newest, the one with the most copies, the last to be changed."""

    RELEVANCE = "relevance"
    TIME = "time"
    COPIES = "copies"
    CHANGE = "change"


def _each_once(sites: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(sites)))


@frozen
class Asked:
    """One search. `text`: in the query language (`archive.query.language`), "" for every article. `sites`, `since`,
    `until` are joined with it by AND: of one of these sites; published from then on, and before then, with a zone.
    `every_copy`: each article is a hit, not each story. `query_id`: the hits are those that were frozen under it, and
    all else is what was asked then."""

    text: str = ""
    sites: tuple[str, ...] = field(default=(), converter=_each_once)
    since: datetime | None = None
    until: datetime | None = None
    every_copy: bool = False
    sort: Sort = field(default=Sort.RELEVANCE, converter=Sort)
    query_id: str = field(default="", kw_only=True)


@frozen(kw_only=True)
class Hit:
    """One found article, standing for its story.

    `copies`: the articles in its story, itself too. `revision`: the one that is shown. `relation`: what it is to an
    earlier article, as `link` has it; None where it is linked to none. `headline`, `snippet`: with what was searched
    for marked.
    """

    id: int
    site: str
    native_id: str
    url: str
    published_at: str | None
    source_name: str | None
    account_name: str | None
    cluster_id: int | None
    copies: int
    revision: int
    state: str
    relation: str | None
    headline: Snippet
    snippet: Snippet

    def as_json(self) -> dict[str, Any]:
        """As `jianbao search --json` prints it."""
        return {
            "id": self.id,
            "site": self.site,
            "native_id": self.native_id,
            "url": self.url,
            "headline": self.headline.text,
            "published_at": self.published_at,
            "source_name": self.source_name,
            "account_name": self.account_name,
            "cluster_id": self.cluster_id,
            "copies": self.copies,
            "revision": self.revision,
            "state": self.state,
            "relation": self.relation,
            "snippet": self.snippet.text,
            "marks": [list(mark) for mark in self.snippet.marks],
        }


@frozen(kw_only=True)
class Results:
    """`hits`: at most as many as were asked for. `total`: how many there are in all. `next_cursor`: for the hits behind
    these; None where there are none."""

    hits: tuple[Hit, ...]
    total: int
    next_cursor: str | None = None


@frozen
class Facet:
    """A value that hits have, as the query language names it (`query`), and how many hits are left with it."""

    value: str
    count: int
    query: str


@frozen
class Month:
    """How many hits were published in a month of Beijing time (`2022-03`)."""

    month: str
    count: int


FACETS: Final = ("site", "source", "account", "month", "flag", "relation")
"""What hits can be counted by."""
