"""Parsers of list answers: JSON, JSONP and HTML pages of links, as a site's `Source.parse` needs them.

All are pure and take hostile input: what is too large, too deep or of another shape ends in `ListError`, and one bad
entry is left out: of a text that one wrong quote makes unreadable, the entries are read one by one. Nothing is ever
evaluated.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from lxml import etree

from crawler.pages.fields.clock import read_listed
from crawler.pages.fields.loose_json import parse_json, save_objects
from crawler.pages.html.urls import absolute
from crawler.pages.template.site import ListError, Listing, Listings

Parse = Callable[[str, str, datetime], Sequence[Listing]]
Entry = Mapping[str, Any]

MAX_CHARACTERS = 8 * 2**20
MAX_ENTRIES = 5000
MAX_URL = 2000
MAX_TITLE = 300

# A call's name begins with a letter: `["a("]` is a list.
_JSONP = re.compile(r"\s*(?:/\*\*/\s*)?[A-Za-z_$][\w$.\[\]'\"]{0,99}\s*\(")
_BARE_HOST = re.compile(r"\s*(?:[a-z0-9-]+\.)+(?:com|cn|net|org)/", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,300}>")


class NotJson(ListError):
    """The list as a whole cannot be read."""


def load(text: str) -> Any:
    """The value of a JSON or JSONP answer, or of one in JavaScript's notation (`var list = […];`, comments, trailing
    commas). Raises `ListError`."""
    if len(text) > MAX_CHARACTERS:
        raise ListError(f"the list has {len(text)} characters, more than {MAX_CHARACTERS}")
    text = text.strip().removeprefix("\ufeff").lstrip()
    end = text.rstrip("; \r\n\t")
    if (call := _JSONP.match(text)) and end.endswith(")"):
        text = end[call.end() : -1]
    try:
        return parse_json(text)
    except ValueError as error:
        raise NotJson("the list is not JSON") from error


def json_list(
    *,
    url: str | Callable[[Entry], str | None],
    at: Sequence[str] = (),
    within: Sequence[str] = (),
    title: Sequence[str] = ("title",),
    time: str = "",
    source: str | Callable[[Entry], object] = "",
    keep: Callable[[Entry], bool] | None = None,
) -> Parse:
    """A parser of JSON(P) lists.

    `at`: the keys that lead to the list of entries (`*`: every value that leads there, one at least). `within`: the
    keys that lead from an entry to its description, where it is wrapped. `url`: the key of an entry's address, or a
    function of the entry. `title`: the first of these keys that holds text. `time`: a key; `source`: a key, or a
    function of the entry. `keep`: which entries count.
    """

    def parse(text: str, base: str, fetched_at: datetime) -> Listings:
        listings = Listings()
        problem: NotJson | None = None
        try:
            entries: Iterable[Entry] = _inside(_entries(load(text), at), within)
        except NotJson as error:
            problem = error
            saved = save_objects(text)
            entries, listings.lost = _somewhere_in(saved, url), saved.lost
        for entry in islice(entries, MAX_ENTRIES):
            address = list_address(_value(entry, url), base)
            if address is None or (keep is not None and not keep(entry)):
                continue
            name = next((t for key in title if (t := _text(entry.get(key)))), None)
            moment = read_listed(entry.get(time), fetched_at)
            published = moment.at if moment is not None else None
            named = _text(_value(entry, source)) or None
            listings.append(Listing(url=address, title=name, published_at=published, source_name=named))
        if problem is not None and not listings:
            raise problem
        return listings

    return parse


def _value(entry: Entry, key: str | Callable[[Entry], object]) -> object:
    return entry.get(key) if isinstance(key, str) else key(entry)


def _inside(entries: Iterable[Entry], within: Sequence[str]) -> Iterator[Entry]:
    """The descriptions of entries, where they are wrapped."""
    for entry in entries:
        inner: Any = entry
        for key in within:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(inner, dict):
            yield inner


def _somewhere_in(values: Iterable[Any], url: str | Callable[[Entry], str | None]) -> Iterator[Entry]:
    """The outermost objects in a value that have an address, wherever they stand: the way to them is broken."""
    level = list(values)[::-1]
    while level:
        value = level.pop()
        if isinstance(value, dict) and _value(value, url):
            yield value
        elif isinstance(value, dict | list):
            level.extend(reversed(value.values() if isinstance(value, dict) else value))


def _entries(value: Any, at: Sequence[str]) -> list[Entry]:
    level = [value]
    for key in at:
        fitting = [part for part in level if isinstance(part, dict) and (key == "*" or key in part)]
        if not fitting:
            raise ListError(f"the list has no {key!r}")
        # Of several (after `*`) one may be an advert's place, or an error.
        level = [inner for part in fitting for inner in (part.values() if key == "*" else [part[key]])]
    for part in level:
        if not isinstance(part, list):
            raise ListError(f"the list is a {type(part).__name__}, not an array")
    return [entry for part in level for entry in part if isinstance(entry, dict)]


def html_links(text: str, base: str, fetched_at: datetime) -> list[Listing]:
    """Every link of an HTML page, once, in page order; the crawl keeps those that the site knows as articles."""
    if len(text) > MAX_CHARACTERS:
        raise ListError(f"the page has {len(text)} characters, more than {MAX_CHARACTERS}")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise ListError("the page is not HTML") from error
    if root is None:
        raise ListError("the page is empty")
    found: dict[str, str | None] = {}
    for link in root.iter("a"):
        if len(found) >= MAX_ENTRIES:
            break
        address = list_address(link.get("href"), base)
        if address is None:
            continue
        # A picture's link comes first and has no words; the headline's link beside it has them.
        title = _text(link.get("title")) or _text("".join(link.itertext()))
        found[address] = found.get(address) or title or None
    return [Listing(url=address, title=title) for address, title in found.items()]


def list_address(link: object, base: str) -> str | None:
    """The absolute http(s) address that a list means, without its fragment, or None. `www.sohu.com/a/1_2` (no scheme)
    begins with a host."""
    if not isinstance(link, str) or len(link) > MAX_URL:
        return None
    if _BARE_HOST.match(link):
        link = "//" + link.strip()
    return absolute(base, link).partition("#")[0] or None


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    plain = html.unescape(_TAG.sub("", value[: MAX_TITLE * 4]))
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())[:MAX_TITLE]
