"""The lists that name Sohu's articles: feeds and topics of its channels, and pages of links."""

import json
import re

from crawler.pages.template.site import Source
from crawler.sites.lists import Entry, html_links, json_list


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
