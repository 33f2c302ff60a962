"""The readers that give on one page what its witnesses say of a field: by elements, by attributes, by the head."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import field, frozen
from lxml import etree

from archive.times import Precision
from crawler.pages.fields.clock import read_time
from crawler.pages.fields.credits import clean_editor, split_keywords
from crawler.pages.fields.headline import letters
from crawler.pages.fields.lexicon import MODIFIED_METAS, PUBLISHED_METAS
from crawler.pages.fields.names import split_names
from crawler.pages.html.blocks import SKIPPED_TAGS, fold
from crawler.pages.html.parse import Element
from crawler.pages.template import readers
from crawler.pages.template.document import element_text
from crawler.pages.template.readers import Reader
from crawler.upkeep.draft.labels import TIME, value_patterns
from crawler.upkeep.draft.seen.names import plainness, selectors_for
from crawler.upkeep.draft.seen.study import Study

FORMS: Final[Mapping[Precision, str]] = {"day": "%Y%m%d", "minute": "%Y%m%d%H%M", "second": "%Y%m%d%H%M%S"}
_SMALL: Final = 300
_MANY: Final = 40
_SELECTORS: Final = 10
_LONGEST_TIME: Final = 60
_BADGES: Final = 20
_KEY: Final = re.compile(r"[\w:.-]+")
_TIME_WORDS: Final = re.compile(r"time|date|publish|pub", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d{4}\D?\d{1,2}\D?\d{1,2}|\d{10}")
_PUBLISHED: Final = frozenset(PUBLISHED_METAS.split())
_MODIFIED: Final = frozenset(MODIFIED_METAS.split())
_NOT_READ: Final = frozenset(("id", "class", "href", "src", "style"))
# Of a title what stands before the site's name, the more of it the better.
_TITLES: Final = ("", r"^(.*?)(?:[_|].*)?$", r"^(.*?)(?:[-_|][^-_|]*)?$", r"^(.*?)(?:[-_|].*)?$")
_TIDY: Final[Mapping[str, Callable[[str], Any]]] = {
    "authors": split_names,
    "keywords": split_keywords,
    "editor": clean_editor,
}

Texts = Sequence[tuple[Element, str]]


@frozen(kw_only=True, order=True)
class Made:
    """A reader and how it is written. `rank`: of equally good ones the lowest is taken, by what it reads; then `less`,
    by how."""

    rank: int
    less: int = 0
    code: str
    reader: Reader = field(eq=False, order=False)


def short_texts(study: Study, root: Element | None) -> list[tuple[Element, str]]:
    """The small elements of the page with their text; none that holds the page's text, which stands in `root`."""
    found = []
    around = set() if root is None else {root, *root.iterancestors()}
    for element in study.tree.iter("*"):
        if element.tag in SKIPPED_TAGS or element in around:
            continue
        if sum(1 for _ in zip(element.iter(), range(_MANY), strict=False)) >= _MANY:
            continue  # counted before its text is put together: a page may be deep
        raw: bytes = etree.tostring(element, method="text", encoding="utf-8", with_tail=False)
        if len(raw) > _SMALL * 12:
            continue
        text = element_text(element)
        if text and len(text) <= _SMALL:
            found.append((element, text))
    return found


def is_same(name: str, value: str, study: Study) -> bool:
    """Whether a value is what the witness says of the field. Of two times the coarser decides."""
    known = study.fields.get(name)
    if not value or not known:
        return False
    if not name.endswith("_at"):
        said = tuple(known) if isinstance(known, tuple | list) else fold(str(known))
        return bool(_TIDY.get(name, fold)(value) == said)
    found = read_time(value)
    if found is None:
        return False
    own = study.fields.get("published_precision") if name == "published_at" else None
    form = min((FORMS[found.precision], FORMS.get(own or "second", FORMS["second"])), key=len)
    return bool(found.at.strftime(form) == known.astimezone(found.at.tzinfo).strftime(form))


def candidates_of(name: str, study: Study, texts: Texts) -> Iterator[Made]:
    """Readers of the field that give on this page what is known of it. `texts`: its small elements."""
    if not study.fields.get(name):
        return
    if name.endswith("_at"):
        yield from _by_time(name, study, texts)
        yield from _by_attribute(name, study)
    else:
        for element, text in texts:
            yield from _by_element(name, study, element, text)
    yield from _by_head(name, study)
    if name == "headline":
        for place, pattern in enumerate(_TITLES):
            code = f'title(r"{pattern}")' if pattern else "title()"
            yield Made(rank=6, less=place, code=code, reader=readers.title(pattern))


