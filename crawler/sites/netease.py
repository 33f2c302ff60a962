"""网易 (163.com): addresses, article ids and lists; its templates stand beside it.

The docid, sixteen characters before `.html`, is the key: host, channel, date path, `_2` or `_all`, query and fragment
never change which article it is. Its first eight characters are the time of its creation.
"""

import re
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from archive.times import BEIJING
from crawler.pages.template.site import Expect, Site, Source, Target
from crawler.sites.lists import Entry, html_links, json_list
from crawler.sites.netease_templates import TEMPLATES

_DOCID = r"[0-9A-Z]{16}"


_PAGE = re.compile(rf"/(?P<docid>{_DOCID})(?:_(?P<part>\w+))?\.html$")


_DATE_PATH = re.compile(r"^/(?:[a-z0-9_]+/)?\d{2}/\d{4}/\d{1,2}/|^/\d{5}/\d+/")


_VIDEO = re.compile(r"/(?:v/video|static/1|exclusive/video|news/v)/(?P<id>V[0-9A-Z]{8})\.html$")


_GALLERY = re.compile(r"^/photoview/(?P<set>[0-9A-Z]{8})/(?P<number>\d+)\.html$")


_APP_GALLERY = re.compile(r"^/news/p/(?P<set>\d{4})/(?P<number>\d+)\.html$")


_LIVE = re.compile(r"^/(?:room|news/l)/(?P<number>\d+)(?:\.html)?$")


_LISTS = re.compile(
    r"^/(?:special|keywords|rank|dy/media|news/s|domestic|world)(?:/|$)|^/(?:index\.html?)?$|^/[a-z]+/?$"
)


_NO_PAGES = re.compile(
    r"^(?:comment|tie|reg|passport|login|urs|sso|mail|you|open|vip\.open|music|quotes\.money|sitemap|help|corp|gb|caipiao|cai)\."
    r"|^(?:comment\.tie|comment\.[a-z]+)\."
)


_BASE_32 = re.compile(r"[0-9A-V]{8}")


# Zero of the docid's clock: 2003-08-10 15:20:00 Beijing time.
_ZERO = datetime(2003, 8, 10, 15, 20, tzinfo=BEIJING)


def docid_time(docid: str) -> datetime | None:
    """When the docid was made, to the millisecond, in Beijing time; None for an id outside the alphabet `0-9A-V`.

    The first eight characters are milliseconds in base 32. On 6,364 of 6,365 stored addresses it agrees with the hour
    in the path; the displayed time is within hours of it.
    """
    if not _BASE_32.match(docid):
        return None
    return _ZERO + timedelta(milliseconds=int(docid[:8], 32))


def target(url: str) -> Target | None:
    """What an address of 163.com names. An article's canonical address drops query and fragment."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
        query = parse_qs(parts.query) if "docid=" in url or "vid=" in url else {}
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or _NO_PAGES.search(host):
        return None
    path = parts.path or "/"
    if path.endswith(("/touch/article.html", "/wechat_article.html")):
        docid = query.get("docid", [""])[0]
        if re.fullmatch(_DOCID, docid):
            return Target(kind="article", native_id=docid, url=_article_url(docid))
        return None
    return _by_path(parts.scheme, host, path, query)


def _by_path(scheme: str, host: str, path: str, query: dict[str, list[str]]) -> Target | None:
    if found := _VIDEO.search(path):
        return Target(kind="video", native_id=f"v:{found['id']}", url=f"https://www.163.com/v/video/{found['id']}.html")
    if path.endswith("/touch_videoplay.html") and query.get("vid", [""])[0].startswith("V"):
        video = query["vid"][0]
        return Target(kind="video", native_id=f"v:{video}", url=f"https://www.163.com/v/video/{video}.html")
    if found := _GALLERY.match(path) or _APP_GALLERY.match(path):
        return Target(kind="gallery", native_id=f"p:{found['set']}/{found['number']}", url=f"{scheme}://{host}{path}")
    if (host.startswith("live.") or path.startswith("/news/l/")) and (found := _LIVE.match(path)):
        return Target(kind="live", native_id=f"l:{found['number']}", url=f"{scheme}://{host}{path}")
    if found := _PAGE.search(path):
        docid = found["docid"]
        part = _part(found["part"])
        if _DATE_PATH.match(path):
            # The old address still stands, and its pages `_2` and `_all` belong to it.
            page = f"{scheme}://{host}{path[: found.start()]}/{docid}.html"
            return Target(kind="article", native_id=docid, url=page, part=part)
        return Target(kind="article", native_id=docid, url=_article_url(docid, _channel(host, path)), part=part)
    if _LISTS.match(path):
        return Target(kind="list", native_id="", url=f"{scheme}://{host}{path}")
    return None


def _part(suffix: str | None) -> int:
    """Which page of a paged article: `_2` is the second, `_all` the whole (0); any other suffix means nothing."""
    if suffix == "all":
        return 0
    return int(suffix) if suffix and suffix.isdecimal() and len(suffix) < 4 else 1


def _channel(host: str, path: str) -> str:
    """The channel of a modern address, `dy` where the address does not name a desk's channel."""
    found = re.match(r"^/([a-z]+)/article/", path)
    if found and host in ("www.163.com", "m.163.com", "3g.163.com") and found[1] not in ("local", "all", "touch"):
        return found[1]
    return "dy"


