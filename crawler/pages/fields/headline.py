"""The headline of a page without a template: the heading on the page that its `<title>` confirms.

`<title>` and `og:title` carry site names and keywords and are cut at odd places, so they are witnesses and not the
headline, unless the page shows none.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import Final

from attrs import evolve, frozen
from lxml import etree

from crawler.pages.fields.clock import first_stamp
from crawler.pages.fields.lexicon import (
    BUTTONS,
    MEDIA,
    PUBLISHERS,
    SECTION_KINDS,
    SECTIONS,
    TITLE_CLASS,
    each_of,
    words,
)
from crawler.pages.html.blocks import fold
from crawler.pages.html.parse import Element
from crawler.pages.html.surroundings import between

_NOT_LETTERS: Final = re.compile(r"[\W_]+")
_LONGEST: Final = 160
_LARGE: Final = ("h1", "h2")
_BADGE: Final = words(r"^<ORIGIN_BADGES>[\s:：]+")
_BUTTONS: Final = frozenset(each_of(BUTTONS))
_BADGES: Final = words(r"<BADGES>|\[[^\[\]]{1,8}\]")
# What parts a title from the site's name. A hyphen within letters or figures is part of a word (AB-19型, 2024-2025).
_SEPARATOR: Final = re.compile(
    r"[_|│><]|--+|\s[-–—·/]\s|\s-|-\s|(?P<weak>｜|[—–]{1,2}|(?<![A-Za-z0-9])-|-(?![A-Za-z0-9]))"
)
# How the names of sites and sections end, and their addresses.
_SITE_ENDS: Final = (
    *(end.lower() for end in each_of(MEDIA, PUBLISHERS, SECTION_KINDS)),
    *(f".{end}" for end in ("com", "cn", "net", "tw", "org")),
)
_SECTIONS: Final = frozenset(each_of(SECTIONS))
_LONGEST_NAME: Final = 28
_KEYWORDS: Final = re.compile(r"[^,，\s]{1,12}(?:,[^,，\s]{1,12}){2,9}")
_LONGEST_SITE: Final = 12
_LONGEST_WEAK: Final = 8
"""A last part of no more characters may be a site's name or a section's, whatever it is; the second behind a sign that
headlines have too."""
_NO_TITLE: Final = frozenset(("a", "title", "script", "style", "option"))
_DASHES: Final = ("—", "——", "–", "––")
_PARTS: Final = 12
_BESIDE: Final = 8
_LONGEST_BADGE: Final = 10
_MOST_BADGE: Final = 40
_MANY: Final = 300
_BETWEEN_HAN: Final = re.compile(r"(?<=[\u3000-\u9fff]) (?=[\u3000-\u9fff])")
_DATE: Final = re.compile(r"(?:19|20)\d\d[-年/.]?\d{1,2}[-月/.]?\d{1,2}日?")
_DATED: Final = re.compile(r"(?:19|20)\d\d[-年/.]")


@frozen(kw_only=True)
class Headline:
    """A title on the page. `text`: folded. `element`: where it stands, None where only the page's head has it. `sure`:
    the page's title confirms it."""

    text: str
    element: Element = None
    sure: bool = False


@frozen
class _Witnesses:
    """`titles`: the letters of what the head calls the page; `of_the_site`: those of the parts that name the site."""

    titles: list[str]
    of_the_site: set[str]


def letters(text: str) -> str:
    """Only letters, digits and characters, in lower case: what two spellings of one title share."""
    return _NOT_LETTERS.sub("", text).lower()


def headline_candidates(tree: Element, headings: list[Element], title: str, og_title: str) -> list[Headline]:
    """Every element that may be the headline, in reading order; those that the titles confirm are `sure`. `headings`:
    those of the page, `<h1>` to `<h5>`."""
    witnesses = _witnesses(title, og_title)
    # Nearly every page has its headline in one of these two; the others are mostly those of lists.
    found = _headings((heading for heading in headings if heading.tag in _LARGE), witnesses)
    if not any(candidate.sure for candidate in found):
        found = _headings(headings, witnesses)
    if not any(candidate.sure for candidate in found):
        found += _unmarked(tree, title, witnesses)
        if og_title and not any(candidate.sure for candidate in found):
            found += _unmarked(tree, og_title, witnesses)
    return found


def _witnesses(title: str, og_title: str) -> _Witnesses:
    parted = [_parted(one) for one in (title, og_title)]
    texts = (title, og_title, parted[0][0])
    of_the_site = {letters(part) for _, dropped in parted for part in dropped}
    clean = {letters(rest) for rest, _ in parted}
    return _Witnesses([text for one in texts if len(text := letters(one)[:400]) >= 4], of_the_site - clean)


def _headings(headings: Iterable[Element], witnesses: _Witnesses) -> list[Headline]:
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
        return _nearest_time(first, body) if above else first[0]
    named = clean_title(og_title) or clean_title(title)
    ones = [c for c in candidates if c.element.tag == "h1" and order.get(c.element, 1) < 0]
    if ones and (len(ones) == 1 or not named):
        return ones[-1]
    near = [c for c in candidates if order.get(c.element, 1) < 0 and TITLE_CLASS.search(_names(c.element))]
    if near and len(near[-1].text) >= 6:
        return near[-1]
    return Headline(text=named) if named else None


def _nearest_time(candidates: list[Headline], body: Element) -> Headline:
    """Of several headings above the body the last one with the line of time right under it, else the last."""
    if len(candidates) > 1 and body is not None:
        for candidate in reversed(candidates):
            for piece in islice(between(candidate.element, body), _BESIDE):
                text = piece if isinstance(piece, str) else "".join(islice(piece.itertext("*"), _BESIDE))
                if first_stamp(fold(text[:_LONGEST])) is not None:
                    return candidate
    return candidates[-1]


