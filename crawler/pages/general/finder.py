"""The body of a page without a template: which element holds it.

The page's sentences (`crawler.pages.html.overview`) are weighed by what stands around them (links, names of comment and
footer boxes, teasers cut to `…`), and summed up along their ancestors.
The body's root is the deepest element that still holds most of the weight. Whether it is a `<p>`, a bare `<div>`, a
table cell, a `<form>` or stands outside `<body>` does not matter.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from math import prod
from typing import Final

from attrs import define

from crawler.pages.html.blocks import fold, hides
from crawler.pages.html.overview import NO_PLACE
from crawler.pages.html.parse import Element
from crawler.pages.html.surroundings import between, preceding
from crawler.pages.rules.markers import is_furniture, is_info, is_marker

_HAN: Final = re.compile("[\u3400-\u9fff]")
_MARKS: Final = re.compile("[，。！？、；：,“”「」]")
_CUT_OFF: Final = ("...", "…", "[详细]", "【详细】")
_BOILERPLATE: Final = re.compile(
    "版权|版權|著作權|转载|轉載|未经|未經|免责|免責|声明|举报|舉報|许可证|ICP|备案|不代表|侵权|侵權|登录|登入|"
    "客户端|扫码|二维码|微信号|公众号|下载APP|下載"
)
_BAD_NAMES: Final = re.compile(
    r"comment|reply|discuss|pinglun|foot|copyright|recommend|relat|side|guess|rank|\bnav|menu|bread|crumb|"
    r"share|login|popup|dialog|modal"
    r"|advert|\bads?[_-]|banner|tuijian|xiangguan|paihang|disclaim|shengming|statement|subscri|download|"
    r"qrcode|(?<!p)hot|tie-|gentie|feedback|report|tool|marquee|scroll|cookie|privacy|toast|mask|tips?\b|weixin|"
    r"wechat|follow|copy|about|friend|link|search|player|video",
    re.IGNORECASE,
)
_GOOD_NAMES: Final = re.compile(
    r"artic|content|zhengwen|text|detail|body|main|post|entry|story|txt|editor|endtext|zoom|neirong|wenzhang|"
    r"paragraph|\bzw\b|_zw|news",
    re.IGNORECASE,
)
_LONG: Final = 600
_NOTHING: Final = 0.001
_BAD_PLACE: Final = 0.25
_GOOD_PLACE: Final = 1.1
_SOME_TEXT: Final = 100
_UNFOLDS: Final = 1.5
_MUCH: Final = 0.3
_BEGINNING: Final = 12
_POOR_PLACE: Final = {"nav": 0.1, "footer": 0.1, "aside": 0.3, "a": 0.05, "h1": 0.2, "header": 0.5, "label": 0.2}
_WORTH: Final = dict.fromkeys(NO_PLACE, 0.0) | _POOR_PLACE
_PARAGRAPHS: Final = frozenset("p pre span font strong b em section i u li blockquote".split())
# How much of its parent's weight an element must hold for the search to go on in it.
_MOST: Final = 0.62


# A sibling of the root with less weight is no part of the body.
SOME: Final = 12.0
_MANY: Final = 30


@define(slots=True)
class Spot:
    """Where the body stands. `root`: the element that holds most of it. `weight`: of the root's sentences, roughly
    characters; `share`: of the page's. `sums`: the weight of every element that has sentences in it. `shown`: hidden
    elements that hold much of the text, which a script shows."""

    root: Element
    weight: float
    share: float
    sums: dict[Element, float]
    shown: frozenset[Element] = frozenset()


class _Weights:
    """The weight of every element that has sentences in it. `unseen`: the sentences in hidden elements, which weigh
    nothing unless `see_hidden`."""

    def __init__(self, *, see_hidden: bool = False) -> None:
        self.sums: dict[Element, float] = {}
        self.factors: dict[Element, float] = {}  # parents stand before their children
        self.see_hidden = see_hidden
        self.unseen: list[tuple[Element, str]] = []
        # The characters of sentences other than those of `is_furniture`: one is enough, but in a bad place a few are no
        # text. In a good place a text may speak of such things.
        self.text = 0

    def add(self, element: Element, text: str) -> None:
        """One run of text that has a sentence's punctuation."""
        factor = self.factors.get(element)
        if factor is None:
            factor = self._factor(element)
        if factor <= _NOTHING:
            if factor < -_NOTHING:
                self.unseen.append((element, text.strip()))
            return
        text = text.strip()
        self.sums[element] = self.sums.get(element, 0.0) + self._weight(text, factor)

    def _weight(self, text: str, factor: float) -> float:
        length = len(text)
        weight = min(length, _LONG) * factor
        if is_info(text):
            weight *= 0.1
        else:
            self._count(text, factor)
        if length < 160:
            if text.endswith(_CUT_OFF):
                weight *= 0.2
            if _BOILERPLATE.search(text):
                weight *= 0.1
            if length < 30 and len(_MARKS.findall(text)) < 2:
                weight *= 0.4
        return weight if _HAN.search(text[:80]) else 0.1 * weight

    def _count(self, text: str, factor: float) -> None:
        if self.text >= _SOME_TEXT:
            return
        if not is_furniture(text):
            self.text += len(text) if factor < _BAD_PLACE else _SOME_TEXT
        elif factor > _GOOD_PLACE:
            self.text += int(1.5 * len(text))

    def _factor(self, element: Element) -> float:
        """What a sentence in this element counts, by its tags and names and those around it; below 0 where it is
        hidden."""
        chain = []
        while element is not None and element not in self.factors:
            chain.append(element)
            element = element.getparent()
        value = self.factors[element] if element is not None else 1.0
        for node in reversed(chain):
            factor, hidden = _place(node)
            value *= factor
            if hidden and not self.see_hidden:
                value = -abs(value)
            self.factors[node] = value
        return value

    def sum_up(self) -> dict[Element, float]:
        """Adds every element's weight to its parent's, the deepest first."""
        sums = self.sums
        for element in reversed(self.factors):
            weight = sums.get(element)
            if weight:
                parent = element.getparent()
                if parent is not None:
                    sums[parent] = sums.get(parent, 0.0) + weight
        return sums


