"""The templates of NetEase's pages, the youngest generation first, and the clutter rules of their bodies."""

from urllib.parse import parse_qs

from crawler.pages.html.selectors import Selector
from crawler.pages.rules.engine import Rule
from crawler.pages.template.document import Document, element_text
from crawler.pages.template.readers import attribute, before, json_ld, meta, present, script, tail, text, title
from crawler.pages.template.template import Template

_DOCID = r"[0-9A-Z]{16}"


_END_TEXT = r"id=[\"']?endText"


_DATE = r"(\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?)"


_END_LINE = (
    r"本文来源[:：]\s?(?P<source_name>.*?)\s*(?:作者[:：]\s?(?P<authors>.*?))?\s*(?:责任编辑[:：]\s?(?P<editor>.*))?"
)


_ORIGINAL = Rule(
    id="netease.original_title",
    why="The template's own element for the headline of the first publication.",
    seen_on=("own/netease-endtext", "pages/163_article_001", "pages/163_article_003"),
    selector=".otitle",
    pattern=r"[（(]?\s?原标题[:：]\s?(?P<original_title>.*?)\s?[)）]?",
)


_SOURCE_EDITOR = Rule(
    id="netease.source_editor",
    why="The template's own line of source, author and editor below the body.",
    seen_on=("own/netease-ep-paged-2", "pages/163_article_012", "pages/163_article_017"),
    selector=".ep-source",
    pattern=_END_LINE,
)


_ADVERT = Rule(
    id="netease.advert",
    why="Boxes that NetEase's advertising system fills inside the body.",
    seen_on=("own/netease-endtext",),
    selector=".gg200x300, .at_item, .ad_module",
)


_RELATED = Rule(
    id="netease.related",
    why="Related articles and topics that the desk's system puts into the body.",
    seen_on=("own/netease-endtext", "pages/163_article_005", "pages/163_article_092"),
    selector=".special_tag_wrap, pre[datatype=specialtag], .related_article, .ep-keywords",
)


_GALLERY_BOX = Rule(
    id="netease.gallery_box",
    why="A picture player whose captions are controls, not the text.",
    seen_on=("own/netease-ep",),
    selector=".nph_gallery",
)


_VIDEO_BOX = Rule(
    id="netease.video_box",
    why="The film player's own words.",
    seen_on=("own/netease-endtext", "pages/163_article_005", "pages2/163_article_108"),
    selector=".video-wrapper",
)


_PAGER = Rule(
    id="netease.pager",
    why="The links between the pages of one article.",
    seen_on=("own/netease-ep-paged-2",),
    selector=".ep-pages",
)


_IN_BODY = (_ORIGINAL, _SOURCE_EDITOR, _ADVERT, _RELATED, _GALLERY_BOX, _VIDEO_BOX, _PAGER)


_TITLE = title(r"^(.*?)(?:\||_[^_]*网易|_手机网易网|$)")


_MOBILE_TITLE = r"^(.*?)(?:_手机网易网)?$"


_KEYWORDS = meta("keywords")


def original_image(address: str, _: Document) -> str:
    """The original's address out of NetEase's resizing service (`nimg.ws.126.net/?url=…`)."""
    if "nimg.ws.126.net" in address:
        query = parse_qs(address.partition("?")[2])
        return query.get("url", [address])[0]
    return address


_INFO = Selector("div.post_info")


def account_link(document: Document) -> str | None:
    """The account that the line under the headline links to; a desk's line links to the source outside."""
    line = document.select(_INFO)
    for link in () if line is None else line.iter("a"):
        if "/dy/media/" in (link.get("href") or ""):
            return element_text(link) or None
    return None


# Under the headline of the older pages: 2015-07-03 07:50:35　来源: 某报(上海) 举报
_SOURCE = r"来源[:：]\s?(.*?)\s*(?:[(（][^()（）]{1,10}[)）])?\s*(?:举报)?$"


_PLACE = r"来源[:：].*[(（]([^()（）]{1,10})[)）]\s*(?:举报)?$"


_MACHINE_TIME = (
    ("published_at", attribute("html", "data-publishtime")),
    ("published_at", attribute("#contain", "data-ptime")),
    ("published_at", meta("article:published_time")),
)


_OWN_ID = (
    ("page_id", attribute("#contain", "data-docid")),
    ("page_id", script('"docId"', r'"docId"\s*:\s*"([0-9A-Z]{16})"')),
    ("page_url", attribute("link[rel=canonical]", "href")),
)


