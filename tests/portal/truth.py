"""What the demo portal publishes, and so what a crawl of it must find: every address, field, body line and copy."""

import itertools
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from attrs import evolve, field, frozen

from tests.portal import ids, mirrors, words
from tests.portal.articles import SHOWPIECE, Line, Story, story

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
TEMPLATE_NAMES = {
    "post-news": "netease-post",
    "post-dy": "netease-post",
    "mobile": "netease-mobile",
    "endtext": "netease-endtext",
    "ep": "netease-ep",
    "mp2024": "sohu-mp2024",
    "mp2020": "sohu-mp2020",
    "sohu-mobile": "sohu-mobile",
    "content": "sohu-content",
}
GBK = {"ep", "content"}


@frozen(kw_only=True)
class Publication:
    """One article of one site. `form`: which template serves it. `relation`: original, verbatim, account_copy, spun or
    transcoded. `story`: the cluster key. `listed_url`: the address as lists give it, tracking parameters included.
    `aliases`: other addresses of the same article. `moves`: its canonical address redirects first."""

    site: str
    native_id: str
    url: str
    listed_url: str
    form: str
    story: int
    relation: str
    headline: str
    lines: tuple[Line, ...]
    published_at: datetime
    channel: str = "news"
    aliases: tuple[str, ...] = ()
    original_title: str | None = None
    source_name: str | None = None
    account_name: str | None = None
    authors: tuple[str, ...] = ()
    editor: str | None = None
    location: str | None = None
    keywords: tuple[str, ...] = ()
    moves: bool = False

    @property
    def body(self) -> str:
        """The body as `Page.body` must give it: one block a line."""
        return "\n".join(line.text for line in self.lines if line.text)

    @property
    def encoding(self) -> str:
        """What its bytes are in."""
        return "gb18030" if self.form in GBK else "utf-8"

    def record(self) -> dict[str, Any]:
        """The truth as one JSON object."""
        names = (
            "site",
            "native_id",
            "url",
            "relation",
            "headline",
            "original_title",
            "source_name",
            "account_name",
            "editor",
            "location",
        )
        return {
            **{name: getattr(self, name) for name in names},
            "outcome": "article",
            "template": TEMPLATE_NAMES.get(self.form),
            "cluster": self.story,
            "published_at": self.published_at.isoformat(timespec="seconds"),
            "authors": list(self.authors),
            "body": self.body,
            "images": sum(line.kind == "image" for line in self.lines),
            "aliases": list(self.aliases),
        }


@frozen(kw_only=True)
class Special:
    """A listed address that is no article. `kind`: soft404, blocked, dead, forbidden (by robots.txt) or video."""

    site: str
    native_id: str
    url: str
    kind: str
    outcome: str | None
    headline: str
    aliases: tuple[str, ...] = ()

    @property
    def listed_url(self) -> str:
        """As lists give it."""
        return self.url

    def record(self) -> dict[str, Any]:
        """The truth as one JSON object."""
        return {
            "site": self.site,
            "native_id": self.native_id,
            "url": self.url,
            "outcome": self.outcome,
            "kind": self.kind,
        }


def _netease(tale: Story, form: str, published: datetime, salt: int, **known: Any) -> Publication:
    rng = random.Random(f"netease/{tale.number}/{salt}")
    channel = words.CHANNELS[tale.topic][0]
    created = published + timedelta(seconds=rng.randint(0, 40), milliseconds=rng.randint(0, 999))
    account = form == "post-dy"
    number = rng.randrange(len(words.ACCOUNTS))
    column = ids.account_column(number) if account else f"000{_digits(rng, 4)}O"
    native_id = ids.docid(created, column)
    dated = f"{created:%y/%m%d/%H}/{native_id}.html"
    url = {
        "post-dy": f"https://www.163.com/dy/article/{native_id}.html",
        "endtext": f"https://{channel}.163.com/{dated}",
        "ep": f"http://{channel}.163.com/{dated}",
    }.get(form, f"https://www.163.com/{channel}/article/{native_id}.html")
    aliases = (
        f"https://m.163.com/{channel}/article/{native_id}.html",
        f"https://c.m.163.com/news/a/{native_id}.html?spss=newsapp&spsw=1",
    )
    listed = (
        aliases[0] if form == "mobile" else url + rng.choice(("", "", "?f=post1603_tab_news", "?clickfrom=w_yw_wysl"))
    )
    name = words.ACCOUNTS[number] if account else rng.choice(words.PAPERS)
    if form == "mobile":
        known |= {"account_name": name, "location": rng.choice(words.PROVINCES), "editor": rng.choice(words.EDITORS)}
    elif account:
        known |= {"account_name": name, "source_name": name, "location": rng.choice(words.PROVINCES)}
    else:
        known |= {"source_name": name, "editor": rng.choice(words.EDITORS)}
        if form == "post-news":
            known["location"] = "北京"
        if form == "endtext" or rng.random() < 0.3:
            known["original_title"] = tale.other_headline if form != "ep" else None
    return Publication(
        site="netease",
        native_id=native_id,
        url=url,
        listed_url=listed,
        form=form,
        aliases=aliases,
        channel=channel,
        published_at=published,
        story=tale.number,
        keywords=tale.keywords,
        **known,
    )


