"""Addresses: how long one may be, and as other formats take them."""

from typing import Final
from urllib.parse import quote

MAX_BYTES: Final = 2_000
"""Of an address, in UTF-8: PostgreSQL indexes no more than 2,704 bytes of a value."""
_PLAIN: Final = frozenset(map(chr, range(0x21, 0x7F))) - frozenset('"<>\\^`{|}')
_KEPT: Final = "!#$%&'()*+,/:;=?@[]~-._"


def is_too_long(url: str) -> bool:
    """Whether an address is longer than the archive takes."""
    return len(url) > MAX_BYTES or len(url.encode("utf-8", "replace")) > MAX_BYTES


def plain_address(url: str) -> str:
    """An address in ASCII, with nothing in it that ends one in a header, a link or a field: blanks, controls, quotes,
    brackets, braces and backslashes are percent-encoded (RFC 3986, 2)."""
    return url if set(url) <= _PLAIN else quote(url, safe=_KEPT, errors="replace")
