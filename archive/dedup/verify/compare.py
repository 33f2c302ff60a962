"""Whether two texts are the same story, as what, and how sure: decided on the aligned texts, never on hashes alone."""

from copy import copy
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray
from rapidfuzz import fuzz

from archive.dedup.propose.signature import Values, signature, similarity
from archive.dedup.verify.align import Anchored, Op, align, extent
from archive.dedup.verify.damage import damaged_runs, traditional_share
from archive.dedup.verify.gaps import MAX_EVIDENCE, type_gaps
from archive.dedup.verify.rules import (
    FAR,
    SHORT,
    Facts,
    Relation,
    equal_in,
    is_believed,
    is_other_story,
    is_passage,
    relation,
)
from archive.text.fold import Codes, as_text, fold, fold_codes

INVERSE: Final[dict[Relation, Relation]] = {"excerpt_of": "contains", "contains": "excerpt_of"}
_ALIKE_HEADLINES: Final = 60  # per cent of the shorter headline
_SHOWN: Final = 40  # characters of a difference that the evidence keeps


class Text(Anchored):
    """One text to compare, folded. `body`, `headline`: as they are stored."""

    def __init__(self, body: str, codes: Codes, published_at: datetime | None, headline: str | None = None) -> None:
        super().__init__(as_text(codes), codes)
        self.body = body
        self.published_at = published_at
        self.headline = headline

    def dated(self, published_at: datetime | None) -> "Text":
        """The same text, published at another time."""
        other = copy(self)
        other.published_at = published_at
        return other

    @cached_property
    def traditional(self) -> float:
        """The share of its characters in the traditional script, 0 to 1."""
        return traditional_share(self.body)

    @cached_property
    def damaged(self) -> NDArray[np.bool_]:
        """Which folded characters stand in a run of mojibake."""
        return damaged_runs(self.codes)

    @cached_property
    def sound(self) -> int:
        """Its folded characters, but for those runs; at least 1."""
        return max(1, len(self.folded) - int(self.damaged.sum()))

    @cached_property
    def signature(self) -> Values:
        """Its MinHash."""
        return signature(self.codes)


@frozen(kw_only=True)
class Verdict:
    """How the first text relates to the second (`excerpt_of`: the first stands in the second).

    `marks`: of `transcoded`, `damaged`, `cut`. `similarity`: of the MinHash signatures, 0 to 1. `coverage`,
    `other_coverage`: the share of each text that the other covers, replaced words included. `confidence`: 0 to 1.
    `evidence`: what the decision rests on (docs/duplicates.md), JSON.
    """

    relation: Relation
    marks: tuple[str, ...]
    similarity: float
    coverage: float
    other_coverage: float
    confidence: float
    evidence: dict[str, Any]

    def inverse(self) -> "Verdict":
        """The same link seen from the second text."""
        differences = [[kind, theirs, ours] for kind, ours, theirs in self.evidence.get("differences", [])]
        return evolve(
            self,
            relation=INVERSE.get(self.relation, self.relation),
            coverage=self.other_coverage,
            other_coverage=self.coverage,
            evidence={**self.evidence, "differences": differences} if differences else self.evidence,
        )


def prepare(body: str, published_at: datetime | None = None, headline: str | None = None) -> Text:
    """A text ready to be compared. Pure."""
    return Text(body, fold_codes(body), published_at, headline)


def compare(first: Text, second: Text) -> Verdict | None:
    """The verdict, or None: two different stories. `compare(b, a)` is the inverse of `compare(a, b)`. Pure."""
    if not first.folded or not second.folded:
        return None
    if first.folded == second.folded:
        if len(first.folded) < SHORT and not _may_be_one(first, second):
            return None
        return Verdict(
            relation="exact",
            marks=_marks(first, second, noise=0, equal=len(first.folded)),
            similarity=1.0,
            coverage=1.0,
            other_coverage=1.0,
            confidence=1.0,
            evidence={"equal": len(first.folded), "days": _days(first, second)},
        )
    if (len(second.folded), second.folded) < (len(first.folded), first.folded):
        verdict = _compare(second, first)
        return verdict.inverse() if verdict else None
    return _compare(first, second)


def _compare(first: Text, second: Text) -> Verdict | None:
    runs = [run for run in align(first, second) if _is_dense(run)]
    if not runs:
        return None
    gaps = type_gaps(first.folded, second.folded, runs, first.damaged, second.damaged)
    equal = sum(equal_in(run) for run in runs)
    facts = Facts(
        equal=equal,
        strict=min(1.0, equal / min(first.sound, second.sound)),
        cover=min(1.0, (equal + gaps.replaced) / first.sound),
        other=min(1.0, (equal + gaps.other_replaced) / second.sound),
        days=_days(first, second),
        runs=runs,
        gaps=gaps,
    )
    if is_other_story(facts) or not is_believed(facts):
        return None
    if equal < SHORT and not is_passage(facts) and not _may_be_one(first, second):
        return None
    kind, cut = relation(facts)
    marks = _marks(first, second, noise=gaps.noise, equal=equal)
    return Verdict(
        relation=kind,
        marks=(*marks, "cut") if cut else marks,
        similarity=round(similarity(first.signature, second.signature), 3),
        coverage=round(facts.cover, 3),
        other_coverage=round(facts.other, 3),
        confidence=round(_confidence(facts), 3),
        evidence={
            "equal": equal,
            "runs": len(runs),
            "days": facts.days,
            "numbers_same": gaps.numbers_same,
            "numbers": gaps.numbers,
            "words": gaps.words,
            "noise": gaps.noise,
            "differences": [[gap.kind, gap.ours[:_SHOWN], gap.theirs[:_SHOWN]] for gap in gaps.gaps[:MAX_EVIDENCE]],
        },
    )


def _may_be_one(first: Text, second: Text) -> bool:
    """Whether two very short texts can be one story: pages without one share a notice, under different headlines."""
    days = _days(first, second)
    if days is not None and days > FAR:
        return False
    ours, theirs = fold(first.headline or ""), fold(second.headline or "")
    if not ours or not theirs or ours in second.folded or theirs in first.folded:
        return True
    return fuzz.partial_ratio(ours, theirs) >= _ALIKE_HEADLINES


def _is_dense(run: list[Op]) -> bool:
    start, end, other_start, other_end = extent(run)
    equal = equal_in(run)
    return equal >= 8 and equal >= 0.4 * max(end - start, other_end - other_start)


def _days(first: Text, second: Text) -> float | None:
    """Days between the publications, at 0.01; None if one has no date."""
    if first.published_at is None or second.published_at is None:
        return None
    return round(abs((first.published_at - second.published_at).total_seconds()) / 86400, 2)


def _confidence(facts: Facts) -> float:
    """How sure, 0 to 1: how much of the shorter text is equal, how much text that is, and what speaks against it."""
    sure = 0.5 + 0.5 * max(facts.cover, facts.other) * min(1.0, facts.equal / 150)
    if facts.gaps.numbers:
        sure -= 0.1
    if not facts.near_in_time:
        sure -= 0.1
    return max(0.1, min(sure, 0.5 + 0.5 * facts.strict + 0.2))


def _marks(first: Text, second: Text, *, noise: int, equal: int) -> tuple[str, ...]:
    marks = []
    if abs(first.traditional - second.traditional) > 0.08:
        marks.append("transcoded")
    if max(int(first.damaged.sum()), int(second.damaged.sum())) >= 8 or noise >= max(5, equal // 40):
        marks.append("damaged")
    return tuple(marks)
