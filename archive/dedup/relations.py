"""The relations between two texts (docs/duplicates.md), and a link seen from its other end."""

from typing import Any, Final, Literal

Relation = Literal["exact", "near", "revised", "spun", "excerpt_of", "contains", "shares_passage", "doubtful"]

INVERSE: Final[dict[Relation, Relation]] = {"excerpt_of": "contains", "contains": "excerpt_of"}
"""The relations that have another name from the other end."""


def turned(evidence: dict[str, Any]) -> dict[str, Any]:
    """The evidence of a link, with the two texts exchanged in each difference."""
    differences = [[kind, theirs, ours] for kind, ours, theirs in evidence.get("differences", [])]
    return {**evidence, "differences": differences} if differences else evidence
