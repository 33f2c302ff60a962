"""What one step costs as the archive grows: `python -m benchmarks.scale.steps --rows 1000 60000`.

SQLite archives are filled with that many articles, each with a revision, a capture, a sighting and a frontier row, all
long done. Then the statements of a crawl and of an import run on them. Microseconds of the processor, the commit
included; nothing in this table should grow with the number of rows.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from archive.ingest.transaction import ingest
from archive.load.articles import Asked, import_articles
from archive.store.db import open_engine, writing
from archive.store.records import ArticleRecord, CaptureRecord, Item
from crawler.demo.world.articles import story
from crawler.run import frontier
from crawler.run.intake.intake import BATCH
from crawler.run.reading.asked import Claim
from tests.archive.make import fill

NOW = datetime(2026, 3, 4, tzinfo=UTC)
BODY = 1_500
"""Characters of a filled-in article's body."""


def main() -> None:
    """Measure at each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 60_000], metavar="N", help="articles filled in")
    args = parser.parse_args()
    first: dict[str, float] = {}
    for rows in args.rows:
        print(f"\n{rows} articles; microseconds of the processor")
        with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as folder:
            engine = open_engine(f"sqlite:///{Path(folder) / 'archive.db'}", create=True)
            fill(engine, rows, "文" * BODY)
            for name, spent in _measure(engine, Path(folder)).items():
                first.setdefault(name, spent)
                print(f"  {name:44} {spent * 1e6:9.0f}   {spent / first[name]:5.2f} times the first")
            engine.dispose()


def _measure(engine: Engine, folder: Path) -> dict[str, float]:
    told = {}
    with writing(engine) as connection:
        offered = [(f"new:{n}", f"https://clip.example/new/{n}") for n in range(100 * BATCH)]
        frontier.offer(connection, "clip", offered, NOW)
    claims: list[Claim] = []
    told[f"frontier: claim {BATCH} addresses"] = _mean(lambda turn: claims.extend(_claim(engine)), 100)
    told["frontier: settle one"] = _mean(lambda turn: _settle(engine, claims.pop()), 400)
    listed = [(f"old:{n}", f"https://clip.example/old/{n}") for n in range(1, 61)]
    told["frontier: offer a list of 60 known"] = _mean(lambda turn: _offer(engine, listed), 50)
    told["crawl: store one capture and its article"] = _mean(lambda turn: _store(engine, turn), 100)
    told["import of JSON Lines, an article"] = _import(engine, folder, 1_200)
    told["the same file once more, an article"] = _import(engine, folder, 1_200)
    told["import of captures, 100 a commit, each"] = _mean(lambda turn: _captures(engine, turn), 4) / 100
    return told


def _mean(work: Callable[[int], object], times: int) -> float:
    work(-1)
    begun = time.process_time()
    for turn in range(times):
        work(turn)
    return (time.process_time() - begun) / times


def _claim(engine: Engine) -> list[Claim]:
    with writing(engine) as connection:
        return frontier.claim(connection, "clip", "run-1", BATCH, NOW)


def _settle(engine: Engine, claim: Claim) -> None:
    with writing(engine) as connection:
        frontier.settle(connection, claim, "done", "article")


def _offer(engine: Engine, listed: list[tuple[str, str]]) -> None:
    with writing(engine) as connection:
        frontier.offer(connection, "clip", listed, NOW)


def _item(number: int, file: str) -> Item:
    url = f"https://clip.example/{file}/{number}"
    body = story(5, 12 * number + 1).text
    return Item(
        capture=CaptureRecord(url=url, captured_at=NOW, outcome="article", warc_file=file, warc_offset=number),
        article=ArticleRecord(site="clip", native_id=f"{file}:{number}", url=url, headline="标题", body=body),
    )


def _store(engine: Engine, turn: int) -> None:
    with writing(engine) as connection:
        ingest(connection, [_item(turn + 1, "crawl.warc.gz")], run_id=None, now=NOW)


def _captures(engine: Engine, turn: int) -> None:
    with writing(engine) as connection:
        items = [_item(turn * 100 + n + 1000, "import.warc.gz") for n in range(100)]
        ingest(connection, items, run_id=None, now=NOW)


def _import(engine: Engine, folder: Path, articles: int) -> float:
    path = folder / "articles.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(articles):
            body = story(9, 12 * number + 1).text
            file.write(json.dumps({"url": f"https://clip.example/line/{number}", "body": body}) + "\n")
    begun = time.process_time()
    import_articles(engine, path, asked=Asked(lambda url: None))
    return (time.process_time() - begun) / articles


if __name__ == "__main__":
    main()
