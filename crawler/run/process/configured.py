"""What is set for an archive, as Scrapy wants to have it."""

from typing import TYPE_CHECKING
from urllib.request import getproxies

from archive.config.declared import Settings as Ours
from archive.config.kinds import proxy as read_proxy
from archive.errors import UsageError
from archive.settings import Home
from crawler.sites.registry import load_sites

if TYPE_CHECKING:
    from scrapy.settings import Settings


def check_sites(home: Home) -> None:
    """Raise `UsageError` where a site has settings that there is not."""
    there = load_sites()
    if strange := [name for name in home.settings.of_sites if name not in there]:
        origins = {origin for key, origin in home.settings.origins.items() if key.startswith(f"site.{strange[0]}.")}
        raise UsageError(f"{origins.pop()}: no site is named {', '.join(strange)}; there are {', '.join(there)}")


def configure(settings: "Settings", ours: Ours) -> None:
    """Put an archive's settings into Scrapy's, below what was given with `scrapy crawl -s`.

    Raises `UsageError` where the environment names a proxy that is not spoken to.
    """
    if not ours.proxy:
        for kind in ("http", "https"):
            try:
                read_proxy(getproxies().get(kind, ""))
            except ValueError as error:
                raise UsageError(f"{kind}_proxy {error}") from None
    for name, value in {
        "USER_AGENT": ours.agent,
        "ROBOTSTXT_USER_AGENT": ours.agent.partition("/")[0] or None,
        "DOWNLOAD_TIMEOUT": ours.timeout,
        "DOWNLOAD_MAXSIZE": ours.max_bytes,
        "JIANBAO_PROXY": ours.proxy,
    }.items():
        settings.set(name, value, priority="project")
