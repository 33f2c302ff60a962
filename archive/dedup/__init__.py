"""Recognising the same story: folded texts, an index of sampled shingles in SQL, verification on the text, clusters."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archive.dedup.linking import fingerprint, link

__all__ = ["fingerprint", "link"]


def __getattr__(name: str) -> Any:
    # Loaded when it is asked for: the tables alone, which every command needs, come without numpy and rapidfuzz.
    if name in __all__:
        from archive.dedup import linking

        return getattr(linking, name)
    raise AttributeError(name)
