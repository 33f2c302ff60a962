"""What a setting's value may be. Each kind takes a value of the settings file, or the text of an environment variable
or an option, and gives the value; it raises `ValueError` with a complaint to be read behind the setting's name."""

import math
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

Kind = Callable[[Any], Any]

_LARGEST: Final = 1e15


def number(what: str, most: float = _LARGEST) -> Kind:
    """A number from 0 to `most`. `what`: the unit, in words."""

    def read(value: Any) -> float:
        try:
            found = float(value) if not isinstance(value, bool) else math.nan
        except (TypeError, ValueError):
            found = math.nan
        if not 0 <= found < _LARGEST:
            raise ValueError(f"is {value!r}, which is not a number that makes sense here")
        if found > most:
            raise ValueError(f"is {found:g}; it takes {what}, at most {most:g}")
        return found

    return read


def whole(what: str) -> Kind:
    """A whole number, 1 or more. `what`: the unit, in words."""

    def read(value: Any) -> int:
        found = number(what)(value)
        if found < 1 or found != int(found):
            raise ValueError(f"is {value!r}; it takes a whole number of {what}, 1 or more")
        return int(found)

    return read


def share(value: Any) -> float:
    """A share, 0 to 1."""
    found: float = number("a share")(value)
    if found > 1:
        raise ValueError(f"is {found:g}; it is a share, 0 to 1")
    return found


def text(value: Any) -> str:
    """A text of one line."""
    if not isinstance(value, str):
        raise ValueError(f'is {value!r}; it takes a text: write it between quotation marks, "…"')
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise ValueError("holds a control character or more than one line; it takes a text of one line")
    return value


def choice(*values: str) -> Kind:
    """One of these words."""
    words = f"{', '.join(values[:-1])} or {values[-1]}"

    def read(value: Any) -> str:
        if value not in values:
            raise ValueError(f"is {value!r}; it is {words}")
        return str(value)

    return read


def proxy(value: Any) -> str:
    """The address of a proxy."""
    scheme, there, _ = text(value).partition("://")
    if there and scheme.lower() != "http":
        raise ValueError(f"begins with {scheme}://, and only proxies at http:// are spoken to")
    return str(value)


def web_address(value: Any) -> str:
    """An address at http(s)."""
    try:
        parts = urlsplit(text(value))
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        known = False
    if not known:
        raise ValueError(f"is {value!r}; it takes an address that begins with https:// or http://")
    return str(value)
