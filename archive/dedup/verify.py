"""Whether two texts are the same story, as what, and how sure: decided on the aligned texts, never on hashes alone."""

from datetime import datetime
from typing import Any, Final, Literal

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from archive.dedup.align import Op, align, extent
from archive.dedup.gaps import MAX_EVIDENCE, Gaps, type_gaps
from archive.fold import Codes, as_text, fold_codes

Relation = Literal["exact", "near", "revised", "spun", "excerpt_of", "contains"]
SAME_TEXT: Final = frozenset({"exact", "near", "revised", "spun"})
"""The relations that unite two articles in one cluster; the others link them only."""
INVERSE: Final[dict[str, Relation]] = {"excerpt_of": "contains", "contains": "excerpt_of"}

_DAMAGE_WINDOW: Final = 12
_DAMAGE_SHARE: Final = 0.34


@frozen(kw_only=True, eq=False)
class Text:
    """One text to compare. `lines`: the number of its lines. Times carry a zone."""

    folded: str
    codes: Codes
    damaged: NDArray[np.bool_]
    site: str
    url: str
    published_at: datetime | None

    @property
    def sound(self) -> int:
        """Its folded characters, but for runs of mojibake."""
        return max(1, len(self.folded) - int(self.damaged.sum()))


@frozen(kw_only=True)
class Verdict:
    """How the first text relates to the second (`excerpt_of`: the first stands in the second).

    `marks`: `transcoded`, `damaged`, `cut`. `similarity`: the share of both texts that is equal, 0 to 1. `coverage`,
    `other_coverage`: the share of each text that the other covers, synonyms included. `confidence`: 0 to 1.
    `evidence`: counts, and the first differences as (kind, ours, theirs).
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
        return Verdict(
            relation=INVERSE.get(self.relation, self.relation),
            marks=self.marks,
            similarity=self.similarity,
            coverage=self.other_coverage,
            other_coverage=self.coverage,
            confidence=self.confidence,
            evidence={**self.evidence, "differences": differences},
        )


def prepare(body: str, *, site: str = "", url: str = "", published_at: datetime | None = None) -> Text:
    """A text ready to be compared. Pure."""
    codes = fold_codes(body)
    return Text(
        folded=as_text(codes), codes=codes, damaged=damage(codes), site=site, url=url, published_at=published_at
    )


def damage(codes: Codes) -> NDArray[np.bool_]:
    """Which folded characters stand in a run of mojibake: where rare characters are as frequent as they never are."""
    if not len(codes):
        return np.zeros(0, dtype=bool)
    rare = _common()[np.minimum(codes, 0xFFFF)] == 0
    if rare.sum() < 3:
        return np.zeros(len(codes), dtype=bool)
    window = np.ones(_DAMAGE_WINDOW)
    share = np.convolve(rare, window, mode="same") / np.convolve(np.ones(len(rare)), window, mode="same")
    return np.asarray(share >= _DAMAGE_SHARE)


_COMMON: list[NDArray[np.uint8]] = []


def _common() -> NDArray[np.uint8]:
    """1 for the code points of ordinary text: the first level of GB 2312 (folded), Latin, digits, kana."""
    if not _COMMON:
        table = np.zeros(0x10000, dtype=np.uint8)
        table[:0x3400] = 1
        table[0xAC00:0xD7A4] = 1
        level = bytes(byte for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF) for byte in (row, cell))
        table[fold_codes(level.decode("gb2312", "ignore"))] = 1
        _COMMON.append(table)
    return _COMMON[0]


def compare(first: Text, second: Text) -> Verdict | None:
    """The verdict, or None: two different stories. Symmetric: `compare(b, a)` is the inverse. Pure."""
    if first.folded == second.folded:
        return Verdict(
            relation="exact",
            marks=(),
            similarity=1.0,
            coverage=1.0,
            other_coverage=1.0,
            confidence=1.0 if len(first.folded) >= 40 else 0.8,
            evidence={},
        )
    runs = [run for run in align(first.folded, second.folded, first.codes, second.codes) if _dense(run)]
    if not runs:
        return None
    return judge(first, second, runs, type_gaps(first.folded, second.folded, runs))


def _dense(run: list[Op]) -> bool:
    start, end, other_start, other_end = extent(run)
    equal = sum(op.end - op.start for op in run if op.tag == "equal")
    return equal >= 8 and equal >= 0.4 * max(end - start, other_end - other_start)


def days_apart(first: Text, second: Text) -> float | None:
    """Days between the publications; None if one has no date."""
    if first.published_at is None or second.published_at is None:
        return None
    return abs((first.published_at - second.published_at).total_seconds()) / 86400


def judge(first: Text, second: Text, runs: list[list[Op]], gaps: Gaps) -> Verdict | None:
    equal = sum(op.end - op.start for run in runs for op in run if op.tag == "equal")
    cover = min(1.0, (equal + gaps.replaced) / first.sound)
    other = min(1.0, (equal + gaps.other_replaced) / second.sound)
    days = days_apart(first, second)
    if _other_story(first, second, equal, cover, other, gaps, days):
        return None
    shorter = max(cover, other)
    if shorter < 0.6 or equal < 25:
        return None
    return Verdict(
        relation="near",
        marks=(),
        similarity=equal / max(first.sound, second.sound),
        coverage=cover,
        other_coverage=other,
        confidence=shorter,
        evidence={
            "numbers": [gaps.numbers_same, gaps.numbers],
            "names": gaps.names,
            "words": gaps.words,
            "noise": gaps.noise,
            "equal": equal,
            "days": days,
            "runs": len(runs),
            "differences": [[gap.kind, gap.ours[:40], gap.theirs[:40]] for gap in gaps.gaps[:MAX_EVIDENCE]],
        },
    )


def _other_story(
    first: Text, second: Text, equal: int, cover: float, other: float, gaps: Gaps, days: float | None
) -> bool:
    if gaps.names:
        return True
    if not gaps.numbers:
        return False
    share = gaps.numbers / (gaps.numbers + gaps.numbers_same)
    if days is not None and days > 30:
        return True
    if days is None:
        return share > 0.2 or gaps.numbers > 2
    return share > 0.34 and not (gaps.numbers <= 2 and min(cover, other) >= 0.8 and equal > 120)
