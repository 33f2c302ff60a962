"""Saved pages to try a site file on, or to draft one from: out of a folder, a manifest, WARC files or single files.

What a page is expected to say may stand beside it: `NAME.json` beside `NAME.html`, in the form of what `jianbao
extract` prints, or `expected.jsonl` beside `pages.jsonl`.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from archive.errors import UsageError
from archive.times import parse_time
from crawler.pages.html.decode import decode
from crawler.pages.html.parse import parse
from crawler.pages.html.selectors import Selector
from crawler.pages.html.urls import absolute
from crawler.warc.encodings import BodyError, decoded_body
from crawler.warc.reader import Record, read_records

PAGES: Final = (".html", ".htm", ".shtml", ".xhtml")
_WARC: Final = (".warc", ".warc.gz")
_CANONICAL: Final = Selector("link[rel=canonical]")
_OG_URL: Final = Selector('meta[property="og:url"]')
_HTML: Final = re.compile(rb"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_LOOKED_AT: Final = 4_000


@frozen(kw_only=True)
class Sample:
    """One saved page. `name`: what it is called in reports. `url`: its address, after redirects. `content_type`: the
    header's value, None where it is not known. `expected`: what it is expected to say, None where nobody says."""

    name: str
    url: str
    data: bytes
    content_type: str | None = None
    captured_at: datetime | None = None
    expected: dict[str, Any] | None = None


def read_samples(paths: Iterable[Path]) -> list[Sample]:
    """The pages of these folders and files, each address once. Raises `UsageError` where one cannot be read, or where
    nothing says a page's address."""
    found: dict[str, Sample] = {}
    for path in paths:
        for sample in _of(path):
            found.setdefault(sample.url, sample)
    return list(found.values())


def _of(path: Path) -> Iterator[Sample]:
    if path.is_dir():
        manifest = path / "pages.jsonl"
        if manifest.is_file():
            yield from _of_manifest(manifest)
            return
        files = sorted(file for file in path.iterdir() if file.name.lower().endswith((*PAGES, *_WARC)))
        if not files:
            raise UsageError(f"{path} holds neither pages.jsonl nor saved pages ({', '.join((*PAGES, *_WARC))})")
        for file in files:
            yield from _of(file)
    elif path.name.lower().endswith(_WARC):
        yield from _of_warc(path)
    elif path.suffix.lower() in (".jsonl", ".ndjson"):
        yield from _of_manifest(path)
    else:
        yield _of_page(path)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error


def _of_page(path: Path) -> Sample:
    data = _read(path)
    beside = path.with_suffix(".json")
    expected: dict[str, Any] | None = None
    if beside.is_file():
        try:
            expected = json.loads(_read(beside))
        except ValueError as error:
            raise UsageError(f"{beside} is no JSON: {error}") from error
        if not isinstance(expected, dict):
            raise UsageError(f"{beside} is no JSON object")
    url = str((expected or {}).get("url") or "") or _own_address(data)
    if not url.startswith(("http://", "https://")):
        raise UsageError(
            f"{path}: nothing says its address; write {beside.name} beside it, with the address as url, or name a"
            " manifest (see `jianbao extract --batch`)"
        )
    return Sample(name=path.name, url=url, data=data, expected=expected)


def _own_address(data: bytes) -> str:
    """The address that a page gives itself; "" where it gives none."""
    tree = parse(decode(data, None).text)
    if tree is None:
        return ""
    for selector, name in ((_CANONICAL, "href"), (_OG_URL, "content")):
        element = selector.first(tree)
        if element is not None and (said := (element.get(name) or "").strip()):
            return absolute("https://invalid.example/", said) if said.startswith(("http", "//")) else ""
    return ""


def _of_manifest(manifest: Path) -> Iterator[Sample]:
    beside = manifest.with_name("expected.jsonl")
    expected = {str(row.get("file")): row for _, row in _rows(beside)} if beside.is_file() else {}
    for number, row in _rows(manifest):
        try:
            name, url = str(row["file"]), str(row["url"])
            said = row.get("captured_at")
            moment = parse_time(said)[0] if said else None
        except (KeyError, ValueError, TypeError) as error:
            raise UsageError(f"{manifest}: line {number} is not an object with `file` and `url`: {error}") from error
        yield Sample(
            name=name,
            url=url,
            data=_read(manifest.parent / name),
            content_type=row.get("content_type"),
            captured_at=moment,
            expected=expected.get(name),
        )


def _rows(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = _read(file).decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise UsageError(f"{file}: line {number} is no JSON: {error}") from error
            if not isinstance(row, dict):
                raise UsageError(f"{file}: line {number} is no JSON object")
            yield number, row


def _of_warc(path: Path) -> Iterator[Sample]:
    """The pages among a WARC file's answers; what cannot be read, and what is no page, is passed over."""
    for record in read_records(path, path.name):
        raw = record.raw if isinstance(record, Record) else None
        if raw is None or raw.repeats is not None or raw.status != 200:
            continue
        try:
            body = decoded_body(raw).content
        except BodyError:
            continue
        if _HTML.search(body[:_LOOKED_AT]):
            yield Sample(
                name=f"{path.name}@{record.offset}",
                url=raw.url,
                data=body,
                content_type=raw.content_type,
                captured_at=raw.captured_at,
            )
