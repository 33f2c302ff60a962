"""Pages built alike, which tell whether one page that fits no template is alone with that: pure.

A portal changes a template for all pages of one kind, and these have addresses of one shape. So where a page of a
family is found that cannot be read any more, one or two others of it, which could be read lately, tell within the same
run whether the family changed, however few new articles a day brings.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from attrs import frozen

from crawler.run.trouble.retry import host_of
from crawler.run.watch.findings import SeenPage

ENOUGH: Final = 3
"""So many pages of a family, all of which fit no template, prove that it changed (`archive.watch.usual`)."""
_OWN: Final = re.compile(r"\d|.{13,}")
"""What of an address is the article's own: a segment with a digit, or a long one."""


@frozen(order=True)
class Family:
    """Pages of one host whose addresses have one `shape`."""

    host: str
    shape: str

    def has(self, url: str) -> bool:
        """Whether the page at this address is one of it."""
        return family_of(url) == self


def family_of(url: str) -> Family:
    """The family of a page by its address."""
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    segments = ("*" if _OWN.search(segment) else segment for segment in path.split("/"))
    return Family(host_of(url), "/".join(segments))


def suspicious(pages: Iterable[SeenPage]) -> list[Family]:
    """The families of which a run has found pages that fit no template, none that does, and not enough to tell."""
    unknown: dict[Family, int] = {}
    well: set[Family] = set()
    for page in pages:
        family = family_of(page.url)
        if page.known:
            continue  # of which others were asked for before
        if page.measured.unknown:
            unknown[family] = unknown.get(family, 0) + 1
        elif page.measured.filled:
            well.add(family)
    return sorted(family for family, count in unknown.items() if count < ENOUGH and family not in well)
