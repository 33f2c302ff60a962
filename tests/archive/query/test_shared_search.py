"""Search over real texts: every name that some write with marks finds all its texts, what a stop or a comma parts finds
none, and both databases say the same."""

import gzip
import json
import re
from pathlib import Path

import pytest
from sqlalchemy import insert

from archive.query.search import Asked, search
from archive.store import fulltext
from archive.store.db import opened, reading, writing
from archive.store.models import Article
from archive.text.fold import fold
from tests.archive.make import DAY

pytestmark = pytest.mark.shared

TEXTS = 500
NAMES = 60
HAN = "\u4e00-\u9fff"
MARKED = re.compile(rf"([{HAN}]{{0,2}})[“《（]([{HAN}]{{2,8}})[”》）]([{HAN}]{{2}})")
PARTED = re.compile(rf"([{HAN}]{{2}})[”》）]?[，。；：！？、][“《（]?([{HAN}]{{2}})")
NO_STOP = re.compile(r"[“”‘’「」『』《》〈〉（）()\[\]【】\"'·•・‧ \t\u3000\u200b-\u200f]")
NEXT = re.compile(r"[”’」』》〉）)\]】][ \t\u3000]*[“‘「『《〈（(\[【]")
"""Between two names in marks, the marks are a stop."""


def filled(url: str, texts: list[str]) -> None:
    """Articles of these texts, by their place, and nothing else."""
    with opened(url) as engine, writing(engine) as connection:
        empty = {"authors": [], "keywords": [], "images": [], "flags": [], "blocks": []}
        connection.execute(
            insert(Article),
            [
                {"id": number, "site": "clip", "native_id": str(number), "url": f"https://clip.example/{number}"}
                | {"body": body, "confidence": 1.0, "revision": 1, "first_captured_at": DAY, "last_captured_at": DAY}
                | empty
                for number, body in enumerate(texts, 1)
            ],
        )
        fulltext.add(connection, [fulltext.entry(number, None, body) for number, body in enumerate(texts, 1)])


def found(url: str, words: list[str]) -> dict[str, set[int]]:
    """The articles that each of these finds."""
    with opened(url) as engine, reading(engine) as connection:
        return {
            word: {hit.id for hit in search(connection, Asked(word, every_copy=True), limit=TEXTS).hits}
            for word in words
        }


def test_names_are_found_and_sentences_are_not_joined(shared: Path, sqlite_url: str, postgres_url: str) -> None:
    with gzip.open(shared / "dedup" / "archive.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["body"] for line, _ in zip(lines, range(TEXTS), strict=False)]
    everything = "\n".join(texts)
    marked = sorted({"".join(one.groups()): one[0] for one in MARKED.finditer(everything)}.items())
    names = [name for name, _ in marked if name in everything][:NAMES] + [name for name, _ in marked[:NAMES]]
    as_written = [written for _, written in marked[:NAMES]]
    parted = sorted({"".join(one.groups()) for one in PARTED.finditer(everything)})[::40][: 4 * NAMES]
    assert min(len(names), len(as_written), len(parted)) >= NAMES
    for url in (sqlite_url, postgres_url):
        filled(url, texts)
    words = [*names, *as_written, *parted]
    have = found(sqlite_url, words)
    assert have == found(postgres_url, words)
    bare = {
        number: "\n".join(fold(run) for run in re.findall(r"\w+", NO_STOP.sub("", NEXT.sub("。", body))))
        for number, body in enumerate(texts, 1)
    }
    for name in names:
        assert {number for number, body in bare.items() if fold(name) in body} == have[name], name
    for name, written in marked[:NAMES]:
        assert have[written] == have[name], written
    for joined in parted:
        assert have[joined] == {number for number, body in bare.items() if fold(joined) in body}, joined
