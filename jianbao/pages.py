"""Pages without an archive."""

from datetime import datetime

from archive.errors import UsageError
from crawler.pages.extract import extract as _extract
from crawler.pages.page import Page
from crawler.sites.registry import find_site


def extract(
    data: bytes | bytearray | memoryview,
    *,
    url: str,
    content_type: str | None = None,
    captured_at: datetime | None = None,
    status: int = 200,
) -> Page:
    """What one page says: its outcome, its fields, and every block of it with a verdict. Nothing is fetched.

    `data`: the page's bytes as the server sent them, in whatever encoding, unpacked. `url`: its address after
    redirects, which decides the site and its templates; a page of any other host is read as one of nobody's template.
    `content_type`: the HTTP header's value. `captured_at`: when it was fetched, with a zone: relative times on the page
    are read by it. `status`: the HTTP status.

    Pure: the same bytes give the same page. Never raises for what a page holds: what cannot be read has the outcome
    `broken`, and `detail` says why. May be called in threads. Raises `UsageError` where a site file that
    `JIANBAO_SITES` names is wrong, where `data` is a text or `url` none, and where `captured_at` has no zone.
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise UsageError(
            f"a page is read from its bytes, not from a {type(data).__name__}: hand in what the server sent, such as "
            "response.content"
        )
    if not isinstance(url, str):
        raise UsageError(f"url is a {type(url).__name__}; it takes the page's address as a text")
    if captured_at is not None and captured_at.tzinfo is None:
        raise UsageError(f"a time without a zone: {captured_at}; give it one")
    return _extract(
        bytes(data), site=find_site(url), url=url, content_type=content_type, captured_at=captured_at, status=status
    )
