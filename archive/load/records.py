"""One record of an article file, checked and made an item, under the names of `archive.load.names`.

Without an address and a text it is no article, and is refused. Anything else that cannot be read costs the field, not
the article, and is told (`Read.odd`).
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlsplit

from attrs import define, field, frozen

from archive.identity import hashed_id
from archive.load import markup, values
from archive.load.address import is_address, normal
from archive.load.names import AS_THEY_ARE, WRAPPERS, Held, Renamed
from archive.load.values import Odd
from archive.query.lookup import Resolve
from archive.store.records import ArticleRecord, ImageRecord, Item
from archive.text.clean import clean_body, clean_line
from archive.times import Precision

MAX_BODY: Final = 4_000_000
"""Characters of a body; no article has more."""
MAX_DEPTH: Final = 40
"""Of the objects and lists of a body that is one."""
_MAX_SITE: Final = 100
_LONGEST_INTEGER: Final = 18

Value = TypeVar("Value")


class RecordError(ValueError):
    """The record holds no article; the message says why."""


@frozen
class Read:
    """An article, and what its record said beside it.

    `by_address`: the native id to take where the record's own id turns out to be another address's; None where the
    article has no other. `odd`: what could not be read, a line each. `unknown`: what stood under names that were not
    used. `names`: for each of our fields, the record's name of it.
    """

    item: Item
    by_address: str | None = None
    odd: tuple[str, ...] = ()
    unknown: dict[str, Any] = field(factory=dict)
    names: dict[str, str] = field(factory=dict)


def parse(line: bytes) -> list[dict[str, Any]]:
    """The records of one JSON object: itself, or those that it holds (an Elasticsearch hit or answer, a feed). Raises
    `RecordError`."""
    try:
        # Control characters inside strings are JSON's fault alone; a number of thousands of digits is a text.
        record = json.loads(line, strict=False, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise RecordError("not UTF-8") from error
    except RecursionError as error:
        raise RecordError("not JSON: nested too deeply") from error
    except ValueError as error:
        raise RecordError(f"not JSON: {error}") from error
    if not isinstance(record, dict):
        raise RecordError("not a JSON object")
    return list(_unwrapped(record, 0)) or [record]


def _integer(written: str) -> Any:
    return int(written) if len(written) <= _LONGEST_INTEGER else written


def _unwrapped(record: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    for name in WRAPPERS:
        inner = record.get(name)
        if depth < len(WRAPPERS) and not ({"url", "body", "text", "content"} & record.keys()):
            if isinstance(inner, dict):
                found = list(_unwrapped(inner, depth + 1)) or ([inner] if name == "_source" else [])
                # An Elasticsearch hit names its id beside what it holds.
                own = {"_id": record["_id"]} if name == "_source" and "_id" in record else {}
                yield from ({**own, **one} for one in found)
                return
            if isinstance(inner, list) and inner and all(isinstance(one, dict) for one in inner):
                for one in inner:
                    yield from _unwrapped(one, depth + 1)
                return
    if depth:
        yield record


def read_record(
    record: dict[str, Any], resolve: Resolve, site: str | None = None, renamed: Renamed = AS_THEY_ARE
) -> Read:
    """The article of a record. `site`: whose articles those without an address are. Raises `RecordError`."""
    reader = _Reader(*_sorted(record, renamed))
    body, found, from_html = _body(reader)
    headline = reader.take("headline", values.name)
    if headline is not None and markup.is_html(headline):
        headline = clean_line(markup.as_lines(headline).text)
    whose = _identity(reader, site, resolve, headline, body)
    images = reader.take("images", values.images) or tuple(ImageRecord(url=address) for address in found)
    flags = reader.take("flags", values.flags) or ()
    published = reader.take("published_at", values.time)
    modified = reader.take("modified_at", values.time)
    captured = reader.take("captured_at", values.time)
    article = ArticleRecord(
        site=whose.site,
        native_id=whose.native_id,
        url=whose.url,
        headline=headline,
        body=body,
        original_title=reader.take("original_title", values.text),
        published_at=published and published[0],
        published_precision=_precision(reader, published),
        modified_at=modified and modified[0],
        source_name=reader.take("source_name", values.name),
        account_name=reader.take("account_name", values.name),
        authors=reader.take("authors", values.names) or (),
        editor=reader.take("editor", values.name),
        keywords=reader.take("keywords", values.keywords) or (),
        location=reader.take("location", values.name),
        images=images,
        flags=(*flags, markup.FLAG) if from_html and markup.FLAG not in flags else flags,
        template=reader.take("template", values.text),
    )
    item = Item(capture=None, captured_at=captured and captured[0], article=article)
    return Read(item, whose.by_address, tuple(reader.odd), reader.unknown, reader.names)


def _sorted(record: dict[str, Any], renamed: Renamed) -> tuple[Held, dict[str, Any]]:
    held, unknown = renamed.sort_out(record)
    if "url" not in held:
        # trafilatura calls the address `source`.
        for place, (name, value) in enumerate(held.get("source_name", [])):
            if is_address(values.bare(value)):
                held["url"] = [(name, value)]
                del held["source_name"][place]
                break
    return held, unknown


@define
class _Reader:
    """What a record holds of each field, what of it could not be read, and the name of each that was."""

    held: Held
    unknown: dict[str, Any]
    odd: list[str] = field(factory=list)
    names: dict[str, str] = field(factory=dict)

    def take(self, name: str, read: Callable[[Any], Value | None]) -> Value | None:
        """The field's first value that can be read; None where there is none."""
        for own, value in self.held.get(name, ()):
            try:
                found = read(value)
            except Odd as error:
                self.odd.append(f"{own} {error}")
            else:
                if found:
                    self.names[name] = own
                    return found
        return None


