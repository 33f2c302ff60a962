"""Addresses, made absolute."""

import re
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from crawler.pages.html.blocks import INVISIBLE

MAX_URL: Final = 8_000
"""A longer address, in characters, is none: no server takes it."""

# Nothing to clean and nothing to join: most addresses of a page.
_PLAIN: Final = re.compile(r"https?://[\w.-]+/[\w./%~-]*(?:\?[\w./%&=~-]*)?(?:#[\w./%-]*)?", re.ASCII)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LINE_BREAKS: Final = re.compile(r"[\t\r\n]")
_SPACE: Final = re.compile(r"\s")
_PATH: Final = re.compile("[^?#]*")


def absolute(base: str, address: str) -> str:
    """The absolute http(s) address that a page at `base` means by `address`; "" for what is none: another scheme
    (`javascript:`, `data:`), a bare fragment, nothing, what cannot be read.

    As browsers read it (https://url.spec.whatwg.org/#concept-basic-url-parser): space around it and line breaks in it
    do not count, a space in it is `%20`, a backslash before the query is a slash. Characters of other scripts stay as
    written. Never raises.
    """
    if len(address) <= MAX_URL and _PLAIN.fullmatch(address):
        return address
    address = INVISIBLE.sub("", _LINE_BREAKS.sub("", address)).strip()
    if not address or address[0] == "#" or len(address) > MAX_URL:
        return ""
    scheme = _SCHEME.match(address)
    if scheme:
        name = scheme[0].lower()
        if name not in ("http:", "https:"):
            return ""
        address = name + address[len(name) :]
    if "\\" in address:
        address = _PATH.sub(lambda path: path[0].replace("\\", "/"), address, count=1)
    address = _SPACE.sub(lambda space: quote(space[0]), address)
    try:
        joined = urljoin(base, address)
        parts = urlsplit(joined)
    except ValueError:
        return ""
    return joined if parts.scheme in ("http", "https") and parts.netloc else ""