def _place(element: Element) -> tuple[float, bool]:
    """What a sentence in this element counts, by its tag and names, and whether it itself says that it is not shown."""
    tag = element.tag
    value = _WORTH.get(tag, 1.0)
    if not value or not isinstance(tag, str):
        return 0.0, False
    attributes = element.items()
    if not attributes:
        return value, False
    names = ""
    for name, text in attributes:
        if name in ("class", "id"):
            names = f"{names} {text}"
    if names and tag not in ("html", "body"):
        value *= _name_factor(names[:200])
    return value, hides(attributes)


def worth_of_place(element: Element) -> float:
    """What a sentence in this element counts, by the tags and names of it and those around it: 1 where they say
    nothing."""
    return prod(_place(one)[0] for one in (element, *element.iterancestors()))


@lru_cache(maxsize=4096)
def _name_factor(names: str) -> float:
    good = _GOOD_NAMES.search(names) is not None
    if _BAD_NAMES.search(names):
        return 0.4 if good else 0.2
    return 1.15 if good else 1.0


def find_body(tree: Element, runs: Iterable[tuple[Element, str]]) -> Spot | None:
    """The element that holds the body, or None for a page without a sentence. `runs`: those of the page's overview."""
    runs = list(runs)
    weights = _Weights()
    for element, text in runs:
        weights.add(element, text)
    sums = weights.sum_up()
    shown = _shown_by_script(weights.unseen, sums.get(tree, 0.0)) if weights.unseen else frozenset()
    if shown:
        sums = _with_hidden(runs, weights, shown)
    if not sums or (weights.text < _SOME_TEXT and not shown):
        return None
    element = tree
    total = sums.get(tree, 0.0)
    while True:
        best, below = None, 0.0
        for child in element:
            weight = sums.get(child, 0.0)
            below += weight
            if weight > sums.get(best, 0.0):
                best = child
        own = sums[element]
        if best is None or sums[best] < _MOST * own or own - below > 0.15 * own:
            break
        if best.tag in _PARAGRAPHS and (best.tag in ("p", "pre") or below - sums[best] > 0.02 * own):
            break
        element = best
    return Spot(element, sums[element], sums[element] / total if total else 0.0, sums, shown)


def _shown_by_script(unseen: Sequence[tuple[Element, str]], seen: float) -> frozenset[Element]:
    """The hidden elements that hold the page's text, which a script shows or unfolds in place of its beginning. None
    where that is the text that is seen, and the hidden one another copy of it. `seen`: the weight of what is."""
    if sum(map(len, {text for _, text in unseen})) < _UNFOLDS * seen:
        return frozenset()
    lengths: dict[Element, int] = {}
    for element, text in unseen:
        outer = _hidden_around(element)
        lengths[outer] = lengths.get(outer, 0) + len(text)
    least = _MUCH * sum(lengths.values())
    return frozenset(element for element, length in lengths.items() if length >= least)


def _hidden_around(element: Element) -> Element:
    """The outermost hidden element around this one."""
    return [one for one in (element, *element.iterancestors()) if _place(one)[1]][-1]


def _with_hidden(
    runs: Sequence[tuple[Element, str]], first: _Weights, shown: frozenset[Element]
) -> dict[Element, float]:
    """The sums with what stands in hidden elements that a script shows, and without what is seen of it before."""
    unfolded = [(element, text) for element, text in first.unseen if _hidden_around(element) in shown]
    whole = "".join(text for _, text in unfolded)
    weights = _Weights(see_hidden=True)
    for element, text in runs:
        if first.factors[element] > _NOTHING and text.strip()[:_BEGINNING] not in whole:
            weights.add(element, text)
    for element, text in unfolded:
        weights.add(element, text)
    return weights.sum_up()


def find_pieces(spot: Spot, headline: Element) -> tuple[list[Element], list[Element]]:
    """Elements beside the root that hold sentences too: between headline and root, and right after it, in order.

    A body that stands in several boxes side by side, a lead or a caption above it. Whether they read as text is for the
    caller to see. `headline`: None where it is not on the page.
    """
    sums = spot.sums
    above = headline is not None and spot.root not in headline.iterancestors()
    around = between(headline, spot.root) if above else preceding(spot.root, 3)
    before = [piece for piece in around if not isinstance(piece, str) and sums.get(piece, 0.0) >= SOME]
    if not above:
        before.reverse()
    after: list[Element] = []
    node = spot.root
    for level in range(2):
        for sibling in node.itersiblings():
            if sums.get(sibling, 0.0) >= SOME:
                after.append(sibling)
            elif is_marker(fold("".join(islice(sibling.itertext("*"), 8)))):
                return before, after  # below the heading of a list nothing is the text's own
            elif level > 0 or len(after) > _MANY:
                break
        node = node.getparent()
        if node is None or node.tag in ("body", "html") or (above and node in headline.iterancestors()):
            break
    return before, after


def nearest_around(elements: Sequence[Element]) -> Element:
    """The nearest element that holds all of these, of one tree; of one element, that itself."""
    first, *others = elements
    around = [{other, *other.iterancestors()} for other in others]
    return next(node for node in (first, *first.iterancestors()) if all(node in nodes for nodes in around))
