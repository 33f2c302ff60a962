"""Addresses as people's files hold them, in the one form that names the article."""

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from archive.text.address import MAX_BYTES, is_too_long

_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)")
_HOST: Final = re.compile(r"[^\s/?#@:]+\.[^\s/?#@:]{2,}(?::\d{1,5})?(?:[/?#]|$)")
_PORTS: Final = {"http": ":80", "https": ":443"}


def normal(written: object) -> str:
    """An http or https address without blanks around it, its scheme there and small, its host small, without the
    scheme's own port; `https` where it has no scheme. Raises `ValueError` with what is wrong with any other."""
    if not isinstance(written, str):
        raise ValueError("is not text")
    # As browsers do (https://url.spec.whatwg.org/#concept-basic-url-parser), line ends inside go.
    text = _CONTROLS.sub("", written[: 8 * MAX_BYTES]).strip().replace(" ", "%20")
    if text.startswith("//"):
        text = f"https:{text}"
    elif _SCHEME.match(text) is None and _HOST.match(text):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise ValueError("is malformed") from error
    if parts.scheme not in _PORTS or not host:
        raise ValueError("is not an http or https address")
    login, at, place = parts.netloc.rpartition("@")
    place = place.lower().removesuffix(_PORTS[parts.scheme])
    text = urlunsplit((parts.scheme, f"{login}{at}{place}", parts.path or "/", parts.query, parts.fragment))
    if is_too_long(text):
        raise ValueError(f"is longer than {MAX_BYTES} bytes")
    return text


def is_address(value: object) -> bool:
    """Whether a value can be nothing but an address."""
    return isinstance(value, str) and re.match(r"\s*(?:https?:)?//[^\s/]+\.", value, re.IGNORECASE) is not None


def same_page(url: str) -> str:
    """What two addresses of one page have in common, however they were written: scheme and `www.` count not."""
    return url.partition("#")[0].partition("://")[2].removeprefix("www.")
