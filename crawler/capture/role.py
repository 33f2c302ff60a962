"""What an answer is to the archive, by itself alone, and which article an address names."""

import re
from enum import StrEnum
from urllib.parse import urlsplit

from archive.text.address import is_too_long
from crawler.pages.page import Identity
from crawler.pages.status import is_redirect, is_transient
from crawler.sites.registry import find_site, find_source
from crawler.warc.encodings import BodyError, beginning
from crawler.warc.raw import RawCapture

_PAGES = ("text/html", "application/xhtml+xml", "text/plain", "")
_UNSAID = ("application/octet-stream", "binary/octet-stream", "application/x-unknown", "unknown/unknown")
_HTML = re.compile(rb"[\s\xef\xbb\xbf]{0,200}<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_SAMPLE = 1024


class Role(StrEnum):
    """What an answer is to the archive, by its address, status and type, or, where the server had none to name, its
    first bytes: a rebuild decides as the crawl did.

    Only `PAGE` and `LIST` become captures; the others are kept in the WARC file.
    """

    PAGE = "page"
    LIST = "list"
    REDIRECT = "redirect"
    ROBOTS = "robots"
    TRANSIENT = "transient"
    OTHER = "other"


def role_of(raw: RawCapture) -> Role:
    """What an answer is to the archive.

    An answer that repeats another one is what that was; only pages are written so. One from an address that is longer
    than the archive takes is none of its pages. An article that redirects to the
    home page, itself a list, is still the answer for that article.
    """
    asked = raw.requested or raw.url
    if is_too_long(raw.url) or is_too_long(asked):
        return Role.OTHER
    if raw.repeats is not None:
        return Role.PAGE
    if is_transient(raw.status):
        return Role.TRANSIENT
    if is_redirect(raw.status):
        return Role.REDIRECT
    try:
        path = urlsplit(raw.url).path
    except ValueError:
        return Role.OTHER
    if path == "/robots.txt":
        return Role.ROBOTS
    if find_source(asked) is not None:
        return Role.LIST
    media = (raw.content_type or "").partition(";")[0].strip().lower()
    page = media in _PAGES or raw.status >= 400 or identity(asked) is not None or (media in _UNSAID and _is_html(raw))
    return Role.PAGE if page else Role.OTHER


def _is_html(raw: RawCapture) -> bool:
    try:
        return _HTML.match(beginning(raw, _SAMPLE)) is not None
    except BodyError:
        return False


def identity(url: str) -> Identity | None:
    """The publication that an address names by its form, every field of it known, or None."""
    site = find_site(url)
    target = site.target(url) if site is not None else None
    if site is None or target is None or not target.native_id:
        return None
    return Identity(site=site.name, native_id=target.native_id, canonical_url=target.url)


def resolve(url: str) -> tuple[str, str, str] | None:
    """`identity` as the archive asks for it (`archive.query.lookup.Resolve`)."""
    found = identity(url)
    return (found.site or "", found.native_id or "", found.canonical_url or "") if found is not None else None
