"""The half of `jianbao match` that reads pages: the crawl's own extractor, put where `archive.cli.match` looks."""

from datetime import datetime

from archive.cli.match import READ_HTML
from archive.errors import UsageError


def read_html(data: bytes, url: str) -> tuple[str, datetime | None]:
    """A page's text and its time of publication. Raises `UsageError` where it holds no article."""
    from crawler.pages.extract import extract
    from crawler.sites.registry import find_site

    page = extract(data, site=find_site(url), url=url)
    if not page.body:
        raise UsageError(f"there is no text to be found in this page ({page.outcome}); is --url its own address?")
    return page.body, page.published_at


READ_HTML.append(read_html)
