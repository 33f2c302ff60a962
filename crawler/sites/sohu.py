"""搜狐 (sohu.com): addresses, article ids, lists and page templates.

The key is a number with its kind before it, since the number spaces overlap: `a:` for `/a/<id>_<account>`, `n:` for the
older `n<id>.shtml`, `p:` for picture sets, `k:` for the news app. The account number after `_` is no part of the key.
"""

import json
import re
from urllib.parse import parse_qs, urlsplit

from crawler.pages.html.selectors import Selector
from crawler.pages.page import Outcome
from crawler.pages.rules.engine import Rule
from crawler.pages.template.document import Document
from crawler.pages.template.readers import attribute, before, json_ld, meta, prefixed, present, script, text, title
from crawler.pages.template.site import Site, Source, Target
from crawler.pages.template.template import Template
from crawler.sites.lists import Entry, html_links, json_list

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


def _feed_url(entry: Entry) -> str | None:
    """The address that a feed's entry means; one without an account is a topic."""
    number, account = entry.get("id"), entry.get("authorId")
    if not all(isinstance(part, int | str) and re.fullmatch(r"[1-9]\d{4,11}", str(part)) for part in (number, account)):
        return None
    return f"https://www.sohu.com/a/{number}_{account}"


_parse_feed = json_list(url=_feed_url, title=("title", "mobileTitle"), time="publicTime", source="authorName")
_parse_region = json_list(
    at=("data",),
    url=_feed_url,
    title=("title", "mobileTitle"),
    time="publicTime",
    source="authorName",
    keep=lambda entry: entry.get("resourceType") in (None, 1),
)


def _is_text(entry: Entry) -> bool:
    """Whether a topic's entry is an article, and not a set of pictures or a film."""
    return entry.get("icon") not in ("images", "video")


def _account(entry: Entry) -> object:
    """Who published a topic's entry: the first of the short texts beside its headline."""
    beside = entry.get("extraInfoList")
    first = beside[0] if isinstance(beside, list) and beside else None
    return first.get("text") if isinstance(first, dict) else None


_parse_topic = json_list(at=("data", "*", "list"), url="url", time="postTime", source=_account, keep=_is_text)
_parse_old_topic = json_list(
    at=("*", "data"),
    within=("resourceData", "contentData"),
    url="url",
    time="postTime",
    source="authorName",
)
_parse_author = json_list(at=("data", "pcArticleVOS"), url="link", time="publicTime")

_FEED = "https://v2.sohu.com/public-api/feed"
_SCENES = {"news": 8, "military": 10, "culture": 12, "history": 13, "business": 15, "tech": 30, "society": 43}


def _feed_pages(scene: int) -> tuple[str, ...]:
    return tuple(f"{_FEED}?scene=CHANNEL&sceneId={scene}&page={page}&size=20" for page in (1, 2, 3))


_ODIN = "https://odin.sohu.com/odin/api/blockdata"
_CIS = "https://cis.sohu.com/cisv4/feeds"

# What is asked of it is told by its product's number and type.
_TOPICS = {
    "politics": (438647, 15),
    "world": (1649, 13),
    "finance": (54401, 15),
    "internet": (666, 13),
    "digital": (672, 13),
    "defence": (2027, 13),
}


def _topic_post(product: int, kind: int, page: int) -> str:
    """What a channel page of today posts to draw its list; the numbers outside `content` are those of its own page."""
    content = {
        "productId": str(product),
        "productType": str(kind),
        "size": 20,
        "pro": "0,1",
        "feedType": "XTOPIC_LATEST",
        "view": "feedMode",
        "innerTag": "channel",
        "page": page,
    }
    block = {
        "tplCompKey": "TPLFeedMul_2_9_feedData",
        "isServerRender": False,
        "isSingleAd": False,
        "configSource": "mp",
        "content": content,
    }
    main = {"productType": "13", "productId": "1524", "secureScore": "50", "categoryId": "47"}
    return json.dumps({"mainContent": main, "resourceList": [block]})


