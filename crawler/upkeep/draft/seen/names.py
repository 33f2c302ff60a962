"""Selectors for an element that will name it on other pages too: by ids, classes and attributes that mean something."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from crawler.pages.html.parse import Element
from crawler.pages.html.selectors import Selector

_NAME: Final = re.compile(r"[A-Za-z_][\w-]{1,40}")
# A number of three figures or more, or letters and figures mixed, is made anew for each page or each release.
_MADE: Final = re.compile(r"\d{3,}|[a-z]\d+[a-z]+\d|\d[a-z]+\d[a-z]|[_-][A-Za-z0-9]*\d[A-Za-z0-9]{3,}$")
# What a page's state, not its place, is called.
_STATE: Final = re.compile(r"^(?:active|on|off|hide|hidden|show|clearfix|clear|fix|fl|fr|left|right|area|f\d+|js-.*)$")
_ATTRIBUTES: Final = ("itemprop", "data-role", "role", "property", "name", "rel")
_VALUE: Final = re.compile(r"[A-Za-z][\w:.-]{1,40}")
_TAG: Final = re.compile(r"[a-z][a-z0-9-]*")
_SPEAKING: Final = frozenset("article main h1 h2 time address section".split())
_AROUND: Final = 8


def is_stable(name: str) -> bool:
    """Whether a class or an id looks like one that a person gave, for all pages and all releases."""
    last = name.rpartition("_")[2]
    is_hash = "_" in name and 5 <= len(last) <= 8 and last.lower() != last
    return _NAME.fullmatch(name) is not None and _MADE.search(name) is None and not is_hash


def steps_of(element: Element, *, telling: bool = False) -> Iterator[str]:
    """What may name the element by itself, the most telling first: `#story`, `div.story`, `p[data-role=editor]`.

    `telling`: only what says what the element is, not how it looks (`clearfix`) or which tag it has.
    """
    tag = element.tag
    if not isinstance(tag, str) or not _TAG.fullmatch(tag):
        return
    name = element.get("id") or ""
    if is_stable(name):
        yield f"#{name}"
    classes = [one for one in (element.get("class") or "").split() if is_stable(one)]
    named = [one for one in classes if not _STATE.match(one)]
    yield from (f"{tag}.{one}" for one in named[:3])
    for name in _ATTRIBUTES:
        value = element.get(name) or ""
        if _VALUE.fullmatch(value) and _MADE.search(value) is None:
            yield f"{tag}[{name}={value}]" if value.isidentifier() else f'{tag}[{name}="{value}"]'
    if not telling:
        if len(named) > 1:
            yield f"{tag}.{named[0]}.{named[1]}"
        yield from (f"{tag}.{one}" for one in classes if one not in named)
        if tag in _SPEAKING:
            yield tag


def selectors_of(element: Element, most: int = 24) -> list[str]:
    """Selectors for the element, the shortest and most telling first: alone, then inside something that has a name."""
    own = list(steps_of(element))
    found = dict.fromkeys(own)
    inner = [*own[:2], *([element.tag] if isinstance(element.tag, str) and _TAG.fullmatch(element.tag) else [])]
    for around in islice(element.iterancestors(), _AROUND):
        if around.tag in ("body", "html"):
            break
        for outer in islice(steps_of(around), 2):
            found.update(dict.fromkeys(f"{outer} {one}" for one in inner if not one.startswith("#")))
    return list(found)[:most]


def selectors_for(element: Element, tree: Element, most: int = 24) -> list[str]:
    """Those of `selectors_of` of which this element is the page's first."""
    return [one for one in selectors_of(element, most) if Selector(one).first(tree) is element]


def plainness(selector: str) -> int:
    """0 for a selector whose last step has a class, an id or an attribute, 1 for one that is a telling tag, 2 for one
    that is any other, inside something that has a name."""
    last = selector.rpartition(" ")[2]
    if re.search(r"[.#\[]", last):
        return 0
    return 1 if last in _SPEAKING else 2
