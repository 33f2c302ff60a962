"""What an edit is, and how much it matters; `archive.watch.edits` finds them, and loads what compares texts."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from attrs import frozen


class Kind(StrEnum):
    """What is another one."""

    HEADLINE = "headline"
    NUMBER = "number"
    NAME = "name"
    DATE = "date"
    PARAGRAPH_REMOVED = "paragraph_removed"
    PARAGRAPH_ADDED = "paragraph_added"
    WORDING = "wording"
    PUNCTUATION = "punctuation"


WEIGHTS: Final = {
    Kind.HEADLINE: 8,
    Kind.NUMBER: 6,
    Kind.NAME: 6,
    Kind.PARAGRAPH_REMOVED: 5,
    Kind.DATE: 4,
    Kind.PARAGRAPH_ADDED: 3,
    Kind.WORDING: 2,
    Kind.PUNCTUATION: 0,
}
"""How much a change of this kind matters. A revision weighs what its kinds weigh together, each once: twenty changed
words are no more than one changed number."""


@frozen(kw_only=True)
class Edit:
    """One difference: what the text had (`before`), and what stands there now (`after`); "" for nothing."""

    kind: Kind
    before: str
    after: str


def weight(found: Sequence[Edit]) -> int:
    """How much these changes matter together."""
    return sum(WEIGHTS[kind] for kind in {edit.kind for edit in found})
