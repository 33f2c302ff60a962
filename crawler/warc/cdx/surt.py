"""The key by which a replay program finds an address: its host turned round, and what makes no other page levelled.

The form is that of the Wayback Machine's keys ("Sort-friendly URI Reordering Transform"), which pywb and WACZ readers
compute of the address that is asked for; the tests hold it against theirs. Their library is under the AGPL, so this is
not that.
"""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

_PARTS: Final = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?//([^/?]*)([^?]*)(?:\?(.*))?", re.DOTALL)
_PORTS: Final = {"http": "80", "https": "443"}
_PORT: Final = re.compile(r":(\d*)$")
_WWW: Final = re.compile(r"www\d*\.")
_DOTS: Final = re.compile(r"\.{2,}")
_SLASHES: Final = re.compile(r"/{2,}")
_ESCAPE: Final = re.compile(rb"%[0-9A-Fa-f]{2}")
_BARE: Final = frozenset(range(0x21, 0x7F)) - frozenset(b"#%")
_ROUNDS: Final = 8
"""So often is an address unpacked that was percent-encoded again and again."""
_HEX: Final = "[0-9a-z]{32}"
_SESSIONS: Final = tuple(
    re.compile(f"(.*){one}(?:&|$)", re.DOTALL)
    for one in (
        f"jsessionid={_HEX}",
        f"phpsessid={_HEX}",
        f"sid={_HEX}",
        "aspsessionid[a-z]{8}=[a-z]{24}",
        "cfid=[^&]+&cftoken=[^&]+",
    )
)
"""What a query says of the session alone, one rule after the other."""
_IN_PATH: Final = re.compile(r"/(?:\((?:[a-z]\([0-9a-z]{24}\))+\)|\([0-9a-z]{24}\))(?=/[^?]+\.aspx)")


def surt(url: str) -> str:
    """`https://www.163.com/dy/A.html?b=1&a` is `com,163)/dy/a.html?a&b=1`: ASCII, without blanks and controls.

    What is no address of a host is given percent-encoded, in small letters.
    """
    url = re.sub(r"[\t\r\n]", "", url.strip()).partition("#")[0]
    found = _PARTS.fullmatch(url)
    if found is None:
        return _escaped(url.encode("utf-8", "replace")).lower()
    scheme, authority, path, query = found.groups()
    host = _host(authority.rpartition("@")[2], (scheme or "http").lower())
    key = f"{host})/{_path(path)}"
    asked = _query(query) if query else ""
    return f"{key}?{asked}" if asked else key


def _host(authority: str, scheme: str) -> str:
    port = _PORT.search(authority)
    name = authority[: port.start()] if port is not None else authority
    number = port[1] if port is not None and port[1] != _PORTS.get(scheme) else ""
    name = _DOTS.sub(".", _ascii(_unescaped(name).decode("utf-8", "replace").lower()).strip("."))
    name = _WWW.sub("", name, count=1) if _WWW.match(name) else name
    if not name.startswith("["):
        name = ",".join(reversed(name.split(".")))
    key = _escaped(name.strip("[]").encode())
    return f"{key}:{number}" if number else key


def _ascii(name: str) -> str:
    try:
        return name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        return name


def _path(path: str) -> str:
    """Without its first slash, and without the last."""
    kept: list[str] = []
    # Bytes as characters of the same number, which `_escaped` takes back.
    for step in _unescaped(path).decode("latin-1").removeprefix("/").split("/"):
        if step == ".." and kept:
            kept.pop()
        elif step != ".":
            kept.append(step)
    told = _IN_PATH.sub("", f"/{_lower('/'.join(kept))}")
    return _escaped(_SLASHES.sub("/", told).strip("/").encode("latin-1"))


def _query(query: str) -> str:
    told = _lower(_unescaped(query).decode("latin-1"))
    for session in _SESSIONS:
        told = session.sub(r"\1", told, count=1)
    return "&".join(sorted(_escaped(told.encode("latin-1")).split("&"), key=lambda one: one.split("=", 1)))


def _lower(text: str) -> str:
    """ASCII letters alone: the others are bytes."""
    return text.encode("latin-1").lower().decode("latin-1")


def _unescaped(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    for _ in range(_ROUNDS):
        if _ESCAPE.search(data) is None:
            break
        data = unquote_to_bytes(data)
    return data


def _escaped(data: bytes) -> str:
    return "".join(chr(one) if one in _BARE else f"%{one:02x}" for one in data)
