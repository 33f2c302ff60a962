"""What a query means, by plain evaluation over folded texts: the definition that both databases are held against.

A text is the folded characters of its runs (`archive.text.tokens.runs`), with a bar at the end of each run. A word
stands in it where its own runs stand in it as they are; a Latin word from the beginning of a run to its end, or with a
star from the beginning. Headline and body are two texts, and each name of an article is one.
"""

from datetime import datetime, time, timedelta
from functools import lru_cache

from attrs import field, frozen

from archive.query.language.nodes import (
    And,
    Copies,
    Everything,
    Field,
    Is,
    Node,
    Not,
    Or,
    Published,
    Quality,
    Related,
    Site,
    Tagged,
    Word,
)
from archive.text.fold import as_text
from archive.text.levelled import CHINESE
from archive.text.tokens import runs
from archive.text.words import MAX_TOKEN
from archive.times import BEIJING

END = "|"


def plain(text: str) -> str:
    """The runs of a text, each with a bar behind it; a Latin one up to the characters that are indexed of it."""
    cut = runs(text)
    parts, start = [], 0
    for at, end in enumerate(cut.ends.tolist()):
        if end:
            run = as_text(cut.codes[start : at + 1])
            parts.append((run[:MAX_TOKEN] if ord(run[0]) < CHINESE else run) + END)
            start = at + 1
    return "".join(parts)


_plain_once = lru_cache(10_000)(plain)


@frozen(kw_only=True)
class Plain:
    """An article as it is evaluated. `size`: of its story; `stands_for_it`: whether it represents its story."""

    id: int
    headline: str = field(converter=plain)
    body: str = field(converter=plain)
    names: dict[Field, tuple[str, ...]]
    site: str = "clip"
    published_at: datetime | None = None
    state: str = "live"
    edited: bool = False
    size: int = 1
    stands_for_it: bool = True
    relations: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()


def finds(node: Node, article: Plain) -> bool:  # noqa: C901 (one case for each kind of node)
    match node:
        case Everything():
            return True
        case Word():
            return _stands(node, article)
        case Site():
            return article.site.startswith(node.name) if node.prefix else article.site == node.name
        case Tagged():
            return node.tag in article.tags
        case Is():
            return _is(node.quality, article)
        case Related():
            return node.relation in article.relations
        case Published():
            day = article.published_at
            first = day is not None and (node.first is None or day >= datetime.combine(node.first, time(), BEIJING))
            after = timedelta(days=1)
            return first and (node.last is None or day < datetime.combine(node.last, time(), BEIJING) + after)  # type: ignore[operator]
        case Copies():
            return node.least <= article.size and (node.most is None or article.size <= node.most)
        case Not():
            return not finds(node.node, article)
        case And():
            return all(finds(one, article) for one in node.nodes)
        case Or():
            return any(finds(one, article) for one in node.nodes)


def _is(quality: Quality, article: Plain) -> bool:
    return {
        Quality.EDITED: article.edited,
        Quality.COPIED: article.size > 1,
        Quality.COPY: article.size > 1 and not article.stands_for_it,
        Quality.ORIGINAL: article.size == 1 or article.stands_for_it,
    }.get(quality, article.state == quality)


def _stands(word: Word, article: Plain) -> bool:
    match word.field:
        case Field.ANY:
            texts: tuple[str, ...] = (article.headline, article.body)
        case Field.TITLE:
            texts = (article.headline,)
        case Field.BODY:
            texts = (article.body,)
        case _:
            texts = tuple(_plain_once(name) for name in article.names.get(word.field, ()))
    wanted = _plain_once(word.text)
    if word.whole:
        return wanted in texts
    return any(holds(text, wanted, prefix=word.prefix) for text in texts)


def holds(text: str, wanted: str, *, prefix: bool) -> bool:
    """Whether a word stands in a text, both as `plain` gives them."""
    wanted = wanted.removesuffix(END)
    begins = ord(wanted[0]) < CHINESE
    ends = ord(wanted[-1]) < CHINESE and not prefix
    at = text.find(wanted)
    while at >= 0:
        after = at + len(wanted)
        if (not begins or at == 0 or text[at - 1] == END) and (not ends or text[after] == END):
            return True
        at = text.find(wanted, at + 1)
    return False