_HEADLINE = (("headline", text("#epContentLeft h1")), ("headline", text("h1")), ("headline", _TITLE))


_USER_UPLOADED = (
    ("flag.user_uploaded", present("#content div.post_statement")),
    ("flag.user_uploaded", present("div.statement")),
)


TEMPLATES = (
    Template(
        name="netease-post",
        body=("#content div.post_body", "#contain div.post_body", "#container div.post_body"),
        scope=".post_main",
        fields=(
            ("headline", text("h1.post_title")),
            ("headline", meta("og:title")),
            ("headline", _TITLE),
            *_MACHINE_TIME,
            ("published_at", text("div.post_info", _DATE)),
            ("source_name", text("div.post_info", r"来源[:：]\s?(.*?)\s*$", until=("ipLocation", "post_jubao"))),
            ("source_name", text("div.post_author", r"本文来源[:：]\s?(.*?)\s*(?:作者|责任编辑|$)")),
            ("location", tail("div.post_info img", "ipLocation")),
            ("account_name", account_link),
            ("account_name", text("#contain div.post_wemedia_name a")),
            ("editor", text("div.post_author", r"责任编辑[:：]\s?(.*)")),
            ("editor", text("div.creative_statement", r"责任编辑[:：]\s?(\S+)")),
            ("authors", text("div.post_author", r"作者[:：]\s?(.*?)\s*(?:责任编辑|$)")),
            *_OWN_ID,
            ("keywords", _KEYWORDS),
            *_USER_UPLOADED,
        ),
        rules=_IN_BODY,
        image=original_image,
    ),
    Template(
        name="netease-endtext",
        signs=("post_time_source",),
        body=("#endText",),
        scope="#epContentLeft",
        fields=(
            *_HEADLINE,
            *_MACHINE_TIME,
            ("published_at", text("div.post_time_source", _DATE)),
            ("source_name", text("div.post_time_source", _SOURCE)),
            ("location", text("div.post_time_source", _PLACE)),
            *_OWN_ID,
            ("keywords", _KEYWORDS),
        ),
        rules=_IN_BODY,
        image=original_image,
    ),
    Template(
        name="netease-column2015",
        signs=("con1_",),
        body=("div.entext", "#endText"),
        scope=".con_1",
        fields=(
            ("headline", text("h2.con1_ltle")),
            *_HEADLINE,
            ("published_at", text("span.con1_date")),
            ("authors", text("span.con1_author")),
            ("keywords", _KEYWORDS),
        ),
        rules=(
            Rule(
                id="netease.column_original_title",
                why="The column templates put the headline of the first publication above the body, without brackets.",
                seen_on=("own/netease-column2015", "pages/163_article_014", "pages/163_article_034"),
                pattern=r"原标题[:：]\s?(?P<original_title>.+)",
                needs=("原标题",),
            ),
            *_IN_BODY,
        ),
    ),
    Template(
        name="netease-ep",
        body=("#endText",),
        scope="#epContentLeft",
        fields=(
            ("headline", text("#h1title")),
            *_HEADLINE,
            ("original_title", text("div.otitle", r"原标题[:：]\s?(.*?)[)）]?$")),
            *_MACHINE_TIME,
            ("published_at", text("div.ep-time-soure", _DATE)),
            ("published_at", before(_END_TEXT, _DATE)),
            ("source_name", text("div.ep-time-soure", _SOURCE)),
            ("source_name", before(_END_TEXT, r"来源[:：]\s?(\S+)")),
            ("location", text("div.ep-time-soure", _PLACE)),
            ("keywords", _KEYWORDS),
        ),
        pager="div.ep-pages",
        rules=(
            Rule(
                # A box below articles on shares, mostly without a class: two applications, then links under headings.
                id="netease.stock_promotion",
                why="The promotion of the share trading app in business texts.",
                seen_on=("own/netease-ep-paged-2", "pages/163_article_030", "pages/163_article_037"),
                pattern=r"更多精彩资讯请点击.{0,10}|网易财经 会赚钱的客户端[:：].*",
                needs=("更多精彩资讯", "会赚钱的客户端"),
                rest=True,
            ),
            Rule(
                id="netease.stock_heading",
                why="The heading of the share prices that the system puts into business texts.",
                seen_on=("own/netease-ep-paged-2",),
                pattern="重点推荐",
                needs=("重点推荐",),
                where="tail",
            ),
            *_IN_BODY,
        ),
    ),
    Template(
        name="netease-dy2019",
        signs=("article_title", "article_wrap"),
        body=("#content",),
        scope=".article_wrap",
        fields=(
            ("headline", text("div.article_title h2")),
            *_MACHINE_TIME,
            ("published_at", text("p.time", _DATE)),
            ("account_name", text("p.time", r"·\s*(.+)$")),
            *_OWN_ID,
            ("keywords", _KEYWORDS),
            *_USER_UPLOADED,
        ),
        rules=_IN_BODY,
        image=original_image,
    ),
    Template(
        # The phones' pages of about 2019, made by the server; `.page` are its screens, all there.
        name="netease-3g2019",
        signs=("js-page", "js-source"),
        body=("article div.content",),
        scope="article",
        fields=(
            ("headline", text("h1.title")),
            ("headline", meta("og:title", _MOBILE_TITLE)),
            *_MACHINE_TIME,
            ("published_at", text("span.js-time", _DATE)),
            ("source_name", text("span.js-source")),
            ("page_id", attribute("article", "id", rf"^article-({_DOCID})$")),
            ("keywords", _KEYWORDS),
        ),
        rules=_IN_BODY,
        image=original_image,
    ),
    Template(
        # The pages for simple phones, about 2017: XHTML without a class at most places.
        name="netease-3g-xhtml",
        signs=("atitle", "version:xhtml"),
        body=("div.content",),
        fields=(
            ("headline", text("h1.atitle")),
            ("headline", title(_MOBILE_TITLE)),
            ("published_at", text("div.about", _DATE)),
            ("source_name", text("div.about", r"来源[:：]\s?《?([^《》\s]+)")),
            ("keywords", _KEYWORDS),
            # Films stand in comments, as the phone's own player reads them.
            ("flag.video", script("@@VIDEO=", r"@@VIDEO=\"(h)")),
        ),
        rules=_IN_BODY,
        image=original_image,
    ),
    Template(
        name="netease-mobile",
        signs=("article-body",),
        body=("section.article-body", "article.article-body", "div.article-body"),
        scope=".js-article, .article",
        fields=(
            ("headline", text("h1.article-title")),
            ("headline", meta("og:title", _MOBILE_TITLE)),
            *_MACHINE_TIME,
            ("published_at", json_ld("datePublished")),
            ("published_at", attribute("time", "datetime")),
            ("modified_at", json_ld("dateModified")),
            ("account_name", text("div.s-author address")),
            ("account_name", meta("article:author")),
            ("location", text("div.s-time span", r"·\s?(.+)")),
            ("editor", text("footer.article-footer", r"责任编辑[:：]\s?(\S+)")),
            ("page_id", attribute("html", "data-id")),
            ("page_url", attribute("link[rel=canonical]", "href")),
            ("keywords", _KEYWORDS),
        ),
        rules=(
            Rule(
                id="netease.mobile_app",
                why="The button that opens the text in the app.",
                seen_on=("own/netease-mobile", "pages/163_article_088"),
                selector=".js-open-app, .bot_word, .m-linkCard, .unfold-wrap",
            ),
            Rule(
                id="netease.mobile_video_title",
                why="The title that the player shows over its film.",
                seen_on=("own/netease-mobile", "pages/163_article_088"),
                selector=".m-video",
                flag="video",
            ),
            _ADVERT,
        ),
        image=original_image,
    ),
    Template(
        name="netease-app",
        unproven=True,
        signs=("header-subtitle", "g-article"),
        body=("article", "div.g-article"),
        fields=(
            ("headline", text("h1.header-title")),
            ("published_at", text("div.header-subtitle-info", _DATE)),
            ("source_name", text("div.header-subtitle-info span.s-source")),
            ("page_url", attribute("link[rel=canonical]", "href")),
            ("keywords", _KEYWORDS),
        ),
        rules=(
            Rule(
                id="netease.app_banner",
                why="The invitation to open the page in NetEase's app.",
                seen_on=("own/netease-app",),
                selector=".header-title, .header-subtitle-info, .show-more-wrap, .g-btn-open-newsapp,"
                " .doc-footer-wrapper",
            ),
        ),
        image=original_image,
    ),
    *(
        Template(
            name="netease-2004",
            signs=(sign,),
            body=body,
            fields=(
                *_HEADLINE,
                ("published_at", text(line, _DATE)),
                ("source_name", text(line, r"来源[:：]\s?(\S+)")),
                ("keywords", _KEYWORDS),
            ),
        )
        for sign, body, line in (
            ("subjection", ("#text td.f14", "#text"), "#subjection"),
            ("graysl", ("span.grayb",), "td.graysl"),
        )
    ),
)
