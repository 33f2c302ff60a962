"""Whether two articles of a story carry one text: by their link, or else by comparing their texts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from archive.dedup.clusters.links import link_between
from archive.dedup.stored import read
from archive.dedup.verify.compare import Rejection, Verdict, compare
from archive.dedup.verify.relation import SAME_TEXT

if TYPE_CHECKING:
    from archive.dedup.verify.texts import Text

WITHIN: Final = 0.7
"""Of an excerpt, so much stands in the other text at least: a report that grew holds its own first lines."""

Pair = tuple[int, int]
"""Two articles, the lower id first."""


class Verdicts:
    """`known`: pairs with a link, and why they do not carry one text, None where they do. `stored`: whether the archive
    has links of others."""

    def __init__(self, connection: Connection, known: Mapping[Pair, str | None], *, stored: bool) -> None:
        self._connection = connection
        self._known = dict(known)
        self._stored = stored
        self._texts: dict[int, Text] = {}
        self.found: list[tuple[int, int, Verdict]] = []
        """The links that are new, as seen from the later article, which comes first."""

    def why(self, one: int, other: int) -> str | None:
        """Why the two do not carry one text; None where they do."""
        pair = (min(one, other), max(one, other))
        if pair not in self._known:
            link = link_between(self._connection, *pair) if self._stored else None
            self._known[pair] = carries(*link) if link else self._compared(*pair)
        return self._known[pair]

    def _compared(self, early: int, late: int) -> str | None:
        # One of the two is often one of the two before.
        self._texts = {key: text for key, text in self._texts.items() if key in (early, late)}
        self._texts |= read(self._connection, [key for key in (early, late) if key not in self._texts])
        verdict = compare(self._texts[late], self._texts[early])
        if isinstance(verdict, Rejection):
            return verdict.reason
        self.found.append((late, early, verdict))
        return carries(verdict.relation, verdict.coverage, verdict.other_coverage)


def carries(relation: str, coverage: float, other_coverage: float) -> str | None:
    """The relation of two articles, where it is not that one carries the other's text or holds it within its own."""
    whole = relation in SAME_TEXT
    held = relation in ("excerpt_of", "contains") and max(coverage, other_coverage) >= WITHIN
    return None if whole or held else relation
