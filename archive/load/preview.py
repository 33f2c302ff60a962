"""How the first records of a file would be read, without anything being written."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from attrs import asdict, field, frozen

from archive.load.articles import Asked, articles_of
from archive.load.forms.form import opened
from archive.load.records import Read
from archive.load.summary import Broken, ImportSummary, Unused
from archive.load.values import shown
from archive.text.clean import clean_body
from archive.times import show_time

SHOWN: Final = 3
READ: Final = 200
_COLUMN: Final = 20
_MADE: Final = ("confidence", "blocks")


@frozen
class Preview:
    """What a file is, its columns where it is a table, how its first records are read, and what is not understood of
    the first `READ` of them."""

    what: str
    columns: tuple[str, ...]
    first: list[Read] = field(factory=list)
    read: int = 0
    summary: ImportSummary = field(factory=ImportSummary)


def preview(path: Path, asked: Asked) -> Preview:
    """Raises `UsageError` for a file in which nothing can be an article."""
    unused = Unused()
    first: list[Read] = []
    read = 0
    with opened(path, asked.renamed, asked.site) as form:
        for piece in form.pieces():
            for found in articles_of(piece, asked):
                read += 1
                if isinstance(found, Broken):
                    unused.broken.append(found)
                    continue
                unused.note(found, piece.number, piece.offset, piece.unit)
                first += [found] if len(first) < SHOWN else []
            if read >= READ:
                break
        summary = ImportSummary()
        summary.report(unused)
        summary.leave(form.unread)
        return Preview(form.what, form.columns, first, read, summary)


def told(path: Path, found: Preview) -> Iterator[str]:
    """The preview in lines: every field that was read, and from which of the record's."""
    yield f"{path}: {found.what}"
    if found.columns:
        yield f"columns: {', '.join(found.columns)}"
    for read in found.first:
        yield ""
        yield from _record(read)
    yield ""
    for broken in found.summary.broken:
        yield f"{broken.place}: {broken.reason}"
    for odd in found.summary.odd:
        yield f"{odd.place}: {odd.reason}; the field is left out"
    sound = found.read - found.summary.failed
    yield f"of the first {found.read} records {sound} are articles; nothing was written"


def _record(read: Read) -> Iterator[str]:
    article = read.item.article
    if article is None:
        return
    values: dict[str, Any] = asdict(article, recurse=False)
    values["captured_at"] = read.item.captured_at
    if not values["url"]:
        values["url"] = "none"
    for name, value in values.items():
        if value in (None, (), "") or name in _MADE:
            continue
        own = read.names.get(name) or read.names.get("id" if name == "native_id" else "", "")
        was = f"  ← {own}" if own else "  (made)" if name in ("site", "native_id") else ""
        yield f"  {name:{_COLUMN}} {_said(name, value, article.published_precision)}{was}"


def _said(name: str, value: Any, precision: Any) -> str:
    if isinstance(value, datetime):
        return show_time(value, precision if name == "published_at" else None) or ""
    if isinstance(value, tuple):
        return shown(", ".join(str(getattr(one, "url", one)) for one in value))
    if name == "body":
        text = clean_body(value)
        return f"{shown(text)} ({len(text)} characters, {text.count(chr(10)) + 1} lines)"
    return shown(str(value))
