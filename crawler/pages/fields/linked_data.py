"""A page's JSON-LD: the object that describes its article, and what that says.

The form is that of https://www.w3.org/TR/json-ld11/, the words are those of https://schema.org/Article; what Baidu's
search wants has `pubDate`, `upDate` and no type. A type or a value may be a list, an author an object, an object a mere
reference to another one of the page, and some sites wrap the script into an HTML comment.
"""

import html
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Final

from crawler.pages.fields.loose_json import parse_json
from crawler.pages.fields.names import is_name, split_names
from crawler.pages.html.blocks import fold
from crawler.pages.html.parse import Element

_LARGEST: Final = 200_000
"""Characters of a script; no article is described by more."""
_MOST_SCRIPTS: Final = 20
_MOST_OBJECTS: Final = 200
_MOST_VALUES: Final = 12
_DEEPEST: Final = 4
_LONGEST: Final = 2_000
# What stands around JSON so that old browsers pass over it: <!-- … //-->, /*<![CDATA[*/ … /*]]>*/
_WRAPPER: Final = re.compile(r"(?://|/\*)?\s{0,4}(?:<!--|-->|<!\[CDATA\[|(?:<!)?\]\]>)(?:\s{0,4}\*/|//>)?")
_ARTICLE: Final = re.compile(
    r"(?:^|[/:#])(?:\w{0,30}Article|Report|(?:Live)?BlogPosting|SocialMediaPosting|DiscussionForumPosting)$"
)
_FOREIGN: Final = re.compile(r"[\u3400-\u9fff]{1,8}·[\u3400-\u9fff]")
_WITHIN: Final = ("@graph", "mainEntity", "mainEntityOfPage")
_PAGES: Final = frozenset(("WebPage", "WebSite", "CollectionPage", "ItemPage"))
_TELLING: Final = ("datePublished", "pubDate", "headline")


def read_linked_data(scripts: Iterable[Element]) -> dict[str, Any]:
    """The object that describes the page's article, with its author and publisher in place; {} without one.

    `scripts`: the page's `<script>` elements. An object whose type is an article's is preferred to one that only has
    an article's properties. Scripts that are broken or larger than 200,000 characters are passed over.
    """
    objects = [found for value in _values(scripts) for found in _objects(value)]
    article = max(objects, key=_telling, default={})
    if not _telling(article):
        return {}
    named = {one["@id"]: one for one in objects if isinstance(one.get("@id"), str)}
    return {name: _resolved(value, named) for name, value in article.items()}


def _telling(one: dict[str, Any]) -> tuple[int, ...]:
    """How likely the object describes the article, as a tuple to compare; () for one that says nothing of one.

    An article with a date comes before one that is merely named, an object without a type before one of another type,
    and the page that the article stands on comes last. Of equals the first is meant.
    """
    said = sum(name in one for name in _TELLING)
    if _is_article(one):
        return (3, said)
    if not said:
        return ()
    return (2 if "@type" not in one else 0 if _PAGES.intersection(_types(one)) else 1, said)


def linked_text(article: dict[str, Any], name: str) -> str:
    """The text of one of the article's properties: that of a list joined by `、`, that of an object is its name; "" for
    none."""
    return "、".join(dict.fromkeys(_texts(article.get(name))))[:_LONGEST]


def linked_authors(article: dict[str, Any], *, pen_names: bool = False) -> tuple[str, ...]:
    """The persons whom the article names as its authors, where they have a person's name; most portals put their own
    there. `pen_names`: give whatever stands there."""
    authors = article.get("author")
    rows = authors if isinstance(authors, list) else [authors]
    people = [row for row in rows[:_MOST_VALUES] if not isinstance(row, dict) or "Person" in _types(row)]
    names = (name for row in people for text in _texts(row) for name in split_names(text))
    return tuple(dict.fromkeys(name for name in names if pen_names or is_name(name) or _FOREIGN.match(name)))


def _values(scripts: Iterable[Element]) -> Iterator[Any]:
    """What the scripts with JSON-LD hold."""
    count = 0
    for script in scripts:
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = script.text or ""
        count += 1
        if count > _MOST_SCRIPTS:
            return
        if not text or len(text) > _LARGEST:
            continue
        if '"' not in text:
            text = html.unescape(text)
        for written in (text, _WRAPPER.sub("", text).strip("; \t\r\n\ufeff")):
            try:
                yield parse_json(written)
            except ValueError:
                continue
            break


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects at the top, in `@graph`, and what an object says that it is mainly about; outer ones first."""
    queue = deque([value])
    for _ in range(_MOST_OBJECTS):
        if not queue:
            return
        one = queue.popleft()
        if isinstance(one, list):
            queue.extend(one[:_MOST_OBJECTS])
        elif isinstance(one, dict):
            yield one
            queue.extend(one[name] for name in _WITHIN if name in one)


def _types(one: dict[str, Any]) -> list[str]:
    said = one.get("@type")
    return [kind for kind in (said if isinstance(said, list) else [said]) if isinstance(kind, str)]


def _is_article(one: dict[str, Any]) -> bool:
    return any(_ARTICLE.search(kind[-60:]) for kind in _types(one))


def _resolved(value: Any, named: dict[str, dict[str, Any]]) -> Any:
    """The value, or the object of the page that it refers to."""
    if isinstance(value, list):
        return [_resolved(one, named) for one in value[:_MOST_VALUES] if not isinstance(one, list)]
    if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
        return named.get(value["@id"], value)
    return value


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        if text := fold(html.unescape(value[: _LONGEST * 2])):
            yield text
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield str(value)
    elif depth < _DEEPEST and isinstance(value, list):
        for one in value[:_MOST_VALUES]:
            yield from _texts(one, depth + 1)
    elif depth < _DEEPEST and isinstance(value, dict):
        yield from _texts(value.get("name", value.get("@value")), depth + 1)
