"""Do MinHash bands find candidates that the sampled shingles miss? On ../shared/dedup; `python -m benchmarks.bands`.

Both get the same folded texts. For every labelled copy: is the article that it is a copy of among those proposed, by
the sampled shingles as `jianbao match` ranks them, and by datasketch's MinHashLSH over the signatures that are stored?
"""

import sys
from collections import Counter
from collections.abc import Mapping
from typing import Final

from attrs import define, field
from datasketch import MinHash, MinHashLSH

from archive.dedup.propose.signature import PERMUTATIONS, SCHEME, SEED, from_bytes
from archive.dedup.types import Fingerprint
from benchmarks.labelled import CHALLENGE, Challenge

THRESHOLDS: Final = (0.8, 0.5, 0.3, 0.2)
"""Jaccard similarities that the bands are laid out for; datasketch chooses their number."""


@define
class Tally:
    """What one way to propose came to. `found`: copies whose article it proposed; `proposed`: articles in all.
    `added`: the kinds of the copies whose article the sampled shingles had missed."""

    found: int = 0
    proposed: int = 0
    added: Counter[str] = field(factory=Counter)


def main() -> None:
    """Build both indexes, ask both, print who found what."""
    if not CHALLENGE.exists():
        sys.exit("../shared/dedup is not here")
    challenge = Challenge()
    bands = {threshold: MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS) for threshold in THRESHOLDS}
    for name, article in challenge.articles.items():
        for index in bands.values():
            index.insert(name, _minhash(article.made))
    copies = [one for one in challenge.asked() if one.expected is not None]
    tallies = {name: Tally() for name in ("sampled", *(f"bands {threshold}" for threshold in THRESHOLDS))}
    for one in copies:
        sampled = set(challenge.proposed(one.made))
        minhash = _minhash(one.made)
        answers = {f"bands {threshold}": set(index.query(minhash)) for threshold, index in bands.items()}
        for name, answer in {"sampled": sampled, **answers}.items():
            tally = tallies[name]
            tally.proposed += len(answer)
            tally.found += one.expected in answer
            tally.added[one.kind] += one.expected in answer - sampled
    _show(tallies, len(copies), len(challenge.articles))


def _show(tallies: Mapping[str, Tally], copies: int, articles: int) -> None:
    print(f"{copies} copies of {articles} articles\n")
    print(f"{'candidates from':>16} {'true found':>11} {'of all':>8} {'a query':>8} {'added to sampled':>17}")
    for name, tally in tallies.items():
        kinds = ", ".join(f"{kind} {count}" for kind, count in tally.added.most_common(4) if count)
        share, each = tally.found / copies, tally.proposed / copies
        print(f"{name:>16} {tally.found:>11} {share:>8.2%} {each:>8.1f} {tally.added.total():>17}  {kinds}")


def _minhash(made: Fingerprint) -> MinHash:
    return MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme=SCHEME, hashvalues=from_bytes(made.signature))


if __name__ == "__main__":
    main()
