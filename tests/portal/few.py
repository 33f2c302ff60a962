"""The portals with six lists instead of fifty-nine, for tests that do not ask how lists are walked: to poll all of them
is most of what a crawl of twenty articles costs.

They are editions of the real sites, in a folder of site files as a user has them.
"""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import evolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.pages.template.site import Site, Source

MIRRORS: Final = Path(__file__).parent / "sites"
NAMES: Final = {"netease": ("yaowen20200213", "mobile_news", "home"), "sohu": ("news", "politics", "home")}
"""One of each form; together they can name every article."""
_FILE = """from tests.portal.few import edition
from crawler.sites.{0} import SITE as OURS

SITE = edition(OURS)
"""


def few(site: "Site") -> "Sequence[Source]":
    """The lists of a site that are left, one page of each."""
    names = NAMES.get(site.name)
    if names is None:
        return site.sources
    left = (source for source in site.sources if source.name in names)
    return tuple(evolve(source, urls=source.urls[:1], posts=source.posts[:1], expect=1) for source in left)


def edition(site: "Site") -> "Site":
    """The site with few lists."""
    return evolve(site, sources=few(site))


def write(folder: Path) -> Path:
    """Writes the site files, the mirrors' too, into `folder`/sites; returns that."""
    shutil.copytree(MIRRORS, folder / "sites", ignore=shutil.ignore_patterns("__pycache__"))
    for name in NAMES:
        (folder / "sites" / f"{name}.py").write_text(_FILE.format(name), encoding="utf-8")
    return folder / "sites"
