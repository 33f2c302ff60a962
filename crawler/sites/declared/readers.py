"""What a template's reader was made with, for those who check or describe it: a reader is a function and no more."""

import inspect
import re
from typing import Any

from attrs import frozen

from crawler.pages.html.selectors import Selector
from crawler.pages.template.readers import Reader


@frozen
class Made:
    """`called`: as a person would know it again in the file: `text('h1.title')`, `meta('og:title')`, a function's
    name. `selectors`, `patterns`: those that it was made with."""

    called: str
    selectors: tuple[Selector, ...] = ()
    patterns: tuple[str, ...] = ()


def made_with(reader: Reader) -> Made:
    """What this reader was made with."""
    if not inspect.isfunction(reader):
        return Made(getattr(reader, "__name__", type(reader).__name__))
    kind, inner, _ = reader.__qualname__.partition(".<locals>.")
    if not inner or reader.__module__ != "crawler.pages.template.readers":
        return Made(reader.__name__)
    held: dict[str, Any] = dict(inspect.getclosurevars(reader).nonlocals)
    within = [made_with(value) for value in held.values() if inspect.isfunction(value)]
    selectors = [value for value in held.values() if isinstance(value, Selector)]
    patterns = [value.pattern for value in held.values() if isinstance(value, re.Pattern)]
    words = [held[name] for name in ("prefix", "needle", "name", "word") if isinstance(held.get(name), str)]
    shown = [*(repr(one.text) for one in selectors), *map(repr, words), *(one.called for one in within)]
    return Made(
        called=f"{kind}({', '.join(shown)})",
        selectors=(*selectors, *(one for made in within for one in made.selectors)),
        patterns=(*patterns, *(one for made in within for one in made.patterns)),
    )