def _digits(rng: random.Random, length: int) -> str:
    """Random base-32 digits."""
    return "".join(rng.choice(ids.BASE32) for _ in range(length))


def _sohu(tale: Story, form: str, published: datetime, salt: int, **known: Any) -> Publication:
    rng = random.Random(f"sohu/{tale.number}/{salt}")
    host = words.CHANNELS[tale.topic][1]
    if form == "content":
        number = 356_000_000 + tale.number * 8 + salt
        url = f"http://{host}.sohu.com/{published:%Y%m%d}/n{number}.shtml"
        known |= {"source_name": rng.choice(words.PAPERS)}
        return Publication(
            site="sohu",
            native_id=f"n:{number}",
            url=url,
            listed_url=url,
            form=form,
            aliases=(f"http://m.sohu.com/n/{number}/",),
            channel=host,
            published_at=published.replace(second=0),
            story=tale.number,
            keywords=tale.keywords,
            **known,
        )
    number = ids.sohu_number(published, tale.number * 8 + salt)
    which = rng.randrange(len(words.ACCOUNTS))
    mpid = 120_000_000 + which * 7_919
    url = f"https://www.sohu.com/a/{number}_{mpid}"
    mobile = f"https://m.sohu.com/a/{number}_{mpid}"
    listed = (
        mobile
        if form == "sohu-mobile"
        else url + rng.choice(("", "?scm=1102.xchannel:1492:110036.0.1.0", "?spm=smpc.channel_114.block.2"))
    )
    known |= {"account_name": words.ACCOUNTS[which]}
    if form == "mp2020":
        known |= {"original_title": known["headline"], "source_name": rng.choice((None, rng.choice(words.PAPERS)))}
    elif form == "mp2024":
        known["location"] = rng.choice(words.PROVINCES)
    return Publication(
        site="sohu",
        native_id=f"a:{number}",
        url=url,
        listed_url=listed,
        form=form,
        aliases=(mobile,),
        channel=host,
        published_at=published,
        story=tale.number,
        keywords=tale.keywords,
        **known,
    )


MAKERS = {"netease": _netease, "sohu": _sohu}


def _tell(tale: Story, rng: random.Random, copies: bool) -> Iterator[Publication]:
    """All publications of one story, the original first."""
    era = rng.choices(tuple(ERAS), (70, 16, 14))[0]
    newest, step = ERAS["today" if tale.number % SHOWPIECE == 0 else era]
    era = "today" if tale.number % SHOWPIECE == 0 else era
    published = newest - step * tale.number - timedelta(seconds=rng.randint(0, 59))
    home, away = rng.sample(("netease", "sohu"), 2)
    form = rng.choice(TEMPLATES[era, home])
    first = MAKERS[home](
        tale, form, published, 0, relation="original", headline=tale.headline, lines=tale.lines, authors=tale.authors
    )
    yield first
    chance = lambda share: copies or rng.random() < share  # noqa: E731
    later = published
    for salt, (share, site, relation) in enumerate(((0.22, away, "verbatim"), (0.12, "netease", "account_copy")), 1):
        later += timedelta(minutes=rng.randint(9, 600), seconds=rng.randint(0, 59))
        if chance(share) and not (relation == "account_copy" and (era != "today" or home != "netease")):
            other = rng.choice(TEMPLATES[era, site])
            if relation == "account_copy":
                other = "post-dy" if first.form == "post-news" else "post-news"
            headline = tale.other_headline if rng.random() < 0.3 else tale.headline
            yield MAKERS[site](
                tale, other, later, salt, relation=relation, headline=headline, lines=tale.lines, authors=tale.authors
            )
    for share, mirror in zip((0.16, 0.1, 0.1), mirrors.MIRRORS, strict=True):
        later += timedelta(minutes=rng.randint(30, 900))
        if chance(share) and len(tale.text) >= mirror.shortest:
            number = 10_000 + tale.number
            url = mirror.address(number)
            copy = Publication(
                site=mirror.name,
                native_id=str(number),
                url=url,
                listed_url=url,
                form=mirror.name,
                story=tale.number,
                relation=mirror.relation,
                headline=mirror.retell(tale.headline),
                published_at=later,
                authors=tale.authors if mirror.relation == "verbatim" else (),
                lines=tuple(evolve(line, text=mirror.retell(line.text)) for line in tale.lines),
            )
            yield copy


def _specials(seed: int) -> tuple[Special, ...]:
    rng = random.Random(f"{seed}/special")
    when = ERAS["today"][0] + timedelta(minutes=5)
    blocked, dead = (ids.docid(when + timedelta(seconds=n), f"000{_digits(rng, 4)}O") for n in (1, 2))
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
            for publication in _tell(
                story(self.seed, number), random.Random(f"{self.seed}/plan/{number}"), number % SHOWPIECE == 0
            )
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
        keys = {(one.site, one.native_id): one for one in (*self.publications, *self.specials)}
        assert len(keys) == len(self.publications) + len(self.specials), "two publications share an id"
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
        return (one.record() for one in (*self.publications, *self.specials))
