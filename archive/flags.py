"""What an article's flags say of its text."""

from collections.abc import Iterable, Sequence
from typing import Final

INCOMPLETE: Final = frozenset({"truncated", "paywall", "incomplete", "mojibake", "injected_pinyin", "tag_residue"})
"""Flags of a text that may be less than, or not quite, what was published: it does not stand for its story."""

NO_TEXT: Final = "no_text_to_compare"
"""The flag of an article of which nothing counts as text (docs/duplicates.md). It is not stored: what counts changes
with what the archive learns."""

DISAGREES: Final = "witness_disagrees"
"""The flag of an article of which the witness (`crawler.pages.witness`) reads the body far otherwise than is usual."""


def shown(flags: Sequence[str], counted: int | None) -> list[str]:
    """An article's flags for a reader. `counted`: its folded characters that count, None where that is not known."""
    return [*flags, NO_TEXT] if counted == 0 else [*flags]


def is_complete(flags: Iterable[str]) -> bool:
    """Whether no flag says that the text was cut or damaged."""
    return INCOMPLETE.isdisjoint(flags)
