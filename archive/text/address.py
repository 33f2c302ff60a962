"""Addresses as other formats take them."""

from typing import Final
from urllib.parse import quote

_PLAIN: Final = frozenset(map(chr, range(0x21, 0x7F))) - frozenset('"<>\\^`{|}')
_KEPT: Final = "!#$%&'()*+,/:;=?@[]~-._"


def plain_address(url: str) -> str:
    """An address in ASCII, with nothing in it that ends one in a header, a link or a field: blanks, controls, quotes,
    brackets, braces and backslashes are percent-encoded (RFC 3986, 2)."""
    return url if set(url) <= _PLAIN else quote(url, safe=_KEPT, errors="replace")
