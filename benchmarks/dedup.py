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
from sqlalchemy import text

from archive.db import open_engine, reading, writing
from archive.dedup import index
from archive.dedup.shingles import sample_many
from archive.fold import fold_many
from tests.portal.articles import story

SHARED = Path(__file__).resolve().parents[2] / "shared" / "dedup"
ROWS = 23  # sampled shingles an article, as on the labelled set
BATCH = 200


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


def growth(sizes: Sequence[int]) -> None:
    """Look-up and insert in SQLite at several sizes: synthetic hashes, nothing shared."""
    print("\nthe index in SQLite; microseconds of the processor an article, in batches of 200")
    names = ("articles", "look-up", "insert", "sealing", "sum", "bytes each", "reopen ms")
    print("  {:>10} {:>9} {:>9} {:>9} {:>9} {:>11} {:>10}".format(*names))
    first = 0.0
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as folder:
            look_up, insert, sealing, each, reopen = _grown(Path(folder) / "archive.db", size)
        total = look_up + insert + sealing
        first = first or total
        print(
            f"  {size:>10} {look_up * 1e6:9.0f} {insert * 1e6:9.0f} {sealing * 1e6:9.0f} {total * 1e6:9.0f} "
            f"{each:11.0f} {reopen * 1e3:10.1f}   {total / first:.2f} times the first"
        )


def _grown(path: Path, size: int) -> tuple[float, float, float, float, float]:
    url = f"sqlite:///{path}"
    rng = np.random.default_rng(size)
    engine = open_engine(url, create=True)
    fresh = max(index.FRESH_LEAST, size * ROWS // index.FRESH_SHARE)
    # The sealed table as it is after its last sealing, and a fresh one that is half full.
    with writing(engine) as connection:
        _fill(connection, "dedup_sealed", rng, max(0, size * ROWS - fresh // 2), size)
    with writing(engine) as connection:
        _fill(connection, "dedup_fresh", rng, min(size * ROWS, fresh // 2), size)
        for name, value in (("fresh", fresh // 2), ("sealed", size * ROWS)):
            connection.execute(text("INSERT INTO dedup_state VALUES (:name, :value)"), {"name": name, "value": value})
    engine.dispose()
    reopen = best(lambda: _reopened(url), times=5)
    engine = open_engine(url)
    look_up = insert = 0.0
    batches = 12
    for batch in range(batches):
        hashes = rng.integers(0, 1 << 47, (BATCH, ROWS))
        asked = np.concatenate([hashes, rng.integers(0, 1 << 47, (BATCH, 32 - ROWS))], axis=1)
        with writing(engine) as connection:
            start = time.process_time()
            index.look_up(connection, asked.ravel().tolist())
            look_up += time.process_time() - start
            start = time.process_time()
            index.add(connection, [(int(value), size + batch) for row in hashes for value in row])
        insert += time.process_time() - start
    start = time.process_time()
    with writing(engine) as connection:
        moved = connection.scalar(text("SELECT COUNT(*) FROM dedup_fresh")) or 1
        index.seal(connection)
    sealing = (time.process_time() - start) / (moved / ROWS)
    with reading(engine) as connection:
        used = connection.scalar(
            text("SELECT SUM(pgsize) FROM dbstat WHERE name IN ('dedup_sealed', 'dedup_fresh', 'dedup_line')")
        )
    engine.dispose()
    # The digest's index and the row around the signature, measured on real articles: 40 bytes.
    each = (used or 0) / (size + batches * BATCH) + 40
    return look_up / (batches * BATCH), insert / (batches * BATCH), sealing, each, reopen


def _fill(connection: object, table: str, rng: np.random.Generator, rows: int, articles: int) -> None:
    values = np.sort(rng.integers(0, 1 << 47, rows))
    owners = rng.integers(1, articles + 1, rows)
    step = 500_000
    for start in range(0, rows, step):
        chunk = zip(values[start : start + step].tolist(), owners[start : start + step].tolist(), strict=True)
        connection.exec_driver_sql(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", list(chunk))  # type: ignore[attr-defined]


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
        start = time.perf_counter()
        subprocess.run(
            [*base, "import", "--jobs", "1", str(SHARED / "archive.jsonl.gz")], check=True, capture_output=True
        )
        taken = time.perf_counter() - start
        with gzip.open(SHARED / "archive.jsonl.gz") as file:
            articles = sum(1 for _ in file)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"\nimport in one process: {articles / taken:.0f} articles a second, {memory:.0f} MB at most")
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
