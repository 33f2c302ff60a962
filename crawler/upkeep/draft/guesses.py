"""Readers for fields of which no witness knows, where a page gives a sign: a label, a link to an account, a place."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from crawler.pages.fields.credits import clean_editor
from crawler.pages.fields.lexicon import ACCOUNT_LINK, PLACES
from crawler.pages.html.blocks import fold
from crawler.pages.template import readers
from crawler.upkeep.draft.candidates import Made, Texts, text_reader
from crawler.upkeep.draft.labels import value_patterns
from crawler.upkeep.draft.seen.names import selectors_for, selectors_of
from crawler.upkeep.draft.seen.study import Study

_LONGEST_LINE: Final = 120
_LONGEST_NAME: Final = 20
_OFTEN: Final = 0.4
_LABELLED: Final = ("original_title", "source_name", "editor", "location")
_ACCOUNT: Final = re.compile(r"/(?:profile|sub|author|u)[/?]|/dy/media/")
_NAMED: Final = re.compile(r"area|location|place|region|province|city|\bip\b", re.IGNORECASE)
_PLACE_WORD: Final = re.compile(r"[a-zA-Z]*(?:location|Location|region|place)[a-zA-Z]*")


def find_guess(name: str, studies: Sequence[Study], texts: Sequence[Texts]) -> tuple[Made, int] | None:
    """A reader of the field, and on how many pages it gives something; None where nothing tells. It gives values that
    differ from page to page, but for places, on two pages in five at least."""
    made: dict[str, Made] = {}
    for one, short in zip(studies, texts, strict=True):
        made.update({guess.code: guess for guess in _guesses(name, one, short)})
    best: tuple[int, int, Made] | None = None
    for guess in made.values():
        values = [value for one in studies if (value := guess.reader(one.document))]
        least = max(2, _OFTEN * len(studies)) if len(studies) > 1 else 1
        if len(values) < least or not all(_is_likely(name, value) for value in values):
            continue
        if name != "location" and len(set(values)) == 1 < len(values):
            continue
        rank = (-len(values), guess.rank * 1000 + guess.less + len(guess.code), guess)
        if best is None or rank[:2] < best[:2]:
            best = rank
    return (best[2], -best[0]) if best is not None else None


def _guesses(name: str, study: Study, texts: Texts) -> Iterator[Made]:
    if name in _LABELLED:
        yield from _by_label(name, study, texts)
    if name == "location":
        yield from _by_image(study)
        yield from _by_place(study, texts)
    for element, text in texts if name == "account_name" else ():
        if element.tag == "a" and len(text) <= _LONGEST_NAME and is_account(element.get("href") or ""):
            inside = element.getparent()
            for selector in [
                *selectors_for(element, study.tree, 6),
                *(selectors_for(inside, study.tree, 6) if inside is not None else ()),
            ]:
                yield text_reader(selector, rank=1)


def _by_label(name: str, study: Study, texts: Texts) -> Iterator[Made]:
    for element, text in texts:
        if len(text) > _LONGEST_LINE:
            continue
        found = [(place, one) for place, one in enumerate(value_patterns(name)) if re.search(one, text)]
        for place, pattern in found[:1]:
            for selector in selectors_for(element, study.tree, 6):
                yield text_reader(selector, pattern, rank=1, less=place)


def is_account(href: str) -> bool:
    """Whether a link leads to the page of an account."""
    return ACCOUNT_LINK.search(href) is not None or _ACCOUNT.search(href) is not None


def _by_image(study: Study) -> Iterator[Made]:
    """A place behind the image of a pin: `<img src="…/ipLocation.svg"> 北京`."""
    for element in study.tree.iter("img"):
        word = _PLACE_WORD.search(element.get("src") or "")
        if word and fold(element.tail or "") in PLACES:
            for selector in selectors_of(element, 8):
                if '"' not in selector:
                    code = f'tail("{selector}", "{word[0]}")'
                    yield Made(rank=1, code=code, reader=readers.tail(selector, word[0]))


def _by_place(study: Study, texts: Texts) -> Iterator[Made]:
    """An element that is called a place and holds the name of one: `<span class="area">北京</span>`, `·北京`."""
    for element, text in texts:
        bare = text.strip(" ·•|")
        named = " ".join(filter(None, (element.get("class"), element.get("id"))))
        if bare in PLACES and (bare != text or _NAMED.search(named)):
            for selector in selectors_for(element, study.tree, 6):
                yield text_reader(selector, "" if bare == text else r"[·•|]\s?(\S+)", rank=2)


def _is_likely(name: str, value: str) -> bool:
    if name == "location":
        return len(value) <= _LONGEST_NAME
    if name == "editor":
        return bool(clean_editor(value))
    return len(value) <= (_LONGEST_LINE if name == "original_title" else _LONGEST_NAME)
