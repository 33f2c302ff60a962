"""`jianbao extract`: pages from files, without an archive."""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

import click

from archive.cli import main
from archive.cli.terminal import echo
from archive.errors import UsageError
from archive.store.records import BlockRecord
from archive.times import parse_time

if TYPE_CHECKING:
    from archive.query.render import Format
    from crawler.pages.page import Page


@main.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--url", metavar="URL", help="The address that FILE was fetched from, after redirects.")
@click.option("--content-type", metavar="TYPE", help="The HTTP header's value, if it is known.")
@click.option(
    "--batch",
    metavar="MANIFEST",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Instead of FILE: a JSONL file with `file` (relative to it) and `url` on each line, and if known"
    " `content_type` and `captured_at`.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "text", "markdown", "html"]),
    default="json",
    show_default=True,
    help="What to print of FILE. A batch is always JSON.",
)
def extract(file: Path | None, url: str | None, content_type: str | None, batch: Path | None, form: str) -> None:
    """Print what a saved page says: its fields and its clean text.

    Nothing is fetched and no archive is needed. The outcome says what the page is (article, list, gone, …).

    \b
    Examples:
      jianbao extract page.html --url https://www.163.com/news/article/KC1AB12300018990.html
      jianbao extract page.html --url https://www.sohu.com/a/749000001_121000001 --format markdown
      jianbao extract --batch pages.jsonl >articles.jsonl
    """
    if (file is None) == (batch is None):
        raise UsageError("give one FILE with --url, or --batch MANIFEST")
    if batch is not None:
        if form != "json":
            raise UsageError("--batch prints JSON lines; --format is for one FILE")
        for row in batch_rows(batch):
            echo(json.dumps(row, ensure_ascii=False))
        return
    if url is None:
        raise UsageError("--url is needed: the address decides the site and its templates")
    page = _read(Path(str(file)), url, content_type, None)
    if form == "json":
        echo(json.dumps(page_row(page, str(file)), ensure_ascii=False, indent=2))
    else:
        from archive.query.render import render

        kept = [
            BlockRecord(kind=block.kind, text=block.text, level=block.level, links=block.links, url=block.url)
            for block in page.blocks
            if block.kept
        ]
        echo(render(kept, cast("Format", form), headline=page.headline, base=page.url), nl=False)


def batch_rows(manifest: Path) -> Iterator[dict[str, Any]]:
    """One row for each line of the manifest, in its order. Raises `UsageError` for a bad line or a missing file."""
    if str(manifest) == "-":
        yield from _rows(sys.stdin, Path())
        return
    try:
        with manifest.open(encoding="utf-8") as lines:
            yield from _rows(lines, manifest.parent)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{manifest} cannot be read: {error}") from error


def _rows(lines: TextIO, folder: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            name, url = str(entry["file"]), str(entry["url"])
            captured_at = entry.get("captured_at")
            moment = parse_time(captured_at)[0] if captured_at else None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                f"line {number} of the manifest is not an object with `file` and `url`: {error}"
            ) from error
        yield page_row(_read(folder / name, url, entry.get("content_type"), moment), name)


def _read(file: Path, url: str, content_type: str | None, captured_at: datetime | None) -> "Page":
    from crawler.pages.extract import extract as extract_page
    from crawler.sites.registry import find_site

    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from error
    return extract_page(data, site=find_site(url), url=url, content_type=content_type, captured_at=captured_at)


def page_row(page: "Page", file: str) -> dict[str, Any]:
    """A page as one JSON object; the names are those of SQL, CSV and Parquet (docs/data.md)."""
    from archive.times import show_time

    return {
        "file": file,
        "url": page.url,
        "site": page.site,
        "native_id": page.native_id,
        "outcome": str(page.outcome),
        "template": page.template,
        "headline": page.headline,
        "original_title": page.original_title,
        "body": page.body,
        "published_at": show_time(page.published_at, page.published_precision),
        "modified_at": show_time(page.modified_at),
        "source_name": page.source_name,
        "account_name": page.account_name,
        "authors": list(page.authors),
        "editor": page.editor,
        "keywords": list(page.keywords),
        "location": page.location,
        "images": [{"url": image.url, "caption": image.caption} for image in page.images],
        "flags": list(page.flags),
        "canonical_url": page.canonical_url,
        "confidence": round(page.confidence, 3),
        "detail": page.detail,
    }
