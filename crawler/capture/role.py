"""What an answer is to the archive, by its address, status and type alone, and which article an address names."""

from enum import StrEnum
from functools import cache
from urllib.parse import urlsplit

from crawler.pages.template.site import Source
from crawler.sites.registry import find_site, load_sites

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


def identity(url: str) -> tuple[str, str] | None:
    """The site and native id that an address names by its form, or None."""
    found = named_by(url)
    return found[:2] if found is not None else None


def named_by(url: str) -> tuple[str, str, str] | None:
    """The site, native id and canonical address that an address names by its form, or None."""
    site = find_site(url)
    target = site.target(url) if site is not None else None
    return (site.name, target.native_id, target.url) if site is not None and target and target.native_id else None
