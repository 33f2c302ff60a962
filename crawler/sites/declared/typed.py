"""Whether the values of a declaration are of the types that its class is written with."""

import types
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from crawler.pages.page import Outcome
from crawler.pages.template.document import Document
from crawler.pages.template.site import Listing
from crawler.sites.declared.loading import Missing

_KNOWN: Final[dict[str, Any]] = {
    "Callable": Callable,
    "Document": Document,
    "Listing": Listing,
    "Outcome": Outcome,
    "Sequence": Sequence,
    "datetime": datetime,
    "timedelta": timedelta,
}
"""What the classes' types are written with, where these names stand behind `TYPE_CHECKING`."""


def wrong_types(declared: Any, called: str) -> Iterator[str]:
    """A line for each value of a declaration that is not of the type that its class is written with."""
    hints = _hints(declared.__class__)
    for field in attrs.fields(type(declared)):
        if field.init and not is_of(getattr(declared, field.name), hints[field.name]):
            yield f"{called}: {field.name} is {shown(getattr(declared, field.name))}; {_wanted(hints[field.name])}"


@cache
def _hints(declared: type) -> dict[str, Any]:
    return get_type_hints(declared, localns=_KNOWN)


def is_of(value: Any, hint: Any) -> bool:
    """Whether a value is of a type, as far as these classes use types. What is missing is."""
    if hint is Any or isinstance(value, Missing):
        return True
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return value in inner
    if origin in (Union, types.UnionType):
        return any(is_of(value, one) for one in inner)
    if origin is tuple:
        return _is_tuple(value, inner)
    if Callable in (hint, origin):
        return callable(value)
    if hint in (int, float):
        return isinstance(value, int if hint is int else (int, float)) and not isinstance(value, bool)
    return isinstance(value, origin or hint)


def _is_tuple(value: Any, inner: tuple[Any, ...]) -> bool:
    if not isinstance(value, tuple | list):
        return False
    if inner[-1] is ...:
        return all(is_of(one, inner[0]) for one in value)
    return len(value) == len(inner) and all(is_of(one, kind) for one, kind in zip(value, inner, strict=True))


def _wanted(hint: Any) -> str:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return f"it is one of {', '.join(map(repr, inner))}"
    if origin in (Union, types.UnionType):
        return _wanted(inner[0]) + (" or None" if type(None) in inner else "")
    if origin is tuple:
        each = inner[0]
        if get_origin(each) is tuple:
            return f'it is a tuple of pairs: (("…", {_kind(get_args(each)[1])}),)'
        return f"it is a tuple of {_kind(each)}s" + (', with a comma even for one: ("…",)' if each is str else "")
    return f"it is a {_kind(hint)}"


def _kind(hint: Any) -> str:
    if get_origin(hint) is not None or hint is Callable:
        return "function" if callable(get_origin(hint) or hint) else str(hint)
    return {str: "text", int: "whole number", float: "number"}.get(hint, getattr(hint, "__name__", str(hint)))


def shown(value: Any) -> str:
    """A value as a person may be shown it: its first characters."""
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


def is_sound(declared: Any, *names: str) -> bool:
    """Whether these values of a declaration are there and of their types."""
    hints = _hints(declared.__class__)
    values = [(getattr(declared, name), hints[name]) for name in names]
    return not any(isinstance(value, Missing) or not is_of(value, hint) for value, hint in values)


def is_whole(declared: Any) -> bool:
    """Whether no value of a declaration is missing."""
    return not any(isinstance(getattr(declared, one.name), Missing) for one in attrs.fields(type(declared)))
