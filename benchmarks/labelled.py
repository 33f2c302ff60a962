"""The labelled texts beside the checkout, in memory: what is asked, and which stored articles the index proposes.

../shared/dedup is a challenge of made copies and real look-alikes; ../shared/dedup-real are pairs that people read.
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from archive.dedup.linking import fingerprints
from archive.dedup.propose import furniture
from archive.dedup.propose.candidates import MATCH, Sample, shares_enough, shortlist
from archive.dedup.propose.index import CAP
from archive.dedup.types import Fingerprint
from archive.dedup.verify.texts import Text, prepare
from archive.times import parse_time

SHARED: Final = Path(__file__).resolve().parents[2] / "shared"
CHALLENGE: Final = SHARED / "dedup"
REAL: Final = SHARED / "dedup-real"
_BATCH: Final = 200


@frozen(eq=False)
class Asked:
    """One labelled text. `expected`: the id of the article that it is a copy of; None: a different story."""

    id: str
    kind: str
    expected: str | None
    body: str
    row: dict[str, Any]
    made: Fingerprint

    @cached_property
    def text(self) -> Text:
        return _text(self.body, self.row)


class Challenge:
    """../shared/dedup as the archive would hold it: without the furniture of its sites, behind the sampled index."""

    def __init__(self) -> None:
        rows = _rows(CHALLENGE / "archive.jsonl.gz")
        lines = Counter((row["site"], line) for row in rows for line in set(furniture.edge_lines(row["body"]).values()))
        known = frozenset(line for line, count in lines.items() if count >= furniture.MANY)
        self._anywhere = frozenset(line for _, line in known)
        bodies = [furniture.counted(row["site"], row["body"], known) for row in rows]
        self.articles = {
            row["id"]: Asked(row["id"], "", None, body, row, made)
            for row, body, made in zip(rows, bodies, _fingerprints(bodies), strict=True)
        }
        self._names = list(self.articles)
        self._samples = {name: Sample(one.made.kept, one.made.looked_up) for name, one in self.articles.items()}
        self._holders: defaultdict[int, list[int]] = defaultdict(list)
        for number, sample in enumerate(self._samples.values()):
            for value in sample.kept:
                if len(self._holders[value]) < CAP:
                    self._holders[value].append(number)

    def asked(self) -> Iterator[Asked]:
        """The labelled texts."""
        rows = _rows(CHALLENGE / "queries.jsonl.gz")
        bodies = [furniture.without(row["body"], self._anywhere) for row in rows]
        for row, body, made in zip(rows, bodies, _fingerprints(bodies), strict=True):
            yield Asked(row["id"], row["kind"], row["expected"], body, row, made)

    def proposed(self, made: Fingerprint) -> list[str]:
        """The articles that the product would compare with a text: the rarest first, without those that share too
        little."""
        sample = Sample(made.kept, made.looked_up)
        likely = (
            (self._names[one.article_id], one.shared) for one in shortlist(sample.looked_up, self._holders, MATCH)
        )
        enough = (
            name
            for name, shared in likely
            if shares_enough(sample, shared, len(self._samples[name].kept), self._samples[name].last, MATCH)
        )
        return list(islice(enough, MATCH.verified))


def real_pairs() -> Iterator[tuple[dict[str, Any], Text, Text]]:
    """The pairs of ../shared/dedup-real, but for those whose label is open, with their two texts."""
    texts = {row["id"]: _text(row["body"], row) for row in _rows(REAL / "texts.jsonl")}
    for pair in _rows(REAL / "pairs.jsonl"):
        if pair["label"] != "debatable":
            yield pair, texts[pair["a"]], texts[pair["b"]]


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _fingerprints(bodies: Sequence[str]) -> Iterator[Fingerprint]:
    for start in range(0, len(bodies), _BATCH):
        yield from fingerprints(bodies[start : start + _BATCH])


def _text(body: str, row: dict[str, Any]) -> Text:
    told = row.get("published_at")
    return prepare(body, parse_time(told)[0] if told else None, row.get("headline"))