def clean_title(title: str) -> str:
    """A `<title>` without the site's name and channel, and without keywords behind it."""
    return without_badge(_parted(title)[0])


def title_parts(title: str) -> tuple[str, ...]:
    """The parts of a `<title>` that are no headline, the last one first: site, channel, writer."""
    return _parted(title)[1]


@lru_cache(maxsize=16)  # a page's title is asked for its parts several times
def _parted(title: str) -> tuple[str, tuple[str, ...]]:
    """A title without the parts that name the site or its sections, and these parts.

    They stand at its end, one after another, seldom at its beginning. A part that is neither short nor called like a
    site is the headline's: `水碾房重新转动——木匠和他的三十六根柏木`.
    """
    text = fold(title)[: _LONGEST * 2]
    if _SEPARATOR.match(text):  # the headline's place is empty
        return "", (text.strip(" _|-—"),)
    signs = list(
        islice((sign for sign in _SEPARATOR.finditer(text) if sign.start() and sign.end() < len(text)), _PARTS)
    )
    dropped: list[str] = []
    end = len(text)
    while signs and _is_of_the_site(text[signs[-1].end() : end].strip(), signs[-1], text[: signs[-1].start()]):
        sign = signs.pop()
        dropped.append(text[sign.end() : end].strip())
        end = sign.start()
    start = 0
    if signs and signs[0].end() < end - signs[0].start() and _names_a_site(text[: signs[0].start()].strip()):
        start = signs[0].end()
        dropped.append(text[: signs.pop(0).start()].strip())
    rest = text[start:end].strip(" _|-—")
    if "_" in rest:  # no headline has one
        rest, *others = sorted(filter(None, map(str.strip, rest.split("_"))), key=len, reverse=True)
        dropped += others
    return rest, tuple(dropped)


def _is_of_the_site(part: str, sign: re.Match[str], left: str) -> bool:
    """Whether the last part of a title is its site's or a section's. `left`: what stands before it."""
    if not part or len(part) > len(left) * 1.5:
        return not part
    if _names_a_site(part):
        return True
    if sign["weak"] and sign[0] in _DASHES:
        return False
    if _names_a_site(left.strip()) and _SEPARATOR.search(left) is None:
        return False  # the site's name stands first
    return len(part) <= (_LONGEST_WEAK if sign["weak"] else _LONGEST_SITE)


def _names_a_site(part: str) -> bool:
    """Whether a part of a title is called like a site or a section, or is a list of keywords or a date."""
    name = part.strip("[]()（）【】").lower()
    if len(name) <= _LONGEST_NAME:
        han = name.rstrip("abcdefghijklmnopqrstuvwxyz ")
        if name.endswith(_SITE_ENDS) or (han and han.endswith(_SITE_ENDS)) or name in _SECTIONS:
            return True
    return ("," in part and _KEYWORDS.fullmatch(part) is not None) or _DATE.fullmatch(part) is not None


def _confirmed(text: str, witnesses: _Witnesses) -> bool:
    own = letters(text)
    if len(own) < 4 or own in witnesses.of_the_site:
        return False
    return any(
        (witness in own and len(own) <= 1.6 * len(witness) + 4)
        or (own in witness and (len(own) >= 6 or witness.startswith(own)))
        for witness in witnesses.titles
    )


def _unmarked(tree: Element, title: str, witnesses: _Witnesses) -> Iterator[Headline]:
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
    inside: set[Element] = set()
    if not len(element):
        text = _joined((element.text or "",))
    else:
        text = _joined(_pieces(element))
        inside.update(child for child in islice(element, _MANY) if _is_badge(child))
        if _DATED.search(text):
            inside.update(info_inside(element))
    if inside:
        kept = ((() if child in inside else _pieces(child), child.tail or "") for child in element)
        rest = (part for texts, tail in kept for part in (*texts, tail))
        text = _joined(chain([element.text or ""], rest))
    return without_badge(text) if 2 <= len(text) <= _LONGEST else ""


def _pieces(element: Element) -> Iterable[str]:
    """The runs of text in the element; a `<br>` parts words."""
    if element.tag != "br" and not _has_breaks(element):
        return element.itertext("*")  # type: ignore[no-any-return]
    return _pieces_with_breaks(element)


def _has_breaks(element: Element) -> bool:
    return next(element.iterdescendants("br"), None) is not None


def _pieces_with_breaks(element: Element) -> Iterator[str]:
    for event, one in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            yield " " if one.tag == "br" else one.text or ""
        elif one is not element:
            yield one.tail or ""


def as_titled(headline: Headline, *titles: str) -> Headline:
    """The headline without the spaces that stand for a `<br>` in it, where a title writes it without them."""
    if headline.element is None or not _has_breaks(headline.element):
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
    """Whether a heading's child is a badge (原创, 独家), a forum's section (`[城事]`) or, at the end, a button
    (播报文章), and no part of the title."""
    if not isinstance(element.tag, str) or len(element) > _BESIDE or len(element.text or "") > _MOST_BADGE:
        return False
    text = ("".join(element.itertext()) if len(element) else element.text or "").strip()
    if not 0 < len(text) <= _LONGEST_BADGE:
        return False
    ends = element.getnext() is None and not (element.tail or "").strip()
    return _BADGES.fullmatch(text) is not None or (ends and len(text) > 1 and text in _BUTTONS)


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