def _old_topic_post(product: int, kind: int, page: int) -> str:
    """What a channel page of 2022 and 2023 posted. Its `resourceId` is ours to choose: the answer's key."""
    resource = {
        "resourceId": "10935",
        "page": page,
        "size": 20,
        "context": {"feedType": "XTOPIC_SYNTHETICAL"},
        "resProductParam": {"productId": product, "productType": kind},
        "productParam": {"productId": 1524, "productType": 13, "categoryId": 47, "mediaId": 1},
    }
    return json.dumps({"suv": "0", "pvId": "0", "clientType": 3, "resourceParam": [resource]})


def _topic(name: str, product: int, kind: int) -> Source:
    posts = tuple(_topic_post(product, kind, page) for page in (1, 2, 3))
    return Source(name=name, urls=(_ODIN,) * len(posts), posts=posts, parse=_parse_topic, expect=0)


def author_source(account: int) -> Source:
    """The list of one account's articles, by the account number that stands after `_` in its addresses."""
    pages = tuple(f"https://v2.sohu.com/author-page-api/author-articles/pc/{account}?pNo={page}" for page in (1, 2, 3))
    return Source(name=f"author_{account}", urls=pages, parse=_parse_author, expect=0)


# `expect=0`: lists that stored code still names, but that may be gone; one that answers nothing is no cause for alarm.
SOURCES = (
    *(Source(name=name, urls=_feed_pages(scene), parse=_parse_feed) for name, scene in _SCENES.items()),
    Source(
        name="region_hot",
        urls=("https://v2.sohu.com/integration-api/mix/region/84?size=25&adapter=pc&page=1&secureScore=50",),
        parse=_parse_region,
        expect=0,
    ),
    *(_topic(name, *product) for name, product in _TOPICS.items()),
    Source(
        name="politics_old",
        urls=(_CIS,),
        posts=(_old_topic_post(*_TOPICS["politics"], 1),),
        parse=_parse_old_topic,
        expect=0,
    ),
    Source(name="home", urls=("https://www.sohu.com/",), parse=html_links, expect=0),
    Source(name="news_page", urls=("https://news.sohu.com/",), parse=html_links, expect=0),
)

_EDITOR_NAME = Rule(
    id="sohu.editor_name",
    why="The template's own element for the editor's name: a field.",
    seen_on=("own/sohu-mp-2020", "pages/sohu_article_009", "pages/sohu_article_012"),
    selector="p[data-role=editor-name]",
    pattern=r"责任编辑[:：]\s?(?P<editor>.*)",
)
_ORIGINAL = Rule(
    id="sohu.original_title",
    why="The headline of the first publication: a field.",
    seen_on=("own/sohu-mobile",),
    selector="p[data-role=original-title], .original-title",
    pattern=r"原标题[:：]?\s?(?P<original_title>.*)",
)
_UNFOLD = Rule(
    id="sohu.unfold",
    why="The button that unfolds the rest, which is there already.",
    seen_on=("own/sohu-mobile", "pages/sohu_article_009"),
    selector=".lookall-box, #artLookAll",
)
_VIDEO_TITLE = Rule(
    id="sohu.video_title",
    why="The title that the player shows over its film.",
    seen_on=("own/sohu-mp-2020", "pages/sohu_article_009", "pages2/sohu_article_011"),
    selector=".video-title",
    flag="video",
)
_ADVERT = Rule(
    id="sohu.advert",
    why="Boxes that Sohu's advertising system fills inside the body.",
    seen_on=("own/sohu-mobile",),
    selector=".middle-insert-ad",
)
_EDITOR_LINE = Rule(
    id="sohu.editor_line",
    why="The old templates' line of the editor below the body: a field.",
    seen_on=("own/sohu-2004", "pages/sohu_article_005", "pages/sohu_article_007"),
    pattern=r"[(（【\[]\s?责任编辑[:：]\s?(?P<editor>[^)）】\]]*?)\s?[)）】\]]",
    needs=("责任编辑",),
    part="end",
)
_LINKS_ABOVE = Rule(
    id="sohu.links_above",
    why="Lists of links that the old templates put above the text, in its own container.",
    seen_on=("own/sohu-2004", "pages/sohu_article_005"),
    linked=0.75,
    where="head",
)
_LINKS_BELOW = Rule(
    id="sohu.links_below",
    why="Lists of links that the old templates put below the text, in its own container.",
    seen_on=("own/sohu-2004",),
    linked=0.9,
    where="tail",
)
_FOUND = Rule(
    id="sohu.search_count",
    why="The old templates' count of search results for the text's topic.",
    seen_on=("own/sohu-2004", "pages/sohu_article_010"),
    pattern=r"共找到\s?[\d,]+\s?个相关新闻\s?[.。]?",
    needs=("相关新闻",),
)
_MODERN = (_EDITOR_NAME, _ORIGINAL, _UNFOLD, _VIDEO_TITLE, _ADVERT)
_STATEMENT = ("flag.user_uploaded", present("div.statement"))
_KEYWORDS = meta("keywords")
_TITLE = title(r"^(.*?)(?:[-_](?:[^-_]*搜狐[^-_]*))*$")
# The line under the earliest headlines: 2004年8月2日10:20 [ 某某 ] 来源：[ 某报 ], or in 2003 2003年10月8日09:31 某报
_AFTER_TIME = r"\d{4}年\d{1,2}月\d{1,2}日\s?\d\d:\d\d\s(?!页面功能|来源|作者)"
_ZOOM = r"id=[\"']?fontzoom"
_TIME = r"(\d{4}[年-]\d{1,2}[月-]\d{1,2}日?\s?(?:\d\d:\d\d(?::\d\d)?)?)"


