"""Where the text of a page without a template stands: its blocks, its headline, and the lines around them."""

from collections.abc import Sequence

from attrs import frozen

from crawler.pages.fields.clock import first_stamp
from crawler.pages.fields.headline import Headline, as_titled, choose_headline, headline_candidates, letters
from crawler.pages.general.beside import lines_above, lines_below
from crawler.pages.general.finder import Spot, find_body
from crawler.pages.general.pieces import body_pieces
from crawler.pages.general.second_opinion import ask_trafilatura, find_verse
from crawler.pages.html.blocks import RawBlock, fold
from crawler.pages.html.overview import Overview
from crawler.pages.html.parse import Element
from crawler.pages.template.document import Document


@frozen(kw_only=True)
class Place:
    """Where a page's text stands.

    `spot`: the element that holds most of it. `roots`: that and the boxes beside it that read as text too, in reading
    order; `blocks`: theirs. `headline`: None where the page shows none. `near`: the lines between headline and text;
    `above`: the few above the headline; `below`: those below the text that may credit somebody.
    """

    spot: Spot
    roots: tuple[Element, ...]
    blocks: list[RawBlock]
    headline: Headline | None
    near: list[RawBlock]
    above: list[RawBlock]
    below: list[RawBlock]


def locate(document: Document, overview: Overview) -> Place | None:
    """Where the text stands, or None on a page without any. `overview`: of the document's tree."""
    tree = document.tree
    title, og_title = document.title, fold(document.metas.get("og:title") or "")
    candidates = headline_candidates(tree, overview.headings, title, og_title)
    spot = find_body(tree, overview.runs) or find_verse(tree) or ask_trafilatura(tree, document.source)
    if spot is None:
        return None
    headline = choose_headline(candidates, spot.root, title, og_title)
    headline = as_titled(headline, title, og_title) if headline is not None else None
    element = headline.element if headline is not None else None
    blocks, roots = body_pieces(spot, element)
    near, above = lines_above(spot.root, element)
    if headline is None or (element is None and not _stands_in(headline, near)):
        headline = _headline_above(near) or headline
    return Place(
        spot=spot,
        roots=tuple(roots),
        blocks=blocks,
        headline=headline,
        near=near,
        above=above,
        below=lines_below(spot.root),
    )


def _stands_in(headline: Headline, lines: Sequence[RawBlock]) -> bool:
    own = letters(headline.text)
    return any(letters(block.text) == own for block in lines)


def _headline_above(near: Sequence[RawBlock]) -> Headline | None:
    """The line above the one with the time, where the head of the page names no headline."""
    for index, block in enumerate(near):
        if index and len(block.text) <= 120 and first_stamp(block.text) is not None:
            above = near[index - 1]
            if 6 <= len(above.text) <= 100 and above.linked < 0.5 * len(above.text):
                return Headline(text=above.text)
    return None
