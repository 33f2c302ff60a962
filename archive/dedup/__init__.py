"""Recognising the same story: folded texts, an index of sampled shingles in SQL, verification on the text, clusters."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archive.dedup.linking import link

__all__ = ["link"]


def __getattr__(name: str) -> Any:
    # Loaded when it is asked for: the tables alone, which every command needs, come without numpy and rapidfuzz.
    if name == "link":
        from archive.dedup.linking import link

        return link
    raise AttributeError(name)
