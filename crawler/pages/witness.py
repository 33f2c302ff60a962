"""The witness: what trafilatura, which knows neither our templates nor our rules, takes for the text of a body's root.

Asked about the whole page it costs ten times what our extraction costs and sees the site's furniture; asked about the
root alone, three quarters, and it differs from us only by what rules strip there. But a root that shrank agrees with
itself: what it lost, only the whole page shows. So of a sample of pages the whole is read too (`hear_whole`).
"""

import copy
import logging
import re
from collections.abc import Sequence
from functools import cache
from itertools import chain, islice
from typing import Any, Final

from attrs import evolve, frozen
from lxml import etree
from lxml import html as lxml_html
from rapidfuzz.distance import LCSseq

from archive.flags import DISAGREES
from crawler.pages.fields.headline import letters
from crawler.pages.html.blocks import fold
from crawler.pages.html.parse import Element
from crawler.pages.page import Page

# What it thinks of odd pages is no news for whoever reads a cron job's mail.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

MAX_ELEMENTS: Final = 4_000
MAX_DEPTH: Final = 100
"""It is not asked about more elements, nor about deeper ones: its time grows with their square (4,000 bold words in one
paragraph take 0.5 s, 400 tables in each other 1.7 s). The largest root at hand has 555 elements, the deepest 15 levels.
"""

MAX_LETTERS: Final = 30_000
"""Of longer bodies so many letters are compared: the time grows with the square, and reaches 0.2 s here."""

MAX_SOURCE: Final = 500_000
"""Of a page with a longer source, in characters, the whole is not read; nor of one with more elements, or deeper."""

_FOLDED: Final = re.compile(r"\bhid(?:e|den)\b", re.IGNORECASE)
_IS_DEEP: Final = etree.XPath("boolean(/html/body/*//*[count(ancestor::*) - 3 >= $limit])")
_IS_DEEP_PAGE: Final = etree.XPath("boolean(//*[count(ancestor::*) >= $limit])")


TEMPLATE_AGREEMENT: Final = 0.85
"""What no sound page of a portal's template falls below. Of the 67 at hand with as many letters as `SHORTEST` the
median is .995, the lowest .893; where a rule takes 26 % of the text, .85 is what is left: 2 (1 - x) / (2 - x)."""

GENERAL_AGREEMENT: Final = 0.6
"""The same for a page without a template, where more clutter stands in the root. Of the 80 at hand the median is .996;
two lie below: one of which our body lacks a twentieth, and one that the witness misreads."""

SHORTEST: Final = 200
"""Of a body with fewer letters a single line of clutter is too large a share to tell anything."""


def hear(page: Page, roots: Sequence[Element], *, usual: float) -> Page:
    """The page with what the witness says of the elements that its blocks come from; as it is where it says nothing.

    `usual`: the agreement below which the page is doubtful, and gets the flag.
    """
    told = ask(roots)
    if told is None:
        return page
    found = round(agreement(page.lines, told), 3)
    doubtful = found < usual and len(letters(page.body)) >= SHORTEST
    flags = (*page.flags, DISAGREES) if doubtful else page.flags
    return evolve(page, agreement=found, witnessed=told, flags=flags)


def hear_whole(page: Page, tree: Element, source: str) -> Page:
    """The page with the share of the witness's text of the whole page that our body holds (recall, by the longest
    common subsequence of their letters); as it is where the witness says nothing, or the page is too large to ask.

    `tree`, `source`: of the page. What the witness takes is furniture too, on some templates much of it: a share says
    something beside what is usual for the template alone.
    """
    many = next(islice(tree.iter(), MAX_ELEMENTS, None), None) is not None
    if many or len(source) > MAX_SOURCE or _is_deep(tree):
        return page
    theirs = letters("".join(read_lines(source) or ()))[:MAX_LETTERS]
    if not theirs:
        return page
    ours = letters(page.body)[:MAX_LETTERS]
    return evolve(page, whole_share=round(LCSseq.similarity(ours, theirs) / len(theirs), 3))


