"""Articles packed as a WACZ file: the same articles of the same archive give the same bytes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from archive.errors import NotFound
from archive.evidence.package import Staging, making, write_lines
from archive.settings import Home
from archive.store.finding.searches import identity
from crawler.upkeep.pack.articles import ABSENT, Contents, Its, pages, stamp, take
from crawler.upkeep.pack.records import WARC, Records, write_index

PAGES: Final = "pages/pages.jsonl"
_HEAD: Final = {"format": "json-pages-1.0", "id": "pages", "title": "All pages", "hasText": True}


def pack(connection: Connection, home: Home, articles: Iterable[int], target: Path, *, title: str) -> Contents:
    """Write a WACZ file of these articles, each once. `title`: what the file calls itself. Raises `NotFound` where
    there is nothing to be packed, `StorageError`."""
    contents = Contents()
    with making(target) as staging:
        with copying(staging, home) as records:
            every = (take(connection, one, records, contents) for one in _each_once(articles))
            write_lines(staging.path(PAGES), listed(connection, every, contents))
        if contents.newest is None:
            raise NotFound("there is no captured page of these articles; nothing is packed")
        staging.seal({**about(connection, contents, title), "created": stamp(contents.newest)})
    return contents


@contextmanager
def copying(staging: Staging, home: Home) -> Iterator[Records]:
    """Records to be copied into the package; their index is written at the end of the block."""
    waiting = staging.folder / ".lines"
    with staging.path(WARC).open("wb") as file, waiting.open("w", encoding="ascii", newline="\n") as lines:
        records = Records(home, file, lines)
        yield records
    with waiting.open(encoding="ascii", newline="\n") as unsorted:
        write_index(staging, unsorted)
    waiting.unlink()


def about(connection: Connection, contents: Contents, title: str) -> dict[str, Any]:
    """What the manifest says of a package."""
    return {
        "title": title,
        "description": (
            f"Pages of news articles as they were captured, with their clean text. {', '.join(ABSENT)} are absent: "
            "the crawler fetches none of them."
        ),
        "software": f"jianbao {version('jianbao')}",
        "jianbao": {
            "format": 1,
            "archive": identity(connection),
            "articles": contents.articles,
            "captures": contents.captures,
            "pages": contents.pages,
            "absent": list(ABSENT),
            "missing": contents.missing,
            "missing_count": contents.missing_count,
            "articles_without_page": contents.without,
        },
    }


def listed(connection: Connection, every: Iterable[Its], contents: Contents) -> Iterator[dict[str, Any]]:
    """The pages of articles, behind the line that tells of them (WACZ, pages.jsonl)."""
    yield _HEAD
    for its in every:
        for page in pages(connection, its):
            contents.pages += 1
            yield page
        contents.without += not its.captures


def _each_once(articles: Iterable[int]) -> Iterator[int]:
    seen: set[int] = set()
    for one in articles:
        if one not in seen:
            seen.add(one)
            yield one
