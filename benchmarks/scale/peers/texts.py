"""Copies: our links beside datasketch's MinHash LSH, held in memory, over the same articles in the same order."""

import importlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from archive.dedup.tables import Link
from archive.store.db import opened, reading
from archive.store.models import Article
from benchmarks.scale.child import Way
from benchmarks.scale.figures import markdown, written
from benchmarks.scale.invented import corpus

_SHINGLE = 5
"""Characters; of the settings in ../shared/dedup's README those with the best recall without texts folded first."""
_THRESHOLD = 0.5


def measure(url: str, seed: int, articles: int, import_ms: float, megabytes: float, way: Way) -> str:
    """A table; of our cost and memory everything that an import does."""
    lines = [["copies", "ms an article", "memory, MB", "copies found", "wrong links"]]
    ours = _judged(seed, articles, _links(url, articles))
    lines.append(["Jianbao's import, all of it", written(import_ms), written(megabytes), *ours])
    try:
        importlib.import_module("datasketch")
    except ImportError:
        lines.append(["datasketch", "not installed", "", "", ""])
        return markdown(lines)
    spent = way(__name__, "in_memory", seed, articles)
    found = {int(number): others for number, others in spent.told.items()}
    theirs = [written(1e3 * spent.seconds / articles), written(spent.megabytes), *_judged(seed, articles, found)]
    name = f"datasketch's MinHash LSH in memory, {_SHINGLE} characters, {_THRESHOLD}"
    return markdown([*lines, [name, *theirs]])


def in_memory(seed: int, articles: int) -> dict[int, list[int]]:
    """What each article is linked to: run in a process of its own. The making of the texts counts, 0.7 ms each."""
    from datasketch import MinHash, MinHashLSH

    lsh = MinHashLSH(threshold=_THRESHOLD, num_perm=128)
    found = {}
    for made in corpus.articles(seed, range(1, articles + 1)):
        body = made.record["body"]
        minhash = MinHash(num_perm=128)
        minhash.update_batch({body[at : at + _SHINGLE].encode() for at in range(max(1, len(body) - _SHINGLE + 1))})
        others = lsh.query(minhash)
        if others:
            found[made.number] = sorted(others)
        lsh.insert(made.number, minhash)
    return found


def _links(url: str, articles: int) -> dict[int, list[int]]:
    """Of the articles up to that number, what came in later and is linked to what."""
    with opened(url) as engine, reading(engine) as connection:
        numbers = {
            key: int(address.rpartition("/")[2].removesuffix(".html"))
            for key, address in connection.execute(select(Article.id, Article.url))
        }
        found = defaultdict(list)
        for late, early in connection.execute(select(Link.article_id, Link.other_id)):
            pair = sorted((numbers[late], numbers[early]))
            if pair[1] <= articles:
                found[pair[1]].append(pair[0])
    return found


def _judged(seed: int, articles: int, found: Mapping[int, Iterable[int]]) -> list[str]:
    """Which share of the copies is linked to an earlier article of its story, and how many links are wrong."""
    bases: dict[int, set[int]] = {}
    seen: set[int] = set()
    copies = right = wrong = 0
    for number in range(1, articles + 1):
        made = corpus.outline(seed, number)
        bases[number] = set(made.bases)
        good = [bool(bases[other] & bases[number]) for other in found.get(number, ())]
        if made.kind in corpus.COPIES and seen & bases[number]:
            copies += 1
            right += any(good)
        wrong += good.count(False)
        seen |= bases[number]
    return [f"{right / max(copies, 1):.1%} of {copies:,}", f"{wrong:,}"]