_CLEAR = re.compile(r"""["']?url["']?\s*:\s*["']((?:https?:)?//[^"'\s]{1,500})["']""")
_CLEAR_LIST = 60_000
_EDITOR_IMAGES = Selector("#mp-editor img")
_SCRAMBLED = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")  # Base64, which may begin with a slash


def clear_image(address: str, document: Document) -> str:
    """An image's address. Since 2023 pages scramble them; from 2024 on the page's script lists the clear ones in the
    same order. Where it does not, the scrambled one is kept as it stands, marked."""
    if not _SCRAMBLED.fullmatch(address):
        return address
    start = document.source.find("imgsList")
    if start >= 0:
        end = document.source.find("]", start, start + _CLEAR_LIST)
        clear = _CLEAR.findall(document.source, start, max(start, end))
        scrambled = [found.get("data-src") or "" for found in _EDITOR_IMAGES.find(document.tree)]
        if len(clear) == len(scrambled) and address in scrambled:
            return str(clear[scrambled.index(address)])
    return f"https://www.sohu.com/#scrambled={address}"


_OWN_ID = (
    ("page_url", attribute("link[rel=canonical]", "href")),
    ("page_id", prefixed("a:", attribute("body[data-newsid]", "data-newsid"))),
    ("page_id", prefixed("a:", script("news_id", r"news_id[\"']?\s*:\s*[\"']?(\d{6,12})"))),
)

_MP_FIELDS = (
    ("headline", text("span.title-info-title")),
    ("headline", text("div.text-title h1", without=("article-tag", "original-logo"))),
    ("headline", script("title:", r"title:\s*[\"']([^\"'\n]+)[\"']")),
    ("headline", json_ld("headline")),
    ("headline", meta("og:title", r"^([^_]*)")),
    ("original_title", text("p[data-role=original-title]", r"原标题[:：]\s?(.*)")),
    ("published_at", attribute("#news-time", "data-val")),
    ("published_at", json_ld("datePublished")),
    ("published_at", meta("datePublished")),
    ("modified_at", meta("dateUpdate")),
    ("published_at", meta("og:release_date")),
    ("published_at", text("#news-time")),
    ("source_name", text("span[data-role=original-link]", r"来源[:：]?\s?(.+)")),
    ("account_name", text("#user-info h4")),
    ("account_name", meta("mediaid")),
    ("location", text("div.text-title div.area", r"发布于[:：]?\s?(.+)")),
    *_OWN_ID,
    ("keywords", _KEYWORDS),
    ("flag.original", present("span.original-logo")),
    _STATEMENT,
)

