"""The portal at a moment of its script: what each address answers then."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from attrs import define, evolve, field

from crawler.demo.pages.lists import PAGE, Entry, Lists
from crawler.demo.server import VERIFY, Answer, Portal, text
from crawler.demo.world.publications import Publication
from crawler.demo.world.truth import World
from crawler.sites.registry import load_sites
from tests.portal.stage import SITES, few_lists
from tests.simulation.script import Deed, Key, Script

if TYPE_CHECKING:
    from crawler.pages.template.site import Source

CAPTCHA: Final = "www.163.com"
BOX: Final = "本报编辑部上月曾在专题里介绍过这一带的情况，并且附有几张老照片，有兴趣的读者可以一看。"
"""The text of a box that stands in the body of some of NetEase's pages; no part of the article."""
_BEFORE_BOX: Final = '<div style="height: 0px;overflow:hidden;">'
_SAYS: Final = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>提示</title></head><body>
<div class="nav"><a href="/">首页</a><a href="/news/">新闻</a></div><div class="main"><p>该内容已被删除</p></div>
<div class="foot">版权所有</div></body></html>"""
_FRONTS: Final = {"netease": "https://news.163.com/", "sohu": "https://www.sohu.com/"}


def has_box(article: Publication) -> bool:
    """Whether the page of an article has the box in its body, as long as it has the template that it began with."""
    return article.form == "post-news" and article.story % 3 == 0


@define
class _Shown:
    """An article as it is now. `listed_at`: since when its list names it, `lists`: which (0 or 1), and which it was on
    before."""

    article: Publication
    listed_at: datetime
    lists: int
    away: str = ""
    on_lists: bool = True


class _OwnLists(Lists):
    """Lists with the entries that they are given, by (site, list number), the newest first."""

    def __init__(self, entries: dict[tuple[str, int], list[Publication]], sources: "dict[str, tuple[Source, ...]]"):
        super().__init__(World(0, 1), {})
        for (site, number), its in entries.items():
            source = sources[site][number]
            [url] = source.urls
            _, _, rest = url.partition("://")
            host, _, path = rest.partition("/")
            path, _, query = path.partition("?")
            key = f"{host}/{path}?{query} {source.posts[0] if source.posts else ''}"
            self._entries[key] = [Entry(one, one.listed_url) for one in its[:PAGE]]
            self._encodings[key] = source.encoding or "utf-8"


@define
class Scene:
    """See the module. `go_to` a moment, and it is what crawler.demo.proxy.Proxy asks: `answer`, `key`."""

    script: Script
    now: datetime = field(init=False)
    _sources: "dict[str, tuple[Source, ...]]" = field(init=False)
    _shown: dict[Key, _Shown] = field(factory=dict)
    _waiting: list[Deed] = field(init=False)
    _portal: Portal = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._sources = {name: few_lists(load_sites()[name].sources) for name in SITES}
        self._waiting = list(self.script.deeds)
        self.go_to(self.script.deeds[0].at)

    def go_to(self, moment: datetime) -> None:
        """Lets time pass."""
        self.now = moment
        while self._waiting and self._waiting[0].at <= moment:
            self._do(self._waiting.pop(0))
        there = [one.article for one in self._shown.values() if not one.away]
        world = World(0, self.script.seed)
        object.__setattr__(world, "publications", tuple(there))
        object.__setattr__(world, "specials", ())
        object.__setattr__(world, "by_key", {(one.site, one.native_id): one for one in map(self._as_served, there)})
        self._portal = Portal(world)
        entries: dict[tuple[str, int], list[Publication]] = {
            (site, number): [] for site, its in self._sources.items() for number in range(len(its))
        }
        for one in sorted(self._shown.values(), key=lambda one: one.listed_at, reverse=True):
            if one.on_lists:
                entries[one.article.site, one.lists].append(one.article)
        object.__setattr__(self._portal, "lists", _OwnLists(entries, self._sources))

    def _do(self, deed: Deed) -> None:
        if deed.kind == "published" and deed.article is not None:
            self._shown[deed.key] = _Shown(deed.article, deed.at, self._list(deed.key, deed.at))
            return
        shown = self._shown[deed.key]
        if deed.kind == "gone":
            shown.away, shown.on_lists = deed.how, deed.listed
        elif deed.kind == "returned":
            shown.away, shown.on_lists = "", True
        elif deed.kind == "moved":
            shown.lists, shown.listed_at = 1 - shown.lists, deed.at
            if self._is_dead(deed.key[0], shown.lists, deed.at):
                shown.lists = 0
        elif deed.article is not None:
            shown.article = deed.article

    def _list(self, key: Key, at: datetime) -> int:
        number = sum(map(ord, key[1])) % 2
        return 0 if self._is_dead(key[0], number, at) else number

    def _is_dead(self, site: str, number: int, at: datetime) -> bool:
        # What stands on its list alone shortly before that dies, would be named by none.
        return site == "netease" and number == 1 and at >= self.script.list_.begin - timedelta(hours=2)

    def _as_served(self, article: Publication) -> Publication:
        """The article in the markup of now."""
        return evolve(article, form="mobile") if self.is_changed(article) else article

    def is_changed(self, article: Publication) -> bool:
        """Whether an article has the new markup."""
        return article.form == "post-dy" and self.now >= self.script.template.begin

    def key(self, url: str) -> Key | None:
        """Which article an address names."""
        return self._portal.key(url)

    def answer(self, url: str, posted: str = "") -> Answer:
        """What the portal answers now."""
        if self.script.captcha.has(self.now) and url.split("/")[2] == CAPTCHA:
            return text(VERIFY)
        if self.script.list_.has(self.now) and url == self._sources["netease"][1].urls[0]:
            return Answer(404, b"<html><body><h1>404 Not Found</h1></body></html>")
        if url in _FRONTS.values():
            return text("<html><head><title>首页</title></head><body><a href='/a/'>新闻</a></body></html>")
        away = next((one for one in self._shown.values() if one.away and one.article.url == url), None)
        if away is not None:
            return _gone(away.article.site, away.away)
        answer = self._portal.answer(url, posted)
        key = self._portal.key(url)
        if key is None or not has_box(self._shown[key].article) or answer.status != 200:
            return answer
        box = f'<div class="related_article"><p>{BOX}</p></div>'.encode()
        before = _BEFORE_BOX.encode()
        assert answer.body.count(before) == 1
        return evolve(answer, body=answer.body.replace(before, box + before))


def _gone(site: str, how: str) -> Answer:
    if how in ("404", "410"):
        return Answer(int(how), b"<html><body><h1>Not Found</h1></body></html>")
    if how == "says":
        return text(_SAYS)
    return Answer(302, b"", location="https://www.sohu.com/404.html" if how == "404.html" else _FRONTS[site])
