"""One article as one site publishes it: its addresses, ids and fields, made from a story."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from crawler.demo.world import ids, words
from crawler.demo.world.articles import Line, Story

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
    column = ids.account_column(number) if account else f"000{digits(rng, 4)}O"
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


def digits(rng: random.Random, length: int) -> str:
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


MAKERS: dict[str, Callable[..., Publication]] = {"netease": _netease, "sohu": _sohu}