def _by_element(name: str, study: Study, element: Element, text: str) -> Iterator[Made]:
    value = study.fields[name]
    said = " ".join(value) if isinstance(value, tuple) else str(value)
    if is_same(name, text, study):
        for selector in selectors_for(element, study.tree, _SELECTORS):
            is_heading = name == "headline" and re.search(r"(?:^| )h[1-6]\b", selector) is not None
            yield text_reader(selector, rank=0 if is_heading else 1)
    elif name == "headline":
        yield from _without_badge(said, study, element, text)
    elif any(part in text for part in (value if isinstance(value, tuple) else (said,))):
        for place, pattern in enumerate(value_patterns(name)):
            found = re.search(pattern, text)
            if found and is_same(name, found[1], study):
                for selector in selectors_for(element, study.tree, _SELECTORS):
                    yield text_reader(selector, pattern, rank=1, less=place)


def _without_badge(said: str, study: Study, element: Element, text: str) -> Iterator[Made]:
    if said in text and len(text) < len(said) + _BADGES:
        for badge in [one for child in element for one in (child.get("class") or "").split()]:
            if letters(element_text(element, (badge,))) == letters(said):
                for selector in selectors_for(element, study.tree, _SELECTORS):
                    yield text_reader(selector, rank=0, without=badge)


def _by_time(name: str, study: Study, texts: Texts) -> Iterator[Made]:
    for element, text in texts:
        if is_same(name, text, study):
            for selector in selectors_for(element, study.tree, _SELECTORS):
                yield text_reader(selector, rank=3)
        elif (found := re.search(TIME, text)) and is_same(name, found[1], study):
            for selector in selectors_for(element, study.tree, _SELECTORS):
                yield text_reader(selector, TIME, rank=3)


def _by_attribute(name: str, study: Study) -> Iterator[Made]:
    for element in study.tree.iter("*"):
        for attribute, value in element.items() if element.tag != "meta" else ():
            if attribute in _NOT_READ or len(value) > _LONGEST_TIME or not _DIGITS.search(value):
                continue
            if is_same(name, fold(value), study):
                rank = 1 if _TIME_WORDS.search(attribute) or element.tag == "time" else 2
                whole = [element.tag] if element.tag in ("html", "body") else []
                for selector in [*selectors_for(element, study.tree, _SELECTORS), *whole]:
                    yield attribute_reader(selector, attribute, rank)


def _by_head(name: str, study: Study) -> Iterator[Made]:
    known = _PUBLISHED if name == "published_at" else _MODIFIED if name == "modified_at" else frozenset[str]()
    for key, content in study.document.metas.items():
        if not _KEY.fullmatch(key):
            continue
        if is_same(name, fold(content), study):
            yield Made(rank=2 if key in known else 4, code=f'meta("{key}")', reader=readers.meta(key))
        elif name == "headline" and letters(content).startswith(letters(study.fields["headline"])):
            for place, pattern in enumerate((r"^([^_]*)", r"^(.*?)(?:[-_|].*)?$")):
                code = f'meta("{key}", r"{pattern}")'
                yield Made(rank=5, less=place, code=code, reader=readers.meta(key, pattern))
    for key in study.document.linked_data:
        if key.isidentifier() and is_same(name, readers.json_ld(key)(study.document) or "", study):
            rank = 2 if name.endswith("_at") else 3
            yield Made(rank=rank, code=f'json_ld("{key}")', reader=readers.json_ld(key))


def text_reader(selector: str, pattern: str = "", *, rank: int, without: str = "", less: int = 0) -> Made:
    """`text(…)`, as it is written. `less`: how many patterns would be better."""
    more = (f', r"{pattern}"' if pattern else "") + (f', without=("{without}",)' if without else "")
    reader = readers.text(selector, pattern, without=(without,) if without else ())
    code = f"text({_quoted(selector)}{more})"
    return Made(rank=rank, less=100 * plainness(selector) + less, code=code, reader=reader)


def attribute_reader(selector: str, name: str, rank: int) -> Made:
    """`attribute(…)`, as it is written."""
    code = f'attribute({_quoted(selector)}, "{name}")'
    return Made(rank=rank, less=plainness(selector), code=code, reader=readers.attribute(selector, name))


def _quoted(selector: str) -> str:
    return f"'{selector}'" if '"' in selector else f'"{selector}"'
