"""What happens at the portal, by (days, seed): pure.

Times are the portal's own, in Beijing time. The troubles come on the days that the twenty-day script gives them, and
earlier in a shorter one.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, field, frozen

from crawler.demo.world import ids
from crawler.demo.world.articles import Story, story
from crawler.demo.world.edits import EDITS
from crawler.demo.world.publications import MAKERS, Publication

Key = tuple[str, str]

BEGIN: Final = datetime(2025, 11, 3, tzinfo=ids.BEIJING)
HALF: Final = timedelta(minutes=30)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
AT_FIRST: Final = 6
"""So many articles of each site are there before the first crawl."""
FORMS: Final = {"netease": ("post-news", "post-dy", "post-news"), "sohu": ("mp2024",)}
AWAY: Final = {"netease": ("404", "410", "says", "front"), "sohu": ("404.html", "404", "says", "front")}
"""What a deleted article's address answers: a status, a page that says so in the portal's frame, or a redirect."""


@frozen(kw_only=True)
class Deed:
    """What the portal does to an article. `kind`: `published`, one of `EDITS`, `gone`, `returned`, or `moved` to its
    other list. `how`: of `gone`, one of `AWAY`. `listed`: whether its lists go on naming it."""

    at: datetime
    key: Key
    kind: str
    how: str = ""
    listed: bool = True
    article: Publication | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Trouble:
    """What befalls the portal, the way to it, or the archive, from `begin` to `end`."""

    begin: datetime
    end: datetime

    def has(self, moment: datetime) -> bool:
        """Whether it is so now."""
        return self.begin <= moment < self.end


@frozen(kw_only=True)
class Script:
    """See the module. `deeds`: in their order. `template`: the accounts' pages have the new markup from its begin; the
    archive's rules know it from its end on, and leave out a box of related articles. `captcha`: www.163.com answers
    with verification pages. `list_`: a list of NetEase is dead. `network`: nothing answers."""

    days: float
    seed: int
    deeds: tuple[Deed, ...]
    template: Trouble
    captcha: Trouble
    list_: Trouble
    network: Trouble

    @property
    def end(self) -> datetime:
        """The last moment."""
        return BEGIN + timedelta(days=self.days)

    @property
    def runs(self) -> Iterator[datetime]:
        """When cron calls."""
        return (BEGIN + number * HALF for number in range(int(self.days * 48) + 1))


def script(days: float, seed: int, daily: float = 8) -> Script:
    """`daily`: so many articles appear a day, their copies not counted."""
    rng = random.Random(f"{seed}/script")
    day = DAY * min(1.0, days / 20)
    tales = _tales(seed)
    deeds: list[Deed] = []
    first = [(site, BEGIN - rng.uniform(0.1, 1) * DAY) for site in FORMS for _ in range(AT_FIRST)]
    later = [(rng.choice(tuple(FORMS)), BEGIN + rng.random() * days * DAY) for _ in range(int(days * daily))]
    kinds = [kind for _ in range(len(first) + len(later)) for kind in rng.sample(tuple(EDITS), len(EDITS))]
    for number, (site, at) in enumerate(sorted([*first, *later], key=lambda one: one[1])):
        tale = next(tales)
        article = _publication(tale, site, rng.choice(FORMS[site]), at, number)
        deeds += _fate(rng, article, BEGIN + days * DAY, kinds)
        if rng.random() < 0.25:
            other = "sohu" if site == "netease" else "netease"
            copy_at = at + rng.uniform(0.3, 10) * HOUR
            deeds += [_published(_publication(tale, other, rng.choice(FORMS[other]), copy_at, number, "verbatim"))]
    longest = 10 * HOUR * (day / DAY)
    return Script(
        days=days,
        seed=seed,
        deeds=tuple(sorted((one for one in deeds if one.at < BEGIN + days * DAY), key=lambda one: one.at)),
        template=Trouble(begin=BEGIN + 6 * day, end=BEGIN + 14 * day),
        captcha=Trouble(begin=BEGIN + 8 * day, end=BEGIN + 8 * day + HOUR),
        list_=Trouble(begin=BEGIN + 10 * day, end=BEGIN + days * DAY + DAY),
        network=Trouble(begin=BEGIN + 12 * day, end=BEGIN + 12 * day + max(longest, HOUR)),
    )


def _tales(seed: int) -> Iterator[Story]:
    number = 0
    while True:
        number += 1
        tale = story(seed, number)
        if len(tale.text) > 200:
            yield tale


def _publication(tale: Story, site: str, form: str, at: datetime, salt: int, relation: str = "original") -> Publication:
    known = {"relation": relation, "headline": tale.headline, "lines": tale.lines, "authors": tale.authors}
    made = MAKERS[site](tale, form, at.replace(microsecond=0), salt % 8, **known)
    # The address as every list has it, so that what stands on two lists is one article with one address.
    return evolve(made, listed_url=made.url)


def _published(article: Publication) -> Deed:
    return Deed(at=article.published_at, key=(article.site, article.native_id), kind="published", article=article)


def _fate(rng: random.Random, article: Publication, end: datetime, kinds: list[str]) -> Iterator[Deed]:
    """Everything that happens to one article."""
    key = article.site, article.native_id
    yield _published(article)
    at = max(article.published_at, BEGIN)
    lot = rng.random()
    if lot < 0.35:
        for _ in range(rng.choice((1, 1, 2, 3))):
            at += _later(rng, 6 * DAY)
            kind, article = _edit(article, kinds)
            yield Deed(at=at, key=key, kind=kind, article=article)
    elif lot < 0.55:
        at += _later(rng, 3 * DAY)
        yield Deed(at=at, key=key, kind="gone", how=rng.choice(AWAY[article.site]), listed=rng.random() < 0.5)
        if rng.random() < 0.4:
            at += _later(rng, 4 * DAY)
            yield Deed(at=at, key=key, kind="returned")
            if rng.random() < 0.5:
                kind, article = _edit(article, kinds)
                yield Deed(at=at + _later(rng, 2 * DAY), key=key, kind=kind, article=article)
    elif lot < 0.65:
        yield Deed(at=at + _later(rng, DAY), key=key, kind="moved")


def _later(rng: random.Random, most: timedelta) -> timedelta:
    """From ten minutes on; early is as likely as late on a logarithmic scale."""
    least = timedelta(minutes=10)
    return least * (most / least) ** rng.random()


def _edit(article: Publication, kinds: list[str]) -> tuple[str, Publication]:
    """The next kind of edit that the article has something for."""
    for place, kind in enumerate(kinds):
        try:
            edited = EDITS[kind](article)
        except AssertionError:
            continue
        if edited.body != article.body or edited.headline != article.headline:
            del kinds[place]
            return kind, edited
    raise AssertionError(f"nothing to edit in {article.url}")
