"""Search beside its peers, and its speed: `make bench-search`.

Quality: words are pieces of the texts, wherever they stand; what should be found is what holds the piece in its folded
runs (the plain evaluation of the tests). Peers: FTS5's own trigram tokenizer over the texts, and FTS5 over
jieba's words (`cut_for_search`; all words of `cut`), which is how most people build a Chinese search. Where a peer is
not installed its row is left out (benchmarks/requirements.txt).

Speed: an archive of N articles, on SQLite and, where one can run, on PostgreSQL; the middle of some runs, in
milliseconds of the clock, of one process.
"""

import argparse
import gzip
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from archive.dedup.tables import Cluster
from archive.query.search import Asked, Sort, facets, search, timeline
from archive.query.search.resolved import resolve
from archive.store import fulltext
from archive.store.db import opened, reading, writing
from archive.store.finding import names
from archive.store.models import Article
from crawler.demo.world.articles import story
from tests.archive.query.search.oracle import holds, plain
from tests.postgres import Server

SHARED = Path(__file__).resolve().parents[3] / "shared" / "dedup" / "archive.jsonl.gz"
DAY = datetime(2025, 3, 1, tzinfo=UTC)
WIDTHS = (1, 2, 3, 4, 6, 10)
SITES = ("netease", "sohu", "clip.example")
SOURCES = ("新华社", "新华网", "中国新闻社", "人民日报", "第一财经", None)


def bodies(count: int) -> Iterator[str]:
    """Real texts where they are at hand, else invented ones; again from the first where they run out, with a line that
    tells them apart."""
    if SHARED.exists():
        with gzip.open(SHARED, "rt", encoding="utf-8") as lines:
            found = [json.loads(line)["body"] for line in islice(lines, count)]
    else:
        found = [story(3, number).text for number in range(min(count, 5_000))]
    for number in range(count):
        body = found[number % len(found)]
        yield body if number < len(found) else f"{body}\n第{number}次刊发。"


def fill(connection: Connection, count: int) -> None:
    """An archive of so many articles, a third of them copies in stories of three."""
    made = enumerate(bodies(count), 1)
    while some := list(islice(made, 2_000)):
        rows = [
            {
                "id": number,
                "site": SITES[number % 3],
                "native_id": f"a:{number}",
                "url": f"https://x.example/{number}",
                "headline": body[:24].replace("\n", " "),
                "body": body,
                "confidence": 1.0,
                "revision": 1,
                "published_at": DAY - timedelta(hours=number % 17_000),
                "published_precision": "minute",
                "source_name": SOURCES[number % 6],
                "account_name": None,
                "first_captured_at": DAY,
                "last_captured_at": DAY,
                "cluster_id": number - number % 9 if number % 9 < 3 and number > 9 else number,
                "blocks": [{"kind": "paragraph", "text": line} for line in body.split("\n")],
                **{name: [] for name in ("authors", "keywords", "images", "flags")},
            }
            for number, body in some
        ]
        connection.execute(insert(Article), rows)
        fulltext.add(connection, [fulltext.entry(row["id"], row["headline"], row["body"]) for row in rows])
        names.add(connection, rows)
    connection.execute(
        insert(Cluster),
        [{"id": n, "representative_id": n, "size": 3, "pinned": False} for n in range(18, count - 3, 9)],
    )


def pieces(texts: Sequence[str], each: int) -> dict[int, list[str]]:
    """Words of each width: pieces of Chinese runs, and a Latin word among them where a piece is one."""
    chance = random.Random(4)
    found: dict[int, list[str]] = defaultdict(list)
    for width in WIDTHS:
        while len(found[width]) < each:
            body = chance.choice(texts)
            start = chance.randrange(max(1, len(body) - width))
            piece = body[start : start + width]
            if len(piece) == width and all("\u4e00" <= char <= "\u9fff" for char in piece):
                found[width].append(piece)
    return found


def quality(count: int, each: int) -> None:
    """Recall and precision by the width of the word."""
    texts = list(bodies(count))
    words = pieces(texts, each)
    runs = [plain(body) for body in texts]
    truth = {
        word: {n for n, run in enumerate(runs, 1) if holds(run, plain(word), prefix=False)}
        for its in words.values()
        for word in its
    }
    asked: dict[str, Callable[[str], set[int]]] = {"jianbao": _ours(texts), "FTS5 trigram": _trigram(texts)}
    try:
        asked["FTS5 over jieba"] = _jieba(texts)
    except ImportError:
        print("jieba is not installed: no row of it (benchmarks/requirements.txt)")
    print(f"{len(texts)} texts, {each} words of each width: recall / precision of hits, in %")
    print(f"{'':18}" + "".join(f"{width:>16}" for width in WIDTHS))
    for name, ask in asked.items():
        cells = []
        for its in words.values():
            have = {word: ask(word) for word in its}
            right = sum(len(have[word] & truth[word]) for word in its)
            wanted, told = sum(len(truth[word]) for word in its), sum(len(have[word]) for word in its)
            cells.append(f"{100 * right / wanted:7.1f} / {100 * right / told if told else 100:5.1f}")
        print(f"{name:18}" + "".join(f"{cell:>16}" for cell in cells))


