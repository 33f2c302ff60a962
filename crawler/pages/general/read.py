"""A page of a host without a template: the finder's body, cleaned by rules and shape, and fields by evidence.

Five steps, each a function between plain values: where the text stands (`locate`), which of its lines are none by their
shape and place (`mark`), the verdict on each (`judge`), the fields (`read_fields`), the page (`make_page`).
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice, takewhile
from typing import Final

from crawler.pages.fields.headline import Headline
from crawler.pages.general.fields import read_fields
from crawler.pages.general.finder import Spot
from crawler.pages.general.goes_on import goes_on
from crawler.pages.general.judge import judge
from crawler.pages.general.locate import Place, locate
from crawler.pages.general.mark import mark
from crawler.pages.general.result import find_flags, make_page
from crawler.pages.html.overview import look_over
from crawler.pages.html.parse import Element
from crawler.pages.outcome import by_line
from crawler.pages.page import FLASH, PAGED, Identity, Outcome, Page
from crawler.pages.rules.markers import is_solid
from crawler.pages.template.document import Document

_SHORT: Final = 60
_FIRST: Final = 12


def read_generic(
    document: Document, *, identity: Identity, captured_at: datetime | None = None
) -> tuple[Page, tuple[Element, ...]]:
    """What a page without a template says, and the elements that its blocks come from.

    `identity`: what its address names. A time after `captured_at`, but for a day of clocks that disagree, is none.
    """
    overview = look_over(document.tree)
    place = locate(document, overview)
    if place is None:
        outcome, detail = document.says() or (Outcome.NOT_ARTICLE, "no sentence on the page")
        return Page(url=document.url, identity=identity, outcome=outcome, detail=detail, confidence=0.2), ()
    mark(place.blocks, place.roots, place.headline.text if place.headline is not None else "")
    judged = judge(place.blocks)
    found = read_fields(
        place,
        judged,
        metas=document.metas,
        scripts=overview.scripts,
        title=document.title,
        captured_at=captured_at,
    )
    lines = judged.lines
    flags = find_flags(judged, lines, identity, below=[line.text for line in place.below[:3]])
    if goes_on(overview.links, document.url):
        flags += PAGED
    page = make_page(
        document.url,
        identity,
        template="generic",
        verdict=_verdict(document, place, lines),
        headline=place.headline,
        judged=judged,
        found=found,
        flags=flags,
        base=document.base,
        confidence=_confidence(place.spot, place.headline, lines, found.agreement),
    )
    return page, place.roots


def _verdict(document: Document, place: Place, lines: Sequence[str]) -> tuple[Outcome, str | None]:
    """Whether what was found is an article. A few words on a page that calls itself gone, or sends its reader on, are
    none, and neither is what a page offers in place of an article that it calls gone."""
    length, headline = sum(map(len, lines)), place.headline
    if length < _SHORT and (said := document.says()):
        return said
    if length < FLASH and document.sends_on:
        return Outcome.NOT_ARTICLE, f"it sends its readers on to {document.sends_on}"
    first = takewhile(lambda block: not is_solid(block), (*place.near, *place.blocks))
    if gone := by_line(block.text for block in islice(first, _FIRST)):
        return gone
    if not lines:
        return Outcome.EMPTY, "no line of the page reads as a text"
    if length < _SHORT and headline is None:
        return Outcome.NOT_ARTICLE, "a few words without a headline"
    return Outcome.ARTICLE, None


def _confidence(spot: Spot, headline: Headline | None, lines: Sequence[str], agreement: float) -> float:
    """0 to 1: how much of the page's text the root holds, whether the title confirms the headline, how much text."""
    length = sum(map(len, lines))
    value = min(1.0, 0.4 + 0.6 * spot.share) * (1.0 if headline is not None and headline.sure else 0.8)
    value *= 1.0 if length >= 200 else 0.8 if length >= 60 else 0.5
    return round(max(0.05, value * (0.7 + 0.3 * agreement)), 2)
