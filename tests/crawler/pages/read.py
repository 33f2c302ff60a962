"""Extraction as every command calls it: with the site that the address belongs to."""

from typing import Any

from crawler.pages.extract import extract as read_bytes
from crawler.pages.page import Page
from crawler.sites.registry import find_site


def extract(data: bytes, *, url: str, **options: Any) -> Page:
    """`crawler.pages.extract.extract`, with the registry's site unless one is named."""
    return read_bytes(data, **{"site": find_site(url), "url": url, **options})
