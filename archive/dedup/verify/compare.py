"""Whether two texts are the same story, as what, and how sure: decided on the aligned texts, never on hashes alone."""

from typing import Any, Final

from attrs import evolve, frozen

from archive.dedup.relations import INVERSE, Relation, turned
from archive.dedup.verify.align import extent
from archive.dedup.verify.apart import why_apart
from archive.dedup.verify.facts import Facts, equal_in, look
from archive.dedup.verify.relation import marks, relation
from archive.dedup.verify.texts import Text
from archive.text.fold import fold_positions

MAX_EVIDENCE: Final = 24
"""So many differences are kept."""
MAX_PASSAGE: Final = 1000
"""Characters of a shared passage that are kept."""
_SHOWN: Final = 40
"""Characters of a difference that are kept."""


@frozen(kw_only=True)
class Verdict:
    """How the first text relates to the second (`excerpt_of`: the first stands in the second).

    `marks`: of `transcoded`, `damaged`, `cut`. `similarity`: of the MinHash signatures, 0 to 1. `coverage`,
    `other_coverage`: the share of each text that the other covers, replaced words included. `confidence`: 0 to 1.
    `reason`: the rule that said so, which the evidence keeps as well. `evidence`: what the decision rests on
    (docs/duplicates.md), JSON.
    """

    relation: Relation
    reason: str
    marks: tuple[str, ...]
    similarity: float
    coverage: float
    other_coverage: float
    confidence: float
    evidence: dict[str, Any]

    def inverse(self) -> "Verdict":
        """The same link seen from the second text."""
        return evolve(
            self,
            relation=INVERSE.get(self.relation, self.relation),
            coverage=self.other_coverage,
            other_coverage=self.coverage,
            evidence=turned(self.evidence),
        )


@frozen(kw_only=True, eq=False)
class Rejection:
    """Why two texts are not related.

    `reason`: of `archive.dedup.verify.relation.REASONS` (docs/duplicates.md). `coverage`, `other_coverage`
    and `evidence`: as in a verdict, made only when they are asked for: most pairs that are compared are not related.
    """

    reason: str
    _facts: Facts
    _turned: bool = False

    @property
    def coverage(self) -> float:
        """The share of the first text that the second one covers, 0 to 1."""
        return round(self._facts.other if self._turned else self._facts.cover, 3)

    @property
    def other_coverage(self) -> float:
        """The share of the second text that the first one covers, 0 to 1."""
        return round(self._facts.cover if self._turned else self._facts.other, 3)

    @property
    def evidence(self) -> dict[str, Any]:
        """What the decision rests on, JSON."""
        found = _evidence(self._facts)
        return turned(found) if self._turned else found

    def inverse(self) -> "Rejection":
        """The same seen from the second text."""
        return evolve(self, turned=not self._turned)


def compare(first: Text, second: Text) -> Verdict | Rejection:
    """How two texts relate, or why they do not. `compare(b, a)` is the inverse of `compare(a, b)`. Pure."""
    if (len(second.folded), second.folded) < (len(first.folded), first.folded):
        return compare(second, first).inverse()
    facts = look(first, second)
    reason = why_apart(facts)
    if reason is not None:
        return Rejection(reason=reason, facts=facts)
    kind, why = relation(facts)
    evidence = {"reason": why, **_evidence(facts)}
    if kind == "shares_passage":
        evidence["passage"] = _passage(facts)
    return Verdict(
        relation=kind,
        reason=why,
        marks=(*marks(facts), "cut") if why == "cut" else marks(facts),
        similarity=1.0 if facts.verbatim else round(first.signature.jaccard(second.signature), 3),
        coverage=round(facts.cover, 3),
        other_coverage=round(facts.other, 3),
        confidence=round(_confidence(facts), 3),
        evidence=evidence,
    )


def _evidence(facts: Facts) -> dict[str, Any]:
    if facts.verbatim:
        return {"equal": facts.equal, "days": facts.days}
    gaps = facts.gaps
    return {
        "equal": facts.equal,
        "runs": len(facts.runs),
        "days": facts.days,
        "numbers_same": gaps.numbers_same,
        "numbers": gaps.numbers,
        "words": gaps.words,
        "noise": gaps.noise,
        "differences": [[gap.kind, gap.ours[:_SHOWN], gap.theirs[:_SHOWN]] for gap in gaps.gaps[:MAX_EVIDENCE]],
    }


def _passage(facts: Facts) -> str:
    """The longest passage that both have, as the shorter text writes it, with its line ends."""
    start, end, _, _ = extent(max(facts.runs, key=equal_in))
    folded = fold_positions(facts.first.body)
    return facts.first.body[int(folded.positions[start]) : int(folded.positions[end - 1]) + 1][:MAX_PASSAGE]


def _confidence(facts: Facts) -> float:
    """How sure, 0 to 1: how much of the shorter text is equal, how much text that is, and what speaks against it."""
    if facts.verbatim:
        return 1.0
    sure = 0.5 + 0.5 * max(facts.cover, facts.other) * min(1.0, facts.equal / 150)
    if facts.gaps.numbers:
        sure -= 0.1
    if not facts.near_in_time:
        sure -= 0.1
    return max(0.1, min(sure, 0.5 + 0.5 * facts.strict + 0.2))
