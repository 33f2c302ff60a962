"""Do MinHash bands find candidates that the sampled shingles miss? On ../shared/dedup; `python -m benchmarks.bands`.

Both get the same folded texts. For every labelled copy: is the article that it is a copy of among those proposed, by
the sampled shingles as `jianbao match` ranks them, and by datasketch's MinHashLSH over the signatures that are stored?
"""

import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from datasketch import MinHash, MinHashLSH

from archive.dedup.linking import fingerprints
from archive.dedup.propose.candidates import MATCH, Sample, shares_enough, shortlist
from archive.dedup.propose.index import CAP
from archive.dedup.propose.signature import PERMUTATIONS, SCHEME, SEED, from_bytes
from archive.dedup.types import Fingerprint

SHARED = Path(__file__).resolve().parents[2] / "shared" / "dedup"
THRESHOLDS: Final = (0.8, 0.5, 0.3, 0.2)
"""Jaccard similarities that the bands are laid out for; datasketch chooses their number."""


def main() -> None:  # noqa: C901 (a script that builds, asks and prints)
    """Build both indexes, ask both, print who found what."""
    if not (SHARED / "queries.jsonl.gz").exists():
        sys.exit("../shared/dedup is not here")
    samples: dict[str, Sample] = {}
    holders: defaultdict[int, list[int]] = defaultdict(list)
    bands = {threshold: MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS) for threshold in THRESHOLDS}
    for number, (row, made) in enumerate(_fingerprinted("archive.jsonl.gz")):
        samples[row["id"]] = Sample(made.kept, made.looked_up)
        for value in made.kept:
            if len(holders[value]) < CAP:
                holders[value].append(number)
        for index in bands.values():
            index.insert(row["id"], _minhash(made))
    names = list(samples)
    found: Counter[str] = Counter()
    proposed: Counter[str] = Counter()
    missed: defaultdict[str, Counter[str]] = defaultdict(Counter)
    copies = 0
    for row, made in _fingerprinted("queries.jsonl.gz"):
        wanted = row["expected"]
        if wanted is None:
            continue
        copies += 1
        ours = _sampled(Sample(made.kept, made.looked_up), holders, names, samples)
        theirs = {f"bands {threshold}": set(index.query(_minhash(made))) for threshold, index in bands.items()}
        for name, answer in {"sampled": ours, **theirs}.items():
            proposed[name] += len(answer)
            found[name] += wanted in answer
            found[f"{name} with sampled"] += wanted in answer | ours
            if wanted in answer and wanted not in ours:
                missed[name][row["kind"]] += 1
    print(f"{copies} copies of {len(names)} articles\n")
    print(f"{'candidates from':>16} {'true found':>11} {'of all':>8} {'a query':>8} {'added to sampled':>17}")
    for name in ("sampled", *(f"bands {threshold}" for threshold in THRESHOLDS)):
        more = found[f"{name} with sampled"] - found["sampled"]
        kinds = ", ".join(f"{kind} {count}" for kind, count in missed[name].most_common(4))
        share, each = found[name] / copies, proposed[name] / copies
        print(f"{name:>16} {found[name]:>11} {share:>8.2%} {each:>8.1f} {more:>17}  {kinds}")


def _fingerprinted(name: str) -> Iterator[tuple[dict[str, Any], Fingerprint]]:
    with gzip.open(SHARED / name, "rt", encoding="utf-8") as lines:
        for batch in _batches(map(json.loads, lines)):
            yield from zip(batch, fingerprints([row["body"] for row in batch]), strict=True)


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    left = iter(rows)
    for first in left:
        yield [first, *(row for _, row in zip(range(99), left, strict=False))]


def _minhash(made: Fingerprint) -> MinHash:
    return MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme=SCHEME, hashvalues=from_bytes(made.signature))


def _sampled(
    sample: Sample, holders: dict[int, list[int]], names: Sequence[str], samples: dict[str, Sample]
) -> set[str]:
    """What the product would compare with the text: the rarest first, but for those that share too little."""
    likely = ((names[one.article_id], one.shared) for one in shortlist(sample.looked_up, holders, MATCH))
    enough = [
        name
        for name, shared in likely
        if shares_enough(sample, shared, len(samples[name].kept), samples[name].last, MATCH)
    ]
    return set(enough[: MATCH.verified])


if __name__ == "__main__":
    main()
