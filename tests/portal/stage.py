"""The demo portal over days: articles appear, are edited, deleted, brought back and moved between lists, and the portal
keeps its own record of it. (articles, seed) decides everything but what the test does itself."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field, frozen

from crawler.demo.pages.lists import Lists
from crawler.demo.server import Portal
from crawler.demo.world.truth import Publication, World
from crawler.sites.registry import load_sites

if TYPE_CHECKING:
    from crawler.pages.template.site import Source

SITES = ("netease", "sohu")
FORMS = ("post-news", "post-dy", "mp2024")


def few_lists(sources: "Sequence[Source]") -> "tuple[Source, ...]":
    """Two lists of a site, one page each, so that a simulated run is short."""
    return tuple(evolve(source, urls=source.urls[:1], posts=source.posts[:1], expect=1) for source in sources[:2])


@frozen(kw_only=True)
class Deed:
    """What the portal did to an article. `kind`: of `archive.watch` (`headline`, `number`, …, `gone`, `returned`)."""

    at: datetime
    site: str
    native_id: str
    kind: str


@define
class Stage:
    """A portal that changes. `now`: its clock; `record`: what it did, in order."""

    articles: int
    seed: int
    now: datetime
    record: list[Deed] = field(factory=list)
    _all: dict[tuple[str, str], Publication] = field(init=False)
    _away: set[tuple[str, str]] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        """Takes today's articles of both portals, whose texts are no flashes."""
        every = World(self.articles * 6, self.seed).publications
        wanted = [one for one in every if one.form in FORMS and one.relation == "original" and len(one.body) > 200]
        first = min(one.published_at for one in wanted[: self.articles])
        # One soon after the other, so that a run looks at several; an id's time may be some hours off.
        chosen = [
            evolve(one, moves=False, published_at=first + number * timedelta(minutes=3))
            for number, one in enumerate(wanted[: self.articles])
        ]
        assert len(chosen) == self.articles
        self._all = {(one.site, one.native_id): one for one in chosen}

    @property
    def begin(self) -> datetime:
        """When the first article appears."""
        return min(one.published_at for one in self._all.values())

    @property
    def published(self) -> list[Publication]:
        """All articles, the oldest first, as they are now."""
        return sorted(self._all.values(), key=lambda one: one.published_at)

    def portal(self) -> Portal:
        """What the portal answers now."""
        world = World(0, self.seed)
        shown = tuple(one for key, one in self._all.items() if one.published_at <= self.now and key not in self._away)
        object.__setattr__(world, "publications", shown)
        object.__setattr__(world, "specials", ())
        object.__setattr__(world, "by_key", {(one.site, one.native_id): one for one in shown})
        portal = Portal(world)
        sources = {name: few_lists(site.sources) if name in SITES else () for name, site in load_sites().items()}
        object.__setattr__(portal, "lists", Lists(world, sources))
        return portal

    def edit(self, key: tuple[str, str], kind: str, change: Callable[[Publication], Publication]) -> None:
        """Edits an article now."""
        self._all[key] = change(self._all[key])
        self.record.append(Deed(at=self.now, site=key[0], native_id=key[1], kind=kind))

    def delete(self, key: tuple[str, str]) -> None:
        """Takes an article away."""
        self._away.add(key)
        self.record.append(Deed(at=self.now, site=key[0], native_id=key[1], kind="gone"))

    def bring_back(self, key: tuple[str, str]) -> None:
        """Brings it back as it was."""
        self._away.discard(key)
        self.record.append(Deed(at=self.now, site=key[0], native_id=key[1], kind="returned"))

    def article(self, key: tuple[str, str]) -> Any:
        """An article as it is now."""
        return self._all[key]

    def go_to(self, moment: datetime) -> None:
        """Lets time pass."""
        assert moment >= self.now - timedelta(0)
        self.now = moment
