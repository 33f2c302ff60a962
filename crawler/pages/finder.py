"""The body of a page without a template: which element holds it.

Sentences are found first, by one XPath expression over the text nodes (libxml2's speed, not Python's), weighed by what
stands around them (links, names of comment and footer boxes, teasers cut to `…`), and summed up along their ancestors.
The body's root is the deepest element that still holds most of the weight. Whether it is a `<p>`, a bare `<div>`, a
table cell, a `<form>` or stands outside `<body>` does not matter.
"""

import re
from typing import Final

from attrs import define
from lxml import etree

from crawler.pages.parse import Element
from crawler.pages.surroundings import between, preceding

_SENTENCES: Final = etree.XPath(
    "//text()[string-length(.) > 9 and (contains(., '，') or contains(., '。') or contains(., ',') or "
    "contains(., '、')"
    " or contains(., '！') or contains(., '？') or contains(., '：'))"
    " and not(parent::script or parent::style or parent::title or parent::noscript or parent::option"
    " or parent::textarea or parent::template or parent::a)]"
)
_HAN: Final = re.compile("[\u3400-\u9fff]")
_MARKS: Final = re.compile("[，。！？、；：,“”「」]")
_TEASER: Final = re.compile(r"(?:\.{3}|…|\[详细\]|【详细】)\s*$")
_BOILERPLATE: Final = re.compile(
    "版权|版權|著作權|转载|轉載|未经|未經|免责|免責|声明|举报|舉報|许可证|ICP|备案|不代表|侵权|侵權|登录|登入|"
    "客户端|扫码|二维码|微信号|公众号|下载APP|下載"
)
_BAD_NAMES: Final = re.compile(
    r"comment|reply|discuss|pinglun|foot|copyright|recommend|relat|side|guess|rank|\bnav|menu|bread|crumb|"
    r"share|login|popup|dialog|modal"
    r"|advert|\bads?[_-]|banner|tuijian|xiangguan|paihang|disclaim|shengming|statement|subscri|download|"
    r"qrcode|hot|tie-|gentie|feedback|report|tool|marquee|scroll|cookie|privacy|toast|mask|tips?\b|weixin|"
    r"wechat|follow|copy|about|friend|link|search|player|video",
    re.IGNORECASE,
)
_GOOD_NAMES: Final = re.compile(
    r"artic|content|zhengwen|text|detail|body|main|post|entry|story|txt|editor|endtext|zoom|neirong|wenzhang|"
    r"paragraph|\bzw\b|_zw|news",
    re.IGNORECASE,
)
_NO_PLACE: Final = frozenset("script style title noscript option select textarea button template iframe head".split())
_POOR_PLACE: Final = {"nav": 0.1, "footer": 0.1, "aside": 0.3, "a": 0.05, "h1": 0.2, "header": 0.5, "label": 0.2}
_PARAGRAPHS: Final = frozenset("p span font strong b em section i u li blockquote".split())
# How much of its parent's weight an element must hold for the search to go on in it.
_MOST: Final = 0.62


# A sibling of the root with less weight is no part of the body.
_SOME: Final = 12.0
_MANY: Final = 30


@define(slots=True)
class Spot:
    """Where the body stands. `root`: the element that holds most of it. `weight`: of the root's sentences, roughly
    characters; `share`: of the page's. `sums`: the weight of every element that has sentences in it."""

    root: Element
    weight: float
    share: float
    sums: dict[Element, float]


class _Weights:
    """The weight of every element that has sentences in it."""

    def __init__(self) -> None:
        self.sums: dict[Element, float] = {}
        self.factors: dict[Element, float] = {}

    def factor(self, element: Element) -> float:
        """What a sentence in this element counts, by its tags and names and those around it."""
        chain = []
        while element is not None and element not in self.factors:
            chain.append(element)
            element = element.getparent()
        value = self.factors[element] if element is not None else 1.0
        for node in reversed(chain):
            value *= _place_factor(node)
            self.factors[node] = value
        return value

    def add(self, element: Element, weight: float) -> None:
        sums = self.sums
        while element is not None:
            sums[element] = sums.get(element, 0.0) + weight
            element = element.getparent()


def _place_factor(element: Element) -> float:
    tag = element.tag
    if tag in ("html", "body"):
        return 1.0
    if tag in _NO_PLACE or not isinstance(tag, str):
        return 0.0
    value = _POOR_PLACE.get(tag, 1.0)
    attributes = element.attrib
    if attributes:
        name = f"{attributes.get('class', '')} {attributes.get('id', '')}"
        if len(name) > 1:
            if _BAD_NAMES.search(name):
                value *= 0.4 if _GOOD_NAMES.search(name) else 0.2
            elif _GOOD_NAMES.search(name):
                value *= 1.15
        style = attributes.get("style")
        if style and "none" in style and "display" in style:
            value *= 0.3
    return value


def find_body(tree: Element, headline: Element | None = None) -> Spot | None:
    """The element that holds the body, or None for a page without a sentence.

    `headline`: the headline's element; sentences above it count little.
    """
    weights = _Weights()
    hits = _SENTENCES(tree)
    if not hits:
        return None
    for hit in hits:
        parent = hit.getparent()
        if hit.is_tail:
            parent = parent.getparent()
        if parent is None:
            continue
        factor = weights.factor(parent)
        if factor <= 0.001:
            continue
        text = hit.strip()
        marks = len(_MARKS.findall(text[:600]))
        weight = min(len(text), 600) * factor
        if not _HAN.search(text[:80]):
            weight *= 0.1
        if marks < 2 and len(text) < 30:
            weight *= 0.4
        if _TEASER.search(text[-8:]):
            weight *= 0.2
        if len(text) < 160 and _BOILERPLATE.search(text):
            weight *= 0.1
        weights.add(parent, weight)
    sums = weights.sums
    if not sums:
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
        if best.tag in _PARAGRAPHS and (best.tag == "p" or below - sums[best] > 0.02 * own):
            break
        element = best
    return Spot(element, sums[element], sums[element] / total if total else 0.0, sums)


def find_pieces(spot: Spot, headline: Element) -> tuple[list[Element], list[Element]]:
    """Elements beside the root that hold sentences too: between headline and root, and right after it, in order.

    A body that stands in several boxes side by side, a lead or a caption above it. Whether they read as text is for the
    caller to see. `headline`: None where it is not on the page.
    """
    sums = spot.sums
    above = headline is not None and spot.root not in headline.iterancestors()
    around = between(headline, spot.root) if above else preceding(spot.root, 3)
    before = [piece for piece in around if not isinstance(piece, str) and sums.get(piece, 0.0) >= _SOME]
    if not above:
        before.reverse()
    after: list[Element] = []
    node = spot.root
    for level in range(2):
        for sibling in node.itersiblings():
            if sums.get(sibling, 0.0) >= _SOME:
                after.append(sibling)
            elif level > 0 or len(after) > _MANY:
                break
        node = node.getparent()
        if node is None or node.tag in ("body", "html") or (above and node in headline.iterancestors()):
            break
    return before, after
