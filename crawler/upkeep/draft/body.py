"""Where the text stands on all pages: the selectors for a template's `body`."""

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import frozen

from crawler.pages.fields.headline import letters
from crawler.pages.html.parse import Element
from crawler.pages.template.template import Template
from crawler.upkeep.draft.seen.names import selectors_of
from crawler.upkeep.draft.seen.study import Study

_MOST: Final = 0.5
"""An element that holds less of the text is not looked at as its place."""
_CLUTTER: Final = 0.3
"""What a root costs that holds nothing but clutter besides: rules can take that out, but not bring in what it lacks."""
_LENGTH: Final = 0.004
_GOOD: Final = 0.8
_ROOTS: Final = 3
_DEEP: Final = 24


@frozen(kw_only=True)
class Body:
    """`selectors`: for `Template.body`. `held`: by page, the share of its text that the root holds, 0 where there is
    no root."""

    selectors: tuple[str, ...]
    held: tuple[float, ...]


@frozen
class _Sums:
    """The letters of every element of a page: those of the text, and all."""

    wanted: dict[Element, int]
    all: dict[Element, int]
    total: int


def _sums(study: Study) -> _Sums:
    wanted: dict[Element, int] = {}
    whole: dict[Element, int] = {}
    total = 0
    for block in study.blocks:
        length = len(letters(block.text))
        is_wanted = study.wants(block.text)
        total += length if is_wanted else 0
        for element in (block.node, *block.node.iterancestors()):
            whole[element] = whole.get(element, 0) + length
            if is_wanted:
                wanted[element] = wanted.get(element, 0) + length
    return _Sums(wanted, whole, total)


def find_body(studies: Sequence[Study]) -> Body:
    """The selectors that find the text's place on these pages."""
    sums = [_sums(one) for one in studies]
    candidates = _candidates(sums)
    scores = {text: [_score(text, one, page) for one, page in zip(sums, studies, strict=True)] for text in candidates}
    chosen: list[str] = []
    open_pages = set(range(len(studies)))
    while open_pages and len(chosen) < _ROOTS and scores:
        best = max(scores, key=lambda text: _worth(text, [scores[text][place] for place in open_pages]))
        found = {place for place in open_pages if scores[best][place] >= _GOOD * _best(scores, place)}
        if not found:
            break
        chosen.append(best)
        open_pages -= found
    template = Template(name="drafted", body=tuple(chosen)) if chosen else None
    roots = [template.root(one.document) if template is not None else None for one in studies]
    return Body(
        selectors=tuple(chosen),
        held=tuple(_held(root, one) for root, one in zip(roots, sums, strict=True)),
    )


def _candidates(sums: Iterable[_Sums]) -> list[str]:
    """Selectors for the elements that hold most of each page's text, the smallest of them: a page may be deep."""
    found: dict[str, None] = {}
    for one in sums:
        large = [e for e, length in one.wanted.items() if length >= _MOST * one.total]
        named = [e for e in large if e.tag not in ("html", "body")]
        for element in sorted(named, key=lambda e: one.all[e])[:_DEEP]:
            found.update(dict.fromkeys(selectors_of(element)))
    return list(found)


def _score(selector: str, sums: _Sums, study: Study) -> float:
    root = Template(name="drafted", body=(selector,)).root(study.document)
    return _held(root, sums) - _CLUTTER * (1 - _pure(root, sums)) if root is not None else 0.0


def _held(root: Element | None, sums: _Sums) -> float:
    return sums.wanted.get(root, 0) / max(1, sums.total) if root is not None else 0.0


def _pure(root: Element | None, sums: _Sums) -> float:
    return sums.wanted.get(root, 0) / max(1, sums.all.get(root, 0)) if root is not None else 0.0


def _worth(selector: str, scores: Sequence[float]) -> tuple[float, int]:
    """What a selector is worth on the pages that have no root yet: of nearly equal ones the shorter."""
    steps = selector.count(" ") + (0 if "#" in selector else 1) + (selector.count(".") > 1)
    return (round(sum(scores) / len(scores) - _LENGTH * steps, 4), -len(selector))


def _best(scores: dict[str, list[float]], place: int) -> float:
    return max((of[place] for of in scores.values()), default=0.0)
