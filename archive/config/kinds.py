"""What a setting's value may be. Each kind takes a value of the settings file, or the text of an environment variable
or an option, and gives the value; it raises `ValueError` with a complaint to be read behind the setting's name."""

import math
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

Kind = Callable[[Any], Any]

_LARGEST: Final = 1e15
_DATABASE: Final = re.compile(
    r"(?P<backend>\w+)[\w+]*://(?:[^:/]*(?::[^@]*)?@)?(?:\[[^/?]+\]|[^/:?]+)?(?::(?P<port>[^/?]*))?"
)
"""How an address begins, by SQLAlchemy's own pattern: what follows may be anything."""


def number(what: str, most: float = _LARGEST, *, above_zero: bool = False) -> Kind:
    """A number from 0, or more than that, to `most`. `what`: the unit, in words."""
    takes = what + (", more than 0" if above_zero else "") + (f", at most {most:g}" if most < _LARGEST else "")

    def read(value: Any) -> float:
        found = _number(value, takes)
        if found > most or (above_zero and found == 0):
            raise ValueError(f"is {found:g}; it takes {takes}")
        return found

    return read


def whole(what: str) -> Kind:
    """A whole number, 1 or more. `what`: the unit, in words."""
    takes = f"a whole number of {what}, 1 or more"

    def read(value: Any) -> int:
        found = _number(value, takes)
        if found < 1 or found != int(found):
            raise ValueError(f"is {value!r}; it takes {takes}")
        return int(found)

    return read


def share(value: Any) -> float:
    """A share, 0 to 1."""
    found = _number(value, "a share, 0 to 1")
    if found > 1:
        raise ValueError(f"is {found:g}; it is a share, 0 to 1")
    return found


def _number(value: Any, takes: str) -> float:
    """A number that is not negative. `takes`: what the setting takes, in words."""
    try:
        found = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not 0 <= found < _LARGEST:
        raise ValueError(f"is {value!r}, which is not a number that makes sense here; it takes {takes}")
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


def database(value: Any) -> str:
    """The SQLAlchemy address of a database, as far as it can be told without loading SQLAlchemy. It is not repeated in
    the complaint: it may hold a password."""
    found = _DATABASE.match(text(value))
    if found is None or not (found["port"] is None or re.fullmatch("[0-9]+", found["port"])):
        raise ValueError("is not a database address; write sqlite:///FILE or postgresql://USER@HOST/NAME")
    if found["backend"] not in ("sqlite", "postgresql"):
        raise ValueError(
            f"names a database of {found['backend']}, and archives are kept in SQLite or PostgreSQL; "
            "write sqlite:///FILE or postgresql://USER@HOST/NAME"
        )
    return str(value)


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
