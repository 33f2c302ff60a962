"""What the demo portal publishes, and so what a crawl of it must find: every address, field, body line and copy."""

import itertools
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from attrs import evolve, field, frozen

from crawler.demo.pages import mirrors
from crawler.demo.world import ids
from crawler.demo.world.articles import SHOWPIECE, Story, story
from crawler.demo.world.publications import MAKERS, Publication, Special, digits

__all__ = ["Publication", "Special", "World"]

# Beijing times at which the newest story of each era was published; earlier numbers are newer.
ERAS = {
    "today": (datetime(2025, 11, 20, 18, 0, tzinfo=ids.BEIJING), timedelta(minutes=11)),
    "endtext": (datetime(2020, 2, 18, 21, 0, tzinfo=ids.BEIJING), timedelta(minutes=97)),
    "old": (datetime(2012, 11, 3, 16, 0, tzinfo=ids.BEIJING), timedelta(minutes=61)),
}
TEMPLATES = {  # (era, portal): the forms that an article takes there
    ("today", "netease"): ("post-news", "post-dy", "post-news", "post-dy", "mobile"),
    ("today", "sohu"): ("mp2024", "mp2024", "mp2024", "sohu-mobile"),
    ("endtext", "netease"): ("endtext",),
    ("endtext", "sohu"): ("mp2020",),
    ("old", "netease"): ("ep",),
    ("old", "sohu"): ("content",),
}


def _tell(tale: Story, rng: random.Random) -> Iterator[Publication]:
    """All publications of one story, the original first. A showpiece is of today and copied everywhere."""
    showpiece = tale.number % SHOWPIECE == 0
    era = "today" if showpiece else rng.choices(tuple(ERAS), (70, 16, 14))[0]
    newest, step = ERAS[era]
    published = newest - step * tale.number - timedelta(seconds=rng.randint(0, 59))
    home, away = rng.sample(("netease", "sohu"), 2)
    first = _on_portal(tale, home, rng.choice(TEMPLATES[era, home]), published, 0, "original", tale.headline)
    yield first

    later = published + timedelta(minutes=rng.randint(9, 600), seconds=rng.randint(0, 59))
    if showpiece or rng.random() < 0.22:
        renamed = rng.random() < 0.3 and len(tale.text) > 200  # a flash keeps its headline: it says half of it
        # As with real reprints, one of the two headlines says what the text says: else nobody could tell by them.
        renamed = renamed and any(_tells(one, tale.text) for one in (tale.headline, tale.other_headline))
        headline = tale.other_headline if renamed else tale.headline
        yield _on_portal(tale, away, rng.choice(TEMPLATES[era, away]), later, 1, "verbatim", headline)
    later += timedelta(minutes=rng.randint(9, 600), seconds=rng.randint(0, 59))
    if first.site == "netease" and era == "today" and (showpiece or rng.random() < 0.12):
        form = "post-dy" if first.form == "post-news" else "post-news"
        yield _on_portal(tale, "netease", form, later, 2, "account_copy", tale.headline)
    for share, mirror in zip((0.16, 0.1, 0.1), mirrors.MIRRORS, strict=True):
        later += timedelta(minutes=rng.randint(30, 900))
        if (showpiece or rng.random() < share) and len(tale.text) >= mirror.shortest:
            yield _on_mirror(tale, mirror, later)


def _tells(headline: str, text: str) -> bool:
    """Whether a headline has to do with a text: a fifth of its pairs of characters stand there."""
    pairs = {one + other for one, other in itertools.pairwise(headline)}
    return 5 * sum(pair in text for pair in pairs) >= len(pairs)


def _on_portal(
    tale: Story, site: str, form: str, published: datetime, salt: int, relation: str, headline: str
) -> Publication:
    known = {"relation": relation, "headline": headline, "lines": tale.lines, "authors": tale.authors}
    return MAKERS[site](tale, form, published, salt, **known)


