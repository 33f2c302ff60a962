"""The line from one raw capture to what the archive stores: the same for a crawl, an import and a rebuild."""

import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from urllib.parse import urlsplit

import brotli
from attrs import evolve, frozen

from archive.store.records import CaptureRecord, Item
from crawler.pages.extract import extract
from crawler.pages.html.decode import decode
from crawler.pages.page import Outcome, Page
from crawler.pages.template.site import ListError, Listing, Source
from crawler.sites.registry import find_site, load_sites

MAX_DECODED = 32 * 2**20
"""A body that unpacks to more than this is not read."""

TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504, 522, 524})
"""Answers that say nothing about the page; it is asked for again later."""

_PAGES = ("text/html", "application/xhtml+xml", "text/plain", "")


class Role(StrEnum):
    """What an answer is to the archive, by its address, status and type alone: a rebuild decides as the crawl did.

    Only `PAGE` and `LIST` become captures; the others are kept in the WARC file.
    """

    PAGE = "page"
    LIST = "list"
    REDIRECT = "redirect"
    ROBOTS = "robots"
    TRANSIENT = "transient"
    OTHER = "other"


@frozen(kw_only=True)
class RawCapture:
    """One answer as it was transferred.

    `url`: the final address; `requested`: the one that was asked for, where redirects led elsewhere. `payload`: the
    body, content-encoded as `encoding` says (`gzip`, "" for none; a chunked transfer is already put together).
    `captured_at` carries a zone. `digest`, `warc_*`: see `CaptureRecord`.
    """

    url: str
    captured_at: datetime
    payload: bytes
    status: int = 200
    content_type: str | None = None
    encoding: str = ""
    requested: str | None = None
    ip: str | None = None
    digest: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    warc_length: int | None = None


@cache
def _sources() -> dict[str, tuple[str, Source]]:
    return {
        url: (site.name, source) for site in load_sites().values() for source in site.sources for url in source.urls
    }


def source_of(url: str) -> tuple[str, Source] | None:
    """The site and the source that poll this very address, or None."""
    return _sources().get(url)


def role_of(url: str, status: int, content_type: str | None, requested: str | None = None) -> Role:
    """What an answer is to the archive. `requested`: what was asked for before redirects led to `url`.

    An article that redirects to the home page, itself a list, is still the answer for that article.
    """
    if status in TRANSIENT or status >= 500:
        return Role.TRANSIENT
    if 300 <= status < 400:
        return Role.REDIRECT
    try:
        path = urlsplit(url).path
    except ValueError:
        return Role.OTHER
    if path == "/robots.txt":
        return Role.ROBOTS
    if (requested or url) in _sources():
        return Role.LIST
    media = (content_type or "").partition(";")[0].strip().lower()
    page = media in _PAGES or status >= 400 or named_by(requested or url) is not None
    return Role.PAGE if page else Role.OTHER


def capture_item(raw: RawCapture) -> Item:
    """The capture and, where it shows one, the article. Never raises: what cannot be read is an outcome too."""
    page = capture_page(raw)
    return Item(capture=capture_record(raw, page), article=page.article(), parts=page.parts)


def capture_page(raw: RawCapture) -> Page:
    """What an answer says, unpacked and extracted. Never raises."""
    body = decoded_body(raw)
    if body is None:
        page = Page(url=raw.url, outcome=Outcome.TOO_LARGE, detail=f"unpacks to more than {MAX_DECODED} bytes")
    elif isinstance(body, str):
        page = Page(url=raw.url, outcome=Outcome.BROKEN, detail=body)
    else:
        page = extract(body, url=raw.url, content_type=raw.content_type, captured_at=raw.captured_at, status=raw.status)
    if raw.requested and page.outcome is Outcome.LIST and named_by(raw.requested) is not None:
        # A portal's way of saying that the article is no more: off to the front page.
        page = evolve(page, outcome=Outcome.GONE, detail=f"{raw.requested} redirects to {raw.url}")
    return page


@frozen(kw_only=True)
class ListAnswer:
    """What a list said. `problem`: why its `listings` are not to be had, "" where they are."""

    capture: CaptureRecord
    listings: tuple[Listing, ...] = ()
    problem: str = ""


