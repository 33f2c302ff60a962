"""What the portal answers to a request, by host and path: pure, so that tests can ask it without a socket."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from attrs import field, frozen

from crawler.demo.pages import mirrors, netease_pages, sohu_pages
from crawler.demo.pages.lists import Lists
from crawler.demo.world.truth import Publication, Special, World
from crawler.sites.registry import load_sites

DOCID = re.compile(r"/([0-9A-Z]{16})(?:_\w+)?\.html$")
SOHU = re.compile(r"^/a/(\d+)(?:_\d+)?/?$")
SOHU_OLD = re.compile(r"/n(\d+)\.shtml$|^/n/(\d+)/$")
VERIFY = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>安全验证</title></head>
<body><div class="verify-box"><h2>安全验证</h2><p>您的访问过于频繁，请完成验证后继续访问</p>
<div class="captcha" id="captcha">请按住滑块，拖动到最右边</div><p>如有疑问请联系客服</p></div>
<script src="https://cstaticdun.126.net/load.min.js"></script></body></html>
"""
VIDEO = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>视频_网易视频</title></head>
<body><div class="video_wrap"><video src="https://flv3.bn.netease.com/demo.mp4"></video><h1>一条视频</h1></div></body></html>
"""
GONE = """<html><head><title>404 Not Found</title></head>
<body><center><h1>404 Not Found</h1></center><hr><center>nginx</center></body></html>"""


@frozen
class Answer:
    """One HTTP answer. `location`: where a redirect leads. `headers`: further ones."""

    status: int
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    location: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


def text(body: str, content_type: str = "text/html; charset=utf-8", *, status: int = 200) -> Answer:
    """A UTF-8 answer."""
    return Answer(status, body.encode(), content_type)


@frozen
class Portal:
    """Both portals and three mirrors, as a function from an address to an answer."""

    world: World
    lists: Lists = field(init=False)
    _older: tuple[Publication, ...] = field(init=False)

    @lists.default
    def _lists(self) -> Lists:
        return Lists(self.world, {name: site.sources for name, site in load_sites().items()})

    @_older.default
    def _teasers(self) -> tuple[Publication, ...]:
        return tuple(one for one in self.world.publications if one.relation == "original")

    def others(self, one: Publication, count: int = 20) -> Sequence[Publication]:
        """Foreign articles to recommend beside this one."""
        start = one.story * 13 + 7
        pool = [
            other for n in range(count + 2) if (other := self._older[(start + n) % len(self._older)]).story != one.story
        ]
        return [pool[n % len(pool)] for n in range(count)] if pool else [one] * count

    def key(self, url: str) -> tuple[str, str] | None:
        """The (site, native id) of the article that the address names, whichever of its addresses it is, or None."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host in mirrors.BY_HOST:
            mirror = mirrors.BY_HOST[host]
            key = (mirror.name, parts.path.removeprefix(mirror.path).removesuffix(".html"))
        elif host.endswith("163.com"):
            found = DOCID.search(parts.path)
            key = ("netease", found[1] if found else parse_qs(parts.query).get("docid", [""])[0])
        elif found := SOHU.match(parts.path):
            key = ("sohu", f"a:{found[1]}")
        else:
            found = SOHU_OLD.search(parts.path)
            key = ("sohu", f"n:{found[1] or found[2]}" if found else "")
        return key if key in self.world.by_key else None

    def answer(self, url: str, posted: str = "") -> Answer:
        """The answer to that address; `posted`: what was sent there, "" for a GET."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.path == "/robots.txt":
            return text(self._robots(host), "text/plain")
        if host in mirrors.BY_HOST:
            return self._mirror(mirrors.BY_HOST[host], parts.path, self.world.by_key.get(self.key(url) or ("", "")))
        if (found := self.lists.answer(url, posted)) is not None:
            body, content_type = found
            return Answer(200, body, content_type)
        one = self.world.by_key.get(self.key(url) or ("", ""))
        if host == "163.com" or host.endswith(".163.com"):
            return self._netease(parts.path, one)
        if host == "sohu.com" or host.endswith(".sohu.com"):
            return self._sohu(host, parts.path, one)
        return text(GONE, status=404)

    def _robots(self, host: str) -> str:
        rules = ["User-agent: *", "Disallow: /api/private/"]
        if host == "www.sohu.com":
            rules += [f"Disallow: {urlsplit(one.url).path}" for one in self.world.specials if one.kind == "forbidden"]
        return "\n".join((*rules, ""))

    def _netease(self, path: str, one: Publication | Special | None) -> Answer:
        if path.startswith("/v/video/"):
            return text(VIDEO)
        if isinstance(one, Special) and one.kind == "blocked":
            return text(VERIFY)
        if not isinstance(one, Publication):
            return text(GONE, status=404)
        charset = "; charset=GBK" if one.encoding != "utf-8" else "; charset=utf-8"
        page = netease_pages.page(one, self.others(one))
        return Answer(200, page.encode(one.encoding), f"text/html{charset}")

    def _sohu(self, host: str, path: str, one: Publication | Special | None) -> Answer:
        if path in ("/404.html", "/404_2.html"):
            return text(sohu_pages.NOT_FOUND, "text/html;charset=UTF-8")
        if not isinstance(one, Publication):
            return Answer(302, b"", location="https://www.sohu.com/404.html")
        if one.moves and host == "www.sohu.com":
            return Answer(302, b"", location=f"https://sports.sohu.com{path}")
        page = sohu_pages.page(one, self.others(one))
        # The GBK pages say so only in their meta.
        return Answer(
            200, page.encode(one.encoding), "text/html" if one.form == "content" else "text/html;charset=UTF-8"
        )

    def _mirror(self, mirror: mirrors.Mirror, path: str, one: Publication | Special | None) -> Answer:
        if path == "/":
            ours = [one for one in self.world.listed(mirror.name) if isinstance(one, Publication)]
            return text(mirrors.list_page(mirror, ours))
        if not isinstance(one, Publication):
            return text(GONE, status=404)
        return text(mirrors.article_page(one, [other.headline for other in self.others(one, 8)]))
