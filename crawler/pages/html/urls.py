"""Addresses: made absolute, and the id of a page whose site gives none."""

import hashlib
from urllib.parse import urljoin

from crawler.pages.html.blocks import fold


def absolute(base: str, address: str) -> str:
    """An absolute http(s) address; "" for what is none (`javascript:`, `data:`, a bare fragment)."""
    if address.startswith(("http://", "https://")):
        return fold(address) if " " in address or "\n" in address else address
    if not address or address[0] == "#" or ":" in address.split("/", 1)[0]:
        return ""
    try:
        return urljoin(base, fold(address))
    except ValueError:
        return ""


def hashed_id(url: str) -> str:
    """The native id of a page whose site has none: `u:` and 16 hex digits of the address's SHA-1."""
    return "u:" + hashlib.sha1(url.partition("#")[0].encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:16]