def _body(reader: _Reader) -> tuple[str, tuple[str, ...], bool]:
    """The text, the images in it, and whether it was HTML."""
    candidates = reader.held.get("body", [])
    if not candidates:
        raise RecordError("no body")
    reason = "no body"
    # A text counts before an object, whatever they are called.
    for name, value in sorted(candidates, key=lambda one: isinstance(values.bare(one[1]), dict)):
        told = "\n".join(_told(values.bare(value), 0))
        if isinstance(values.bare(value), (bool, int, float)):
            reason = f"{name} is not text"
        elif len(told) > MAX_BODY:
            reason = f"{name} is longer than {MAX_BODY} characters"
        elif markup.is_html(told):
            lines = markup.as_lines(told)
            if clean_body(lines.text):
                reader.names["body"] = name
                return lines.text, lines.images, True
        elif clean_body(told):
            reader.names["body"] = name
            return told, (), False
    raise RecordError(reason)


def _told(value: Any, depth: int) -> Iterator[str]:
    """The texts that a body holds, in their order: of a list its lines, of an object the text under one of a body's
    names, else all that is text in it."""
    if isinstance(value, str):
        yield value
    elif depth > MAX_DEPTH:
        return
    elif isinstance(value, list):
        for item in value:
            yield from _told(item, depth + 1)
    elif isinstance(value, dict):
        inner = AS_THEY_ARE.sort_out(value)[0].get("body")
        for item in [inner[0][1]] if inner else value.values():
            yield from _told(item, depth + 1)


@frozen
class _Whose:
    site: str
    native_id: str
    url: str
    by_address: str | None = None


def _identity(reader: _Reader, site: str | None, resolve: Resolve, headline: str | None, body: str) -> _Whose:
    """Whose article it is: as the address says where its site is known, so that the crawl finds it again; else as the
    file says; else by the address's host and a digest of the address. Without an address, by the corpus's id or the
    digest of the text."""
    wrong = ""
    url = None
    for name, value in reader.held.get("url", ()):
        try:
            url = normal(values.bare(value))
            reader.names["url"] = name
            break
        except ValueError as error:
            wrong = wrong or f"{name} {error}"
    own = reader.take("native_id", values.native_id)
    told = own or reader.take("id", values.native_id)
    if url is None and site is None:
        raise RecordError(wrong or "no url; name the corpus with --site")
    named = (reader.take("site", values.name) or "")[:_MAX_SITE]
    if url is None:
        return _Whose(named or site or "", told or _of_text(headline, body), "")
    known = resolve(url)
    if known is not None:
        return _Whose(*known)
    host = (urlsplit(url).hostname or "").removeprefix("www.")[:_MAX_SITE]
    if told is None or is_address(told):
        return _Whose(named or host, hashed_id(url), url)
    return _Whose(named or host, told, url, None if own else hashed_id(url))


def _of_text(headline: str | None, body: str) -> str:
    return "t:" + sha256(f"{headline or ''}\n{clean_body(body)}".encode("utf-8", "replace")).hexdigest()[:16]


def _precision(reader: _Reader, published: tuple[datetime, Precision] | None) -> Precision | None:
    if published is None:
        return None
    said = reader.take("published_precision", values.text)
    return cast("Precision", said) if said in ("second", "minute", "day") else published[1]