def _on_mirror(tale: Story, mirror: mirrors.Mirror, published: datetime) -> Publication:
    number = 10_000 + tale.number
    return Publication(
        site=mirror.name,
        native_id=str(number),
        url=mirror.address(number),
        listed_url=mirror.address(number),
        form=mirror.name,
        story=tale.number,
        relation=mirror.relation,
        headline=mirror.retell(tale.headline),
        published_at=published,
        authors=tale.authors if mirror.relation == "verbatim" else (),
        lines=tuple(evolve(line, text=mirror.retell(line.text)) for line in tale.lines),
    )


def _specials(seed: int) -> tuple[Special, ...]:
    rng = random.Random(f"{seed}/special")
    when = ERAS["today"][0] + timedelta(minutes=5)
    blocked, dead = (ids.docid(when + timedelta(seconds=n), f"000{digits(rng, 4)}O") for n in (1, 2))
    gone, forbidden = (ids.sohu_number(when, n) for n in (4001, 4002))
    return (
        Special(
            site="netease",
            native_id=blocked,
            url=f"https://www.163.com/news/article/{blocked}.html",
            kind="blocked",
            outcome="blocked",
            headline="这一篇被验证页挡住",
        ),
        Special(
            site="netease",
            native_id=dead,
            url=f"https://www.163.com/tech/article/{dead}.html",
            kind="dead",
            outcome="gone",
            headline="这一篇已经删除",
        ),
        Special(
            site="sohu",
            native_id=f"a:{gone}",
            url=f"https://www.sohu.com/a/{gone}_120000000",
            kind="soft404",
            outcome="gone",
            headline="这一篇转到了页面不存在",
        ),
        Special(
            site="sohu",
            native_id=f"a:{forbidden}",
            url=f"https://www.sohu.com/a/{forbidden}_120000000",
            kind="forbidden",
            outcome=None,
            headline="这一篇谢绝爬虫",
        ),
        Special(
            site="netease",
            native_id="v:VK0DEMO9A",
            url="https://www.163.com/v/video/VK0DEMO9A.html",
            kind="video",
            outcome="video",
            headline="这一条是视频",
        ),
    )


@frozen
class World:
    """All that the portal publishes: exactly `articles` articles, reproducible by `seed`, and a few specials."""

    articles: int
    seed: int
    publications: tuple[Publication, ...] = field(init=False)
    specials: tuple[Special, ...] = field(init=False)
    by_key: dict[tuple[str, str], Publication | Special] = field(init=False)

    @publications.default
    def _publications(self) -> tuple[Publication, ...]:
        every = (
            publication
            for number in itertools.count()
            for publication in _tell(story(self.seed, number), random.Random(f"{self.seed}/plan/{number}"))
        )
        chosen = list(itertools.islice(every, self.articles))
        mover = next((i for i, one in enumerate(chosen) if one.form == "mp2024"), None)
        if mover is not None:
            chosen[mover] = evolve(chosen[mover], moves=True)
        return tuple(chosen)

    @specials.default
    def _specials(self) -> tuple[Special, ...]:
        return _specials(self.seed)

    @by_key.default
    def _by_key(self) -> dict[tuple[str, str], Publication | Special]:
        every: tuple[Publication | Special, ...] = (*self.publications, *self.specials)
        keys = {(one.site, one.native_id): one for one in every}
        if len(keys) != len(every):
            msg = "two publications share an id"
            raise ValueError(msg)
        return keys

    def listed(self, site: str) -> list[Publication | Special]:
        """What the lists of a site name, newest first."""
        ours = [one for one in self.publications if one.site == site]
        ours.sort(key=lambda one: one.published_at, reverse=True)
        return [*(one for one in self.specials if one.site == site), *ours]

    def clusters(self) -> dict[int, list[Publication]]:
        """Every story with its publications, the original first."""
        grouped: dict[int, list[Publication]] = {}
        for one in self.publications:
            grouped.setdefault(one.story, []).append(one)
        return grouped

    def records(self) -> Iterator[dict[str, Any]]:
        """The truth, one object an address."""
        return (one.record() for one in self.by_key.values())
