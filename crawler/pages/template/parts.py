"""The pages of an article that a portal spread over several, as a pager names them."""

from typing import Final
from urllib.parse import urlsplit

from crawler.pages.html.parse import Element
from crawler.pages.html.urls import absolute
from crawler.pages.template.site import Site

MAX_PARTS: Final = 60
"""No article has more pages; further ones are left out."""


def find_parts(pager: Element, base: str, site: Site, native_id: str, part: int) -> tuple[str, ...]:
    """Where the article stands besides this page, as its pager's links say: the whole on one page, where there is one,
    then the other pages in order.

    `part`: which page this is (`Target.part`); on the whole page there is nothing more.
    """
    if part == 0:
        return ()
    try:
        host = urlsplit(base).hostname
    except ValueError:
        return ()
    found: dict[int, str] = {}
    for link in pager.iter("a"):
        address = absolute(base, link.get("href") or "")
        if not address or urlsplit(address).hostname != host:
            continue
        target = site.target(address)
        if target is not None and target.native_id == native_id and target.part not in (part, *found):
            found[target.part] = address.partition("#")[0]
    return tuple(found[number] for number in sorted(found)[:MAX_PARTS])