TEMPLATES = (
    Template(
        name="sohu-mp",
        body=("#mp-editor",),
        scope=".text",
        fields=_MP_FIELDS,
        rules=_MODERN,
        image=clear_image,
    ),
    Template(
        name="sohu-vue",
        unproven=True,
        signs=("content-main-detail",),
        body=("div.content-main-detail", "section.content-main-detail", "article.content-main-detail"),
        fields=(
            ("headline", text("h3.content-main--title")),
            ("headline", meta("og:title", r"^([^_]*)")),
            ("published_at", json_ld("datePublished")),
            ("published_at", meta("datePublished")),
            ("published_at", meta("og:release_date")),
            ("published_at", text("span.content-main-desc--time")),
            ("published_at", text("div.content-main-desc--time")),
            ("account_name", meta("mediaid")),
            *_OWN_ID,
            ("keywords", _KEYWORDS),
        ),
        rules=_MODERN,
        image=clear_image,
    ),
    Template(
        name="sohu-mobile",
        unproven=True,
        body=("#articleContent",),
        fields=(
            ("headline", text("h1.title-info")),
            ("headline", text("h2.title-info")),
            ("headline", text("h1")),
            ("headline", title(r"^(.*?)(?:_手机搜狐网)?$")),
            ("published_at", meta("datePublished")),
            ("published_at", meta("og:release_date")),
            ("published_at", text("span.time", _TIME)),
            ("published_at", text("div.time", _TIME)),
            ("account_name", meta("mediaid")),
            *_OWN_ID,
            ("keywords", _KEYWORDS),
        ),
        rules=_MODERN,
        image=clear_image,
    ),
    Template(
        name="sohu-content",
        body=("#contentText",),
        scope=".content-box, .left",
        fields=(
            ("headline", text("h1")),
            ("headline", _TITLE),
            ("original_title", text("div.original-title", r"\[\s?(.*?)\s?\]")),
            ("source_name", text("#media_span")),
            ("source_name", text("#source_baidu", r"(?:来源[:：]\s?)?(.+)")),
            ("source_name", text("div.source", r"来源[:：]\s?(\S+)")),
            ("authors", text("#author_baidu", r"(?:作者[:：]\s?)?(.+)")),
            ("published_at", text("#pubtime_baidu", _TIME)),
            ("published_at", text("div.time", _TIME)),
            ("published_at", text("div.sourceTime", _TIME)),
            ("editor", text("div.editer", r"责任编辑[:：]\s?(.*?)[)）]?$")),
            ("editor", text("div.editor", r"责任编辑[:：]\s?(.*?)[)）]?$")),
            ("editor", text("#editor_baidu", r"责任编辑[:：]\s?(.*?)[)）]?$")),
            ("page_id", prefixed("n:", script("sohu.com/t_", r"sohu\.com/t_(\d+)"))),
            ("page_id", prefixed("n:", script("pinglun.sohu.com/s", r"pinglun\.sohu\.com/s(\d+)"))),
            ("page_id", prefixed("n:", attribute("#topicId", "value"))),
            ("keywords", _KEYWORDS),
        ),
        rules=(_EDITOR_LINE, _LINKS_BELOW, *_MODERN),
    ),
    Template(
        name="sohu-2004",
        body=("#fontzoom",),
        fields=(
            ("headline", text("h1")),
            ("headline", _TITLE),
            ("published_at", before(_ZOOM, _TIME, window=12_000)),
            ("source_name", before(_ZOOM, r"来源[:：]\s?\[?\s?([^\]\s]+)", window=12_000)),
            ("source_name", before(_ZOOM, _AFTER_TIME + r"([^\[\]：:\s]{2,20})(?=\s)", window=12_000)),
            ("authors", before(_ZOOM, r"作者[:：]\s?\[?\s?([^\]\s]+)", window=12_000)),
            ("authors", before(_ZOOM, _AFTER_TIME + r"\[\s?([^\]\s]{2,8})\s?\]\s?来源", window=12_000)),
            ("page_id", prefixed("n:", script("topic.jsp?id=", r"topic\.jsp\?id=(\d+)"))),
            ("keywords", _KEYWORDS),
        ),
        rules=(_EDITOR_LINE, _LINKS_ABOVE, _LINKS_BELOW, _FOUND, *_MODERN),
    ),
    # The same page without the editor's id: the earliest of them, and a second text layout of 2024.
    Template(
        name="sohu-article",
        unproven=True,
        body=("article.article-text", "article.article"),
        scope=".text",
        fields=_MP_FIELDS,
        rules=_MODERN,
        image=clear_image,
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
)
