"""What an article's flags say of its text."""

from collections.abc import Iterable
from typing import Final

INCOMPLETE: Final = frozenset({"truncated", "paywall", "incomplete", "mojibake", "injected_pinyin", "tag_residue"})
"""Flags of a text that may be less than, or not quite, what was published: it does not stand for its story."""


def is_complete(flags: Iterable[str]) -> bool:
    """Whether no flag says that the text was cut or damaged."""
    return INCOMPLETE.isdisjoint(flags)
