"""The templates of Sohu's pages, the youngest generation first, and the clutter rules of their bodies."""

import re

from crawler.pages.html.selectors import Selector
from crawler.pages.rules.engine import Rule
from crawler.pages.template.document import Document
from crawler.pages.template.readers import attribute, before, json_ld, meta, prefixed, present, script, text, title
from crawler.pages.template.template import Template

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
            ("authors", before(_ZOOM, _AFTER_TIME + r"\[\s?([^\]\s]{2,8})\s?\]\W{0,2}来源", window=12_000)),
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
