"""An evidence package: captures, clean text, the verdict of every line, revisions and what changed, links with their
reasons, and by which rules all of it was read."""

import hashlib
import platform
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from archive.errors import UsageError
from archive.evidence import told
from archive.evidence.package import Staging, canonical, making, write_lines
from archive.export import chain
from archive.raw import Place, RawPages
from archive.settings import Home
from archive.workers import WorkerEnded
from crawler.capture.version import extractor_version
from crawler.upkeep.pack.articles import Contents, Its, stamp, take
from crawler.upkeep.pack.run import PAGES, about, copying, listed

_LIBRARIES: Final = ("lxml", "endec", "trafilatura", "warcio", "datasketch", "rapidfuzz", "opencc")
_README: Final = """\
Evidence of news articles, made by Jianbao.

archive/data.warc.gz       what the servers answered, byte for byte (WARC)
indexes/, pages/           by which programs that replay archives (WACZ) find it
text/ARTICLE-REVISION.txt  each text of each article: the headline, a line end, the body
evidence/articles.jsonl    the fields of each article, and what is known to have happened to it
evidence/captures.jsonl    every capture: when, from where, its outcome, its digest, its place in data.warc.gz
evidence/lines.jsonl       every captured page line by line: kept or stripped, by which rule, and what that rule saw
evidence/revisions.jsonl   every text with its time, its cause and its SHA-256 (of headline, line end and body)
evidence/diffs.jsonl       what changed from each text to the next
evidence/links.jsonl       how the texts relate to other articles', with the reason of each link
evidence/rules.json        the versions of the rules and of the libraries by which all of it was read
datapackage.json           every file with its SHA-256, and the head of the archive's export chain
datapackage-digest.json    the SHA-256 of datapackage.json, and a time stamp over it where one was asked for

A file without rows is not there. `jianbao evidence verify` holds a package against all of this; it needs no
archive. Images, style sheets and scripts are absent: they were never fetched.
"""

Stamper = Callable[[bytes], bytes]
"""Gives a time stamp over a manifest (`archive.evidence.stamp`)."""


def make(
    connection: Connection,
    home: Home,
    raw: RawPages,
    articles: Sequence[int],
    target: Path,
    *,
    now: datetime,
    stamper: Stamper | None = None,
) -> Contents:
    """Write an evidence package of these articles. `target`: a folder that is not there, or a `.wacz` file. Raises
    `NotFound`, of a withdrawn article too, `StorageError`, and what `stamper` raises; then there is none."""
    contents = Contents()
    with making(target) as staging:
        with copying(staging, home) as records:
            every = [take(connection, one, records, contents) for one in dict.fromkeys(articles)]
        write_lines(staging.path(PAGES), listed(connection, every, contents))
        _rows(connection, staging, every)
        _write(staging, "lines", _lines(raw, every))
        staging.path("evidence/rules.json").write_bytes(canonical(rules(connection)))
        staging.path("evidence/readme.txt").write_text(_README, encoding="utf-8")
        head = chain.head(connection)
        title = f"Evidence: {', '.join(str(its.row['headline'] or its.row['url']) for its in every)[:200]}"
        evidence = {
            "articles": [f"{its.row['site']}:{its.row['native_id']}" for its in every],
            "export_chain": None if head is None else {"batch": head[0], "digest": head[1]},
        }
        manifest = staging.seal({**about(connection, contents, title), "created": stamp(now), "evidence": evidence})
        contents.digest = hashlib.sha256(manifest).hexdigest()
        if stamper is not None:
            staging.stamp(manifest, stamper(manifest))
    return contents


def _rows(connection: Connection, staging: Staging, every: Sequence[Its]) -> None:
    """What the database says, a file for each kind of row; and each text by itself, to be read."""
    ids = [its.row["id"] for its in every]
    files: dict[str, Iterator[dict[str, Any]]] = {
        "articles": (told.fields(connection, one) for one in ids),
        "captures": (row for its in every for row in told.captures(its.captures)),
        "revisions": (row for its in every for row in told.revisions(connection, its.row)),
        "diffs": (row for its in every for row in told.diffs(told.revisions(connection, its.row))),
        "links": (row for one in ids for row in told.links(connection, one)),
    }
    for name, rows in files.items():
        _write(staging, name, rows)
    for its in every:
        for one in told.revisions(connection, its.row):
            path = staging.path(f"text/{its.row['id']}-{one['number']}.txt")
            path.write_bytes(f"{one['headline'] or ''}\n{one['body']}".encode())


def _write(staging: Staging, name: str, rows: Iterator[dict[str, Any]]) -> None:
    """A file of rows; none where there are none, since readers of data packages take an empty one for broken."""
    path = staging.path(f"evidence/{name}.jsonl")
    write_lines(path, rows)
    if not path.stat().st_size:
        path.unlink()


def _lines(raw: RawPages, every: Sequence[Its]) -> Iterator[dict[str, Any]]:
    """Every captured page line by line, read by today's rules; or why it cannot be read."""
    for its in every:
        for number, row in its.captures.items():
            if row["repeats_id"] is not None:
                yield {"capture": number, "repeats": row["repeats_id"]}
                continue
            place = Place(row["warc_file"], row["warc_offset"], row["warc_length"], row["url"], row["digest"])
            try:
                yield {"capture": number, **raw.explained(place).as_json()}
            except (UsageError, WorkerEnded) as error:
                yield {"capture": number, "unread": str(error)}


def rules(connection: Connection) -> dict[str, Any]:
    """By which rules the lines were judged and the links were made."""
    return {
        "jianbao": version("jianbao"),
        "extractor": extractor_version(),
        "text_rules": told.scheme(connection),
        "python": platform.python_version(),
        "libraries": {name: found for name in _LIBRARIES if (found := _installed(name))},
    }


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
