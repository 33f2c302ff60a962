"""The portals: every module of this folder that holds a `SITE`. Adding a portal means adding one file (docs/add-a-site.md)."""

import importlib
import pkgutil
from functools import cache
from urllib.parse import urlsplit

from crawler.sites.base import Site


@cache
def load_sites() -> dict[str, Site]:
    """Every site by name, in the order of their file names."""
    modules = (importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__))
    sites = (getattr(module, "SITE", None) for module in modules)
    return {site.name: site for site in sites if isinstance(site, Site)}


def find_site(url: str) -> Site | None:
    """The site whose hosts cover the address, or None. A malformed address has none."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return None
    for site in load_sites().values():
        if any(host == suffix or host.endswith("." + suffix) for suffix in site.hosts):
            return site
    return None
