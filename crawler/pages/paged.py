"""Articles that a portal spread over several pages."""

from collections.abc import Sequence
from urllib.parse import urljoin

import attrs

from crawler.pages.page import Outcome, Page
from crawler.pages.parse import Element
from crawler.sites.base import Site


def find_parts(pager: Element, base: str, site: Site, native_id: str, part: int) -> tuple[str, ...]:
    """Where the article goes on, as its pager's links say: the whole on one page, else every other page, in order.

    `part`: which page this is (`Target.part`); on the whole page there is nothing more.
    """
    if part == 0:
        return ()
    found: dict[int, str] = {}
    for link in pager.iter("a"):
        try:
            address = urljoin(base, link.get("href") or "")
        except ValueError:
            continue
        target = site.target(address)
        if target is not None and target.native_id == native_id and target.part != part:
            found.setdefault(target.part, address.partition("#")[0])
    return (found[0],) if 0 in found else tuple(address for _, address in sorted(found.items()))


def join_parts(first: Page, others: Sequence[Page]) -> Page:
    """One article out of its pages. `first`: page 1; `others`: the whole on one page, or pages 2, 3, … in order.

    Other pages that show another article, or none, are left out; a missing one leaves the flag `incomplete`.
    """
    same = [page for page in others if page.native_id == first.native_id and page.template == first.template]
    if len(first.parts) == 1 and same and same[0].outcome is Outcome.ARTICLE:
        return attrs.evolve(same[0], url=first.url)
    blocks = [*first.blocks]
    images = [*first.images]
    for page in same:
        blocks += page.blocks
        images += page.images
    missing = len(same) < len(first.parts)
    flags = (*first.flags, "incomplete") if missing else first.flags
    editor = next((page.editor for page in (first, *same) if page.editor), None)
    return attrs.evolve(first, blocks=tuple(blocks), images=tuple(images), flags=flags, editor=editor, parts=())
