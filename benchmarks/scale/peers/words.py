"""Search: ours beside SQLite's LIKE and its FTS5 with the trigram tokenizer, over the same texts and words."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.scale import asking
from benchmarks.scale.figures import markdown, written
from benchmarks.scale.invented import corpus
from jianbao import Archive


def measure(where: str, folder: Path, seed: int, articles: int, asked: Sequence[str]) -> str:
    """A table. `where`: our archive, which holds at least these articles."""
    path = folder / "texts.db"
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE plain (id INTEGER PRIMARY KEY, body TEXT)")
    over = "content='plain', content_rowid='id', tokenize='trigram'"
    base.execute(f"CREATE VIRTUAL TABLE trigram USING fts5(body, {over})")
    texts = ((made.number, made.record["body"]) for made in corpus.articles(seed, range(1, articles + 1)))
    base.executemany("INSERT INTO plain VALUES (?, ?)", texts)
    base.execute("INSERT INTO trigram (trigram) VALUES ('rebuild')")
    base.commit()

    def like(word: str) -> int:
        parts = word.split()
        where = " AND ".join(["body LIKE ?"] * len(parts))
        query = f"SELECT count(*) FROM (SELECT id FROM plain WHERE {where})"
        return int(base.execute(query, [f"%{part}%" for part in parts]).fetchone()[0])

    def trigram(word: str) -> int:
        query = " AND ".join(f'"{part}"' for part in word.split())
        base.execute("SELECT rowid FROM trigram WHERE trigram MATCH ? ORDER BY rank LIMIT 20", (query,)).fetchall()
        return int(base.execute("SELECT count(*) FROM trigram WHERE trigram MATCH ?", (query,)).fetchone()[0])

    with Archive(where) as archive:
        ways: dict[str, Callable[[str], int]] = {
            "Jianbao: hits by relevance, snippets, count": lambda word: archive.search(word).total,
            "FTS5 trigram: hits by relevance, count": trigram,
            "LIKE: count": like,
        }
        lines = [[f"search, {articles:,} articles", "median, ms", "99 of 100 below, ms", "queries without a hit"]]
        for name, ask in ways.items():
            middle, worst = asking.middle_and_worst(ask, asked, time.process_time)
            without = sum(not ask(word) for word in asked)
            lines.append([name, written(middle), written(worst), f"{without} of {len(asked)}"])
    base.close()
    path.unlink()
    return markdown(lines)