def _article_url(docid: str, channel: str = "dy") -> str:
    return f"https://www.163.com/{channel}/article/{docid}.html"


def _entry_url(entry: Entry) -> str | None:
    """The address of an entry of the mobile and hot lists; what a `skipType` leads to is no article."""
    if entry.get("skipType"):
        return None
    url, docid = entry.get("url"), entry.get("docid")
    if isinstance(url, str) and url:
        return url
    return _article_url(docid) if isinstance(docid, str) and re.fullmatch(_DOCID, docid) else None


_parse_channel = json_list(
    url="docurl", time="time", source="source", keep=lambda entry: entry.get("newstype") in (None, "", "article")
)


_parse_mobile = json_list(at=("*",), url=_entry_url, time="ptime", source="source")


_parse_hot = json_list(at=("data", "list"), url=_entry_url, time="ptime", source="source")


_parse_gateway = json_list(at=("data", "items"), url=_entry_url, time="ptime", source="source")


_CALLBACK = "?callback=data_callback"


# The desk's channels; each has pages `_02`, `_03`, …, whose end is an HTTP error.
_CHANNELS = ("yaowen20200213", "guonei", "guoji", "shehui", "war", "money", "tech", "sports", "ent")


_MORE_CHANNELS = ("lady", "auto", "hangkong", "jiankang", "dujia")


_MOBILE = {"mobile_news": "BBM54PGAwangning", "mobile_tech": "BA8D4A3Rwangning"}


def _channel_pages(name: str, last: int) -> tuple[str, ...]:
    first = f"https://news.163.com/special/cm_{name}/{_CALLBACK}"
    return (first, *(f"https://news.163.com/special/cm_{name}_{n:02d}/{_CALLBACK}" for n in range(2, last + 1)))


def _mobile_pages(code: str) -> tuple[str, ...]:
    return tuple(f"https://3g.163.com/touch/reconstruct/article/list/{code}/{n}-20.html" for n in (0, 20, 40))


# `expect=0`: lists that stored code still names, but that may be gone; one that answers nothing is no cause for alarm.
SOURCES = (
    *(Source(name=name, urls=_channel_pages(name, 5), parse=_parse_channel) for name in _CHANNELS),
    *(Source(name=name, urls=_channel_pages(name, 3), parse=_parse_channel, expect=0) for name in _MORE_CHANNELS),
    Source(
        name="temp_sports",
        urls=(f"https://temp.163.com/special/00804KVA/cm_sports.js{_CALLBACK}",),
        parse=_parse_channel,
        encoding="gb18030",
        expect=0,
    ),
    *(Source(name=name, urls=_mobile_pages(code), parse=_parse_mobile, expect=0) for name, code in _MOBILE.items()),
    Source(name="hot", urls=("https://m.163.com/fe/api/hot/news/flow",), parse=_parse_hot, expect=0),
    Source(
        name="today",
        urls=("https://gw.m.163.com/nc/api/v1/feed/static/normal-list?start=0&size=30&tid=T1573700340788",),
        parse=_parse_gateway,
        expect=0,
    ),
    Source(name="home", urls=("https://news.163.com/",), parse=html_links, expect=0),
    Source(name="domestic", urls=("https://news.163.com/domestic/",), parse=html_links, expect=0),
    Source(
        name="rank",
        urls=("https://news.163.com/special/0001386F/rank_whole.html",),
        parse=html_links,
        encoding="gb18030",
        every=timedelta(hours=2),
        expect=0,
    ),
)


EXPECT = (
    Expect(
        measure="field:headline",
        least=0.98,
        why="every template has its own element for it, and all 55 stored pages show it",
    ),
    Expect(
        measure="field:published_at",
        least=0.98,
        why="the line below the headline, or the page's root, has it in every template; all 55 stored pages show it",
    ),
    Expect(
        measure="field:source_name",
        template="netease-post",
        least=0.95,
        why="the line 来源 stands on the desk's pages and on those of accounts, which it names",
    ),
    Expect(
        measure="doubtful",
        most=0.1,
        why="pages answer without cookies or checks; nothing harder than throttling is known",
    ),
)


SITE = Site(
    name="netease",
    title="网易",
    hosts=("163.com",),
    target=target,
    sources=SOURCES,
    templates=TEMPLATES,
    front=r"^https?://(?:www|news|m|3g|[a-z]{2,9})\.163\.com/(?:(?:news|sports|ent|money|tech|auto|war|lady|dy|domestic|world)/?)?"
    r"(?:index\.html?)?(?:[?#]|$)",
    id_time=docid_time,
    expect=EXPECT,
)
