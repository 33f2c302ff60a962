"""One line of an article file, checked and made an item: the names of docs/data.md, and the common other ones."""

import hashlib
import json
from typing import Any, cast
from urllib.parse import urlsplit

from archive.query.lookup import Resolve
from archive.store.records import ArticleRecord, ImageRecord, Item
from archive.times import Precision, parse_time

MAX_BODY = 4_000_000
"""Characters of a body; no article has more."""
_MAX_FIELD = 10_000
_MAX_LIST = 1_000


class RecordError(ValueError):
    """The line holds no article; the message says why."""


def read_record(line: bytes, resolve: Resolve) -> Item:
    """The article of one line. Raises `RecordError`; what can be left empty may be missing, null or ""."""
    try:
        record = json.loads(line)
    except UnicodeDecodeError as error:
        raise RecordError("not UTF-8") from error
    except RecursionError as error:
        raise RecordError("not JSON: nested too deeply") from error
    except ValueError as error:
        raise RecordError(f"not JSON: {error}") from error
    if not isinstance(record, dict):
        raise RecordError("not a JSON object")
    url = _text(record, "url")
    if url is None:
        raise RecordError("no url")
    body = _body(record)
    site, native_id, canonical = _identity(record, url, resolve)
    published_at, precision = _time(record, "published_at")
    modified_at, _ = _time(record, "modified_at")
    captured_at, _ = _time(record, "captured_at", "first_captured_at")
    return Item(
        capture=None,
        captured_at=captured_at,
        article=ArticleRecord(
            site=site,
            native_id=native_id,
            url=canonical,
            headline=_text(record, "headline", "title"),
            body=body,
            original_title=_text(record, "original_title"),
            published_at=published_at,
            published_precision=precision,
            modified_at=modified_at,
            source_name=_text(record, "source_name", "source"),
            account_name=_text(record, "account_name"),
            authors=_texts(record, "authors", "author"),
            editor=_text(record, "editor"),
            keywords=_texts(record, "keywords"),
            location=_text(record, "location"),
            images=_images(record),
            flags=_texts(record, "flags"),
            template=_text(record, "template"),
        ),
    )


def _value(record: dict[str, Any], *names: str) -> Any:
    return next((record[name] for name in names if record.get(name) not in (None, "")), None)


def _text(record: dict[str, Any], *names: str) -> str | None:
    value = _value(record, *names)
    if value is None:
        return None
    if not isinstance(value, str):
        raise RecordError(f"{names[0]} is not text")
    if len(value) > _MAX_FIELD:
        raise RecordError(f"{names[0]} is longer than {_MAX_FIELD} characters")
    return value


def _texts(record: dict[str, Any], *names: str) -> tuple[str, ...]:
    value = _value(record, *names)
    if value is None:
        return ()
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values) or len(values) > _MAX_LIST:
        raise RecordError(f"{names[0]} is not a list of texts")
    return tuple(values)


def _body(record: dict[str, Any]) -> str:
    value = _value(record, "body", "text", "content")
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "\n".join(value)
    if value is None:
        raise RecordError("no body")
    if not isinstance(value, str):
        raise RecordError("body is not text")
    if len(value) > MAX_BODY:
        raise RecordError(f"body is longer than {MAX_BODY} characters")
    if not value.strip():
        raise RecordError("no body")
    return value


def _identity(record: dict[str, Any], url: str, resolve: Resolve) -> tuple[str, str, str]:
    """Whose article it is: as the address says where its site is known, so that the crawl finds it again; else as the
    file says; else by the address's host and a digest of the address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise RecordError("url is malformed") from error
    if parts.scheme not in ("http", "https") or not host:
        raise RecordError("url is not an http or https address")
    known = resolve(url)
    if known is not None:
        return known
    native_id = _value(record, "native_id", "id")
    if native_id is not None and (not isinstance(native_id, (str, int)) or isinstance(native_id, bool)):
        raise RecordError("id is neither text nor a number")
    if native_id is None:
        plain = url.partition("#")[0].encode("utf-8", "replace")
        native_id = "u:" + hashlib.sha1(plain, usedforsecurity=False).hexdigest()[:16]
    return _text(record, "site") or host.removeprefix("www."), str(native_id)[:200], url


def _time(record: dict[str, Any], *names: str) -> tuple[Any, Precision | None]:
    value = _value(record, *names)
    if value is None:
        return None, None
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        raise RecordError(f"{names[0]} is not a time")
    try:
        moment, precision = parse_time(value)
    except ValueError as error:
        raise RecordError(f"{names[0]} is {error}") from error
    said = record.get(f"{names[0].removesuffix('_at')}_precision")
    if said in ("second", "minute", "day"):
        precision = cast("Precision", said)
    return moment, precision


def _images(record: dict[str, Any]) -> tuple[ImageRecord, ...]:
    value = _value(record, "images")
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > _MAX_LIST:
        raise RecordError("images is not a list")
    images = []
    for image in value:
        if isinstance(image, str):
            images.append(ImageRecord(url=image))
        elif isinstance(image, dict) and isinstance(image.get("url"), str):
            images.append(ImageRecord(url=image["url"], caption=_text(image, "caption") or ""))
        else:
            raise RecordError("images holds something else than addresses")
    return tuple(images)
