"""What the archive's commands get to know of portals: the crawl's own sites and its own extractor."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from archive.cli.portals import Portals
from archive.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from archive.raw import RawPages
    from archive.settings import Home


def resolve(url: str) -> tuple[str, str, str] | None:
    """The site, native id and canonical address that an address names by its form, or None."""
    from crawler.capture import role

    return role.resolve(url)


def read_page(data: bytes, url: str) -> tuple[str, datetime | None]:
    """A page's text and its time of publication. Raises `UsageError` where it holds no article."""
    from crawler.pages.extract import extract
    from crawler.sites.registry import find_site

    page = extract(data, site=find_site(url), url=url)
    if not page.body:
        raise UsageError(f"there is no text to be found in this page ({page.outcome}); is --url its own address?")
    return page.body, page.published_at


def health(home: "Home", connection: "Connection", now: datetime) -> dict[str, Any]:
    """How an archive is doing."""
    from crawler.upkeep.health.health import look

    return look(home, connection, now).as_json()


def raw_pages(home: "Home") -> "RawPages":
    """The raw pages of an archive."""
    from crawler.capture.raw.pages import StoredPages

    return StoredPages(home)


PORTALS = Portals(resolve, read_page, health=health, raw_pages=raw_pages)