def list_answer(raw: RawCapture) -> ListAnswer:
    """The row and the entries of a list's answer. Never raises."""
    site, source = source_of(raw.requested or raw.url) or ("", None)
    problem = ""
    listings: tuple[Listing, ...] = ()
    if raw.status >= 400 or source is None:
        problem = f"HTTP {raw.status}"
    else:
        try:
            listings = _listings(source, raw)
        except ListError as error:
            problem = str(error)
    outcome = Outcome.BROKEN if problem else Outcome.LIST
    page = Page(url=raw.url, outcome=outcome, site=site or None, detail=problem or None)
    return ListAnswer(capture=capture_record(raw, page), listings=listings, problem=problem)


def _listings(source: Source, raw: RawCapture) -> tuple[Listing, ...]:
    body = decoded_body(raw)
    if not isinstance(body, bytes):
        raise ListError(body or "the list is too large")
    text = body.decode(source.encoding, "replace") if source.encoding else decode(body, raw.content_type).text
    try:
        return tuple(source.parse(text, raw.url, raw.captured_at))
    except ListError:
        raise
    except Exception as error:  # a site file's bug is no reason to lose the other lists
        raise ListError(f"the parser broke: {type(error).__name__}: {error}") from error


def capture_record(raw: RawCapture, page: Page) -> CaptureRecord:
    """The row of one capture; where the page itself has no identity, that of the address asked for is taken."""
    site, native_id = page.site, page.native_id
    if page.outcome is not Outcome.ARTICLE and raw.requested and raw.requested != raw.url:
        asked = identity(raw.requested)
        if asked is not None:
            site, native_id = asked
    return CaptureRecord(
        url=raw.url,
        captured_at=raw.captured_at,
        outcome=str(page.outcome),
        status=raw.status,
        content_type=raw.content_type,
        ip=raw.ip,
        digest=raw.digest,
        size=len(raw.payload),
        warc_file=raw.warc_file,
        warc_offset=raw.warc_offset,
        warc_length=raw.warc_length,
        site=site,
        native_id=native_id or None,
        template=page.template,
        detail=page.detail,
    )


def identity(url: str) -> tuple[str, str] | None:
    """The site and native id that an address names by its form, or None."""
    found = named_by(url)
    return found[:2] if found is not None else None


def named_by(url: str) -> tuple[str, str, str] | None:
    """The site, native id and canonical address that an address names by its form, or None."""
    site = find_site(url)
    target = site.target(url) if site is not None else None
    return (site.name, target.native_id, target.url) if site is not None and target and target.native_id else None


def decoded_body(raw: RawCapture) -> bytes | str | None:
    """The body without its content encoding; None where it is too large, a few words where it cannot be unpacked."""
    body = raw.payload
    encodings = [part.strip().lower() for part in raw.encoding.split(",") if part.strip()]
    for encoding in reversed(encodings):
        unpack = _UNPACK.get(encoding)
        if unpack is None:
            return f"unknown content encoding {encoding[:40]!r}"
        try:
            unpacked = unpack(body)
        except (zlib.error, brotli.error, EOFError, ValueError) as error:
            # A server that names an encoding and sends plain text is common enough.
            if encoding != "br" and not body.startswith(b"\x1f\x8b"):
                continue
            return f"broken {encoding}: {error}"
        if unpacked is None:
            return None
        body = unpacked
    return body


def _inflate(data: bytes, bits: int) -> bytes | None:
    stream = zlib.decompressobj(bits)
    out = stream.decompress(data, MAX_DECODED + 1)
    return None if len(out) > MAX_DECODED else out


def _gzip(data: bytes) -> bytes | None:
    """A torn end is forgiven: what could be unpacked is worth reading."""
    return _inflate(data, 31)


def _deflate(data: bytes) -> bytes | None:
    try:
        return _inflate(data, 15)
    except zlib.error:
        return _inflate(data, -15)


def _brotli(data: bytes) -> bytes | None:
    stream = brotli.Decompressor()
    out = bytearray()
    for start in range(0, len(data), 65536):
        out += stream.process(data[start : start + 65536])
        if len(out) > MAX_DECODED:
            return None
    return bytes(out)


_UNPACK: dict[str, Callable[[bytes], bytes | None]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "identity": bytes,
}


def raw_from_headers(raw: RawCapture, headers: Sequence[tuple[str, str]]) -> RawCapture:
    """`raw` with the content type and encoding that HTTP headers give."""
    values = {name.lower(): value for name, value in headers}
    return evolve(raw, content_type=values.get("content-type"), encoding=values.get("content-encoding", ""))
