"""One pass over a page's elements, for all that look for some of them: sentences, headings, links, scripts.

A pass costs about as much as a third of the parse, and more than what is done with most of the elements.
"""

import re
from typing import Final

from attrs import define, field

from crawler.pages.html.parse import Element

HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5")
NO_PLACE: Final = frozenset("script style title noscript option select textarea button template iframe head".split())
"""Where no text of an article stands."""

_MARK: Final = re.compile("[，。、：！？,]")
_SHORT: Final = 9


@define(slots=True)
class Overview:
    """What stands on a page, in reading order. `runs`: the runs of text with a sentence's punctuation, each with the
    element that it stands in."""

    runs: list[tuple[Element, str]] = field(factory=list)
    headings: list[Element] = field(factory=list)
    links: list[Element] = field(factory=list)
    scripts: list[Element] = field(factory=list)


def look_over(tree: Element) -> Overview:
    """What stands in the tree."""
    found = Overview()
    runs, has_mark = found.runs, _MARK.search
    # A script's text is not even fetched.
    without: dict[str, list[Element] | None] = dict.fromkeys(NO_PLACE)
    without |= {"script": found.scripts, "a": found.links}
    headings = frozenset(HEADINGS)
    for element in tree.iter():
        tag = element.tag
        if tag in without:
            group = without[tag]
            if group is not None:
                group.append(element)
        else:
            if tag in headings:
                found.headings.append(element)
            text = element.text
            if text and len(text) > _SHORT and not text.isspace() and has_mark(text):
                runs.append((element, text))
        text = element.tail
        if text and len(text) > _SHORT and not text.isspace() and has_mark(text):
            parent = element.getparent()
            if parent is not None:
                runs.append((parent, text))
    return found
