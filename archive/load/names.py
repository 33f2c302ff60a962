"""The names that people's files have for our fields: the one table. docs/data.md shows it.

Small and capital letters, `_`, `-` and blanks make no difference: `pubDate`, `pub_date` and `PubDate` are one name.
"""

from collections.abc import Container, Sequence
from typing import Any, Final

from attrs import field, frozen

from archive.errors import UsageError

Held = dict[str, list[tuple[str, Any]]]

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


@frozen
class Renamed:
    """What `--map headline=ti` says: for each of our fields that it names, which of the file's count, in their order;
    no other name stands for it then. A name with dots that a record does not have leads into its objects
    (`content.rendered`)."""

    theirs: dict[str, str] = field(factory=dict)
    """Their plain name, and our field."""
    written: dict[str, str] = field(factory=dict)
    """Their plain name as it was written."""

    @classmethod
    def of(cls, options: Sequence[str]) -> "Renamed":
        """Of options, each `OURS=THEIRS`. Raises `UsageError`."""
        theirs: dict[str, str] = {}
        written: dict[str, str] = {}
        for option in options:
            ours, sign, name = (part.strip() for part in option.partition("="))
            if not sign or not ours or not name:
                raise UsageError(f"--map {option}: write it as FIELD=NAME, such as headline=ti")
            if ours not in NAMES:
                turned = f"; the field comes first: --map {name}={ours}" if name in NAMES else ""
                raise UsageError(f"--map {option}: there is no field {ours}{turned}; the fields are {', '.join(NAMES)}")
            if theirs.setdefault(plain(name), ours) != ours:
                raise UsageError(f"--map {option}: {name} is {theirs[plain(name)]} already")
            written[plain(name)] = name
        return cls(theirs, written)

    def missing(self, seen: Container[str], *, inside: bool = False) -> list[str]:
        """Which of the file's names, as they were written, are not among these plain ones. `inside`: of a name that
        leads into an object, the object's counts."""
        wanted = {key: plain(name.partition(".")[0]) if inside else key for key, name in self.written.items()}
        return [self.written[key] for key, one in wanted.items() if key not in seen and one not in seen]

    def field_of(self, name: str) -> str:
        """Our field for a file's name, "" where it has none."""
        return self._placed(plain(name))[0]

    def is_read(self, name: str) -> bool:
        """Whether what stands under a file's name is looked at."""
        parents = {plain(one.partition(".")[0]) for one in self.written.values()}
        return bool(self.field_of(name)) or plain(name) in parents

    def is_known(self, name: str) -> bool:
        """Whether a file's name is one of ours, read or not."""
        return plain(name) in _UNREAD or self.is_read(name)

    def _placed(self, name: str) -> tuple[str, int]:
        """Our field for a plain name, and its place among the names for it."""
        if name in self.theirs:
            return self.theirs[name], -1
        ours, rank = _FIELDS.get(name, ("", 0))
        return ("", 0) if ours in self.theirs.values() else (ours, rank)

    def sort_out(self, record: dict[str, Any]) -> tuple[Held, dict[str, Any]]:
        """What a record holds of each of our fields, as (its name, its value) in the order in which they count; and
        what is under names that are none of ours. Fields that are empty (null, "", [], {}) are left out."""
        found: dict[str, list[tuple[int, str, Any]]] = {}
        unknown = {}
        for name, value in record.items():
            if value is None or value in ("", [], {}):
                continue
            key = plain(name)
            ours, rank = self._placed(key) if self.theirs else _FIELDS.get(key, ("", 0))
            if ours:
                found.setdefault(ours, []).append((rank, name, value))
            elif key not in _UNREAD:
                unknown[name] = value
        for key, name in self.written.items():
            value = _inside(record, name) if "." in name else None
            if value is not None and value not in ("", [], {}):
                found.setdefault(self.theirs[key], []).append((-1, name, value))
                unknown.pop(name.partition(".")[0], None)
        ordered = {ours: sorted(held, key=lambda one: one[0]) for ours, held in found.items()}
        return {ours: [(name, value) for _, name, value in held] for ours, held in ordered.items()}, unknown


def _inside(record: dict[str, Any], name: str) -> Any:
    """What is at the end of a path of names; None where there is nothing, or the record has the whole name itself."""
    if name in record:
        return None
    value: Any = record
    for step in name.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


AS_THEY_ARE: Final = Renamed()
