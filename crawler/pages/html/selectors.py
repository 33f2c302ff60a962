"""Elements by a small selector language, without XPath: `contains(@class)` over a whole page costs more than its parse.

A selector is `tag`, `tag.class`, `#id`, `tag[attribute]` or `tag[attribute=value]`, or several with spaces between
them, each inside the one before. A class needs its tag: the tree is searched by tag, in C.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from attrs import frozen

from crawler.pages.html.parse import Element, by_id

_STEP: Final = re.compile(
    r"(?:#(?P<id>[\w-]+)|(?P<tag>[a-z][\w:]*)(?:\.(?P<klass>[\w-]+))?(?:\[(?P<attr>[\w:-]+)(?:=(?P<value>[^\]]*))?\])?)"
)


@frozen
class _Step:
    id: str
    tag: str
    klass: str
    attribute: str
    value: str | None


@cache
def _steps(selector: str) -> tuple[_Step, ...]:
    steps = []
    for part in selector.split():
        found = _STEP.fullmatch(part)
        if not found:
            raise ValueError(f"no such selector as {selector!r}")
        steps.append(
            _Step(found["id"] or "", found["tag"] or "", found["klass"] or "", found["attr"] or "", found["value"])
        )
    return tuple(steps)


def select_all(root: Element, selector: str) -> Iterator[Element]:
    """The elements from `root` on (or, for `#id`, in the whole page) that the selector names, in order."""
    return _descend(root, _steps(selector), 0)


def select(root: Element, selector: str) -> Element | None:
    """The first of `select_all`, or None."""
    return next(_descend(root, _steps(selector), 0), None)


def _descend(root: Element, steps: tuple[_Step, ...], index: int) -> Iterator[Element]:
    step = steps[index]
    last = index + 1 == len(steps)
    if step.id:
        found = by_id(root, step.id)
        candidates: Iterator[Element] = iter(() if found is None else (found,))
    else:
        candidates = root.iter(step.tag)
    for element in candidates:
        if element is root and index:
            continue
        if step.klass:
            classes = element.get("class")
            if not classes or step.klass not in classes or step.klass not in classes.split():
                continue
        if step.attribute:
            value = element.get(step.attribute)
            if value is None or (step.value is not None and value != step.value):
                continue
        if last:
            yield element
        else:
            yield from _descend(element, steps, index + 1)
