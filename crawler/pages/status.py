"""What HTTP statuses say of a page, for whoever decides by them: the extraction, the crawl, its retries, robots.txt."""

from typing import Final

PARTIAL: Final = 206
"""A part of the page, which nobody asked for: no whole page."""
GONE: Final = frozenset({404, 410})
"""The page is no more. Behind the first page of a list: the list's end."""
BUSY: Final = 429
"""The host asks to be left alone for a while."""
PROXY_REFUSES: Final = 407
"""The proxy asks who we are; of the page it says nothing."""
BLOCKED: Final = frozenset({401, 403, 407, 418, 429, 451})
"""The server refuses, whatever the page is."""
TRANSIENT: Final = frozenset({408, 425, 429, *range(500, 600)})
"""Answers that say nothing about the page; it is asked for again later."""


def is_redirect(status: int) -> bool:
    """Whether the page is to be had elsewhere."""
    return 300 <= status < 400


def is_transient(status: int) -> bool:
    """Whether the answer says nothing about the page. A number that is no status counts as 500 (RFC 9110, 15)."""
    return status in TRANSIENT or not 100 <= status < 600
