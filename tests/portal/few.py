"""The portals with six lists instead of fifty-nine, for tests that do not ask how lists are walked: to poll all of them
is most of what a crawl of twenty articles costs.

They are editions of the real sites, in a folder of site files as a user has them.
"""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import evolve

from crawler.demo import proxy
from crawler.demo.pages.lists import Lists
from crawler.demo.server import Portal
from crawler.demo.world.truth import World
from crawler.sites.registry import load_sites

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.pages.template.site import Site, Source

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


class Proxy(proxy.Proxy):
    """The portal on a socket, with few lists."""

    def __init__(self, world: World, folder: Path) -> None:
        super().__init__(world, folder)
        self._sites = folder / "sites"
        portal = Portal(world)
        lists = Lists(world, {name: few(site) for name, site in load_sites().items()})
        object.__setattr__(portal, "lists", lists)
        self.portal = portal

    def environment(self) -> dict[str, str]:
        """What the crawler's environment needs to reach the portal by its real names, and to know its few lists."""
        mine = super().environment()
        if not self._sites.exists():
            # The mirrors' site files, and an edition of each portal's.
            shutil.copytree(mine["JIANBAO_SITES"], self._sites, ignore=shutil.ignore_patterns("__pycache__"))
            for name in NAMES:
                (self._sites / f"{name}.py").write_text(_FILE.format(name), encoding="utf-8")
        return mine | {"JIANBAO_SITES": str(self._sites)}
