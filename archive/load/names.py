"""The names that people's files have for our fields: the one table. docs/data.md shows it.

Small and capital letters, `_`, `-` and blanks make no difference: `pubDate`, `pub_date` and `PubDate` are one name.
"""

from typing import Any, Final

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "url": ("link", "href", "source_url", "requested_url", "responded_url", "news_url", "链接"),
    "headline": ("title", "news_title", "name", "标题"),
    "body": (
        *("text", "content", "maintext", "plaintext", "plain_text", "raw_text", "articleBody", "content_text"),
        *("article", "正文", "内容"),
    ),
    "original_title": (),
    "published_at": (
        *("publish_date", "date_publish", "published_date", "publishing_date", "publish_time", "pub_time", "pubtime"),
        *("pub_date", "pubDate", "publishedAt", "datePublished", "date_published", "publishedTime", "发布时间"),
        *("datetime", "date", "time", "ctime"),
    ),
    "published_precision": (),
    "modified_at": ("date_modify", "dateModified", "update_time"),
    "captured_at": ("first_captured_at", "date_download", "crawl_time", "crawl_date", "indexed_date"),
    "source_name": ("source", "sitename", "source-hostname", "media_name", "publisher", "来源"),
    "account_name": (),
    "authors": ("author", "作者"),
    "editor": (),
    "keywords": ("tags", "meta_keywords", "topics"),
    "location": (),
    "images": ("image", "top_image", "image_url", "urlToImage"),
    "flags": (),
    "template": (),
    "site": (),
    "native_id": (),
    "id": ("_id", "news_id"),
}
"""Our names, with the others in the order in which they count: the first that holds a value that can be read."""

OURS: Final = (
    "confidence",
    "last_captured_at",
    "revision",
    "cluster_id",
    "representative",
    "signature",
    "state",
    "state_after",
    "state_before",
)
"""Fields of our own export that an import makes anew."""

WRAPPERS: Final = ("_source", "hits", "articles", "items")
"""Where the records stand in an object that is none itself: an Elasticsearch hit, its search's answer, a feed."""


def plain(name: str) -> str:
    """A name without what makes no difference."""
    return name.lower().translate(_NOTHING)


_NOTHING: Final = str.maketrans("", "", "_- \ufeff")
_FIELDS: Final = {
    plain(name): (field, rank) for field, others in NAMES.items() for rank, name in enumerate((field, *others))
}
_UNREAD: Final = frozenset(map(plain, OURS))


def sort_out(record: dict[str, Any]) -> tuple[dict[str, list[tuple[str, Any]]], list[str]]:
    """What a record holds of each of our fields, as (its name, its value) in the order in which they count; and the
    names that are none of ours. Fields that are empty (null, "", [], {}) are left out."""
    found: dict[str, list[tuple[int, str, Any]]] = {}
    unknown = []
    for name, value in record.items():
        if value is None or value in ("", [], {}):
            continue
        field, rank = _FIELDS.get(plain(name), ("", 0))
        if field:
            found.setdefault(field, []).append((rank, name, value))
        elif plain(name) not in _UNREAD:
            unknown.append(name)
    ordered = {field: sorted(held, key=lambda one: one[0]) for field, held in found.items()}
    return {field: [(name, value) for _, name, value in held] for field, held in ordered.items()}, unknown
