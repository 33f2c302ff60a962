"""The export beside the same articles written object by object through the ORM: `make bench-export`.

An archive of invented articles is made in SQLite. Each way then writes all of them to a file, in a process of its own:
the processor's time counts, since other things may go on, and the most memory that the process held.
"""

import json
import multiprocessing
import random
import resource
import struct
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import click
from sqlalchemy import insert, select
from sqlalchemy.orm import Session, registry

from archive.dedup.tables import Cluster, DedupText
from archive.export.datasets import ARTICLES
from archive.export.writers import Form, Packing, file_name, writer
from archive.flags import shown
from archive.store.db import open_engine, reading, writing
from archive.store.models import Article
from archive.times import show_time

PROMISED = 5.0
MOST_MEMORY = 300
"""MB."""
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
WAYS: dict[str, tuple[Form, Packing | None]] = {
    "JSON Lines": ("jsonl", None),
    "JSON Lines, zstd": ("jsonl", "zst"),
    "CSV": ("csv", None),
    "Parquet": ("parquet", None),
}


def make(url: str, articles: int) -> None:
    """An archive of that many articles of some 800 characters."""
    pick = random.Random(1)
    letters = [chr(0x4E00 + number) for number in range(3000)]
    paragraphs = ["".join(pick.choices(letters, k=pick.randint(80, 240))) + "。" for _ in range(2000)]
    engine = open_engine(url, create=True)
    with writing(engine) as connection:
        for start in range(1, articles + 1, 1000):
            numbers = range(start, min(start + 1000, articles + 1))
            connection.execute(insert(Article.__table__), [_article(number, pick, paragraphs) for number in numbers])  # type: ignore[arg-type]
            connection.execute(insert(DedupText.__table__), [_text(number, pick) for number in numbers])  # type: ignore[arg-type]
    engine.dispose()


def _article(number: int, pick: random.Random, paragraphs: list[str]) -> dict[str, Any]:
    lines = pick.choices(paragraphs, k=5)
    at = BEGIN + timedelta(seconds=97 * number)
    return {
        "id": number,
        "site": "netease",
        "native_id": f"K{number:015}",
        "url": f"https://www.163.com/news/article/K{number:015}.html",
        "headline": lines[0][:24],
        "body": "\n".join(lines),
        "published_at": at,
        "published_precision": pick.choice(["second", "minute", "day"]),
        "source_name": "新华社",
        "authors": ["张三"],
        "keywords": ["稀土", "磁材"],
        "images": [{"url": f"https://clip.example/{number}.jpg", "caption": lines[1][:16]}],
        "flags": [],
        "template": "post-news",
        "confidence": 1.0,
        "blocks": [{"kind": "paragraph", "text": line} for line in lines],
        "first_captured_at": at,
        "last_captured_at": at,
        "cluster_id": number,
    }


def _text(number: int, pick: random.Random) -> dict[str, Any]:
    values = {"digest": number, "length": 800, "sampled": 30, "last": 1, "version": 1}
    return {"article_id": number, **values, "signature": pick.randbytes(512)}


class AnArticle:
    """A row of `article` as an object of the ORM, which we ourselves do without."""


class ACluster:
    """A row of `cluster` likewise."""


class AText:
    """A row of `dedup_text` likewise."""


for kind, model in ((AnArticle, Article), (ACluster, Cluster), (AText, DedupText)):
    registry().map_imperatively(kind, model.__table__)


def object_by_object(url: str, folder: Path) -> int:
    """Every article as an object, and those of its story and its signature, as it refers to them."""
    with Session(open_engine(url)) as session, (folder / "objects.jsonl").open("wb") as file:
        written = 0
        for article in session.scalars(select(AnArticle).order_by(Article.id).execution_options(yield_per=500)):
            cluster = session.get(ACluster, article.cluster_id)
            file.write(_line(article, cluster, session.get_one(AText, article.id)))
            written += 1
    return written


def objects_in_one_query(url: str, folder: Path) -> int:
    """The same objects, all of them by one joined statement: as quick as the ORM can be."""
    statement = (
        select(AnArticle, ACluster, AText)
        .outerjoin(ACluster, Cluster.id == Article.cluster_id)
        .outerjoin(AText, DedupText.article_id == Article.id)
        .order_by(Article.id)
    )
    with Session(open_engine(url)) as session, (folder / "objects.jsonl").open("wb") as file:
        written = 0
        for found in session.execute(statement.execution_options(yield_per=500)):
            file.write(_line(*found))
            written += 1
    return written


def _line(article: Any, cluster: Any, text: Any) -> bytes:
    row = {name: getattr(article, name) for name in ARTICLES.fields if hasattr(article, name)}
    for name, field in ARTICLES.fields.items():
        if field.kind in ("shown", "instant") and name in row:
            row[name] = show_time(row[name], row["published_precision"] if field.kind == "shown" else None)
    row["flags"] = shown(article.flags, text.length)
    row["representative"] = cluster is None or cluster.representative_id == article.id
    row["signature"] = list(struct.unpack("<128I", text.signature))
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def by_us(url: str, folder: Path, form: Form, compress: Packing | None) -> int:
    """The same as `jianbao export` does it."""
    written = 0
    with (
        reading(open_engine(url)) as connection,
        (folder / file_name("articles", form, compress)).open("wb") as file,
    ):
        to = writer(file, form, ARTICLES.fields, compress=compress)
        for row in ARTICLES.rows(connection, None):
            to.write(row)
            written += 1
        to.finish()
    return written


def _measured(way: Callable[..., int], arguments: tuple[Any, ...], told: Any) -> None:
    began = time.process_time()
    written = way(*arguments)
    told.put((written, time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def measured(way: Callable[..., int], *arguments: Any) -> tuple[int, float, float]:
    """How many articles a way wrote, the processor's seconds, and the most memory in MB, in a new process."""
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    process = context.Process(target=_measured, args=(way, arguments, told))
    process.start()
    found = told.get()
    process.join()
    return cast("tuple[int, float, float]", found)


def _row(label: str, seconds: float, articles: int, memory: float) -> str:
    return f"{label:<22} {seconds:8.1f} {1e6 * seconds / articles:8.0f} {memory:6.0f}"


def _told(way: Callable[..., int], articles: int, found: tuple[int, float, float]) -> float:
    click.echo(_row((way.__name__).replace("_", " "), found[1], articles, found[2]))
    return found[1]


@click.command()
@click.option("--articles", type=click.IntRange(1), default=200_000, show_default=True)
def main(articles: int) -> None:
    """Measure, print, and fail where what is promised is not kept."""
    with tempfile.TemporaryDirectory(prefix="jianbao-bench-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'archive.db'}"
        make(url, articles)
        size = (folder / "archive.db").stat().st_size / 2**20
        click.echo(f"{articles:,} articles, {size:,.0f} MB in SQLite")
        click.echo(f"{'':<22} {'seconds':>8} {'us each':>8} {'MB':>6}  times as fast as objects, as them in one query")
        objects = [_told(way, articles, measured(way, url, folder)) for way in (object_by_object, objects_in_one_query)]
        failed = False
        for label, (form, compress) in WAYS.items():
            written, seconds, memory = measured(by_us, url, folder, form, compress)
            by_object, in_one = (one / seconds for one in objects)
            click.echo(_row(label, seconds, articles, memory) + f"  {by_object:.1f}, {in_one:.1f}")
            failed |= written != articles or memory > MOST_MEMORY or (compress is None and by_object < PROMISED)
    if failed:
        raise SystemExit(f"promised: {PROMISED:g} times as fast, {MOST_MEMORY} MB at most")


if __name__ == "__main__":
    main()
