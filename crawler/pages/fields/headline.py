"""The headline of a page without a template: the heading on the page that its `<title>` confirms.

`<title>` and `og:title` carry site names and keywords and are cut at odd places, so they are witnesses and not the
headline, unless the page shows none.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final

from attrs import evolve, frozen
from lxml import etree

from crawler.pages.fields.clock import first_stamp
from crawler.pages.fields.lexicon import TITLE_CLASS, words
from crawler.pages.html.blocks import fold
from crawler.pages.html.parse import Element

_NOT_LETTERS: Final = re.compile(r"[\W_]+")
_LONGEST: Final = 160
_LARGE: Final = ("h1", "h2")
_BADGE: Final = words(r"^<ORIGIN_BADGES>[\s:：]+")
_BADGES: Final = words(r"<BADGES>|\[[^\[\]]{1,8}\]")
_SEPARATOR: Final = re.compile(r"\s*(?:[_|｜]|--+|[—–]{1,2}|\s-\s|\s-|-\s|\s·\s|>|<)\s*")
_SITE_TAIL: Final = words(
    r"\s{0,2}[-－]\s?[^-－_|｜·:：]{0,14}(?:<MEDIA>|com|cn|net|tw)(?:\s?[-－].{0,30})?$", re.IGNORECASE
)
_NO_TITLE: Final = frozenset(("a", "title", "script", "style", "option"))
_MANY: Final = 300
_BETWEEN_HAN: Final = re.compile(r"(?<=[\u3000-\u9fff]) (?=[\u3000-\u9fff])")
_DATED: Final = re.compile(r"(?:19|20)\d\d[-年/.]")


@frozen(kw_only=True)
class Headline:
    """A title on the page. `text`: folded. `element`: where it stands, None where only the page's head has it. `sure`:
    the page's title confirms it."""

    text: str
    element: Element = None
    sure: bool = False


def letters(text: str) -> str:
    """Only letters, digits and characters, in lower case: what two spellings of one title share."""
    return _NOT_LETTERS.sub("", text).lower()


def headline_candidates(tree: Element, headings: list[Element], title: str, og_title: str) -> list[Headline]:
    """Every element that may be the headline, in reading order; those that the titles confirm are `sure`. `headings`:
    those of the page, `<h1>` to `<h5>`."""
    titles = (title, og_title, clean_title(title))
    witnesses = [witness for witness in (letters(text)[:400] for text in titles) if len(witness) >= 4]
    # Nearly every page has its headline in one of these two; the others are mostly those of lists.
    found = _headings((heading for heading in headings if heading.tag in _LARGE), witnesses)
    if not any(candidate.sure for candidate in found):
        found = _headings(headings, witnesses)
    if not any(candidate.sure for candidate in found):
        found += _unmarked(tree, title, witnesses)
        if og_title and not any(candidate.sure for candidate in found):
            found += _unmarked(tree, og_title, witnesses)
    return found


def _headings(headings: Iterable[Element], witnesses: list[str]) -> list[Headline]:
    found: list[Headline] = []
    for element in islice(headings, _MANY):
        text = _text(element)
        if text:
            found.append(Headline(text=text, element=element, sure=_confirmed(text, witnesses)))
    return found


def choose_headline(candidates: list[Headline], body: Element, title: str, og_title: str) -> Headline | None:
    """The candidate that is confirmed, nearest above the body; without one, a lone `<h1>`, then the cleaned title."""
    sure = [candidate for candidate in candidates if candidate.sure]
    order = _order(sure or candidates, body)
    if sure:
        # Below the text a longer one may quote it: “…”上的3条回复.
        places = [c for c in sure if order.get(c.element, 1) < 0] or sure
        longest = max(len(letters(candidate.text)) for candidate in places)
        full = [c for c in places if len(letters(c.text)) >= 0.8 * longest]
        above = [c for c in full if order.get(c.element, 1) < 0]
        pool = above or full
        first = [c for c in pool if c.element.tag == "h1"] or pool
        return first[-1] if above else first[0]
    named = clean_title(og_title) or clean_title(title)
    ones = [c for c in candidates if c.element.tag == "h1" and order.get(c.element, 1) < 0]
    if ones and (len(ones) == 1 or not named):
        return ones[-1]
    near = [c for c in candidates if order.get(c.element, 1) < 0 and TITLE_CLASS.search(_names(c.element))]
    if near and len(near[-1].text) >= 6:
        return near[-1]
    return Headline(text=named) if named else None


def clean_title(title: str) -> str:
    """A `<title>` without the site's name and channel: its longest part between separators."""
    title = _SITE_TAIL.sub("", fold(title)[: _LONGEST * 2])
    parts = [part for part in _SEPARATOR.split(title) if part]
    return without_badge(max(parts, key=len)) if parts else ""


def _confirmed(text: str, witnesses: list[str]) -> bool:
    own = letters(text)
    if len(own) < 4:
        return False
    return any(
        (witness in own and len(own) <= 1.6 * len(witness) + 4)
        or (own in witness and (len(own) >= 6 or witness.startswith(own)))
        for witness in witnesses
    )


