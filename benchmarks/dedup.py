"""Duplicates: recall on the labelled set, speed beside datasketch, rensa and gaoya, and the index as it grows.

    make bench-dedup                       everything but the million
    python -m benchmarks.dedup --articles 10000 1000000

Peers that are not installed are reported as missing (benchmarks/requirements.txt). Times are the best of several
runs, on a machine that should do nothing else; those of the index are the processor's, so that a disk does not count.
"""

import argparse
import gzip
import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, Engine, text

from archive.dedup.propose import index
from archive.dedup.propose.shingles import sample_many
from archive.dedup.propose.signature import signature
from archive.store.db import open_engine, reading, writing
from archive.text.fold import fold_many
from crawler.demo.world.articles import story

SHARED = Path(__file__).resolve().parents[2] / "shared" / "dedup"
ROWS = 23  # sampled shingles an article, as on the labelled set
BATCH = 200
AROUND = 40
"""Bytes an article that the digest's index and the row around the signature take, measured on real articles."""


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="*", default=[10_000, 100_000], metavar="N", help="index sizes")
    parser.add_argument("--texts", type=int, default=400, help="texts to hash")
    args = parser.parse_args()
    speed([story(3, 12 * number + 1).text for number in range(args.texts)])
    growth(args.articles)
    recall()


def speed(bodies: Sequence[str]) -> None:
    """Folding and sampled hashes against the peers' signatures, from text, 6-character shingles."""
    characters = sum(map(len, bodies))
    print(f"\n{len(bodies)} invented articles, {characters / len(bodies):.0f} characters each; microseconds an article")
    ours = best(
        lambda: [sample_many(fold_many(bodies[start : start + 100])) for start in range(0, len(bodies), 100)]
    ) / len(bodies)
    print(f"  jianbao: folded, sampled hashes      {ours * 1e6:8.0f}")
    folded = fold_many(bodies)
    signed = best(lambda: [signature(codes) for codes in folded]) / len(bodies)
    print(f"  jianbao: signature, from folded text {signed * 1e6:8.0f}")
    for name, peer in (("datasketch", _datasketch), ("rensa", _rensa), ("gaoya", _gaoya)):
        try:
            work = peer()
        except ImportError:
            print(f"  {name:36} {'missing':>8}")
            continue
        taken = best(lambda work=work: [work(body) for body in bodies]) / len(bodies)  # type: ignore[misc]
        print(f"  {name + ': 128 permutations, from text':36} {taken * 1e6:8.0f}  {taken / ours:5.1f} times ours")


def _datasketch() -> Callable[[str], object]:
    from datasketch import MinHash

    def work(body: str) -> object:
        minhash = MinHash(num_perm=128)
        minhash.update_batch([body[start : start + 6].encode() for start in range(len(body) - 5)])
        return minhash

    return work


def _rensa() -> Callable[[str], object]:
    rensa = importlib.import_module("rensa")

    def work(body: str) -> object:
        minhash = rensa.RMinHash(num_perm=128, seed=1)
        minhash.update([body[start : start + 6] for start in range(len(body) - 5)])
        return minhash.digest()

    return work


def _gaoya() -> Callable[[str], object]:
    gaoya = importlib.import_module("gaoya")
    made = gaoya.minhash.MinHashStringIndex(analyzer="char", ngram_range=(6, 6), num_bands=16, band_size=8)

    def work(body: str) -> object:
        return made.query(body)

    return work


def growth(sizes: Sequence[int]) -> dict[int, dict[int, float]]:
    """Look-up and insert in SQLite at several sizes, as an import and as a crawl stores: synthetic hashes, nothing
    shared. Seconds an article, by size and by articles a commit."""
    told: dict[int, dict[int, float]] = {}
    print("\nthe index in SQLite; microseconds of the processor an article, the commit and all moving of rows included")
    names = ("articles", "a commit", "look-up", "insert", "moving", "sum", "bytes each", "reopen ms")
    print("  {:>10} {:>9} {:>9} {:>9} {:>9} {:>9} {:>11} {:>10}".format(*names))
    first: dict[int, float] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as folder:
            url = f"sqlite:///{Path(folder) / 'archive.db'}"
            rng = np.random.default_rng(size)
            moving = _build(url, rng, size)
            reopen = best(lambda url=url: _reopened(url), times=5)  # type: ignore[misc]
            engine = open_engine(url)
            # The best of some rounds, but few enough that no move falls into them.
            used = [
                (batch, *min((_use(engine, rng, size, batch, times) for _ in range(rounds)), key=sum))
                for batch, times, rounds in ((1, 100, 4), (BATCH, 4, 1))
            ]
            each = _bytes(engine) / size + AROUND
            engine.dispose()
        for batch, look_up, insert in used:
            total = look_up + insert + moving
            first.setdefault(batch, total)
            told.setdefault(size, {})[batch] = total
            print(
                f"  {size:>10} {batch:>9} {look_up * 1e6:9.0f} {insert * 1e6:9.0f} {moving * 1e6:9.0f} "
                f"{total * 1e6:9.0f} {each:11.0f} {reopen * 1e3:10.1f}   {total / first[batch]:.2f} times the first"
            )
    return told


