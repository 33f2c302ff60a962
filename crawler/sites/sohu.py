"""搜狐 (sohu.com): addresses and article ids; its lists and templates stand beside it.

The key is a number with its kind before it, since the number spaces overlap: `a:` for `/a/<id>_<account>`, `n:` for the
older `n<id>.shtml`, `p:` for picture sets, `k:` for the news app. The account number after `_` is no part of the key.
"""

import re
from urllib.parse import parse_qs, urlsplit

from crawler.pages.page import Outcome
from crawler.pages.template.site import Expect, Site, Target
from crawler.sites.sohu_lists import SOURCES
from crawler.sites.sohu_templates import TEMPLATES

# `/na/` is an advert position's form of the same article.
_ARTICLE = re.compile(r"^/n?a/(?P<id>\d{5,12})(?:_(?P<account>\d+))?/?$")
_OLD = re.compile(r"^(?P<folder>/\d{8}/)n(?P<id>\d{5,12})(?:_(?P<part>\d{1,3}))?\.s?html?/?$")
_OLDEST = re.compile(r"^/(?:\d+/){1,3}(?:article|news|n)(?P<id>\d{5,12})(?:_\w+)?\.s?html?/?$")
_MOBILE_OLD = re.compile(r"^/n/(?P<id>\d{5,12})/?$")
_PICTURE = re.compile(r"^/picture/(?P<id>\d{5,12})/?$")
_MOBILE_PICTURE = re.compile(r"^/p/(?P<id>\d+)/?$")
_APP = re.compile(r"^/t/n(?P<id>\d+)/?$")
_APP_QUERY = re.compile(r"^\d{5,12}$")
_LISTS = re.compile(r"^/(?:xtopic|xchannel|subject|c|s|ch|tag|limit|profile)(?:/|$)|^/(?:index\.s?html?)?$")
_NO_PAGES = re.compile(r"^(?:passport|mail|db\.auto|q\.stock|pinglun|quan|i|pay|adnet|vip\.book)\.")


def target(url: str) -> Target | None:
    """What an address of sohu.com names."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or _NO_PAGES.match(host):
        return None
    path = parts.path or "/"
    if host == "tv.sohu.com" or host.endswith(".tv.sohu.com"):
        return Target(kind="video", native_id="", url=f"{parts.scheme}://{host}{path}") if len(path) > 1 else None
    site = f"{parts.scheme}://{host}"
    if named := _article(site, host, path) or _gallery(host, path):
        return named
    if host.endswith("k.sohu.com"):
        return _app(parts.query, path)
    return Target(kind="list", native_id="", url=f"{site}{path}") if _LISTS.match(path) else None


def _article(site: str, host: str, path: str) -> Target | None:
    if found := _ARTICLE.match(path):
        account = f"_{found['account']}" if found["account"] else ""
        return Target(
            kind="article", native_id=f"a:{found['id']}", url=f"https://www.sohu.com/a/{found['id']}{account}"
        )
    if found := _OLD.match(path):
        page = f"{site}{found['folder']}n{found['id']}.shtml"
        # The first page has no number, the second is `_1`.
        return Target(kind="article", native_id=f"n:{found['id']}", url=page, part=int(found["part"] or 0) + 1)
    if found := _OLDEST.match(path):
        return Target(kind="article", native_id=f"n:{found['id']}", url=f"{site}{path.rstrip('/')}")
    if host == "m.sohu.com" and (found := _MOBILE_OLD.match(path)):
        return Target(kind="article", native_id=f"n:{found['id']}", url=f"https://m.sohu.com/n/{found['id']}/")
    return None


def _gallery(host: str, path: str) -> Target | None:
    if found := _PICTURE.match(path):
        return Target(kind="gallery", native_id=f"p:{found['id']}", url=f"https://www.sohu.com/picture/{found['id']}")
    if host == "m.sohu.com" and (found := _MOBILE_PICTURE.match(path)):
        # Old mobile picture sets have a number space of their own.
        return Target(kind="gallery", native_id=f"mp:{found['id']}", url=f"https://m.sohu.com/p/{found['id']}/")
    return None


def _app(query: str, path: str) -> Target | None:
    """The news app's share pages and its API, whose numbers are kept apart."""
    number = ""
    if found := _APP.match(path):
        number = found["id"]
    else:
        given = parse_qs(query).get("newsId", [""])[0]
        number = given if _APP_QUERY.match(given) else ""
    if not number:
        return None
    return Target(kind="article", native_id=f"k:{number}", url=f"https://3g.k.sohu.com/t/n{number}")


EXPECT = (
    Expect(
        measure="field:headline",
        least=0.98,
        why="every template has it as h1, or in the title; all 17 stored pages show it",
    ),
    Expect(
        measure="field:published_at",
        least=0.98,
        why="in milliseconds beside the headline since 2017, as a line of text before; all 17 stored pages show it",
    ),
    Expect(
        measure="field:account_name",
        template="sohu-mp",
        least=0.95,
        why="every article of /a/ID_ACCOUNT belongs to an account, which its page names three times",
    ),
    Expect(
        measure="doubtful",
        most=0.1,
        why="pages answer without cookies or checks, dead ones lead to the portal's own page for that",
    ),
)

SITE = Site(
    name="sohu",
    title="搜狐",
    hosts=("sohu.com",),
    target=target,
    sources=SOURCES,
    templates=TEMPLATES,
    signs=(("sohu_mp.article_video", Outcome.VIDEO),),
    gone=r"sohu\.com/404(?:_\d)?\.s?html",
    front=r"^https?://(?:[a-z]{1,12}\.)?sohu\.com/"
    r"(?:index\.s?html?|(?:c|ch|subject)/\d{1,9}(?:/\d{1,9})?/?|(?:s|xchannel|xtopic)/\w{1,40}/?)?(?:[?#]|$)",
    expect=EXPECT,
)