def _unmarked(tree: Element, title: str, witnesses: list[str]) -> Iterator[Headline]:
    """Titles that stand in a `<div>`, `<td>` or `<font>`: the element whose whole text the `<title>` confirms."""
    words = max(
        re.split(r"[\s_|｜\-—–:：,，。\"“”'《》【】（）()!！?？]+", clean_title(title)[:40]), key=len, default=""
    )[:12]
    if len(words) < 3:
        return
    for count, element in enumerate(_containing(tree, words)):
        if count > 40:
            return
        for _ in range(3):
            if element is None or element.tag in ("body", "html"):
                break
            text = _text(element)
            if text and _confirmed(text, witnesses) and len(letters(text)) >= 6:
                yield Headline(text=text, element=element, sure=True)
                break
            if not text:
                break
            element = element.getparent()


def _containing(tree: Element, words: str) -> Iterator[Element]:
    """The elements whose own text has these words, without links, scripts and the head's title."""
    for element in tree.iter():
        if element.tag not in _NO_TITLE:  # a script's text is not even fetched
            text = element.text
            if text and words in text:
                yield element
        text = element.tail
        if text and words in text:
            parent = element.getparent()
            if parent is not None and parent.tag != "a":
                yield parent


def info_inside(element: Element) -> list[Element]:
    """The children of a heading that show a time and what goes with it: `<h1>…<span>2013-05-06 来源：…</span></h1>`."""
    return [
        child
        for child in element
        if isinstance(child.tag, str)
        and len(text := fold("".join(child.itertext("*"))[:200])) >= 8
        and first_stamp(text)
    ]


def _text(element: Element) -> str:
    if not len(element):
        text, inside = _joined((element.text or "",)), []
    else:
        text, inside = _joined(_pieces(element)), [child for child in element if _is_badge(child)]
        if _DATED.search(text):
            inside += info_inside(element)
    if inside:
        kept = ((() if child in inside else _pieces(child), child.tail or "") for child in element)
        rest = (part for texts, tail in kept for part in (*texts, tail))
        text = _joined(chain([element.text or ""], rest))
    return without_badge(text) if 2 <= len(text) <= _LONGEST else ""


def _pieces(element: Element) -> Iterable[str]:
    """The runs of text in the element; a `<br>` parts words."""
    if element.tag != "br" and element.find(".//br") is None:
        return element.itertext("*")  # type: ignore[no-any-return]
    return _pieces_with_breaks(element)


def _pieces_with_breaks(element: Element) -> Iterator[str]:
    for event, one in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            yield " " if one.tag == "br" else one.text or ""
        elif one is not element:
            yield one.tail or ""


def as_titled(headline: Headline, *titles: str) -> Headline:
    """The headline without the spaces that stand for a `<br>` in it, where a title writes it without them."""
    if headline.element is None or headline.element.find(".//br") is None:
        return headline
    joined = _BETWEEN_HAN.sub("", headline.text)
    if any(joined in title and headline.text not in title for title in titles):
        return evolve(headline, text=joined)
    return headline


def without_badge(text: str) -> str:
    """The title without what a portal puts before it: `原创：`."""
    badge = _BADGE.match(text)
    return text[badge.end() :] if badge is not None else text


def _is_badge(element: Element) -> bool:
    """Whether a heading's child is a badge (原创, 独家) or a forum's section (`[城事]`), and no part of the title."""
    text = "" if len(element) or not isinstance(element.tag, str) else (element.text or "").strip()
    return 0 < len(text) <= 10 and _BADGES.fullmatch(text) is not None


def _joined(texts: Iterable[str]) -> str:
    """The texts as one folded line; "" if that is too long for a title."""
    parts: list[str] = []
    length = 0
    for part in texts:
        length += len(part)
        if length > 1000:
            return ""
        parts.append(part)
    return fold("".join(parts))


def _names(element: Element) -> str:
    return f"{element.tag} {element.get('class') or ''} {element.get('id') or ''}"


def _order(candidates: list[Headline], body: Element) -> dict[Element, int]:
    """-1 for each candidate above the body, or in it; those below it are not there."""
    if body is None:
        return {candidate.element: -1 for candidate in candidates}
    inside = [candidate.element for candidate in candidates if body in candidate.element.iterancestors()]
    places: dict[Element, int] = dict.fromkeys(inside, -1)
    wanted = {candidate.element for candidate in candidates} - set(inside)
    if wanted:
        tags = {body.tag, *(element.tag for element in wanted)}
        # A damaged page has elements whose names lxml gives, but does not take.
        for element in body.getroottree().iter(*(tags if all(tag.isprintable() for tag in tags) else ())):
            if element is body:
                break  # whatever was not met stands below
            if element in wanted:
                places[element] = -1
                wanted.remove(element)
                if not wanted:
                    break
    return places