def _build(url: str, rng: np.random.Generator, size: int) -> float:
    """The index as so many articles leave it, the small table half full. Seconds an article that moving rows took."""
    engine = open_engine(url, create=True)
    left = size * ROWS - index.FRESH // 2
    spent = 0.0
    while left > 0:
        count = min(left, index.FRESH)
        left -= count
        with writing(engine) as connection:
            _fill(connection, rng, count, size)
        begun = time.process_time()
        with writing(engine) as connection:
            index.seal(connection)
        spent += time.process_time() - begun
    with writing(engine) as connection:
        # Its count stays 0, so that no move falls into the time of `_use`.
        _fill(connection, rng, index.FRESH // 2, size)
    engine.dispose()
    return spent / size


def _use(engine: Engine, rng: np.random.Generator, size: int, batch: int, times: int) -> tuple[float, float]:
    """Seconds of a look-up and of an insert with its commit, an article, with `batch` articles a transaction."""
    look_up = insert = 0.0
    for turn in range(-max(1, times // 3), times):  # the first ones fill the cache, and read the filters
        hashes = rng.integers(0, 1 << 47, (batch, ROWS))
        asked = np.concatenate([hashes, rng.integers(0, 1 << 47, (batch, 32 - ROWS))], axis=1).ravel().tolist()
        rows = [(int(value), size + 1000 + turn) for row in hashes for value in row]
        with writing(engine) as connection:
            begun = time.process_time()
            index.look_up(connection, asked)
            found = time.process_time()
            index.add(connection, rows)
        if turn >= 0:
            look_up += found - begun
            insert += time.process_time() - found
    return look_up / (times * batch), insert / (times * batch)


def _bytes(engine: Engine) -> int:
    names = "('dedup_fresh', 'dedup_run', 'dedup_block')"
    with reading(engine) as connection:
        used = connection.scalar(text(f"SELECT SUM(pgsize) FROM dbstat WHERE name IN {names}"))
    return int(used or 0)


def _fill(connection: Connection, rng: np.random.Generator, rows: int, articles: int) -> None:
    values = np.sort(rng.integers(0, 1 << 47, rows)).tolist()
    owners = rng.integers(1, articles + 1, rows).tolist()
    pairs = list(zip(values, owners, strict=True))
    connection.exec_driver_sql("INSERT OR IGNORE INTO dedup_fresh VALUES (?, ?)", pairs)


def _reopened(url: str) -> None:
    engine = open_engine(url)
    with reading(engine) as connection:
        index.look_up(connection, [1, 2, 3])
    engine.dispose()


def recall() -> None:
    """The product itself on ../shared/dedup: import, match, score."""
    if not (SHARED / "score.py").exists():
        print("\n../shared/dedup is not here: no recall")
        return
    command = [sys.executable, "-c", "from crawler.cli import main; main()"]
    with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as folder:
        base = [*command, "--home", folder]
        with gzip.open(SHARED / "archive.jsonl.gz") as file:
            articles = sum(1 for _ in file)
        print("\nimport of article JSONL, everything included")
        for jobs in (2, 1):
            home = folder if jobs == 1 else str(Path(folder) / "two")
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run(
                [*command, "--home", home, "import", "--jobs", str(jobs), str(SHARED / "archive.jsonl.gz")],
                check=True,
                capture_output=True,
            )
            taken, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
            busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"  {jobs} processes: {articles / taken:5.0f} a second, {articles / busy:5.0f} a second of processor")
        print(f"  {after.ru_maxrss / 1024:.0f} MB at most in one of them")
        start = time.perf_counter()
        matches = Path(folder) / "matches.jsonl"
        with matches.open("wb") as file:
            subprocess.run([*base, "match", "--batch", str(SHARED / "queries.jsonl.gz")], check=True, stdout=file)
        taken = time.perf_counter() - start
        score = [str(SHARED / "score.py"), str(SHARED / "queries.jsonl.gz"), str(matches), "--json"]
        told = json.loads(subprocess.run(score, check=True, capture_output=True).stdout)
    print(f"match: {taken:.0f} s for {told['positives'] + told['hard'] + told['unrelated']} texts")
    print(f"macro recall {told['macro_recall']:.2%}, wrong links {told['wrong_links']} of {told['positives']}")
    print(f"hard negatives merged {told['hard_merged']} of {told['hard']}")
    for kind, share in sorted(told["kinds"].items()):
        if share != (0 if kind.startswith("NEG") else 1):
            print(f"  {kind:28} {share:.1%}")


def best(work: Callable[[], object], times: int = 3) -> float:
    """Seconds of the quickest of several runs, after one to warm up."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


if __name__ == "__main__":
    main()