def _is_deep(tree: Element) -> bool:
    return bool(_IS_DEEP_PAGE(tree, limit=MAX_DEPTH))


def ask(roots: Sequence[Element]) -> tuple[str, ...] | None:
    """The lines that the witness takes for text in these elements, in order, white space folded; () where it sees none.

    `roots`: the body's root, or several that stand apart (a lead above it). They are not changed. None where it was not
    asked, since the roots are too large, or where it failed.
    """
    if next(islice(chain.from_iterable(root.iter() for root in roots), MAX_ELEMENTS, None), None) is not None:
        return None
    page = _page_of(roots)
    return None if _IS_DEEP(page, limit=MAX_DEPTH) else read_lines(page, of_root=True)


def read_lines(page: str | Element, *, of_root: bool = False) -> tuple[str, ...] | None:
    """The lines of trafilatura's answer to a page, white space folded; None where it failed.

    `page`: its source, or a tree of `lxml.html` elements, which is left as it is. `of_root`: the page holds a body's
    root and nothing else.
    """
    import trafilatura  # here, since loading it takes longer than most pages do

    try:
        found = trafilatura.bare_extraction(page, options=_options(of_root=of_root))
    except Exception:  # whatever it stumbles over: a page is not broken because the witness is silent
        return None
    lines = map(fold, (getattr(found, "text", None) or "").splitlines())
    return tuple(line for line in lines if line)


@cache
def _options(*, of_root: bool) -> Any:
    """How trafilatura is asked, put together once: it would take a seventh of its time to do so for each root. Its
    deduplication, which is off, would be state that outlives the page; precision mode wipes whole portal pages.

    Of a root its comparison with readability and justext costs a third and changes nothing; and there an answer may be
    short: one of less than 250 characters, which in Chinese are a whole story, it takes for a failure and dumps the
    place as one line.
    """
    from trafilatura.settings import Extractor, use_config

    config = use_config()
    if of_root:
        config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
    return Extractor(config=config, output_format="python", comments=False, fast=of_root)


def _page_of(roots: Sequence[Element]) -> Element:
    """A page of nothing but copies of these elements: an `<article>` of the first, which takes in the others as boxes.
    They lose their names: what a portal calls its root, or that it hides it, must not decide. Nor that a part of the
    text waits folded up in a box called `hidden-content` for a tap (Sohu's mobile pages)."""
    page = lxml_html.Element("html")
    inside = etree.SubElement(page, "body")
    for root in roots:
        made = copy.deepcopy(root)
        made.tag, made.tail = "article" if inside.tag == "body" else "div", None
        made.attrib.clear()
        for element in made.iterdescendants():
            if _FOLDED.search(element.get("class") or ""):
                del element.attrib["class"]
        inside.append(made)
        inside = page[0][0]
    return page


def agreement(ours: Sequence[str], theirs: Sequence[str]) -> float:
    """How far two bodies are the same text, 0 to 1; two empty ones are.

    The F1 of precision and recall by the longest common subsequence of their letters, digits and Chinese characters
    (ROUGE-L: Lin 2004, with characters for words and beta 1). White space, punctuation and where lines break do not
    count.
    """
    one, other = (letters("".join(lines))[:MAX_LETTERS] for lines in (ours, theirs))
    if not one and not other:
        return 1.0
    return 2 * LCSseq.similarity(one, other) / (len(one) + len(other))


@frozen
class Difference:
    """The lines on which two bodies differ, in order. `ours`: those of ours that the other lacks; `theirs`: the other
    way round. A line that is the other's but for its breaks differs not; one that the other has shorter does."""

    ours: tuple[str, ...]
    theirs: tuple[str, ...]


def differ(ours: Sequence[str], theirs: Sequence[str]) -> Difference:
    """The lines that stand in one body only."""
    return Difference(_lacking(ours, theirs), _lacking(theirs, ours))


def _lacking(lines: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    known = set(map(letters, other))
    whole = "".join(map(letters, other))
    return tuple(line for line in lines if letters(line) not in known and letters(line) not in whole)
