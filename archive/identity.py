"""The id of an article that has none of its own."""

import hashlib


def hashed_id(url: str) -> str:
    """The native id of a page whose site has none: `u:` and 16 hex digits of its address's SHA-1. The fragment counts
    not, and http is https: which of both was written down says nothing of the page."""
    plain = url.partition("#")[0]
    if plain.startswith("http:"):
        plain = f"https:{plain[5:]}"
    return "u:" + hashlib.sha1(plain.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[:16]
