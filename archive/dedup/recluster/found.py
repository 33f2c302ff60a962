"""The links that a recluster finds, on disk while it works: a million articles have gigabytes of evidence.

They stand in a temporary database of SQLite that has no name: it goes with the process, however that ends.
"""

import json
import sqlite3
import weakref
from collections.abc import Collection, Iterable, Iterator
from itertools import starmap
from typing import Any, Final

from archive.dedup.clusters.partition import Edge
from archive.dedup.clusters.verdicts import Pair, carries
from archive.dedup.recluster.packed import Ids, numbers
from archive.dedup.verify.compare import Verdict
from archive.dedup.verify.relation import SAME_TEXT

_COLUMNS: Final = "relation, coverage, other_coverage, similarity, confidence, marks, evidence"
_SAME: Final = ", ".join(f"'{relation}'" for relation in sorted(SAME_TEXT))


class Found:
    """Links as an archive has them: from the article that came in later to the earlier one."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        weakref.finalize(self, self._database.close)
        self._database.execute(
            "CREATE TABLE link (late INTEGER, early INTEGER, relation TEXT, coverage REAL, other_coverage REAL, "
            "similarity REAL, confidence REAL, marks TEXT, evidence TEXT, PRIMARY KEY (late, early)) WITHOUT ROWID"
        )

    def add(self, links: Iterable[tuple[int, int, Verdict]]) -> None:
        """Put links down, each as seen from its first article."""
        self._database.execute("BEGIN")
        self._database.executemany(
            f"INSERT INTO link (late, early, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - ours
            starmap(_row, links),
        )
        self._database.execute("COMMIT")

    def __len__(self) -> int:
        [(count,)] = self._database.execute("SELECT COUNT(*) FROM link")
        return int(count)

    def __iter__(self) -> Iterator[tuple[int, int, Verdict]]:
        """All of them, in the order of their articles."""
        return self._read("", ())

    def of(self, low: int, high: int) -> Iterator[tuple[int, int, Verdict]]:
        """Those whose later article's number is one of these or between them, in order."""
        return self._read("WHERE late BETWEEN ? AND ?", (low, high))

    def same(self) -> Ids:
        """The pairs with the same text, the later article first."""
        rows = self._database.execute(f"SELECT late, early FROM link WHERE relation IN ({_SAME})")  # noqa: S608
        return numbers(rows)

    def among(self, article_ids: Collection[int]) -> tuple[list[Edge], dict[Pair, str | None]]:
        """The links between two of these articles: those of the same text; and of each pair, the lower number first,
        why the two do not carry one text, None where they do."""
        edges, known = [], {}
        rows = self._database.execute(
            "SELECT late, early, relation, coverage, other_coverage, similarity, confidence "
            "FROM json_each(?) CROSS JOIN link ON late = value",
            (json.dumps(list(article_ids)),),
        )
        for late, early, relation, coverage, other_coverage, similarity, confidence in rows:
            if early not in article_ids:
                continue
            if relation in SAME_TEXT:
                edges.append(Edge(1 - confidence, 1 - similarity, early, late))
            known[early, late] = carries(relation, coverage, other_coverage)
        return edges, known

    def _read(self, which: str, parameters: tuple[int, ...]) -> Iterator[tuple[int, int, Verdict]]:
        rows = self._database.execute(
            f"SELECT late, early, {_COLUMNS} FROM link {which} ORDER BY late, early",  # noqa: S608
            parameters,
        )
        return starmap(_link, rows)


def _row(first: int, second: int, verdict: Verdict) -> tuple[Any, ...]:
    late, early, seen = (second, first, verdict.inverse()) if second > first else (first, second, verdict)
    numbers = (seen.coverage, seen.other_coverage, seen.similarity, seen.confidence)
    told = (json.dumps(seen.marks), json.dumps(seen.evidence, ensure_ascii=False))
    return late, early, seen.relation, *numbers, *told


def _link(late: int, early: int, *told: Any) -> tuple[int, int, Verdict]:
    relation, coverage, other_coverage, similarity, confidence, marks, evidence = told
    found = json.loads(evidence)
    return (
        late,
        early,
        Verdict(
            relation=relation,
            reason=found["reason"],
            marks=tuple(json.loads(marks)),
            similarity=similarity,
            coverage=coverage,
            other_coverage=other_coverage,
            confidence=confidence,
            evidence=found,
        ),
    )