def _ours(texts: Sequence[str]) -> Callable[[str], set[int]]:
    folder = tempfile.TemporaryDirectory()
    engine = opened(f"sqlite:///{folder.name}/archive.db", create=True).__enter__()
    with writing(engine) as connection:
        for start in range(0, len(texts), 1_000):
            some = list(enumerate(texts[start : start + 1_000], start + 1))
            fulltext.add(connection, [fulltext.entry(number, None, body) for number, body in some])
    connection = engine.connect()

    def ask(word: str) -> set[int]:
        query = resolve(connection, Asked(word)).words[0]
        found = fulltext.fts5_phrase(_term(query.text))
        return set(connection.scalars(text("SELECT rowid FROM article_text WHERE article_text MATCH :q"), {"q": found}))

    ask.keep = folder  # type: ignore[attr-defined]
    return ask


def _term(word: str) -> Any:
    from archive.text.words import term

    return term(word)


def _trigram(texts: Sequence[str]) -> Callable[[str], set[int]]:
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE t USING fts5(body, content='', tokenize='trigram')")
    base.executemany("INSERT INTO t (rowid, body) VALUES (?, ?)", enumerate(texts, 1))

    def ask(word: str) -> set[int]:
        return {key for (key,) in base.execute("SELECT rowid FROM t WHERE t MATCH ?", (f'"{word}"',))}

    return ask


def _jieba(texts: Sequence[str]) -> Callable[[str], set[int]]:
    import jieba  # type: ignore[import-not-found]

    jieba.setLogLevel(60)
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE t USING fts5(body, content='', tokenize='unicode61')")
    rows = ((number, " ".join(jieba.cut_for_search(body))) for number, body in enumerate(texts, 1))
    base.executemany("INSERT INTO t (rowid, body) VALUES (?, ?)", rows)

    def ask(word: str) -> set[int]:
        query = " AND ".join(f'"{part}"' for part in jieba.cut(word) if part.strip())
        return {key for (key,) in base.execute("SELECT rowid FROM t WHERE t MATCH ?", (query,))}

    return ask


def speed(url: str, count: int) -> None:
    """The middle of some runs."""
    with opened(url, create=True) as engine:
        began = time.perf_counter()
        with writing(engine) as connection:
            fill(connection, count)
        if engine.dialect.name == "postgresql":
            with writing(engine) as connection:
                # As autovacuum does: what was added last waits in a list that every look-up reads through.
                connection.execute(text("SELECT gin_clean_pending_list('ix_article_text_document')"))
                connection.execute(text("SELECT gin_clean_pending_list('ix_article_text_names_document')"))
                connection.execute(text("ANALYZE"))
        print(f"\n{engine.dialect.name}, {count:,} articles (filled in {time.perf_counter() - began:.0f} s)")
        with reading(engine) as connection:
            for word, hits in _by_hits(connection):
                print(f"{word} ({hits:,} articles):")
                for name, work in _works(connection, word).items():
                    print(f"  {name:24}{_middle(work):8.1f} ms")
            print("everything:")
            for name, work in _works(connection, "").items():
                print(f"  {name:24}{_middle(work):8.1f} ms")


def _works(connection: Connection, word: str) -> dict[str, Callable[[], Any]]:
    asked = Asked(word)
    return {
        "search": lambda: search(connection, asked),
        "search, every copy": lambda: search(connection, Asked(word, every_copy=True)),
        "search by time": lambda: search(connection, Asked(word, sort=Sort.TIME)),
        "search by copies": lambda: search(connection, Asked(word, sort=Sort.COPIES)),
        "search by last change": lambda: search(connection, Asked(word, sort=Sort.CHANGE)),
        "source:新华社 too": lambda: search(connection, Asked(f"{word} source:新华社")),
        "facets": lambda: facets(connection, asked),
        "time line": lambda: timeline(connection, asked),
    }


def _by_hits(connection: Connection) -> list[tuple[str, int]]:
    """A rare word, a usual one, and the widest ones."""
    found = []
    for word in ("稀土", "网络", "中国", "的"):
        asked = resolve(connection, Asked(word))
        counted = select(func.count()).select_from(Article).where(asked.condition())
        found.append((word, connection.scalar(counted, asked.values) or 0))
    return found


def _middle(work: Callable[[], Any], runs: int = 5) -> float:
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=5_000, help="of the table of quality")
    parser.add_argument("--words", type=int, default=100, help="of each width")
    parser.add_argument("--articles", type=int, default=20_000, help="of the table of speed")
    parser.add_argument("--no-postgresql", action="store_true")
    told = parser.parse_args()
    if told.texts:
        quality(told.texts, told.words)
    if not told.articles:
        return
    with tempfile.TemporaryDirectory() as folder:
        speed(f"sqlite:///{folder}/archive.db", told.articles)
    if told.no_postgresql:
        return
    try:
        server = Server()
    except RuntimeError as error:
        print(f"no PostgreSQL here: {error}")
        return
    try:
        speed(server.url(), told.articles)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
